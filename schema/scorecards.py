"""Scorecards: every KPI of a person's model, process and outcome apart."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

import strawberry

from schema.context import Info
from schema.describing import describe, describe_enum
from schema.kpi_snapshots import KpiSnapshot, instants_of, query_of, to_snapshot
from schema.paging import Paged
from schema.relay import Node, PageInfo, page_of_list, to_global_id, to_page_info
from schema.scalars import Cursor
from service.core.errors import ErrorKind, ServiceError, not_found
from service.core.pagination import PageRequest
from service.kpi_snapshots.dto import KpiSnapshotQuery, ScorecardDTO, ScorecardLineDTO, TrendPointDTO
from service.kpi_snapshots.trend import Direction
from service.success_models.targets import PeriodKind

describe_enum(
    Direction,
    "Where the last periods lead.",
    name="KpiDirection",
    rising="Up, beyond chance.",
    falling="Down, beyond chance.",
    steady="No more of a trend than chance makes.",
    cannot_tell="Not tested, or too little to test.",
)


@strawberry.type(description="What a KPI came to in a period that is over.")
class TrendPointEdge:
    """The value is the node."""

    cursor: Cursor = strawberry.field(description="Its place in the list, for `after` and `before`.")
    node: Decimal | None = strawberry.field(description="The value; null where there is nothing to divide by.")
    period_start: dt.date
    n: int


describe(TrendPointEdge, TrendPointDTO)


@strawberry.type(description="The last periods of a KPI.")
class TrendPointConnection:
    """A Relay connection."""

    edges: list[TrendPointEdge] = strawberry.field(description="The periods of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")


@strawberry.type(description="One KPI of a scorecard.")
class ScorecardLineEdge:
    """The snapshot is the node."""

    row: strawberry.Private[ScorecardLineDTO]
    cursor: Cursor = strawberry.field(description="Its place in the list, for `after` and `before`.")
    node: KpiSnapshot = strawberry.field(description="Where the person stands.")
    direction: Direction

    @strawberry.field(description="The last periods, the earliest first.", extensions=[Paged(whole=True)])
    def trend(self, page: PageRequest) -> TrendPointConnection:
        """All of them, unless fewer are asked for."""
        found = page_of_list(self.row.trend, page)
        edges = [
            TrendPointEdge(cursor=Cursor(cursor), node=point.value, period_start=point.period_start, n=point.n)
            for cursor, point in zip(found.cursors, found.items, strict=True)
        ]
        return TrendPointConnection(edges=edges, page_info=to_page_info(found, page))


describe(ScorecardLineEdge, ScorecardLineDTO)


@strawberry.type(description="KPIs of a scorecard.")
class ScorecardLineConnection:
    """A Relay connection."""

    edges: list[ScorecardLineEdge] = strawberry.field(description="The KPIs of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")


@strawberry.type(description="Every KPI of a person's model; a rep sees the same card as their manager.")
class Scorecard(Node):
    """A person's card in one period."""

    row: strawberry.Private[ScorecardDTO]
    query: strawberry.Private[KpiSnapshotQuery]
    period: PeriodKind
    period_start: dt.date
    period_end: dt.date
    as_of: dt.datetime

    @strawberry.field(description="The version of the model; null where the person has none.")
    def success_model_id(self) -> strawberry.ID | None:
        """For `node(id)`."""
        found = self.row.success_model_id
        return None if found is None else to_global_id("SuccessModel", found)

    @strawberry.field(
        description="What the person does and what that leads to, in the model's order.",
        extensions=[Paged(whole=True)],
    )
    def process(self, page: PageRequest) -> ScorecardLineConnection:
        """All KPIs, unless fewer are asked for."""
        return _to_lines(self.row.process, self.query, page)

    @strawberry.field(description="What comes of it, in the model's order.", extensions=[Paged(whole=True)])
    def outcome(self, page: PageRequest) -> ScorecardLineConnection:
        """All KPIs, unless fewer are asked for."""
        return _to_lines(self.row.outcome, self.query, page)


describe(Scorecard, ScorecardDTO)


def _to_lines(lines: Sequence[ScorecardLineDTO], query: KpiSnapshotQuery, page: PageRequest) -> ScorecardLineConnection:
    found, render = page_of_list(lines, page), to_snapshot(query)
    edges = [
        ScorecardLineEdge(row=line, cursor=Cursor(cursor), node=render(line.snapshot), direction=line.direction)
        for cursor, line in zip(found.cursors, found.items, strict=True)
    ]
    return ScorecardLineConnection(edges=edges, page_info=to_page_info(found, page))


async def read_scorecard(info: Info, person_id: UUID, query: KpiSnapshotQuery) -> Scorecard | None:
    """The card that answers a question about somebody the caller may see, through the loader."""
    card = await info.context.loaders.scorecards.load((person_id, query))
    if card is None:
        return None
    key = ":".join([str(card.person_id), card.period.value, card.period_start.isoformat(), *instants_of(query)])
    return Scorecard(
        id=to_global_id("Scorecard", key),
        row=card,
        query=query,
        period=card.period,
        period_start=card.period_start,
        period_end=card.period_end,
        as_of=card.as_of,
    )


async def load_scorecard(info: Info, key: str) -> Scorecard:
    """By what the id names; a period that is none in the organization's present calendar has no card."""
    person_id, period, period_start, *when = key.split(":", 3)
    query = query_of({"period": period, "period_start": period_start}, when)
    try:
        card = await read_scorecard(info, UUID(person_id), query)
    except ServiceError as error:
        raise not_found("scorecard") if error.kind is ErrorKind.INVALID else error from error
    if card is None:
        raise not_found("scorecard")
    return card
