"""Why deals are won."""

import datetime as dt
import json
from decimal import Decimal
from typing import Annotated

import strawberry

from schema.context import Info
from schema.describing import NEEDS, describe, describe_enum
from schema.inputs import row_id, to_input
from schema.paging import Paged
from schema.relay import Node, NullIfAbsent, PageInfo, page_of_list, to_global_id, to_page_info
from schema.scalars import Cursor
from service.core.errors import ErrorKind, ServiceError, not_found
from service.core.pagination import PageRequest
from service.kpi_snapshots.drivers.dto import (
    CASE_MIX,
    WinDriverDTO,
    WinDriversDTO,
    WinDriversQuery,
)
from service.kpi_snapshots.drivers.estimating import DriversWhyNot, DriverVerdict
from service.kpi_snapshots.drivers.screening import DriverNotTold
from service.kpi_snapshots.drivers.table import DriverKind
from service.kpi_snapshots.permissions import Permission
from service.kpi_snapshots.use_cases.win_drivers import get_win_drivers

describe_enum(
    DriverKind,
    "What could drive wins.",
    criterion="A criterion of the process.",
    activity="Activities that a process KPI counts.",
)
describe_enum(
    DriverVerdict,
    "What is said of a candidate.",
    goes_with_wins="Deals with it are won more often, beyond chance.",
    goes_with_losses="Deals with it are won less often, beyond chance.",
    not_beyond_chance="What is seen could be chance.",
    cannot_tell="Nothing can be told of it yet.",
)
describe_enum(
    DriverNotTold,
    "Why nothing can be told of a candidate.",
    nothing_known="Nothing was on record of it before the outcome.",
    too_few_deals="It was known of too few won or lost deals, or of too few people's.",
    one_outcome="It was known only of deals that ended the same way.",
    constant="It was the same in every deal.",
    too_rare="Fewer than 20 deals differ in it.",
    decides_alone="All deals with it, or all without it, ended the same way.",
    only_between_people="It differs between people, hardly between deals.",
    goes_with_another="It cannot be told apart from another one, or from the case mix.",
    too_many_columns="There are too few deals for so many candidates.",
)
describe_enum(
    DriversWhyNot,
    "Why nothing can be told of drivers.",
    no_deals="No deal was closed.",
    all_won="Every deal was won.",
    all_lost="Every deal was lost.",
    too_few_deals="Fewer than 30 deals were won, or lost.",
    too_few_people="Fewer than five people closed deals.",
    no_candidates="No model with criteria or activities holds.",
)


@strawberry.type(description="A criterion or a kind of activity, and whether it goes with wins.")
class WinDriverEdge:
    """Its key in the model is the node."""

    cursor: Cursor = strawberry.field(description="Its place in the list, for `after` and `before`.")
    node: str = strawberry.field(description="Of the criterion or the KPI in the model.")
    kind: DriverKind
    name: str
    n: int
    with_it: int
    prevalence: Decimal | None
    won_with: Decimal | None
    won_without: Decimal | None
    odds_ratio: Decimal | None
    interval_low: Decimal | None
    interval_high: Decimal | None
    adjusted_p: Decimal | None
    stability: Decimal | None
    deals_needed: int | None
    verdict: DriverVerdict
    cannot_tell: DriverNotTold | None
    goes_with: str | None
    explanation: str


describe(WinDriverEdge, WinDriverDTO)


@strawberry.type(description="Activities in the order of the model's KPIs, then criteria in that of its process.")
class WinDriverConnection:
    """A Relay connection."""

    edges: list[WinDriverEdge] = strawberry.field(description="The candidates of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")


@strawberry.type(description="What goes with wins beyond chance; it shows association, not cause.")
class WinDrivers(Node):
    """The id names the question."""

    row: strawberry.Private[WinDriversDTO]
    start: dt.date
    until: dt.date
    as_of: dt.datetime
    team_on: dt.date
    success_model_version: int | None
    n: int
    won: int
    people: int
    left_out: int
    cannot_tell: DriversWhyNot | None
    deals_needed: int | None
    interval_level: Decimal
    false_discoveries: Decimal
    associational: bool
    method: str
    model_version: str
    explanation: str

    @strawberry.field(
        description="The fields that are held equal, beside the person, the quarter in which a deal began, and how "
        "long it lived; by commas."
    )
    def case_mix(self) -> str:
        """In the order in which they were asked for."""
        return ", ".join(self.row.case_mix)

    @strawberry.field(
        description="Fields that were asked for and are not held equal, as they are filled because of the outcome; "
        "by commas."
    )
    def too_telling(self) -> str:
        """Empty without any."""
        return ", ".join(self.row.too_telling)

    @strawberry.field(description="The model whose criteria and KPIs are the candidates; null without any.")
    def success_model_id(self) -> strawberry.ID | None:
        """For `node(id)`."""
        model_id = self.row.success_model_id
        return None if model_id is None else to_global_id("SuccessModel", model_id)

    @strawberry.field(
        description="Activities in the order of the model's KPIs, then criteria in that of its process.",
        extensions=[Paged(whole=True)],
    )
    def drivers(self, page: PageRequest) -> WinDriverConnection:
        """All of them, unless fewer are asked for."""
        found = page_of_list(self.row.drivers, page)
        edges = [
            WinDriverEdge(cursor=Cursor(cursor), node=dto.key, **dto.model_dump(exclude={"key"}))
            for cursor, dto in zip(found.cursors, found.items, strict=True)
        ]
        return WinDriverConnection(edges=edges, page_info=to_page_info(found, page))


describe(WinDrivers, WinDriversDTO)


async def _ask(info: Info, asked: WinDriversQuery) -> WinDrivers:
    async with info.context.session() as session:
        dto = await get_win_drivers(session, info.context.principal, asked)
    key = json.dumps(asked.model_dump(mode="json", exclude_defaults=True), separators=(",", ":"))
    shown = dto.model_dump(exclude={"drivers", "success_model_id", "case_mix", "too_telling"})
    return WinDrivers(id=to_global_id("WinDrivers", key), row=dto, **shown)


async def load_win_drivers(info: Info, key: str) -> WinDrivers:
    """By what the id names; what has no answer any more is not there."""
    try:
        return await _ask(info, WinDriversQuery.model_validate_json(key))
    except ServiceError as error:
        raise not_found("win_drivers") if error.kind is ErrorKind.INVALID else error from error


@strawberry.type
class WinDriversQueries:
    """Queries of drivers."""

    @strawberry.field(
        description="What goes with the wins of a team beyond chance: of all its people together, nobody by name.",
        metadata={NEEDS: Permission.KPI_SNAPSHOTS_READ},
        extensions=[NullIfAbsent()],
    )
    async def win_drivers(
        self,
        info: Info,
        manager_id: strawberry.ID | None = None,
        team_id: strawberry.ID | None = None,
        success_model_id: strawberry.ID | None = None,
        case_mix: list[str] | None = None,
        start: Annotated[dt.date | None, strawberry.argument(name="from")] = None,
        until: dt.date | None = None,
        as_of: dt.datetime | None = None,
    ) -> WinDrivers | None:
        """Null for a team that is not there, or none of the caller's, and for a model that is not active."""
        whose = {
            "manager_id": None if manager_id is None else row_id(manager_id, "Person"),
            "team_id": None if team_id is None else row_id(team_id, "Team"),
            "success_model_id": None if success_model_id is None else row_id(success_model_id, "SuccessModel"),
        }
        when = {"start": start, "until": until, "as_of": as_of}
        fields = CASE_MIX if case_mix is None else tuple(case_mix)
        return await _ask(info, to_input(WinDriversQuery, **whose, case_mix=fields, **when))
