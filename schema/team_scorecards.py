"""A team's scorecard: the facts of the whole tree below a manager, pooled."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

import strawberry

from schema.context import Info
from schema.describing import NEEDS, describe
from schema.inputs import row_id, to_input
from schema.kpi_snapshots import instants_of, query_of
from schema.lead_grades import LeadGrade
from schema.paging import Paged
from schema.people.types import Person, to_person
from schema.relay import Node, NullIfAbsent, PageInfo, page_of_list, to_global_id, to_page_info
from schema.scalars import Cursor
from service.core.errors import ErrorKind, ServiceError, not_found
from service.core.pagination import PageRequest
from service.kpi_snapshots.dto import KpiSnapshotQuery
from service.kpi_snapshots.permissions import Permission
from service.kpi_snapshots.rollups.dto import TeamLineDTO, TeamScorecardDTO
from service.kpi_snapshots.use_cases.team_scorecards import get_team_scorecard
from service.organizations.permissions import Permission as People
from service.success_models.kpis import KpiLevel, Polarity
from service.success_models.measures import Unit
from service.success_models.targets import PeriodKind


@strawberry.type(description="One KPI of a team: the facts of all its people, pooled.")
class TeamLineEdge:
    """The KPI's key is the node."""

    model_row: strawberry.Private[TeamLineDTO]
    cursor: Cursor = strawberry.field(description="Its place in the list, for `after` and `before`.")
    node: str = strawberry.field(description="The KPI's key in the model.")
    name: str
    level: KpiLevel
    unit: Unit
    polarity: Polarity
    people: int
    value: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    n: int
    undecided: int
    people_with_target: int
    target: Decimal | None
    expected: Decimal | None
    attainment: Decimal | None
    lead_grade: LeadGrade | None

    @strawberry.field(description="The model that it is of: there is a line for every model in the team.")
    def success_model_id(self) -> strawberry.ID:
        """For `node(id)`."""
        return to_global_id("SuccessModel", self.model_row.success_model_id)


describe(TeamLineEdge, TeamLineDTO)


@strawberry.type(description="KPIs of a team's scorecard.")
class TeamLineConnection:
    """A Relay connection."""

    edges: list[TeamLineEdge] = strawberry.field(description="The KPIs of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")


@strawberry.type(description="Every KPI of the whole tree below a manager, as the reporting lines were then.")
class TeamScorecard(Node):
    """A team's card in one period."""

    row: strawberry.Private[TeamScorecardDTO]
    period: PeriodKind
    period_start: dt.date
    period_end: dt.date
    as_of: dt.datetime
    team_on: dt.date
    people: int

    @strawberry.field(
        description="Whose team it is, if the caller may see that person today.", metadata={NEEDS: People.PEOPLE_READ}
    )
    async def manager(self, info: Info) -> Person | None:
        """Through the loader."""
        found = await info.context.loaders.people.load(self.row.manager_id)
        return None if found is None else to_person(found)

    @strawberry.field(description="What the team does and what that leads to.", extensions=[Paged(whole=True)])
    def process(self, page: PageRequest) -> TeamLineConnection:
        """All KPIs, unless fewer are asked for."""
        return _to_lines(self.row.process, page)

    @strawberry.field(description="What comes of it.", extensions=[Paged(whole=True)])
    def outcome(self, page: PageRequest) -> TeamLineConnection:
        """All KPIs, unless fewer are asked for."""
        return _to_lines(self.row.outcome, page)


describe(TeamScorecard, TeamScorecardDTO)


def _to_lines(lines: Sequence[TeamLineDTO], page: PageRequest) -> TeamLineConnection:
    found = page_of_list(lines, page)
    edges = [
        TeamLineEdge(
            cursor=Cursor(cursor), node=dto.kpi, model_row=dto, **dto.model_dump(exclude={"kpi", "success_model_id"})
        )
        for cursor, dto in zip(found.cursors, found.items, strict=True)
    ]
    return TeamLineConnection(edges=edges, page_info=to_page_info(found, page))


async def _ask(info: Info, query: KpiSnapshotQuery) -> TeamScorecard:
    async with info.context.session() as session:
        card = await get_team_scorecard(session, info.context.principal, query)
    key = [str(card.manager_id), card.period.value, card.period_start.isoformat(), *instants_of(query)]
    shown = card.model_dump(exclude={"manager_id", "process", "outcome"})
    return TeamScorecard(id=to_global_id("TeamScorecard", ":".join(key)), row=card, **shown)


async def load_team_scorecard(info: Info, key: str) -> TeamScorecard:
    """By what the id names; a period that is none in the organization's present calendar has no card."""
    manager_id, period, period_start, *when = key.split(":", 3)
    query = query_of({"manager_id": manager_id, "period": period, "period_start": period_start}, when)
    try:
        return await _ask(info, query)
    except ServiceError as error:
        raise not_found("team_scorecard") if error.kind is ErrorKind.INVALID else error from error


@strawberry.type
class TeamScorecardQueries:
    """Queries of teams' scorecards."""

    @strawberry.field(
        description="Every KPI of the whole tree below a manager: facts pooled, targets added up.",
        metadata={NEEDS: Permission.KPI_SNAPSHOTS_READ},
        extensions=[NullIfAbsent()],
    )
    async def team_scorecard(
        self,
        info: Info,
        manager_id: strawberry.ID,
        period: PeriodKind = PeriodKind.MONTH,
        period_start: dt.date | None = None,
        as_of: dt.datetime | None = None,
        known_at: dt.datetime | None = None,
    ) -> TeamScorecard | None:
        """Null for a manager whom the caller may not see."""
        manager = row_id(manager_id, "Person")
        when = {"period": period, "period_start": period_start, "as_of": as_of, "known_at": known_at}
        return await _ask(info, to_input(KpiSnapshotQuery, manager_id=manager, **when))
