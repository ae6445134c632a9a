"""Who differs beyond chance: rates of a team, by name and never by rank."""

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
from schema.people.types import Person, to_person
from schema.relay import Node, NullIfAbsent, PageInfo, page_of_list, to_global_id, to_page_info
from schema.scalars import Cursor
from service.core.errors import ErrorKind, ServiceError, invalid, not_found
from service.core.pagination import PageRequest
from service.kpi_snapshots.pace import Method
from service.kpi_snapshots.permissions import Permission
from service.kpi_snapshots.rates.comparing import CannotTell, Control
from service.kpi_snapshots.rates.dto import (
    MOST_KPIS,
    AnonymousPeersDTO,
    FunnelLimitsDTO,
    PersonRateDTO,
    RateComparisonDTO,
    RateComparisonsDTO,
    RateComparisonsQuery,
)
from service.kpi_snapshots.use_cases.rate_comparisons import get_rate_comparisons
from service.organizations.permissions import Permission as People
from service.success_models.kpis import KpiLevel, Polarity
from service.success_models.measures import Unit
from service.success_models.targets import PeriodKind

describe_enum(
    Control,
    "Where a rate is seen against chance, all comparisons counted.",
    name="RateControl",
    in_control="Within what chance makes of so many cases.",
    above="Higher than chance makes it.",
    below="Lower than chance makes it.",
)
describe_enum(
    CannotTell,
    "Why a comparison of rates tells nothing.",
    name="RateCannotTell",
    no_cases="Nothing has happened, or nothing is decided yet.",
    one_person="One person alone has cases.",
    all_the_same="Every case came out the same way.",
    too_few_cases="Even all or none of so few cases could be chance.",
    too_few_peers="Fewer than five others have cases: their numbers would be given away.",
)


@strawberry.type(description="Where a rate lies by chance alone.")
class FunnelLimitsEdge:
    """The number of cases is the node."""

    cursor: Cursor = strawberry.field(description="Its place in the list, for `after` and `before`.")
    node: int = strawberry.field(description="On so many cases.")
    warning_low: Decimal
    warning_high: Decimal
    control_low: Decimal
    control_high: Decimal


describe(FunnelLimitsEdge, FunnelLimitsDTO)


@strawberry.type(description="Funnel limits over numbers of cases, for a plot.")
class FunnelLimitsConnection:
    """A Relay connection."""

    edges: list[FunnelLimitsEdge] = strawberry.field(description="The limits of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")


@strawberry.type(description="One person's rate, as far as the caller may see that person.")
class PersonRateEdge:
    """The person's name is the node."""

    row: strawberry.Private[PersonRateDTO]
    cursor: Cursor = strawberry.field(description="Its place in the list, for `after` and `before`.")
    node: str = strawberry.field(description="The person's name.")
    numerator: int
    n: int
    undecided: int
    rate: Decimal | None
    estimate: Decimal | None
    interval_low: Decimal | None
    interval_high: Decimal | None
    warning_low: Decimal | None
    warning_high: Decimal | None
    control_low: Decimal | None
    control_high: Decimal | None
    adjusted_p: Decimal | None
    control: Control | None
    cannot_tell: CannotTell | None
    explanation: str

    @strawberry.field(
        description="Whose it is, if the caller may see that person today.", metadata={NEEDS: People.PEOPLE_READ}
    )
    async def person(self, info: Info) -> Person | None:
        """Through the loader."""
        found = await info.context.loaders.people.load(self.row.person_id)
        return None if found is None else to_person(found)


describe(PersonRateEdge, PersonRateDTO)
describe(PersonRateEdge, FunnelLimitsDTO)


@strawberry.type(description="Rates by name.")
class PersonRateConnection:
    """A Relay connection."""

    edges: list[PersonRateEdge] = strawberry.field(description="The rates of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")


@strawberry.type(description="One KPI compared between those of one job role.")
class RateComparisonEdge:
    """The KPI's key is the node."""

    row: strawberry.Private[RateComparisonDTO]
    cursor: Cursor = strawberry.field(description="Its place in the list, for `after` and `before`.")
    node: str = strawberry.field(description="The KPI's key in the model.")
    name: str
    level: KpiLevel
    unit: Unit
    polarity: Polarity
    job_role: str | None
    model_version: int
    method: Method
    is_share: bool
    people: int
    numerator: int
    n: int
    rate: Decimal | None
    homogeneity_p: Decimal | None
    noise_share: Decimal | None
    overdispersion: Decimal
    lead_grade: LeadGrade | None
    cases_needed: int | None
    cases_needed_low: int | None
    cases_needed_high: int | None
    cannot_tell: CannotTell | None
    explanation: str
    peers: int | None = strawberry.field(description="Those with cases whom the caller may not see one by one.")
    peers_numerator: int | None = strawberry.field(description="What came of the peers' cases.")
    peers_n: int | None = strawberry.field(description="The peers' cases.")
    peers_rate: Decimal | None = strawberry.field(description="Of all peers together.")
    peers_lower_quartile: Decimal | None = strawberry.field(description="A quarter of the peers have a lower rate.")
    peers_median: Decimal | None = strawberry.field(description="Half of the peers have a lower rate.")
    peers_upper_quartile: Decimal | None = strawberry.field(description="A quarter of the peers have a higher rate.")

    @strawberry.field(description="The model that defines it.")
    def success_model_id(self) -> strawberry.ID:
        """For `node(id)`."""
        return to_global_id("SuccessModel", self.row.success_model_id)

    @strawberry.field(description="Of those whom the caller may see, by name.", extensions=[Paged(whole=True)])
    def rates(self, page: PageRequest) -> PersonRateConnection:
        """All of them, unless fewer are asked for."""
        found = page_of_list(self.row.rates, page)
        edges = [_to_rate(dto, Cursor(cursor)) for cursor, dto in zip(found.cursors, found.items, strict=True)]
        return PersonRateConnection(edges=edges, page_info=to_page_info(found, page))

    @strawberry.field(description="The limits over numbers of cases, for a plot.", extensions=[Paged(whole=True)])
    def funnel(self, page: PageRequest) -> FunnelLimitsConnection:
        """All of them, unless fewer are asked for."""
        found = page_of_list(self.row.funnel, page)
        edges = [
            FunnelLimitsEdge(cursor=Cursor(cursor), node=dto.n, **dto.model_dump(exclude={"n"}))
            for cursor, dto in zip(found.cursors, found.items, strict=True)
        ]
        return FunnelLimitsConnection(edges=edges, page_info=to_page_info(found, page))


describe(RateComparisonEdge, RateComparisonDTO)


@strawberry.type(description="Comparisons by KPI in the model's order, and job role.")
class RateComparisonConnection:
    """A Relay connection."""

    edges: list[RateComparisonEdge] = strawberry.field(description="The comparisons of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")


@strawberry.type(description="Who differs beyond chance, and how much of the difference between people is noise.")
class RateComparisons(Node):
    """The id names the question."""

    row: strawberry.Private[RateComparisonsDTO]
    period: PeriodKind
    period_start: dt.date
    period_end: dt.date
    as_of: dt.datetime
    team_on: dt.date
    interval_level: Decimal
    false_discoveries: Decimal
    tests: int

    @strawberry.field(description="By KPI in the model's order, and job role.", extensions=[Paged(whole=True)])
    def comparisons(self, page: PageRequest) -> RateComparisonConnection:
        """All of them, unless fewer are asked for."""
        found = page_of_list(self.row.comparisons, page)
        edges = [_to_comparison(dto, Cursor(cursor)) for cursor, dto in zip(found.cursors, found.items, strict=True)]
        return RateComparisonConnection(edges=edges, page_info=to_page_info(found, page))


describe(RateComparisons, RateComparisonsDTO)


def _to_rate(dto: PersonRateDTO, cursor: Cursor) -> PersonRateEdge:
    limits: dict[str, Any] = dict.fromkeys(name for name in FunnelLimitsDTO.model_fields if name != "n")
    if dto.limits is not None:
        limits |= dto.limits.model_dump(exclude={"n"})
    shown = dto.model_dump(exclude={"person_id", "name", "limits"})
    return PersonRateEdge(row=dto, cursor=cursor, node=dto.name, **shown, **limits)


def _to_comparison(dto: RateComparisonDTO, cursor: Cursor) -> RateComparisonEdge:
    peers: dict[str, Any] = dict.fromkeys(AnonymousPeersDTO.model_fields)
    if dto.peers is not None:
        peers |= dto.peers.model_dump()
    flat = {f"peers_{name}": value for name, value in peers.items() if name != "people"}
    shown = dto.model_dump(exclude={"kpi", "success_model_id", "rates", "peers", "funnel"})
    return RateComparisonEdge(row=dto, cursor=cursor, node=dto.kpi, peers=peers["people"], **flat, **shown)


async def _ask(info: Info, asked: RateComparisonsQuery) -> RateComparisons:
    async with info.context.session() as session:
        dto = await get_rate_comparisons(session, info.context.principal, asked)
    key = json.dumps(asked.model_dump(mode="json", exclude_defaults=True), separators=(",", ":"))
    shown = dto.model_dump(exclude={"comparisons"})
    return RateComparisons(id=to_global_id("RateComparisons", key), row=dto, **shown)


async def load_rate_comparisons(info: Info, key: str) -> RateComparisons:
    """By what the id names; what has no answer any more is not there."""
    try:
        return await _ask(info, RateComparisonsQuery.model_validate_json(key))
    except ServiceError as error:
        raise not_found("rate_comparisons") if error.kind is ErrorKind.INVALID else error from error


@strawberry.type
class RateComparisonsQueries:
    """Queries of comparisons of rates."""

    @strawberry.field(
        description="Who differs beyond chance: rates of a team, by name; those whom one may not see as one group.",
        metadata={NEEDS: Permission.KPI_SNAPSHOTS_READ},
        extensions=[NullIfAbsent()],
    )
    async def rate_comparisons(
        self,
        info: Info,
        kpi: list[str] | None = None,
        manager_id: strawberry.ID | None = None,
        team_id: strawberry.ID | None = None,
        period: PeriodKind = PeriodKind.QUARTER,
        period_start: dt.date | None = None,
        as_of: dt.datetime | None = None,
        known_at: dt.datetime | None = None,
    ) -> RateComparisons | None:
        """Null for a team that is not there, or none of the caller's, and for an unknown KPI."""
        if kpi is not None and len(kpi) > MOST_KPIS:
            raise invalid("kpi", f"must name at most {MOST_KPIS}")
        whose = {
            "kpi": tuple(kpi or ()),
            "manager_id": None if manager_id is None else row_id(manager_id, "Person"),
            "team_id": None if team_id is None else row_id(team_id, "Team"),
        }
        when = {"period": period, "period_start": period_start, "as_of": as_of, "known_at": known_at}
        return await _ask(info, to_input(RateComparisonsQuery, **whose, **when))
