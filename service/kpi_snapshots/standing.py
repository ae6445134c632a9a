"""Where people stand in one KPI: positions and histories of peers as arrays, and what they come to; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from uuid import UUID

import numpy as np

from service.kpi_snapshots.figures import Figures, Stays
from service.kpi_snapshots.pace import (
    History,
    Outlook,
    Race,
    Sizes,
    count_outlook,
    level_outlook,
    proportion_outlook,
    rate_outlook,
    share_outlook,
    shrunken_sizes,
    stay_outlook,
    sum_outlook,
)
from service.kpi_snapshots.snapshot import KpiValue
from service.organizations.working_time import WorkingCalendar
from service.statistics.arrays import Floats
from service.success_models.kpis import Kpi, KpiKind
from service.success_models.measures import Aggregate, Measure
from service.success_models.targets import months_after

MONTHS = 3
"""Whole calendar months before the running one that habits are learned from; the running one counts up to yesterday."""


@dataclass(frozen=True, slots=True)
class Position:
    """A person's value so far, their target, and the working days that are left of the period."""

    person_id: UUID
    value: KpiValue
    target: Decimal | None
    days_left: Fraction


@dataclass(frozen=True)
class Peers:
    """Those whose habits tell of each other's, with what they did."""

    ids: Sequence[UUID]
    calendars: Mapping[UUID, WorkingCalendar]
    months: Mapping[UUID, Mapping[tuple[UUID, date], int]]
    """By measure: facts of a person in a month."""
    sizes: Mapping[UUID, Mapping[UUID, tuple[int, float, float | None]]]
    """By measure and person: how many amounts, their mean and variance."""
    seen_since: Mapping[UUID, date]
    """The first day of the window on which anything is known of a person."""
    today: date
    _histories: dict[UUID, History] = field(default_factory=dict, init=False, repr=False, compare=False)

    @cached_property
    def exposures(self) -> Floats:
        """The working days on which each person (a row) could have been seen in each month of the window (a column).

        Nothing tells of the days before the first record of anybody, nor before the first of somebody whose day of
        hiring is not known: they may not have been there, or their CRM not yet connected.
        """
        first_seen = min((self.seen_since[id_] for id_ in self.ids if id_ in self.seen_since), default=self.today)
        months = month_spans(self.today)
        found = np.zeros((len(self.ids), len(months)))
        for row, id_ in enumerate(self.ids):
            calendar = self.calendars[id_]
            begun = self.seen_since.get(id_, self.today) if calendar.hired_on is None else first_seen
            found[row] = [float(calendar.days(max(first, begun), last)) for first, last in months]
        return found

    def history(self, measure: Measure) -> History:
        """Counts of facts by person and month, over working days; of a sum the facts behind it."""
        id_ = measure.identity()
        if id_ not in self._histories:
            self._histories[id_] = self._history(id_)
        return self._histories[id_]

    def _history(self, measure_id: UUID) -> History:
        rows = {id_: row for row, id_ in enumerate(self.ids)}
        columns = {first: column for column, (first, _) in enumerate(month_spans(self.today))}
        counts = np.zeros(self.exposures.shape)
        for (id_, month), n in self.months.get(measure_id, {}).items():
            if id_ in rows and month in columns:
                counts[rows[id_], columns[month]] = n
        people = np.repeat(np.arange(len(self.ids)), len(columns))
        return History(people, counts.ravel(), self.exposures.ravel())


def window_of(today: date) -> tuple[date, date]:
    """The days that habits are learned from; the second is not one of them."""
    return months_after(today.replace(day=1), -MONTHS), today


def month_spans(today: date) -> list[tuple[date, date]]:
    """The window's months, both ends included; without the running one on its first day."""
    firsts = [months_after(today.replace(day=1), -back) for back in range(MONTHS, -1, -1)]
    lasts = [min(months_after(first, 1), today) - timedelta(days=1) for first in firsts]
    return [(first, last) for first, last in zip(firsts, lasts, strict=True) if last >= first]


def needs_history(kpi: Kpi) -> tuple[Measure, ...]:
    """The measures whose past months say what the rest of a period may bring."""
    return kpi.measures if kpi.is_additive and kpi.per is None else ()


def find_outlooks(kpi: Kpi, positions: Sequence[Position], peers: Peers, figures: Figures) -> list[Outlook]:
    """The outlook of each position, in their order."""
    if kpi.is_additive and kpi.per is None:
        return _forecast(kpi, positions, peers)
    return [_without_forecast(kpi, position, figures) for position in positions]


def _forecast(kpi: Kpi, positions: Sequence[Position], peers: Peers) -> list[Outlook]:
    place_of = {id_: place for place, id_ in enumerate(peers.ids)}
    size = len(peers.ids)
    is_ratio = kpi.kind is KpiKind.RATIO
    so_far = [position.value.numerator if is_ratio else position.value.value for position in positions]
    race = Race(
        places=np.array([place_of[position.person_id] for position in positions], dtype=np.intp),
        days_left=np.array([float(position.days_left) for position in positions]),
        value=np.array([float(value or 0) for value in so_far]),
        denominator=np.array([float(position.value.denominator or 0) for position in positions]),
        target=np.array([np.nan if one.target is None else float(one.target) for one in positions]),
        polarity=kpi.polarity,
    )
    histories = [peers.history(measure) for measure in kpi.measures]
    if not is_ratio:
        measure = kpi.measures[0]
        if measure.aggregate is Aggregate.SUM:
            return sum_outlook(race, histories[0], size, _sizes(measure, peers))
        return count_outlook(race, histories[0], size)
    above, below = histories
    if kpi.is_proportion:
        return proportion_outlook(race, above, below, size)
    if all(measure.aggregate is Aggregate.COUNT for measure in kpi.measures):
        return rate_outlook(race, above, below, size)
    return [Outlook()] * len(positions)


def _without_forecast(kpi: Kpi, position: Position, figures: Figures) -> Outlook:
    value, target = position.value, position.target
    goal = None if target is None else float(target)
    if kpi.kind is KpiKind.DURATION and kpi.duration is not None:
        stays = figures.stays.get((position.person_id, kpi.duration), Stays())
        return stay_outlook(stays, float(kpi.duration.quantile), goal, kpi.polarity)
    if kpi.kind is KpiKind.STOCK:
        return level_outlook(value.value, target, kpi.polarity)
    is_share = kpi.is_cohort or kpi.measures[0].aggregate is Aggregate.SHARE
    if is_share and kpi.per is None and value.numerator is not None and value.denominator is not None:
        return share_outlook(float(value.numerator), float(value.denominator), goal, kpi.polarity)
    return Outlook()


def _sizes(measure: Measure, peers: Peers) -> Sizes | None:
    known = peers.sizes.get(measure.identity(), {})
    found = [known.get(id_, (0, 0.0, None)) for id_ in peers.ids]
    counts, means = np.array([float(one[0]) for one in found]), np.array([one[1] for one in found])
    variances = np.array([np.nan if one[2] is None else one[2] for one in found])
    return shrunken_sizes(counts, means, variances)
