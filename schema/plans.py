"""The way back from a quota."""

import datetime as dt
from decimal import Decimal
from uuid import UUID

import strawberry

from schema.context import Info
from schema.describing import NEEDS, describe, describe_enum
from schema.inputs import row_id, to_input
from schema.lead_grades import LeadGrade
from schema.paging import Paged
from schema.people.types import Person, to_person
from schema.relay import (
    Connection,
    Node,
    NullIfAbsent,
    PageInfo,
    page_of_list,
    part_of_list,
    to_global_id,
    to_page_info,
)
from schema.scalars import Cursor
from service.core.errors import ErrorKind, ServiceError, not_found
from service.core.pagination import PageRequest
from service.kpi_snapshots.permissions import Permission
from service.kpi_snapshots.planning.dto import LeverDTO, LeverKind, PlanDTO, PlanNote, PlanRequest, RequirementDTO
from service.kpi_snapshots.planning.levers import BetterBy
from service.kpi_snapshots.use_cases.planning import plan_way_back
from service.organizations.permissions import Permission as People
from service.success_models.targets import PeriodKind

describe_enum(
    PlanNote,
    "What to know about a plan before it is believed.",
    reached="The quota is reached already.",
    no_won_deals="Neither the person nor a peer won a deal in the last year: nobody can tell.",
    no_stage_history="No moves through the stages are known: the way goes from opened to won in one step.",
    no_activity="No activity of the model is recorded.",
    out_of_reach="No number of opportunities would be enough.",
)
describe_enum(
    LeverKind,
    "What a lever is.",
    name="PlanLeverKind",
    conversion="A share of deals that come further.",
    deal_size="The mean amount of a won deal.",
    activity="Opportunities per activity.",
)
describe_enum(
    BetterBy,
    "Where the better value of a lever comes from.",
    peers="What the best quarter of the peers have.",
    step="A tenth: there are too few peers to learn from.",
)


@strawberry.type(description="How much of one thing is needed in what is left of the period.")
class PlanRequirementEdge:
    """The key is the node."""

    cursor: Cursor = strawberry.field(description="Its place in the list, for `after` and `before`.")
    node: str = strawberry.field(description="`opportunities`, or the key of the activity's KPI.")
    name: str
    needed: int | None
    low: int | None
    high: int | None
    per_week: Decimal | None
    lead_grade: LeadGrade | None


describe(PlanRequirementEdge, RequirementDTO)


@strawberry.type(description="What is needed: opportunities first, then activities.")
class PlanRequirementConnection:
    """A Relay connection."""

    edges: list[PlanRequirementEdge] = strawberry.field(description="The requirements of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")


@strawberry.type(description="Something that the answer rests on, and what a better one would change.")
class PlanLeverEdge:
    """The key is the node."""

    cursor: Cursor = strawberry.field(description="Its place in the list, for `after` and `before`.")
    node: str = strawberry.field(
        description="`stage:…` for a conversion, `deal_size`, or the key of an activity's KPI."
    )
    name: str
    kind: LeverKind
    value: Decimal
    interval_low: Decimal
    interval_high: Decimal
    n: int
    better: Decimal
    better_by: BetterBy
    saves: Decimal
    lead_grade: LeadGrade | None


describe(PlanLeverEdge, LeverDTO)


@strawberry.type(description="In the order of the way from activity to money.")
class PlanLeverConnection:
    """A Relay connection."""

    edges: list[PlanLeverEdge] = strawberry.field(description="The levers of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")


@strawberry.type(description="The way back from a quota: what is missing, and how much work that is.")
class Plan(Node):
    """The id names the question."""

    row: strawberry.Private[PlanDTO]
    kpi: str
    period: PeriodKind
    period_start: dt.date
    period_end: dt.date
    as_of: dt.datetime
    confidence: Decimal
    quota: Decimal
    quota_reason: str
    won: Decimal
    open_deals: int
    open_expected: Decimal | None
    missing: Decimal
    probability: Decimal | None
    working_days_left: Decimal
    most_telling: str | None

    @strawberry.field(
        description="Whose plan it is, if the caller may see that person today.", metadata={NEEDS: People.PEOPLE_READ}
    )
    async def person(self, info: Info) -> Person | None:
        """Through the loader."""
        found = await info.context.loaders.people.load(self.row.person_id)
        return None if found is None else to_person(found)

    @strawberry.field(description="Each is enough by itself.", extensions=[Paged(whole=True)])
    def requirements(self, page: PageRequest) -> PlanRequirementConnection:
        """All of them, unless fewer are asked for."""
        found = page_of_list(self.row.requirements, page)
        edges = [
            PlanRequirementEdge(cursor=Cursor(cursor), node=dto.key, **dto.model_dump(exclude={"key"}))
            for cursor, dto in zip(found.cursors, found.items, strict=True)
        ]
        return PlanRequirementConnection(edges=edges, page_info=to_page_info(found, page))

    @strawberry.field(description="From activity to money.", extensions=[Paged(whole=True)])
    def levers(self, page: PageRequest) -> PlanLeverConnection:
        """All of them, unless fewer are asked for."""
        found = page_of_list(self.row.levers, page)
        edges = [
            PlanLeverEdge(cursor=Cursor(cursor), node=dto.key, **dto.model_dump(exclude={"key"}))
            for cursor, dto in zip(found.cursors, found.items, strict=True)
        ]
        return PlanLeverConnection(edges=edges, page_info=to_page_info(found, page))

    @strawberry.field(description="What to know before it is believed.", extensions=[Paged(whole=True)])
    def notes(self, page: PageRequest) -> Connection[PlanNote]:
        """Hardly ever more than one."""
        return part_of_list(self.row.notes, PlanNote, page)


describe(Plan, PlanDTO)


def _to_plan(dto: PlanDTO, model_id: UUID, asked: PlanRequest) -> Plan:
    parts = (model_id, *(getattr(asked, name) for name in KEY[1:-1]))
    key = ":".join("" if part is None else str(part) for part in parts)
    hidden = {"person_id", "success_model_id", "requirements", "levers", "notes"}
    return Plan(
        id=to_global_id("Plan", f"{key}:{asked.as_of.isoformat() if asked.as_of else ''}"),
        row=dto,
        **dto.model_dump(exclude=hidden),
    )


KEY = ("model_id", "person_id", "kpi", "period", "period_start", "quota", "confidence", "as_of")
"""What a plan's id names; the instant comes last, as it has colons."""


async def load_plan(info: Info, key: str) -> Plan:
    """By what the id names; what cannot be planned any more is not there."""
    parts = dict(zip(KEY, (part or None for part in key.split(":", len(KEY) - 1)), strict=True))
    model_id = UUID(parts.pop("model_id"))
    try:
        return await _ask(info, model_id, PlanRequest.model_validate(parts))
    except ServiceError as error:
        gone = error.kind in {ErrorKind.INVALID, ErrorKind.CONFLICT}
        raise not_found("plan") if gone else error from error


async def _ask(info: Info, model_id: UUID, asked: PlanRequest) -> Plan:
    async with info.context.session() as session:
        return _to_plan(await plan_way_back(session, info.context.principal, model_id, asked), model_id, asked)


@strawberry.type
class PlanQueries:
    """Queries of plans."""

    @strawberry.field(
        description="From a person's quota in a period back to the work of each week, by their active model.",
        metadata={NEEDS: Permission.KPI_SNAPSHOTS_READ},
        extensions=[NullIfAbsent()],
    )
    async def plan(
        self,
        info: Info,
        success_model_id: strawberry.ID,
        person_id: strawberry.ID,
        kpi: str | None = None,
        period: PeriodKind = PeriodKind.QUARTER,
        period_start: dt.date | None = None,
        as_of: dt.datetime | None = None,
        quota: Decimal | None = None,
        confidence: Decimal = Decimal("0.8"),
    ) -> Plan | None:
        """Null for a person whom the caller may not see."""
        person, model = row_id(person_id, "Person"), row_id(success_model_id, "SuccessModel")
        when = {"period": period, "period_start": period_start, "as_of": as_of}
        asked = to_input(PlanRequest, person_id=person, kpi=kpi, quota=quota, confidence=confidence, **when)
        return await _ask(info, model, asked)
