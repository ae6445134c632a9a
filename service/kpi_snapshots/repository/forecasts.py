"""Every query of forecasts as such; how they came true is in `forecast_scores.py`."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Uuid, and_, bindparam, func, insert, or_, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.keyset import fetch_page
from service.core.pagination import Page, PageRequest
from service.kpi_snapshots.forecasts.dto import FORECAST_SORTING, ForecastFilter
from service.kpi_snapshots.forecasts.kinds import ForecastSubject
from service.kpi_snapshots.models import Forecast, ForecastRun
from service.kpi_snapshots.repository.rows import run

ROWS_PER_STATEMENT = 1000


def is_seen(people: Collection[UUID] | None) -> ColumnElement[bool]:
    """Forecasts that some people (None: all) made, and those of the model that are about them."""
    if people is None:
        return col(Forecast.org_id).is_not(None)
    ids = bindparam("seen_people", list(people), type_=ARRAY(Uuid))
    about = and_(col(Forecast.forecaster_id).is_(None), col(Forecast.person_id) == func.any(ids))
    return or_(col(Forecast.forecaster_id) == func.any(ids), about)


async def list_forecasts(
    session: AsyncSession, org_id: UUID, people: Collection[UUID] | None, asked: ForecastFilter, page: PageRequest
) -> Page[Forecast]:
    """One page of those that may be seen."""
    query = select(Forecast).where(col(Forecast.org_id) == org_id, is_seen(people), *_conditions(asked))
    return await fetch_page(session, query, Forecast, FORECAST_SORTING, page)


async def get_forecast(
    session: AsyncSession, org_id: UUID, people: Collection[UUID] | None, forecast_id: UUID
) -> Forecast | None:
    """One that may be seen."""
    query = select(Forecast).where(col(Forecast.org_id) == org_id, col(Forecast.id) == forecast_id, is_seen(people))
    return (await session.exec(query)).first()


async def add_forecasts(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """Many at once, each with all its columns."""
    for start in range(0, len(rows), ROWS_PER_STATEMENT):
        await run(session, insert(Forecast).values(list(rows[start : start + ROWS_PER_STATEMENT])))


async def begin_run(session: AsyncSession, org_id: UUID, week_start: date, at: datetime) -> bool:
    """Claim a week for the model; False where somebody else has it."""
    row = {"org_id": org_id, "week_start": week_start, "made_at": at, "deals": 0, "quarters": 0}
    statement = upsert(ForecastRun).values(row).on_conflict_do_nothing().returning(col(ForecastRun.week_start))
    return (await (await session.connection()).execute(statement)).first() is not None


async def end_run(session: AsyncSession, org_id: UUID, week_start: date, deals: int, quarters: int) -> None:
    """Note how many forecasts the model made in a week."""
    mine = (col(ForecastRun.org_id) == org_id, col(ForecastRun.week_start) == week_start)
    await run(session, update(ForecastRun).where(*mine).values(deals=deals, quarters=quarters))


async def find_run(session: AsyncSession, org_id: UUID, week_start: date) -> ForecastRun | None:
    """What the model was asked in a week."""
    query = select(ForecastRun).where(col(ForecastRun.org_id) == org_id, col(ForecastRun.week_start) == week_start)
    return (await session.exec(query)).first()


def _conditions(asked: ForecastFilter) -> list[ColumnElement[bool]]:
    found = [
        col(getattr(Forecast, name)) == value
        for name in ("forecaster", "forecaster_id", "person_id", "deal_id")
        if (value := getattr(asked, name)) is not None
    ]
    if asked.subject is not None:
        is_deal = col(Forecast.deal_id).is_not(None)
        found.append(is_deal if asked.subject is ForecastSubject.DEAL else ~is_deal)
    if asked.made_since is not None:
        found.append(col(Forecast.made_at) >= asked.made_since)
    if asked.made_until is not None:
        found.append(col(Forecast.made_at) < asked.made_until)
    return found
