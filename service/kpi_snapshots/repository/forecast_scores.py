"""What became of forecasts: packed by the database into one row per forecaster, so that no deal becomes an object."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
from sqlalchemy import (
    ARRAY,
    DateTime,
    Double,
    Integer,
    LargeBinary,
    Uuid,
    and_,
    bindparam,
    cast,
    distinct,
    false,
    func,
    literal,
    not_,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from service.kpi_snapshots.forecasts.kinds import ForecasterKind
from service.kpi_snapshots.forecasts.scoring import DealForecasts
from service.kpi_snapshots.models import Forecast
from service.kpi_snapshots.repository.relations import DEAL
from service.kpi_snapshots.repository.rows import rows
from service.statistics.arrays import Floats

Forecaster = tuple[ForecasterKind, UUID | None]
QUARTER = ("forecaster", "forecaster_id", "person_id", "whole_tree", "measure", "period_start")
"""What a forecast of a quarter is about, and whose it is: of the same the last one counts."""


@dataclass(frozen=True, slots=True)
class Scored:
    """Which forecasts are scored.

    Those that `people` (None: anybody) made, and those of the model about `model_people` (None: anybody's deals), of
    one capacity if one is given; with outcomes from `first` to `last` (None: no bound), as they were at `as_of`, and
    made a horizon before these.
    """

    org_id: UUID
    people: Collection[UUID] | None
    model_people: Collection[UUID] | None
    forecaster: ForecasterKind | None
    horizon: timedelta
    first: date | None
    last: date | None
    as_of: datetime

    def between(self, day: Any) -> list[Any]:
        """The conditions on the day of an outcome."""
        bounds = [] if self.first is None else [day >= self.first]
        return bounds if self.last is None else [*bounds, day <= self.last]

    def holds(self) -> Any:
        """The condition on forecasts."""
        conditions = [col(Forecast.org_id) == self.org_id, col(Forecast.made_at) <= self.as_of]
        if self.forecaster is not None:
            conditions.append(col(Forecast.forecaster) == self.forecaster.value)
        by_model: Any = col(Forecast.forecaster_id).is_(None)
        by_people: Any = col(Forecast.forecaster_id).is_not(None)
        if self.model_people is not None:
            by_model = and_(by_model, col(Forecast.person_id) == _any(self.model_people, "model_people"))
        if self.people is not None:
            by_people = col(Forecast.forecaster_id) == _any(self.people, "forecasters")
        return and_(*conditions, or_(by_model, by_people))


class QuarterForecast(NamedTuple):
    """What was said last, and early enough, of a quarter that has ended."""

    forecaster: str
    forecaster_id: UUID | None
    person_id: UUID
    whole_tree: bool
    measure: str
    period_start: date
    period_end: date
    expected: Decimal
    low: Decimal
    high: Decimal


class QuarterCounts(NamedTuple):
    """Of how many quarters a forecaster said anything at all: those that have not ended, and those that have."""

    forecaster: str
    forecaster_id: UUID | None
    measure: str
    undecided: int
    ended: int


class Won(NamedTuple):
    """What somebody won on a day; `without_amount` of the wins have none in the organization's currency."""

    person_id: UUID
    day: date
    wins: int
    amount: Decimal
    without_amount: int


async def load_deal_forecasts(session: AsyncSession, asked: Scored) -> dict[Forecaster, DealForecasts]:
    """What each forecaster said of deals, and what became of these."""
    deal = _deal(asked)
    pair = (col(Forecast.deal_id), col(Forecast.forecaster), col(Forecast.forecaster_id))
    closed = and_(deal.c.outcome != "open", deal.c.closed_at.is_not(None), deal.c.closed_at <= asked.as_of)
    decided = and_(closed, *asked.between(deal.c.closed_on))
    early = func.coalesce(and_(decided, col(Forecast.made_at) <= deal.c.closed_at - literal(asked.horizon)), false())
    chance, won = cast(col(Forecast.probability), Double), cast(deal.c.outcome == "won", Integer)
    # Of a pair the last that was early enough, else any.
    last = (
        select(*pair[1:], chance.label("said"), won.label("won"), early.label("early"))
        .add_columns((deal.c.closed_on - col(Forecast.expected_close_on)).label("late"))
        .add_columns(func.coalesce(closed, false()).label("closed"), func.coalesce(decided, false()).label("decided"))
        .join(deal, true())
        .where(asked.holds())
        .ext(distinct_on(*pair))
        .order_by(*pair, early.desc(), col(Forecast.made_at).desc(), col(Forecast.id).desc())
        .subquery("last_forecast")
    )
    names = (last.c.forecaster, last.c.forecaster_id)
    columns = [
        _packed(value).filter(last.c.early) for value in (func.float8send(last.c.said), func.int4send(last.c.won))
    ]
    columns.append(_packed(func.int4send(last.c.late)).filter(last.c.early, last.c.late.is_not(None)))
    undecided, too_late = not_(last.c.closed), and_(last.c.decided, not_(last.c.early))
    query = select(*names, *columns, func.count().filter(undecided), func.count().filter(too_late)).group_by(*names)
    return {
        (ForecasterKind(kind), id_): DealForecasts(
            _unpacked(said, ">f8"), _unpacked(wins, ">i4"), _unpacked(late, ">i4"), *counts
        )
        for kind, id_, said, wins, late, *counts in await rows(session, query)
    }


async def load_quarter_forecasts(
    session: AsyncSession, asked: Scored, today: date, time_zone: str
) -> tuple[list[QuarterForecast], list[QuarterCounts]]:
    """What was said of quarters that had ended before a day, and how many quarters anything was said of."""
    ended = and_(col(Forecast.period_end) < today, *asked.between(col(Forecast.period_end)))
    after_end = func.timezone(time_zone, cast(col(Forecast.period_end) + 1, DateTime))
    early = col(Forecast.made_at) <= after_end - literal(asked.horizon)
    names = tuple(col(getattr(Forecast, name)) for name in QUARTER)
    about = select(*(col(getattr(Forecast, name)) for name in QuarterForecast._fields)).where(asked.holds())
    last = about.where(col(Forecast.period_end).is_not(None), ended, early).ext(distinct_on(*names))
    last = last.order_by(*names, col(Forecast.made_at).desc(), col(Forecast.id).desc())
    who = (col(Forecast.forecaster), col(Forecast.forecaster_id), col(Forecast.measure))
    quarters = func.count(distinct(tuple_(*names)))
    pending = quarters.filter(col(Forecast.period_end) >= today)
    counts = select(*who, pending, quarters.filter(ended)).where(asked.holds(), col(Forecast.period_end).is_not(None))
    return (
        [QuarterForecast(*row) for row in await rows(session, last)],
        [QuarterCounts(*row) for row in await rows(session, counts.group_by(*who))],
    )


async def load_wins(
    session: AsyncSession, org_id: UUID, people: Collection[UUID], days: tuple[date, date], as_of: datetime
) -> list[Won]:
    """What some people won on the days from the first to the last, as it was at an instant."""
    keys = (DEAL.c.closed_owner_id, DEAL.c.closed_on)
    amount = func.coalesce(func.sum(DEAL.c.org_amount), 0)
    query = (
        select(*keys, func.count(), amount, func.count().filter(DEAL.c.org_amount.is_(None)))
        .where(
            DEAL.c.org_id == org_id,
            DEAL.c.outcome == "won",
            DEAL.c.closed_owner_id == _any(people, "winners"),
            DEAL.c.closed_on.between(*days),
            DEAL.c.closed_at <= as_of,
        )
        .group_by(*keys)
    )
    return [Won(*row) for row in await rows(session, query)]


def _deal(asked: Scored) -> Any:
    """The deal of a forecast, looked up by its key.

    The limit keeps the planner from joining the other way round, which right after many were made, before it has
    counted them, it takes for cheap.
    """
    return (
        select(DEAL.c.outcome, DEAL.c.closed_at, DEAL.c.closed_on)
        .where(DEAL.c.org_id == asked.org_id, DEAL.c.id == col(Forecast.deal_id))
        .limit(1)
        .lateral("forecast_deal")
    )


def _packed(value: Any) -> Any:
    return func.string_agg(value, cast(b"", LargeBinary))


def _unpacked(column: bytes | None, kind: str) -> Floats:
    return np.frombuffer(column or b"", kind).astype(np.float64)


def _any(people: Collection[UUID], name: str) -> Any:
    return func.any(bindparam(name, list(people), type_=ARRAY(Uuid)))
