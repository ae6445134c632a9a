"""What forecast quarters brought: the wins of a person, or of those below somebody on the day of each win."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

import numpy as np
from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.principal import Principal
from service.kpi_snapshots.forecasts.kinds import ForecasterKind, ForecastMeasure
from service.kpi_snapshots.forecasts.quarters import QuarterForecasts
from service.kpi_snapshots.repository import forecast_scores as repository
from service.kpi_snapshots.repository.forecast_scores import Forecaster, QuarterForecast, Won
from service.organizations.use_cases.reports import spans_below_each

Spans = Mapping[UUID, Sequence[tuple[date, date]]]
"""The days of each person on which a win of theirs counts, from a day until before another."""


class Outcome(NamedTuple):
    """What a quarter brought; of amounts also how many wins have none."""

    actual: float
    without_amount: int


async def quarters_by_forecaster(
    session: AsyncSession, principal: Principal, asked: repository.Scored, today: date, time_zone: str
) -> dict[tuple[Forecaster, ForecastMeasure], QuarterForecasts]:
    """What each forecaster said of quarters, and what these brought, by what is measured."""
    said, counts = await repository.load_quarter_forecasts(session, asked, today, time_zone)
    outcomes = await _outcomes(session, principal, asked, said)
    scored: dict[tuple[str, UUID | None, str], list[tuple[QuarterForecast, Outcome]]] = {}
    for one, outcome in zip(said, outcomes, strict=True):
        scored.setdefault((one.forecaster, one.forecaster_id, one.measure), []).append((one, outcome))
    found = {}
    for kind, id_, measure, undecided, ended in counts:
        mine = scored.get((kind, id_, measure), [])
        found[(ForecasterKind(kind), id_), ForecastMeasure(measure)] = QuarterForecasts(
            expected=np.array([float(one.expected) for one, _ in mine]),
            low=np.array([float(one.low) for one, _ in mine]),
            high=np.array([float(one.high) for one, _ in mine]),
            actual=np.array([outcome.actual for _, outcome in mine]),
            quarters=np.array([one.period_start.toordinal() for one, _ in mine], dtype=np.intp),
            undecided=undecided,
            too_late=ended - len(mine),
            excluded=sum(outcome.without_amount for _, outcome in mine),
        )
    return found


async def _outcomes(
    session: AsyncSession, principal: Principal, asked: repository.Scored, said: Sequence[QuarterForecast]
) -> list[Outcome]:
    """What each quarter brought."""
    if not said:
        return []
    days = min(one.period_start for one in said), max(one.period_end for one in said)
    within = days[0], days[1] + timedelta(days=1)
    managers = {one.person_id for one in said if one.whole_tree}
    trees: Mapping[UUID, Spans] = await spans_below_each(session, principal.as_system(), managers, within)
    people = {one.person_id for one in said if not one.whole_tree}.union(*(set(tree) for tree in trees.values()))
    won: dict[UUID, list[Won]] = {}
    for row in await repository.load_wins(session, asked.org_id, people, days, asked.as_of):
        won.setdefault(row.person_id, []).append(row)
    return [_add_up(one, trees[one.person_id] if one.whole_tree else {one.person_id: [within]}, won) for one in said]


def _add_up(one: QuarterForecast, counted: Spans, won: Mapping[UUID, Sequence[Won]]) -> Outcome:
    wins = [
        win
        for person_id, spans in counted.items()
        for win in won.get(person_id, ())
        if one.period_start <= win.day <= one.period_end and any(start <= win.day < end for start, end in spans)
    ]
    if one.measure == ForecastMeasure.WINS:
        return Outcome(float(sum(win.wins for win in wins)), 0)
    return Outcome(float(sum(win.amount for win in wins)), sum(win.without_amount for win in wins))
