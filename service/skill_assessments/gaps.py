"""How far people are from the level that a skill requires, and how sure that is; pure.

A level is where raters see somebody on the framework's scale, with a standard error, and taken as normal. Ratings are
whole levels, so a person is below the required level where a lower one is nearer: more than half a level.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from scipy.special import ndtr, ndtri

from service.statistics.arrays import Floats, as_floats, tail_levels

LEVEL = 0.9
"""Of every interval."""
HALF = 0.5
"""Of a level: nearer to the required one than that is at it."""
Z = float(ndtri(tail_levels(LEVEL)[1]))
"""How many standard errors an interval reaches to either side."""


@dataclass(frozen=True, slots=True)
class SkillLevel:
    """Where the ratings of a person in a skill are, in levels of the scale; `n` raters are behind it."""

    person_id: UUID
    skill: str
    level: float
    error: float
    n: int


@dataclass(frozen=True, slots=True)
class RequiredLevel:
    """The level that somebody's job role and tenure ask for in a skill; None: none is set."""

    person_id: UUID
    skill: str
    required: float | None


@dataclass(frozen=True, slots=True)
class SkillGap:
    """The required level minus the level, with its interval; positive where something is missing.

    All but `required` and `level` is None where either is not known.
    """

    person_id: UUID
    skill: str
    required: float | None
    level: SkillLevel | None
    gap: float | None = None
    low: float | None = None
    high: float | None = None
    below: float | None = None
    """The probability of being below the required level."""


@dataclass(frozen=True, slots=True)
class TeamGap:
    """One skill over several people: those with a requirement, and of these the ones whose level is known.

    Intervals hold what is uncertain about the levels; the people are all there are, and no sample of others.
    """

    skill: str
    required: int
    assessed: int
    below: float | None = None
    """How many are expected to be below the required level."""
    below_low: int | None = None
    below_high: int | None = None
    gap: float | None = None
    """The mean of required minus level."""
    low: float | None = None
    high: float | None = None


def find_gaps(requirements: Iterable[RequiredLevel], levels: Iterable[SkillLevel]) -> list[SkillGap]:
    """One gap per requirement, in their order."""
    known = {(one.person_id, one.skill): one for one in levels}
    return [_gap(asked, known.get((asked.person_id, asked.skill))) for asked in requirements]


def _gap(asked: RequiredLevel, level: SkillLevel | None) -> SkillGap:
    if asked.required is None or level is None:
        return SkillGap(asked.person_id, asked.skill, asked.required, level)
    gap, reach = asked.required - level.level, Z * level.error
    # A level without any error is possible (a measured one): then it is below, or it is not.
    below = float(ndtr((gap - HALF) / level.error)) if level.error > 0 else float(gap > HALF)
    return SkillGap(asked.person_id, asked.skill, asked.required, level, gap, gap - reach, gap + reach, below)


def roll_up(gaps: Iterable[SkillGap]) -> list[TeamGap]:
    """Each skill over everybody whose gaps are given, in the order in which skills appear."""
    by_skill: dict[str, list[SkillGap]] = {}
    for gap in gaps:
        by_skill.setdefault(gap.skill, []).append(gap)
    return [_team(skill, found) for skill, found in by_skill.items()]


def _team(skill: str, gaps: Sequence[SkillGap]) -> TeamGap:
    asked = [one for one in gaps if one.required is not None]
    known = [
        (one.gap, one.level.error, one.below)
        for one in asked
        if one.level is not None and one.gap is not None and one.below is not None
    ]
    if not known:
        return TeamGap(skill, len(asked), 0)
    sizes, errors, below = (as_floats(column) for column in zip(*known, strict=True))
    mean, reach = float(sizes.mean()), Z * float(np.sqrt((errors**2).sum())) / len(known)
    low, high = _counts(below)
    return TeamGap(skill, len(asked), len(known), float(below.sum()), low, high, mean, mean - reach, mean + reach)


def _counts(chances: Floats) -> tuple[int, int]:
    """The interval of a sum of independent yes and no: the Poisson-binomial law, one convolution per person."""
    law = np.ones(1)
    for chance in chances:
        law = np.convolve(law, (1 - chance, chance))
    reached = np.cumsum(law)
    below, above = tail_levels(LEVEL)
    # Rounding must not make an impossible count the answer.
    return int(np.searchsorted(reached, below - 1e-12)), int(np.searchsorted(reached, above - 1e-12))
