"""Where people stand in one KPI: positions and histories of peers as arrays, and what they come to; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from hashlib import blake2b
from typing import NamedTuple
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
from service.success_models.kpis import Kpi, KpiKind, Polarity
from service.success_models.measures import Aggregate, Measure
from service.success_models.targets import months_after

MONTHS = 3
"""Whole calendar months before the running one that habits are learned from; the running one counts up to yesterday."""
MOST_REMEMBERED = 20_000
"""Outlooks; of all organizations together, some ten megabytes."""


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


class _Case(NamedTuple):
    """What a forecast depends on besides what peers did; the denominator is that of a ratio, else 0."""

    place: int
    days_left: float
    value: float
    denominator: float
    target: float | None


def _forecast(kpi: Kpi, positions: Sequence[Position], peers: Peers) -> list[Outlook]:
    """Of a person whose position and peers are those of before the outlook is too: one call moves one KPI of many."""
    place_of = {id_: place for place, id_ in enumerate(peers.ids)}
    cases = [_case(kpi, position, place_of[position.person_id]) for position in positions]
    basis = _basis(kpi, peers)
    found = {case: outlook for case in cases if (outlook := _remembered.get((basis, case))) is not None}
    missing = list(dict.fromkeys(case for case in cases if case not in found))
    if missing:
        fresh = dict(zip(missing, _outlooks(kpi, _race(missing, kpi.polarity), peers), strict=True))
        if len(_remembered) + len(fresh) > MOST_REMEMBERED:
            _remembered.clear()
        _remembered.update({(basis, case): outlook for case, outlook in fresh.items()})
        found |= fresh
    return [found[case] for case in cases]


_remembered: dict[tuple[bytes, _Case], Outlook] = {}


def _case(kpi: Kpi, position: Position, place: int) -> _Case:
    value, target = position.value, position.target
    so_far = value.numerator if kpi.kind is KpiKind.RATIO else value.value
    goal = None if target is None else float(target)
    return _Case(place, float(position.days_left), float(so_far or 0), float(value.denominator or 0), goal)


def _basis(kpi: Kpi, peers: Peers) -> bytes:
    """A digest of all that the outlooks of a KPI have in common."""
    law = (kpi.kind, kpi.polarity, kpi.is_proportion, [measure.aggregate for measure in kpi.measures], len(peers.ids))
    told = blake2b(repr(law).encode(), digest_size=16)
    for measure in kpi.measures:
        history, sizes = peers.history(measure), _sizes(measure, peers)
        for array in (history.counts, history.exposures, *(() if sizes is None else sizes.arrays)):
            told.update(array.tobytes())
    return told.digest()


def _race(cases: Sequence[_Case], polarity: Polarity) -> Race:
    return Race(
        places=np.array([case.place for case in cases], dtype=np.intp),
        days_left=np.array([case.days_left for case in cases]),
        value=np.array([case.value for case in cases]),
        denominator=np.array([case.denominator for case in cases]),
        target=np.array([np.nan if case.target is None else case.target for case in cases]),
        polarity=polarity,
    )


def _outlooks(kpi: Kpi, race: Race, peers: Peers) -> list[Outlook]:
    size = len(peers.ids)
    histories = [peers.history(measure) for measure in kpi.measures]
    if kpi.kind is not KpiKind.RATIO:
        measure = kpi.measures[0]
        if measure.aggregate is Aggregate.SUM:
            return sum_outlook(race, histories[0], size, _sizes(measure, peers))
        return count_outlook(race, histories[0], size)
    above, below = histories
    if kpi.is_proportion:
        return proportion_outlook(race, above, below, size)
    if all(measure.aggregate is Aggregate.COUNT for measure in kpi.measures):
        return rate_outlook(race, above, below, size)
    return [Outlook()] * len(race.places)


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
