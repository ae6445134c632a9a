"""Lead indicators: whether what people do leads what comes of it."""

import datetime as dt
import json
from decimal import Decimal
from typing import Any

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
from service.kpi_snapshots.leads.dto import (
    LagSource,
    LeadFiguresDTO,
    LeadIndicatorDTO,
    LeadIndicatorsDTO,
    LeadIndicatorsQuery,
)
from service.kpi_snapshots.leads.grading import LeadUnproven
from service.kpi_snapshots.permissions import Permission
from service.kpi_snapshots.use_cases.lead_indicators import get_lead_indicators
from service.success_models.kpis import KpiLevel, Polarity
from service.success_models.measures import Unit

describe_enum(
    LagSource,
    "Where the weeks between a KPI and what it leads to come from.",
    name="LeadLagSource",
    median="The median time in the data.",
    shortest="The median is shorter than a week, which is the shortest lag.",
    longest="The median is longer than 13 weeks, which is the longest lag.",
    assumed="Fewer than ten cases tell of it: two weeks are assumed.",
)
describe_enum(
    LeadUnproven,
    "Why a KPI is unproven.",
    not_by_week="Its value does not add up by the week.",
    no_outcome="The model names nothing further up the funnel.",
    too_few_people="Fewer than five people have weeks on record.",
    too_few_weeks="Fewer than 16 weeks have an outcome that is due.",
    too_few_outcomes="Fewer than 20 outcomes in the last third of the weeks.",
    never_varies="Nobody does more of it in one week than in another.",
    no_effect_seen="What came after better weeks is within chance.",
    no_lift_seen="More came after better weeks, but not beyond chance in the last third of the weeks.",
)


@strawberry.type(description="Whether one process KPI leads.")
class LeadIndicatorEdge:
    """The KPI's key is the node."""

    row: strawberry.Private[LeadIndicatorDTO]
    cursor: Cursor = strawberry.field(description="Its place in the list, for `after` and `before`.")
    node: str = strawberry.field(description="The KPI's key in the model.")
    name: str
    level: KpiLevel
    unit: Unit
    polarity: Polarity
    model_version: int
    grade: LeadGrade
    since: dt.date
    outcome_kpi: str | None
    outcome_name: str | None
    lag_weeks: int | None
    lag_days: Decimal | None
    lag_n: int
    lag_source: LagSource | None
    n: int | None
    people: int | None
    weeks: int | None
    within_effect: Decimal | None
    within_low: Decimal | None = strawberry.field(description="Of its 90 % interval the lower end.")
    within_high: Decimal | None = strawberry.field(description="Its upper end.")
    between_effect: Decimal | None
    between_low: Decimal | None = strawberry.field(description="Of its 90 % interval the lower end.")
    between_high: Decimal | None = strawberry.field(description="Its upper end.")
    lift: Decimal | None
    lift_low: Decimal | None = strawberry.field(description="Of its 90 % interval the lower end.")
    lift_high: Decimal | None = strawberry.field(description="Its upper end.")
    lift_n: int | None
    adjusted_p: Decimal | None
    change: Decimal | None
    change_low: Decimal | None = strawberry.field(description="Of its 90 % interval the lower end.")
    change_high: Decimal | None = strawberry.field(description="Its upper end.")
    yield_change: Decimal | None
    yield_low: Decimal | None = strawberry.field(description="Of its 90 % interval the lower end.")
    yield_high: Decimal | None = strawberry.field(description="Its upper end.")
    earlier_effect: Decimal | None
    recent_effect: Decimal | None
    recent_low: Decimal | None = strawberry.field(description="Of its 90 % interval the lower end.")
    recent_high: Decimal | None = strawberry.field(description="Its upper end.")
    cannot_tell: LeadUnproven | None
    weeks_needed: int | None
    explanation: str
    method: str
    graded_on: dt.date
    as_of: dt.datetime

    @strawberry.field(description="The version of the model that defines it.")
    def success_model_id(self) -> strawberry.ID:
        """For `node(id)`."""
        return to_global_id("SuccessModel", self.row.success_model_id)


describe(LeadIndicatorEdge, LeadIndicatorDTO)
describe(LeadIndicatorEdge, LeadFiguresDTO)


@strawberry.type(description="Process KPIs by model and in its order.")
class LeadIndicatorConnection:
    """A Relay connection."""

    edges: list[LeadIndicatorEdge] = strawberry.field(description="The KPIs of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")


@strawberry.type(description="Which process KPIs lead; no person is in it.")
class LeadIndicators(Node):
    """The id names the question."""

    row: strawberry.Private[LeadIndicatorsDTO]
    as_of: dt.datetime
    interval_level: Decimal
    false_discoveries: Decimal

    @strawberry.field(description="By model and in its order.", extensions=[Paged(whole=True)])
    def indicators(self, page: PageRequest) -> LeadIndicatorConnection:
        """All of them, unless fewer are asked for."""
        found = page_of_list(self.row.indicators, page)
        edges = [_to_edge(dto, Cursor(cursor)) for cursor, dto in zip(found.cursors, found.items, strict=True)]
        return LeadIndicatorConnection(edges=edges, page_info=to_page_info(found, page))


describe(LeadIndicators, LeadIndicatorsDTO)


def _to_edge(dto: LeadIndicatorDTO, cursor: Cursor) -> LeadIndicatorEdge:
    figures: dict[str, Any] = dict.fromkeys(LeadFiguresDTO.model_fields)
    if dto.figures is not None:
        figures |= dto.figures.model_dump()
    shown = dto.model_dump(exclude={"kpi", "success_model_id", "figures"})
    return LeadIndicatorEdge(row=dto, cursor=cursor, node=dto.kpi, **shown, **figures)


async def _ask(info: Info, asked: LeadIndicatorsQuery) -> LeadIndicators:
    async with info.context.session() as session:
        dto = await get_lead_indicators(session, info.context.principal, asked)
    key = json.dumps(asked.model_dump(mode="json", exclude_defaults=True), separators=(",", ":"))
    shown = dto.model_dump(exclude={"indicators"})
    return LeadIndicators(id=to_global_id("LeadIndicators", key), row=dto, **shown)


async def load_lead_indicators(info: Info, key: str) -> LeadIndicators:
    """By what the id names; what has no answer any more is not there."""
    try:
        return await _ask(info, LeadIndicatorsQuery.model_validate_json(key))
    except ServiceError as error:
        raise not_found("lead_indicators") if error.kind is ErrorKind.CONFLICT else error from error


@strawberry.type
class LeadIndicatorsQueries:
    """Queries of lead indicators."""

    @strawberry.field(
        description="Which process KPIs lead what they are to lead to: of a model, or of all active ones.",
        metadata={NEEDS: Permission.KPI_SNAPSHOTS_READ},
        extensions=[NullIfAbsent()],
    )
    async def lead_indicators(
        self,
        info: Info,
        success_model_id: strawberry.ID | None = None,
        kpi: str | None = None,
        as_of: dt.datetime | None = None,
    ) -> LeadIndicators | None:
        """Null for a model that is not there, and for an unknown KPI."""
        model = None if success_model_id is None else row_id(success_model_id, "SuccessModel")
        return await _ask(info, to_input(LeadIndicatorsQuery, success_model_id=model, kpi=kpi, as_of=as_of))
