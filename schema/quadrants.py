"""Process apart from outcome: who earned what came of their deals, and of whom that cannot be told yet."""

import datetime as dt
import json
from decimal import Decimal

import strawberry

from schema.context import Info
from schema.describing import NEEDS, describe, describe_enum
from schema.inputs import row_id, to_input
from schema.paging import Paged
from schema.people.types import Person, to_person
from schema.quadrant_verdicts import QuadrantVerdict
from schema.relay import Node, NullIfAbsent, PageInfo, page_of_list, to_global_id, to_page_info
from schema.scalars import Cursor
from service.core.errors import ErrorKind, ServiceError, not_found
from service.core.pagination import PageRequest
from service.kpi_snapshots.permissions import Permission
from service.kpi_snapshots.quadrants.classifying import Undecided
from service.kpi_snapshots.quadrants.dto import PersonQuadrantDTO, QuadrantsDTO, QuadrantsQuery
from service.kpi_snapshots.use_cases.quadrants import get_quadrants
from service.organizations.permissions import Permission as People
from service.success_models.targets import PeriodKind

describe_enum(
    Undecided,
    "Why a person is in none of the four quadrants.",
    name="QuadrantCannotTell",
    open_deals_decide="It depends on how the open deals end.",
    too_few_decided="Too few deals are decided.",
    process_unknown="Nothing is known of the process: no criterion and no target could be judged.",
    process_close="The process is close to the standard.",
    outcome_close="The wins are close to what was expected.",
    both_close="The process is close to the standard, and the wins to what was expected.",
    no_deals="No deal was open in the period.",
    nobody_to_compare="Nobody else has decided deals.",
    all_the_same="Every deal of everybody was won, or every one lost.",
)


@strawberry.type(description="Process apart from outcome, of one person in a period.")
class PersonQuadrantEdge:
    """The person's name is the node."""

    row: strawberry.Private[PersonQuadrantDTO]
    cursor: Cursor = strawberry.field(description="Its place in the list, for `after` and `before`.")
    node: str = strawberry.field(description="The person's name.")
    job_role: str | None
    success_model_version: int
    verdict: QuadrantVerdict
    cannot_tell: Undecided | None
    explanation: str
    prescription: str
    settles: str | None
    settles_decided: int | None
    settles_items: int | None
    settles_on: dt.date | None
    n: int
    decided: int
    won: int
    lost: int
    open: int
    expected: Decimal | None
    expected_low: Decimal | None
    expected_high: Decimal | None
    to_come: Decimal | None
    to_come_low: Decimal | None
    to_come_high: Decimal | None
    residual: Decimal | None
    residual_low: Decimal | None
    residual_high: Decimal | None
    outcome_probability: Decimal | None
    own_left_out: bool
    process_standard: Decimal
    process_met: int
    process_n: int
    process_deals: int
    process_periods: int
    process_effective_n: Decimal
    process_share: Decimal | None
    process_estimate: Decimal | None
    process_low: Decimal | None
    process_high: Decimal | None
    process_probability: Decimal | None
    earned_success: Decimal | None
    unlucky: Decimal | None
    lucky: Decimal | None
    earned_failure: Decimal | None

    @strawberry.field(
        description="Whose it is, if the caller may see that person today.", metadata={NEEDS: People.PEOPLE_READ}
    )
    async def person(self, info: Info) -> Person | None:
        """Through the loader."""
        found = await info.context.loaders.people.load(self.row.person_id)
        return None if found is None else to_person(found)

    @strawberry.field(description="The model whose process it is.")
    def success_model_id(self) -> strawberry.ID:
        """For `node(id)`."""
        return to_global_id("SuccessModel", self.row.success_model_id)


describe(PersonQuadrantEdge, PersonQuadrantDTO)


@strawberry.type(description="Quadrants by name, never by rank.")
class PersonQuadrantConnection:
    """A Relay connection."""

    edges: list[PersonQuadrantEdge] = strawberry.field(description="The people of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")


@strawberry.type(description="Who earned what came of their deals, and of whom that cannot be told yet.")
class Quadrants(Node):
    """The id names the question."""

    row: strawberry.Private[QuadrantsDTO]
    period: PeriodKind
    period_start: dt.date
    period_end: dt.date
    as_of: dt.datetime
    team_on: dt.date
    verdict_probability: Decimal
    interval_level: Decimal
    method: str
    model_version: str

    @strawberry.field(description="By name.", extensions=[Paged(whole=True)])
    def people(self, page: PageRequest) -> PersonQuadrantConnection:
        """All of them, unless fewer are asked for."""
        found = page_of_list(self.row.people, page)
        edges = [
            PersonQuadrantEdge(
                row=dto,
                cursor=Cursor(cursor),
                node=dto.name,
                **dto.model_dump(exclude={"person_id", "name", "success_model_id"}),
            )
            for cursor, dto in zip(found.cursors, found.items, strict=True)
        ]
        return PersonQuadrantConnection(edges=edges, page_info=to_page_info(found, page))


describe(Quadrants, QuadrantsDTO)


async def _ask(info: Info, asked: QuadrantsQuery) -> Quadrants:
    async with info.context.session() as session:
        dto = await get_quadrants(session, info.context.principal, asked)
    key = json.dumps(asked.model_dump(mode="json", exclude_defaults=True), separators=(",", ":"))
    return Quadrants(id=to_global_id("Quadrants", key), row=dto, **dto.model_dump(exclude={"people"}))


async def load_quadrants(info: Info, key: str) -> Quadrants:
    """By what the id names; what has no answer any more is not there."""
    try:
        return await _ask(info, QuadrantsQuery.model_validate_json(key))
    except ServiceError as error:
        raise not_found("quadrants") if error.kind is ErrorKind.INVALID else error from error


@strawberry.type
class QuadrantsQueries:
    """Queries of quadrants."""

    @strawberry.field(
        description="Process apart from outcome: of one person, of those below a manager, or of all one may see.",
        metadata={NEEDS: Permission.KPI_SNAPSHOTS_READ},
        extensions=[NullIfAbsent()],
    )
    async def quadrants(
        self,
        info: Info,
        person_id: strawberry.ID | None = None,
        manager_id: strawberry.ID | None = None,
        team_id: strawberry.ID | None = None,
        period: PeriodKind = PeriodKind.QUARTER,
        period_start: dt.date | None = None,
        as_of: dt.datetime | None = None,
    ) -> Quadrants | None:
        """Null for people whom the caller may not see."""
        whose = {
            "person_id": None if person_id is None else row_id(person_id, "Person"),
            "manager_id": None if manager_id is None else row_id(manager_id, "Person"),
            "team_id": None if team_id is None else row_id(team_id, "Team"),
        }
        when = {"period": period, "period_start": period_start, "as_of": as_of}
        return await _ask(info, to_input(QuadrantsQuery, **whose, **when))
