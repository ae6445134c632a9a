"""Forecasts: made once and for all, by a rep of their own deals and quarters, by a manager of those below."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.clock import utc_now
from service.core.errors import ErrorKind, ServiceError, conflict, invalid, not_found
from service.core.ids import new_id
from service.core.pagination import Page, PageRequest
from service.core.principal import Principal, require
from service.kpi_snapshots.forecasts.dto import (
    CreateForecast,
    DealForecastInput,
    ForecastDTO,
    ForecastFilter,
    QuarterForecastInput,
)
from service.kpi_snapshots.forecasts.kinds import ForecasterKind
from service.kpi_snapshots.models import Forecast
from service.kpi_snapshots.periods import Calendar
from service.kpi_snapshots.permissions import Permission
from service.kpi_snapshots.repository import forecasts as repository
from service.organizations.use_cases.organizations import get_organization
from service.organizations.use_cases.reports import everyone_below
from service.organizations.use_cases.scope import local_today, visible_people
from service.success_models.targets import PeriodKind
from service.success_models.use_cases.deal_cases import visible_deals

FARTHEST = timedelta(days=370)
"""How far ahead a quarter may begin: a year from now."""


async def create_forecast(session: AsyncSession, principal: Principal, data: CreateForecast) -> ForecastDTO:
    """Say what becomes of a deal or a quarter; the time is now, and it cannot be changed.

    `forbidden` for a key that is nobody's, and for what is neither one's own nor of somebody below today; `conflict`
    for a deal that is decided and a quarter that has ended; `invalid`, naming the field, for what there is not.
    """
    require(principal, Permission.FORECASTS_WRITE)
    today = await local_today(session, principal.org_id)
    team: set[UUID] = set()
    if principal.person_id is not None:
        below = await everyone_below(session, principal.as_system(), principal.person_id, today)
        team = {person.id for person in below}
    if data.deal is not None:
        fields = await _of_deal(session, principal, data.deal, team, today)
    else:
        assert data.quarter is not None  # noqa: S101 - the DTO has exactly one of the two
        fields = await _of_quarter(session, principal, data.quarter, team, today)
    row = Forecast(org_id=principal.org_id, id=new_id(), made_at=utc_now(), forecaster_id=principal.person_id, **fields)
    session.add(row)
    await session.flush()
    return ForecastDTO.model_validate(row)


async def list_forecasts(
    session: AsyncSession, principal: Principal, asked: ForecastFilter, page: PageRequest
) -> Page[ForecastDTO]:
    """A page of those that the caller, and the people whom the caller may see, made; and the model's about them."""
    require(principal, Permission.FORECASTS_READ)
    found = await repository.list_forecasts(session, principal.org_id, await _seen(session, principal), asked, page)
    return found.with_items([ForecastDTO.model_validate(row) for row in found.items])


async def get_forecast(session: AsyncSession, principal: Principal, forecast_id: UUID) -> ForecastDTO:
    """One; `not_found` outside the caller's scope."""
    require(principal, Permission.FORECASTS_READ)
    row = await repository.get_forecast(session, principal.org_id, await _seen(session, principal), forecast_id)
    if row is None:
        raise not_found("forecast")
    return ForecastDTO.model_validate(row)


async def _seen(session: AsyncSession, principal: Principal) -> Collection[UUID] | None:
    return await visible_people(session, principal, await local_today(session, principal.org_id))


async def _of_deal(
    session: AsyncSession, principal: Principal, said: DealForecastInput, team: Collection[UUID], today: date
) -> dict[str, Any]:
    rows = await visible_deals(session, principal, [said.deal_id])
    if not rows:
        raise invalid("/deal/deal_id", "is no deal that you may see")
    deal = rows[0]
    kind = _capacity(principal, deal.owner_id, team)
    if deal.outcome != "open":
        raise conflict("deal_decided", f"This deal is {deal.outcome} already.", "/deal/deal_id")
    if said.expected_close_on is not None and said.expected_close_on < today:
        raise invalid("/deal/expected_close_on", f"must not be before today ({today})")
    return {"forecaster": kind, "person_id": deal.owner_id, **said.model_dump()}


async def _of_quarter(
    session: AsyncSession, principal: Principal, said: QuarterForecastInput, team: Collection[UUID], today: date
) -> dict[str, Any]:
    _require_somebody(principal)
    if said.person_id != principal.person_id and said.person_id not in team:
        raise invalid("/quarter/person_id", "is neither you nor anybody below you")
    kind = ForecasterKind.REP
    if said.whole_tree or said.person_id != principal.person_id:
        kind = ForecasterKind.MANAGER
    if said.whole_tree and not await everyone_below(session, principal.as_system(), said.person_id, today):
        raise invalid("/quarter/whole_tree", "is for somebody to whom others report")
    known = await get_organization(session, principal.as_system())
    quarter = Calendar(known.week_start, known.fiscal_year_start_month).period_of(PeriodKind.QUARTER, said.period_start)
    if said.period_start != quarter.start:
        raise invalid("/quarter/period_start", f"is not the start of a quarter; that would be {quarter.start}")
    if quarter.end < today:
        raise conflict("quarter_ended", f"This quarter ended on {quarter.end}.", "/quarter/period_start")
    if quarter.start > today + FARTHEST:
        raise invalid("/quarter/period_start", "must be within a year from today")
    return {"forecaster": kind, "period_end": quarter.end, **said.model_dump()}


def _capacity(principal: Principal, owner_id: UUID | None, team: Collection[UUID]) -> ForecasterKind:
    _require_somebody(principal)
    if owner_id == principal.person_id:
        return ForecasterKind.REP
    if owner_id is None or owner_id not in team:
        raise ServiceError(
            ErrorKind.FORBIDDEN, "not_your_forecast", "Only a deal's owner and those above them forecast it."
        )
    return ForecasterKind.MANAGER


def _require_somebody(principal: Principal) -> None:
    if principal.person_id is None:
        message = "A forecast is a person's: use a key that acts as one."
        raise ServiceError(ErrorKind.FORBIDDEN, "forecast_of_nobody", message)
