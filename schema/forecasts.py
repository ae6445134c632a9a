"""Forecasts: what people and the model expect of deals and quarters, once and for all."""

import datetime as dt
from decimal import Decimal
from uuid import UUID

import strawberry

from schema.context import Info
from schema.describing import NEEDS, describe
from schema.forecast_kinds import ForecasterKind, ForecastMeasure, ForecastSubject
from schema.inputs import row_id, to_dto, to_input
from schema.mutations import mutation
from schema.paging import Paged, orders
from schema.people.types import Person, to_person
from schema.relay import Connection, Node, NullIfAbsent, id_of, to_connection, to_global_id
from service.core.database import TenantSession
from service.core.pagination import PageRequest
from service.kpi_snapshots.forecasts.dto import (
    FORECAST_SORTING,
    CreateForecast,
    DealForecastInput,
    ForecastDTO,
    ForecastFilter,
    QuarterForecastInput,
)
from service.kpi_snapshots.permissions import Permission
from service.kpi_snapshots.use_cases import forecasts
from service.organizations.permissions import Permission as People

READ, WRITE = Permission.FORECASTS_READ, Permission.FORECASTS_WRITE

NEEDS_PEOPLE = {NEEDS: People.PEOPLE_READ}


@strawberry.type(description="What somebody, or the model, said at an instant of a deal or a quarter; never changed.")
class Forecast(Node):
    """A forecast."""

    row: strawberry.Private[ForecastDTO]
    made_at: dt.datetime
    forecaster: ForecasterKind
    model_version: str | None
    deal_id: strawberry.ID | None
    probability: Decimal | None
    expected_close_on: dt.date | None
    period_start: dt.date | None
    period_end: dt.date | None
    whole_tree: bool
    measure: ForecastMeasure | None
    expected: Decimal | None
    low: Decimal | None
    high: Decimal | None

    @strawberry.field(description="Who said so; null: the model.", metadata=NEEDS_PEOPLE)
    async def made_by(self, info: Info) -> Person | None:
        """Through the loader."""
        return await _person(info, self.row.forecaster_id)

    @strawberry.field(
        description="The deal's owner at the time, or whose quarter it is, if the caller may see them today.",
        metadata=NEEDS_PEOPLE,
    )
    async def person(self, info: Info) -> Person | None:
        """Through the loader."""
        return await _person(info, self.row.person_id)


describe(Forecast, ForecastDTO)


async def _person(info: Info, person_id: UUID | None) -> Person | None:
    found = None if person_id is None else await info.context.loaders.people.load(person_id)
    return None if found is None else to_person(found)


def to_forecast(dto: ForecastDTO) -> Forecast:
    """The GraphQL view of a forecast."""
    fields = dto.model_dump(exclude={"id", "deal_id", "forecaster_id", "person_id"})
    deal_id = None if dto.deal_id is None else to_global_id("Deal", dto.deal_id)
    return Forecast(id=to_global_id("Forecast", dto.id), row=dto, deal_id=deal_id, **fields)


async def load_forecast(info: Info, id_: UUID) -> Forecast:
    """By row id."""
    async with info.context.session() as session:
        return to_forecast(await forecasts.get_forecast(session, info.context.principal, id_))


@strawberry.type
class ForecastsQuery:
    """Queries of forecasts."""

    @strawberry.field(description="One forecast.", metadata={NEEDS: READ}, extensions=[NullIfAbsent()])
    async def forecast(self, info: Info, id: strawberry.ID) -> Forecast | None:  # noqa: A002 - the argument's name in the schema
        """By global id."""
        return await load_forecast(info, row_id(id, "Forecast"))

    @strawberry.field(
        description="The last first: a rep's own, a manager's own and those of everybody below, and the model's.",
        metadata={NEEDS: READ},
        extensions=[Paged(orders("ForecastSort", FORECAST_SORTING))],
    )
    async def forecasts(
        self,
        info: Info,
        page: PageRequest,
        subject: ForecastSubject | None = None,
        forecaster: ForecasterKind | None = None,
        forecaster_id: strawberry.ID | None = None,
        person_id: strawberry.ID | None = None,
        deal_id: strawberry.ID | None = None,
        made_since: dt.datetime | None = None,
        made_until: dt.datetime | None = None,
    ) -> Connection[Forecast]:
        """One page."""
        ids = {
            "forecaster_id": id_of(forecaster_id, "Person"),
            "person_id": id_of(person_id, "Person"),
            "deal_id": id_of(deal_id, "Deal"),
        }
        when = {"made_since": made_since, "made_until": made_until}
        asked = to_input(ForecastFilter, subject=subject, forecaster=forecaster, **ids, **when)
        async with info.context.session() as session:
            found = await forecasts.list_forecasts(session, info.context.principal, asked, page)
        return to_connection(found, to_forecast, page)


@strawberry.type(description="What was said.")
class ForecastPayload:
    """The answer to a mutation."""

    forecast: Forecast = strawberry.field(description="The forecast.")


@strawberry.input(name="DealForecastInput", description="What becomes of an open deal.")
class DealForecast:
    """Of one's own, or of somebody below."""

    deal_id: strawberry.ID
    probability: Decimal
    expected_close_on: dt.date | None = None


describe(DealForecast, DealForecastInput)


@strawberry.input(name="QuarterForecastInput", description="What a quarter brings.")
class QuarterForecast:
    """One's own, or that of somebody below."""

    person_id: strawberry.ID
    period_start: dt.date
    measure: ForecastMeasure
    expected: Decimal
    low: Decimal
    high: Decimal
    whole_tree: bool = False


describe(QuarterForecast, QuarterForecastInput)


@strawberry.input(description="A forecast of exactly one: a deal or a quarter. It cannot be changed.")
class CreateForecastInput:
    """What is said."""

    deal: DealForecast | None = None
    quarter: QuarterForecast | None = None
    idempotency_key: str | None = None


def _forecast(dto: ForecastDTO, _data: object) -> ForecastPayload:
    return ForecastPayload(forecast=to_forecast(dto))


@mutation("Make a forecast; the time is now.", needs=WRITE, payload=ForecastPayload, render=_forecast)
async def create_forecast(session: TenantSession, info: Info, data: CreateForecastInput) -> ForecastDTO:
    """`POST /v1/forecasts`."""
    return await forecasts.create_forecast(session, info.context.principal, to_dto(CreateForecast, data))


@strawberry.type
class ForecastsMutation:
    """Mutations of forecasts."""

    create_forecast = create_forecast
