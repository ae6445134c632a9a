"""Panels of a model's KPIs from weekly sums: who was there when, and how long a KPI takes to tell; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import numpy as np

from service.kpi_snapshots.leads.dto import LagSource
from service.kpi_snapshots.leads.evidence import MOST_WEEKS, Panel
from service.kpi_snapshots.leads.grading import LeadUnproven
from service.kpi_snapshots.leads.outcomes import Link
from service.kpi_snapshots.leads.presenting import Lag
from service.organizations.known import KnownPerson
from service.organizations.working_time import WorkingCalendar
from service.statistics.arrays import Bools, Floats
from service.success_models.kpis import Polarity

SHORTEST_LAG, ASSUMED_LAG, LONGEST_LAG = 1, 2, 13
"""In weeks: what comes in the same week is not led to, and after a quarter of a year nobody knows what led to it."""
LEAST_DELAYS = 10
"""Fewer cases have no median to rely on."""
TOTAL_WEEKS = MOST_WEEKS + LONGEST_LAG
WEEK = timedelta(days=7)
RAMP = timedelta(days=91)
"""Somebody who is new does more of everything every week, which looks like a lead and is none."""


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """Of a measure: what it adds up to and how many facts that are; arrays (people x weeks)."""

    value: Floats
    n: Floats


def to_lag(days: float | None, n: int) -> Lag:
    """Whole weeks, one at least and a quarter of a year at most."""
    if days is None or n < LEAST_DELAYS:
        return Lag(ASSUMED_LAG, days, n, LagSource.ASSUMED)
    weeks = round(days / 7)
    if weeks < SHORTEST_LAG:
        return Lag(SHORTEST_LAG, days, n, LagSource.SHORTEST)
    if weeks > LONGEST_LAG:
        return Lag(LONGEST_LAG, days, n, LagSource.LONGEST)
    return Lag(weeks, days, n, LagSource.MEDIAN)


def find_presence(
    people: Sequence[UUID],
    known: Mapping[UUID, KnownPerson],
    calendars: Mapping[UUID, WorkingCalendar],
    first: date,
    count: int,
) -> Bools:
    """Who worked in which weeks at least half of the days that everybody works, past their ramp (people x weeks)."""
    starts = [first + WEEK * number for number in range(count)]
    there = np.zeros((len(people), count), dtype=bool)
    worked: dict[int, list[int]] = {}
    for row, id_ in enumerate(people):
        calendar, person = calendars[id_], known[id_]
        company = calendar.company
        days = worked.setdefault(id(company), [company.days(start, _end(start)) for start in starts])
        since = date.min if person.hired_on is None else person.hired_on + RAMP
        until = person.left_on or date.max
        there[row] = [
            days[number] > 0 and since <= start and _end(start) <= until for number, start in enumerate(starts)
        ]
        away = {
            number
            for absence in calendar.absences
            for number in range(
                max((absence.start - first).days // 7, 0), min((absence.end - first).days // 7 + 1, count)
            )
        }
        for number in away:
            there[row, number] &= 2 * calendar.days(starts[number], _end(starts[number])) >= days[number]
    return there


def _end(start: date) -> date:
    return start + WEEK - timedelta(days=1)


def make_panel(link: Link, lag: Lag, sums: Mapping[UUID, Sums], there: Bools, on_record: Bools) -> Panel | LeadUnproven:
    """The last weeks of a lead whose outcome is due, or why there is none.

    `there` and `on_record` (people x weeks) say who worked, and from when on there are records of somebody at all.
    """
    if link.done is None:
        return LeadUnproven.NOT_BY_WEEK
    if link.came is None:
        return LeadUnproven.NO_OUTCOME
    nothing = Sums(np.zeros(there.shape), np.zeros(there.shape))
    done, came = (sums.get(measure.identity(), nothing) for measure in (link.done, link.came))
    of = np.ones(there.shape) if link.of is None else sums.get(link.of.identity(), nothing).value
    counted = done.n if link.of is None else sums.get(link.of.identity(), nothing).n
    known = there & on_record & _begun(counted) & (counted.sum(-1) > 0)[:, None]
    paired = known[:, : -lag.weeks] & (there & _begun(came.n))[:, lag.weeks :]
    parts = (done.value[:, : -lag.weeks], of[:, : -lag.weeks], came.n[:, lag.weeks :])
    done_by, of_by, came_by = (np.where(paired, part, np.nan)[:, -MOST_WEEKS:] for part in parts)
    return Panel(done_by, of_by, came_by, np.asarray(link.kpi.polarity is Polarity.LOWER))


def records_since(sums: Mapping[UUID, Sums], shape: tuple[int, int]) -> Bools:
    """The weeks after somebody's first fact of any kind: before it there are no records (people x weeks)."""
    seen = sum((one.n for one in sums.values()), np.zeros(shape)).cumsum(-1) > 0
    return np.concatenate([np.zeros((shape[0], 1), dtype=bool), seen[:, :-1]], axis=1)


def _begun(counts: Floats) -> Bools:
    """Weeks from the first in which anybody has any on, as before it the CRM told of none; all, if nobody ever had."""
    by_week = counts.sum(0)
    return np.broadcast_to((by_week.cumsum() > 0) | ~by_week.any(), counts.shape)
