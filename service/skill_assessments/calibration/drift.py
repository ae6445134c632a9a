"""Whose severity has changed: the recent half of a time against the earlier one, beyond chance; pure.

What a rater says of a skill is held against the mean of what others say of it in the same half, so people who have
become better do not look like raters who have become kinder. One rater who drifts makes the others seem to drift the
other way: whoever stands out most is told first and is no measure for the others any more (a step-down search, as
Hawkins 1980, "Identification of Outliers"); false discoveries are kept down in every step (Benjamini & Hochberg 1995).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

import numpy as np
from scipy.sparse import csr_array

from service.skill_assessments.calibration.marks import Mark, newest
from service.statistics.arrays import Bools, Floats, Indices, ratio
from service.statistics.comparisons import adjusted_p_values
from service.statistics.intervals import difference_of_clusters

LEAST_PEOPLE = 5
"""Rated by others too, in each half."""
LEAST_OTHERS = 2
"""Of two raters nobody can say who has moved."""
FALSE_DISCOVERIES = 0.025
"""Half of what is usual: each step looks anew, and somebody's drift is partly the others' in reverse."""
LEVEL = 0.95


class NoDrift(StrEnum):
    """Why it cannot be told."""

    TOO_FEW_OTHERS = "too_few_others"
    TOO_LITTLE_OVERLAP = "too_little_overlap"


@dataclass(frozen=True, slots=True)
class Drift:
    """How a rater's severity changed, in levels; above 0 where they rate lower than before, as the others see it.

    `before` and `after` are ratings that others can be held against, `people_before` and `people_after` whom they are
    of. `p` is adjusted over all raters.
    """

    rater: str
    before: int = 0
    after: int = 0
    people_before: int = 0
    people_after: int = 0
    change: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    drifting: bool | None = None
    cannot_tell: NoDrift | None = NoDrift.TOO_LITTLE_OVERLAP


def find_drift(marks: Iterable[Mark], middle: datetime) -> list[Drift]:
    """One per rater, by the name that the marks give; marks are of skills, in each half the newest one counts."""
    table = _Table.of(list(marks), middle)
    trusted = np.ones(len(table.raters), dtype=np.bool_)
    told: dict[str, Drift] = {}
    while True:
        found = table.drifts(trusted)
        # Untested ones are nan, which counts as no test.
        adjusted = adjusted_p_values([np.nan if one.p is None else one.p for one in found])
        out = np.flatnonzero(adjusted <= FALSE_DISCOVERIES)
        last = not out.size
        first = None if last else min(out, key=lambda at: found[at].p or 0.0)
        for at, (one, p) in enumerate(zip(found, adjusted, strict=True)):
            if last or at == first:
                told[one.rater] = one if one.p is None else replace(one, p=float(p), drifting=at == first)
        if first is None:
            return [told[rater] for rater in table.raters]
        trusted[table.raters.index(found[first].rater)] = False


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """One entry per mark, by rater; a unit is a person's skill in one of the halves."""

    raters: Sequence[str]
    rater: Indices
    unit: Indices
    person: Indices
    late: Bools
    value: Floats

    @classmethod
    def of(cls, marks: Sequence[Mark], middle: datetime) -> "_Table":
        halves = [
            (late, mark)
            for late in (False, True)
            for mark in newest(one for one in marks if (one.at >= middle) is late)
        ]
        halves.sort(key=lambda half: half[1].rater)
        raters = {rater: at for at, rater in enumerate(dict.fromkeys(mark.rater for _, mark in halves))}
        people = {person: at for at, person in enumerate(dict.fromkeys(mark.person_id for _, mark in halves))}
        asked = dict.fromkeys((late, mark.person_id, mark.subject) for late, mark in halves)
        units = {unit: at for at, unit in enumerate(asked)}
        return cls(
            list(raters),
            np.array([raters[mark.rater] for _, mark in halves], dtype=np.intp),
            np.array([units[late, mark.person_id, mark.subject] for late, mark in halves], dtype=np.intp),
            np.array([people[mark.person_id] for _, mark in halves], dtype=np.intp),
            np.array([late for late, _ in halves], dtype=np.bool_),
            np.array([mark.value for _, mark in halves], dtype=np.float64),
        )

    def drifts(self, trusted: Bools) -> list[Drift]:
        """Of each trusted rater, by the other trusted ones."""
        size = int(self.unit.max(initial=-1)) + 1
        counted = trusted[self.rater]
        weight = counted.astype(np.float64)
        n, total = (np.bincount(self.unit, one, size)[self.unit] for one in (weight, weight * self.value))
        apart = ratio(total - weight * self.value, n - weight) - self.value
        held = counted & (n > 1)
        others = np.minimum(*(self._others(counted & (self.late == side), size) for side in (False, True)))
        ends = np.searchsorted(self.rater, np.arange(len(self.raters) + 1))
        return [
            self._drift(int(at), slice(ends[at], ends[at + 1]), apart, held, int(others[at]))
            for at in np.flatnonzero(trusted)
        ]

    def _others(self, counted: Bools, size: int) -> Indices:
        """With how many others each rater has something in common."""
        ends = self.unit[counted], self.rater[counted]
        rated = csr_array((np.ones(ends[0].size), ends), shape=(size, len(self.raters)))
        others: Indices = np.diff((rated.T @ rated).tocsr().indptr).astype(np.intp) - 1
        return np.maximum(others, 0)

    def _drift(self, at: int, own: slice, apart: Floats, held: Bools, others: int) -> Drift:
        kept = held[own]
        values, late, person = apart[own][kept], self.late[own][kept], self.person[own][kept]
        people = np.unique(person[~late]).size, np.unique(person[late]).size
        counted = Drift(self.raters[at], int((~late).sum()), int(late.sum()), *people)
        if min(people) < LEAST_PEOPLE:
            return counted
        if others < LEAST_OTHERS:
            return replace(counted, cannot_tell=NoDrift.TOO_FEW_OTHERS)
        found = difference_of_clusters(values[~late], person[~late], values[late], person[late], LEVEL)
        return replace(counted, change=found.value, low=found.low, high=found.high, p=found.p_value, cannot_tell=None)
