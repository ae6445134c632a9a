"""How often reps close a gap alone, within the time that is theirs, by team and month; pure.

An opportunity counts in the month in which its grace time ended, for whom the person reported to when it was raised. A
month that is over never changes again, so that nothing can be learned by asking at different times. Whoever does not
manage a team reads its months only where five people or more are in them beside themself, each month by itself and
their sum: what is withheld cannot be found by subtraction.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

import numpy as np

from service.coaching_sessions.cadence_adherence import LEVEL, Rate, pooled_rate
from service.statistics.intervals import effective_trials
from service.statistics.trends import proportion_trend

LEAST_PEOPLE = 5
"""In a month of a team, for those who do not manage it."""
LEAST_DECIDED, LEAST_MONTHS = 10, 3
"""Opportunities, and months with any, that it takes to tell."""
ALPHA = 0.05


class CorrectionTrend(StrEnum):
    """How the share goes from month to month."""

    RISING = "rising"
    FALLING = "falling"
    WITHIN_CHANCE = "within_chance"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True)
class Decided:
    """An opportunity whose grace time is over; `alone`: the person closed the gap within it."""

    person_id: UUID
    manager_id: UUID
    raised_on: date
    month: date
    alone: bool


@dataclass(frozen=True, slots=True)
class TeamMonth:
    """A month of a team, as one caller may read it; `hidden`: there are too few people, or it is not over."""

    manager_id: UUID
    month: date
    rows: tuple[Decided, ...]
    hidden: bool = False
    whole: bool = False
    """All or nothing of it counts, as the caller does not manage these people."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """What a caller manages, of whom besides they may read groups, and the first month that is not over."""

    manages: Callable[[Decided], bool]
    may_read: Callable[[UUID], bool]
    running: date
    person_id: UUID | None = None
    """Who asks: what is their own they can take away from any sum."""


def show(rows: Iterable[Decided], viewer: Viewer) -> list[TeamMonth]:
    """The months of teams as a caller may read them."""
    cells: dict[tuple[UUID, date], list[Decided]] = {}
    for row in rows:
        cells.setdefault((row.manager_id, row.month), []).append(row)
    found = []
    for (manager_id, month), held in cells.items():
        own = tuple(row for row in held if viewer.manages(row))
        if len(own) == len(held) or not viewer.may_read(manager_id):
            found.append(TeamMonth(manager_id, month, own))
            continue
        others = {row.person_id for row in held} - {row.person_id for row in own} - {viewer.person_id}
        hidden = len(others) < LEAST_PEOPLE or month >= viewer.running
        found.append(TeamMonth(manager_id, month, () if hidden else tuple(held), hidden, whole=True))
    return found


@dataclass(frozen=True, slots=True)
class MonthShare:
    """One month: None where it is withheld."""

    month: date
    rate: Rate | None
    people: int | None


@dataclass(frozen=True, slots=True)
class Correction:
    """The shares of a team or tree; slope of the log odds a month, None where nothing can be told of it."""

    rate: Rate
    people: int
    months: tuple[MonthShare, ...]
    trend: CorrectionTrend
    slope: float | None
    p_value: float | None

    @property
    def withheld(self) -> int:
        """How many months are not shown."""
        return sum(one.rate is None for one in self.months)


def sum_up(cells: Sequence[TeamMonth], counts: Callable[[Decided], bool], months: Sequence[date]) -> Correction:
    """Of some months of teams those that count: of what is all or nothing, where all of it does."""
    taken: dict[date, list[Decided]] = {month: [] for month in months}
    hidden = set()
    for cell in cells:
        if cell.hidden:
            hidden.add(cell.month)
        elif not cell.whole or all(map(counts, cell.rows)):
            taken[cell.month] += [row for row in cell.rows if counts(row)]
    hidden = {month for month in hidden if not taken[month]}
    rows = [row for of in taken.values() for row in of]
    parts = _by_person(rows)
    shown = tuple(
        MonthShare(month, None, None)
        if month in hidden
        else MonthShare(month, pooled_rate(list(_by_person(of).values())), len({row.person_id for row in of}))
        for month, of in taken.items()
    )
    trend = _trend_of(parts, list(taken.values()))
    return Correction(pooled_rate(list(parts.values())), len(parts), shown, *trend)


def _by_person(rows: Iterable[Decided]) -> dict[UUID, tuple[int, int]]:
    found: dict[UUID, tuple[int, int]] = {}
    for row in rows:
        alone, decided = found.get(row.person_id, (0, 0))
        found[row.person_id] = alone + row.alone, decided + 1
    return found


def _trend_of(
    parts: dict[UUID, tuple[int, int]], months: Sequence[Sequence[Decided]]
) -> tuple[CorrectionTrend, float | None, float | None]:
    """What a person does goes together, so that opportunities count as many as they are worth."""
    alone, decided = (np.array([part[at] for part in parts.values()], dtype=float) for at in (0, 1))
    if decided.sum() < LEAST_DECIDED or sum(bool(rows) for rows in months) < LEAST_MONTHS:
        return CorrectionTrend.CANNOT_TELL, None, None
    worth = effective_trials(alone, decided, LEVEL) / float(decided.sum())
    hits = np.array([sum(row.alone for row in rows) for rows in months], dtype=float) * worth
    tries = np.array([len(rows) for rows in months], dtype=float) * worth
    found = proportion_trend(hits, tries)
    slope, p_value = float(found.slope), float(found.p)
    if p_value >= ALPHA:
        return CorrectionTrend.WITHIN_CHANCE, slope, p_value
    return (CorrectionTrend.RISING if slope > 0 else CorrectionTrend.FALLING), slope, p_value
