"""How severely each rater rates, and how far they use the scale; pure.

`service.statistics.severity` says how severity is told apart from whom somebody rates. Of a rater who has too little in
common with others no number is given.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

import numpy as np

from service.skill_assessments.calibration.weighing import Weighed
from service.statistics.arrays import Floats, as_floats, ratio
from service.statistics.comparisons import adjusted_p_values

LEVEL = 0.95
FALSE_DISCOVERIES = 0.05


class Leaning(StrEnum):
    """Beyond chance, all raters counted."""

    SEVERE = "severe"
    LENIENT = "lenient"
    IN_LINE = "in_line"


class NoSeverity(StrEnum):
    """Why a severity, or a level with it taken out, cannot be told."""

    NO_OVERLAP = "no_overlap"
    TOO_LITTLE_OVERLAP = "too_little_overlap"


@dataclass(frozen=True, slots=True)
class RaterSeverity:
    """One rater's `ratings` of skills of `people`; `shared` of them others have rated too.

    `severity` in levels against the other raters of the same `group`, above 0 where the rater rates lower than they
    do; `p` is adjusted over all raters. `spread` is the standard deviation of the rater's shared ratings,
    `others_spread` that of the others' of the same skills and people.
    """

    rater: str
    ratings: int
    people: int
    shared: int
    group: int
    severity: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    leaning: Leaning | None = None
    spread: float | None = None
    others_spread: float | None = None
    cannot_tell: NoSeverity | None = None


def why_no_severity(weighed: Weighed) -> list[NoSeverity | None]:
    """Of each rater in order: None where the severity is told."""
    overlap = weighed.overlap
    return [
        None if told else NoSeverity.TOO_LITTLE_OVERLAP if shared else NoSeverity.NO_OVERLAP
        for told, shared in zip(overlap.told, overlap.shared, strict=True)
    ]


def find_severities(weighed: Weighed) -> list[RaterSeverity]:
    """One per rater, by the name that the marks give."""
    told = weighed.overlap.told
    found = weighed.fit.compare(_against_others(weighed), LEVEL)
    # Whose severity is not told is not tested: nan counts as no test.
    p = adjusted_p_values(np.where(told, found.p_value, np.nan))
    own, others = _spreads(weighed)
    people: dict[str, list[UUID]] = {}
    for mark in weighed.marks:
        people.setdefault(mark.rater, []).append(mark.person_id)
    counted = [
        RaterSeverity(
            rater,
            len(people[rater]),
            len(set(people[rater])),
            int(weighed.overlap.shared[at]),
            int(weighed.overlap.group[at]),
            cannot_tell=reason,
        )
        for (rater, at), reason in zip(weighed.raters.items(), why_no_severity(weighed), strict=True)
    ]
    return [
        one
        if one.cannot_tell is not None
        else replace(
            one,
            severity=float(found.value[at]),
            low=float(found.low[at]),
            high=float(found.high[at]),
            p=float(p[at]),
            leaning=_lean(float(found.value[at]), float(p[at])),
            spread=float(own[at]),
            others_spread=float(others[at]),
        )
        for at, one in enumerate(counted)
    ]


def _against_others(weighed: Weighed) -> Floats:
    """Each rater less the others of the group, these by how much they share (raters x raters)."""
    group, shared = weighed.overlap.group, weighed.overlap.shared
    size = group.size
    others = np.where((group[:, None] == group[None, :]) & ~np.eye(size, dtype=np.bool_), shared[None, :], 0.0)
    return as_floats(np.eye(size) - np.nan_to_num(ratio(others, others.sum(axis=1, keepdims=True))))


def _lean(severity: float, p: float) -> Leaning:
    if p > FALSE_DISCOVERIES:
        return Leaning.IN_LINE
    return Leaning.SEVERE if severity > 0 else Leaning.LENIENT


def _spreads(weighed: Weighed) -> tuple[Floats, Floats]:
    """Standard deviations of each rater's shared ratings, and of the others' in the same units, one weight a unit."""
    ratings = weighed.ratings
    rater, unit, value = ratings.rater, ratings.unit, ratings.value
    others = ratings.sizes[unit] - 1
    shared = others > 0

    def spread(first: Floats, second: Floats) -> Floats:
        n = np.bincount(rater[shared], minlength=ratings.raters)
        mean, square = (ratio(np.bincount(rater[shared], one[shared], ratings.raters), n) for one in (first, second))
        return as_floats(np.sqrt(np.maximum(square - mean**2, 0.0)))

    total, squares = (np.bincount(unit, one, ratings.units)[unit] for one in (value, value**2))
    return spread(value, value**2), spread(ratio(total - value, others), ratio(squares - value**2, others))
