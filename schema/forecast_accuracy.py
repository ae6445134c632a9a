"""How forecasts came true."""

import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import UUID

import strawberry

from schema.context import Info
from schema.describing import NEEDS, describe, describe_enum
from schema.forecast_kinds import ForecasterKind, ForecastMeasure
from schema.inputs import to_input
from schema.paging import Paged
from schema.people.types import Person, to_person
from schema.relay import Node, NullIfAbsent, PageInfo, id_of, page_of_list, to_global_id, to_page_info
from schema.scalars import Cursor
from service.core.errors import ErrorKind, ServiceError, not_found
from service.core.pagination import PageRequest
from service.kpi_snapshots.forecasts.accuracy_dto import (
    HORIZON_DAYS,
    DealForecastScoreDTO,
    ForecastAccuracyDTO,
    ForecastAccuracyQuery,
    QuarterForecastScoreDTO,
    ReliabilityBinDTO,
)
from service.kpi_snapshots.forecasts.kinds import BiasVerdict, ForecastCannotTell, Sureness
from service.kpi_snapshots.permissions import Permission
from service.kpi_snapshots.use_cases.forecast_accuracy import get_forecast_accuracy
from service.organizations.permissions import Permission as People
from service.success_models.targets import PeriodKind

describe_enum(
    ForecastCannotTell,
    "Why nothing can be said about forecasts.",
    too_few_scored="Too few outcomes are known: 30 deals, or 8 quarters in 4 calendar quarters.",
    all_the_same="All deals came out the same way, or all but one: there is no skill to be seen.",
)
describe_enum(
    BiasVerdict,
    "Whether a forecaster is too hopeful or too careful, all forecasters of the answer counted.",
    name="ForecastBias",
    too_high="More is said than comes true, beyond chance.",
    too_low="Less is said than comes true, beyond chance.",
    none_seen="Within what chance makes.",
)


describe_enum(
    Sureness,
    "Whether deals are told apart more boldly than they come true, all forecasters of the answer counted.",
    name="ForecastSureness",
    too_sure="Less comes true where more is said than is said, beyond chance.",
    not_sure_enough="More does, beyond chance.",
    as_sure_as_right="Within what chance makes.",
)


@strawberry.type(description="Deals of which about the same was said.")
class ReliabilityBinEdge:
    """The number of deals is the node."""

    cursor: Cursor = strawberry.field(description="Its place in the list, for `after` and `before`.")
    node: int = strawberry.field(description="Deals of which that was said.")
    said_from: Decimal
    said_to: Decimal
    mean_forecast: Decimal
    share_won: Decimal
    low: Decimal
    high: Decimal


describe(ReliabilityBinEdge, ReliabilityBinDTO)


@strawberry.type(description="Tenths of probability that hold deals, the lowest first.")
class ReliabilityBinConnection:
    """A Relay connection."""

    edges: list[ReliabilityBinEdge] = strawberry.field(description="The tenths of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")


@strawberry.type
class ForecasterFields:
    """Whose line it is."""

    person_row_id: strawberry.Private[UUID | None]
    cursor: Cursor = strawberry.field(description="Its place in the list, for `after` and `before`.")
    node: strawberry.ID | None = strawberry.field(description="Who; null: all in that capacity, or the model.")
    forecaster: ForecasterKind
    name: str | None
    cannot_tell: ForecastCannotTell | None
    n: int
    undecided: int
    too_late: int
    verdict: BiasVerdict | None
    explanation: str

    @strawberry.field(
        description="The forecaster, if the caller may see that person today.", metadata={NEEDS: People.PEOPLE_READ}
    )
    async def person(self, info: Info) -> Person | None:
        """Through the loader."""
        found = None if self.person_row_id is None else await info.context.loaders.people.load(self.person_row_id)
        return None if found is None else to_person(found)


@strawberry.type(description="How a forecaster's forecasts of deals came true.")
class DealForecastScoreEdge(ForecasterFields):
    """The forecaster is the node."""

    row: strawberry.Private[DealForecastScoreDTO]
    won: int
    deals_needed: int
    mean_forecast: Decimal | None
    share_won: Decimal | None
    bias: Decimal | None
    bias_low: Decimal | None
    bias_high: Decimal | None
    bias_adjusted_p: Decimal | None
    slope: Decimal | None
    slope_low: Decimal | None
    slope_high: Decimal | None
    slope_adjusted_p: Decimal | None
    sureness: Sureness | None
    brier: Decimal | None
    brier_low: Decimal | None
    brier_high: Decimal | None
    skill: Decimal | None
    skill_low: Decimal | None
    skill_high: Decimal | None
    reliability: Decimal | None
    reliability_by_chance: Decimal | None
    resolution: Decimal | None
    uncertainty: Decimal | None
    within_variance: Decimal | None
    within_covariance: Decimal | None

    dated: int
    days_late: Decimal | None
    days_late_low: Decimal | None
    days_late_high: Decimal | None
    days_off: Decimal | None

    @strawberry.field(description="What came true by what was said.", extensions=[Paged(whole=True)])
    def bins(self, page: PageRequest) -> ReliabilityBinConnection:
        """All of them, unless fewer are asked for."""
        found = page_of_list(self.row.bins, page)
        edges = [
            ReliabilityBinEdge(cursor=Cursor(cursor), node=dto.n, **dto.model_dump(exclude={"n"}))
            for cursor, dto in zip(found.cursors, found.items, strict=True)
        ]
        return ReliabilityBinConnection(edges=edges, page_info=to_page_info(found, page))


describe(DealForecastScoreEdge, DealForecastScoreDTO)


@strawberry.type(description="The model, all reps, all managers, then everybody by name.")
class DealForecastScoreConnection:
    """A Relay connection."""

    edges: list[DealForecastScoreEdge] = strawberry.field(description="The forecasters of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")


@strawberry.type(description="How a forecaster's forecasts of quarters came true.")
class QuarterForecastScoreEdge(ForecasterFields):
    """The forecaster is the node."""

    measure: ForecastMeasure
    n_excluded: int
    quarters_needed: int
    expected: Decimal
    actual: Decimal
    mean_error: Decimal | None
    mean_error_low: Decimal | None
    mean_error_high: Decimal | None
    adjusted_p: Decimal | None
    mean_absolute_error: Decimal | None
    coverage: Decimal | None
    coverage_low: Decimal | None
    coverage_high: Decimal | None


describe(QuarterForecastScoreEdge, QuarterForecastScoreDTO)


@strawberry.type(description="By what is measured: the model, all reps, all managers, then everybody by name.")
class QuarterForecastScoreConnection:
    """A Relay connection."""

    edges: list[QuarterForecastScoreEdge] = strawberry.field(description="The forecasters of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")


def _who(dto: DealForecastScoreDTO | QuarterForecastScoreDTO) -> dict[str, Any]:
    id_ = None if dto.person_id is None else to_global_id("Person", dto.person_id)
    return {"node": id_, "person_row_id": dto.person_id, **dto.model_dump(exclude={"person_id", "bins"})}


@strawberry.type(description="How forecasts came true.")
class ForecastAccuracy(Node):
    """The id names the question."""

    row: strawberry.Private[ForecastAccuracyDTO]
    as_of: dt.datetime
    horizon_days: int
    period_start: dt.date | None
    period_end: dt.date | None
    interval_level: Decimal
    method: str
    model_version: str

    @strawberry.field(
        description="Of deals: the model, all reps, all managers, then everybody by name.", extensions=[Paged()]
    )
    def deals(self, page: PageRequest) -> DealForecastScoreConnection:
        """A page of them."""
        found = page_of_list(self.row.deals, page)
        edges = [
            DealForecastScoreEdge(cursor=Cursor(cursor), row=dto, **_who(dto))
            for cursor, dto in zip(found.cursors, found.items, strict=True)
        ]
        return DealForecastScoreConnection(edges=edges, page_info=to_page_info(found, page))

    @strawberry.field(description="Of quarters, wins before amounts, in the same order.", extensions=[Paged()])
    def quarters(self, page: PageRequest) -> QuarterForecastScoreConnection:
        """A page of them."""
        found = page_of_list(self.row.quarters, page)
        edges = [
            QuarterForecastScoreEdge(cursor=Cursor(cursor), **_who(dto))
            for cursor, dto in zip(found.cursors, found.items, strict=True)
        ]
        return QuarterForecastScoreConnection(edges=edges, page_info=to_page_info(found, page))


describe(ForecastAccuracy, ForecastAccuracyDTO)
KEY = ("forecaster", "person_id", "manager_id", "team_id", "horizon_days", "period", "period_start", "as_of")
"""What an id names, with a `|` between the parts."""


def _to_accuracy(dto: ForecastAccuracyDTO, asked: ForecastAccuracyQuery) -> ForecastAccuracy:
    parts = asked.model_dump(mode="json")
    key = "|".join("" if parts[name] is None else str(parts[name]) for name in KEY)
    fields = dto.model_dump(exclude={"deals", "quarters"})
    return ForecastAccuracy(id=to_global_id("ForecastAccuracy", key), row=dto, **fields)


async def load_forecast_accuracy(info: Info, key: str) -> ForecastAccuracy:
    """By what the id names; without an instant in it, as of now."""
    parts = {name: part for name, part in zip(KEY, key.split("|"), strict=True) if part}
    query = ForecastAccuracyQuery.model_validate(parts)
    try:
        return await _ask(info, query)
    except ServiceError as error:
        raise not_found("forecast_accuracy") if error.kind is ErrorKind.INVALID else error from error


async def _ask(info: Info, query: ForecastAccuracyQuery) -> ForecastAccuracy:
    async with info.context.session() as session:
        return _to_accuracy(await get_forecast_accuracy(session, info.context.principal, query), query)


@strawberry.type
class ForecastAccuracyQueries:
    """Queries of accuracy."""

    @strawberry.field(
        description="Of the caller's own forecasts, of those of everybody whom they may see, and of the model's.",
        metadata={NEEDS: Permission.FORECASTS_READ},
        extensions=[NullIfAbsent()],
    )
    async def forecast_accuracy(
        self,
        info: Info,
        forecaster: ForecasterKind | None = None,
        person_id: strawberry.ID | None = None,
        manager_id: strawberry.ID | None = None,
        team_id: strawberry.ID | None = None,
        horizon_days: int = HORIZON_DAYS,
        period: PeriodKind | None = None,
        period_start: dt.date | None = None,
        as_of: dt.datetime | None = None,
    ) -> ForecastAccuracy | None:
        """Null for people whom the caller may not see."""
        whose = {
            "person_id": id_of(person_id, "Person"),
            "manager_id": id_of(manager_id, "Person"),
            "team_id": id_of(team_id, "Team"),
        }
        when = {"horizon_days": horizon_days, "period": period, "period_start": period_start, "as_of": as_of}
        return await _ask(info, to_input(ForecastAccuracyQuery, forecaster=forecaster, **whose, **when))
