"""Clues of success: how each KPI of a model is spread over peers."""

import datetime as dt
from decimal import Decimal
from uuid import UUID

import strawberry

from schema.context import Info
from schema.describing import NEEDS, describe, describe_enum
from schema.inputs import row_id, to_input
from schema.lead_grades import LeadGrade
from schema.paging import Paged
from schema.relay import Node, NullIfAbsent, PageInfo, page_of_list, to_global_id, to_page_info
from schema.scalars import Cursor
from service.core.errors import ErrorKind, ServiceError, not_found
from service.core.pagination import PageRequest
from service.kpi_snapshots.benchmarks import Proof, Tenure
from service.kpi_snapshots.dto import BenchmarkDTO, BenchmarksDTO, BenchmarksQuery
from service.kpi_snapshots.permissions import Permission
from service.kpi_snapshots.use_cases.benchmarks import get_benchmarks
from service.success_models.kpis import Polarity
from service.success_models.measures import Unit
from service.success_models.targets import PeriodKind

describe_enum(
    Tenure,
    "How long somebody had been there when the period ended.",
    under_6_months="Less than six months.",
    under_1_year="Six months to a year.",
    under_2_years="One to two years.",
    two_years_or_more="Two years and more.",
    unknown="The day of hiring is not known.",
)
describe_enum(
    Proof,
    "Whether the difference between people is beyond chance.",
    proven="Whoever was high before is high again.",
    within_chance="Their order did not last: the proposal is unproven.",
    too_few="Too few people to say.",
)


@strawberry.type(description="How a KPI is spread over the people of a job role and a tenure.")
class BenchmarkEdge:
    """The KPI's key is the node."""

    cursor: Cursor = strawberry.field(description="Its place in the list, for `after` and `before`.")
    node: str = strawberry.field(description="The KPI's key in the model.")
    name: str
    unit: Unit
    polarity: Polarity
    job_role: str | None
    tenure: Tenure | None
    n: int
    lower_quartile: Decimal | None
    median: Decimal | None
    upper_quartile: Decimal | None
    proposed_target: Decimal | None
    reliability: Decimal | None
    proof: Proof
    lead_grade: LeadGrade | None


describe(BenchmarkEdge, BenchmarkDTO)


@strawberry.type(description="Benchmarks in the model's order: of each job role all, then by tenure.")
class BenchmarkConnection:
    """A Relay connection."""

    edges: list[BenchmarkEdge] = strawberry.field(description="The benchmarks of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")


@strawberry.type(description="The clues of success in a model's KPIs, in a period that is over.")
class Benchmarks(Node):
    """The id names the question."""

    row: strawberry.Private[BenchmarksDTO]
    period: PeriodKind
    period_start: dt.date
    period_end: dt.date
    as_of: dt.datetime

    @strawberry.field(description="By KPI, job role and tenure.", extensions=[Paged(whole=True)])
    def kpis(self, page: PageRequest) -> BenchmarkConnection:
        """All of them, unless fewer are asked for."""
        found = page_of_list(self.row.benchmarks, page)
        edges = [
            BenchmarkEdge(cursor=Cursor(cursor), node=dto.kpi, **dto.model_dump(exclude={"kpi"}))
            for cursor, dto in zip(found.cursors, found.items, strict=True)
        ]
        return BenchmarkConnection(edges=edges, page_info=to_page_info(found, page))


describe(Benchmarks, BenchmarksDTO)
KEY = ("model_id", "period", "period_start", "tenure", "as_of", "kpi", "job_role")
"""What an id names, with a `|` between the parts; the job role, which may hold anything, comes last."""


def _to_benchmarks(dto: BenchmarksDTO, model_id: UUID, asked: BenchmarksQuery) -> Benchmarks:
    parts = {"model_id": model_id, **asked.model_dump(mode="json")}
    key = "|".join(str(parts[name] or "") for name in KEY)
    shown = dto.model_dump(include={"period", "period_start", "period_end", "as_of"})
    return Benchmarks(id=to_global_id("Benchmarks", key), row=dto, **shown)


async def load_benchmarks(info: Info, key: str) -> Benchmarks:
    """By what the id names; what has no answer any more is not there."""
    parts = {name: part for name, part in zip(KEY, key.split("|", len(KEY) - 1), strict=True) if part}
    model_id = UUID(parts.pop("model_id", ""))
    try:
        return await _ask(info, model_id, BenchmarksQuery.model_validate(parts))
    except ServiceError as error:
        gone = error.kind in {ErrorKind.INVALID, ErrorKind.CONFLICT}
        raise not_found("benchmarks") if gone else error from error


async def _ask(info: Info, model_id: UUID, asked: BenchmarksQuery) -> Benchmarks:
    async with info.context.session() as session:
        return _to_benchmarks(await get_benchmarks(session, info.context.principal, model_id, asked), model_id, asked)


@strawberry.type
class BenchmarkQueries:
    """Queries of benchmarks."""

    @strawberry.field(
        description="How each KPI of an active model is spread over peers; by default in the last quarter.",
        metadata={NEEDS: Permission.KPI_SNAPSHOTS_READ},
        extensions=[NullIfAbsent()],
    )
    async def benchmarks(
        self,
        info: Info,
        success_model_id: strawberry.ID,
        period: PeriodKind = PeriodKind.QUARTER,
        period_start: dt.date | None = None,
        as_of: dt.datetime | None = None,
        kpi: str | None = None,
        job_role: str | None = None,
        tenure: Tenure | None = None,
    ) -> Benchmarks | None:
        """Null for a model that is not there."""
        model, when = row_id(success_model_id, "SuccessModel"), {"period": period, "period_start": period_start}
        asked = to_input(BenchmarksQuery, **when, as_of=as_of, kpi=kpi, job_role=job_role, tenure=tenure)
        return await _ask(info, model, asked)
