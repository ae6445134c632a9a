"""Where a person and their manager see a skill so differently that they should talk about it; pure.

Two honest raters often differ by one level, so that is noise. Ratings are far apart from one and a half levels on
(ratings of several items may lie between two levels), and where raters in the organization scatter more than usual,
from as much as chance exceeds one time in ten: 1.64 times the standard deviation of a difference of two ratings.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from math import erf, sqrt
from uuid import UUID

from service.skill_assessments.gaps import Z

LEAST_APART = 1.5
"""Levels."""
USUAL_NOISE = 0.6
"""The standard deviation of a rating about the level, in levels, where nothing is known of the raters."""


class RatedHigherBy(StrEnum):
    """Who sees the skill higher."""

    SELF_HIGHER = "self_higher"
    MANAGER_HIGHER = "manager_higher"


@dataclass(frozen=True, slots=True)
class TwoViews:
    """The newest rating of a skill by the person and by their managers, in levels; the scale has `levels` of them."""

    person_id: UUID
    skill: str
    name: str
    own: float
    manager: float
    levels: int


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Two ratings far apart."""

    views: TwoViews
    side: RatedHigherBy
    apart: float
    """Levels."""
    share: float
    """Of the whole scale, 0 to 1."""
    sure: float
    """1 minus the probability that two raters of one view are so far apart by chance."""
    reason: str


def find_disagreements(views: Iterable[TwoViews], noise: float | None = None) -> list[Disagreement]:
    """Those far apart, the farthest first; `noise` is the standard deviation of a rating, where it is known."""
    # Beside rounding: 4 - 2.5 is one and a half.
    spread = sqrt(2) * (USUAL_NOISE if noise is None else noise)
    least = max(LEAST_APART, Z * spread) - 1e-9
    found = [_disagreement(one, spread) for one in views if abs(one.own - one.manager) >= least]
    return sorted(found, key=lambda one: (-one.apart, str(one.views.person_id), one.views.skill))


def _disagreement(views: TwoViews, spread: float) -> Disagreement:
    apart = views.own - views.manager
    side = RatedHigherBy.SELF_HIGHER if apart > 0 else RatedHigherBy.MANAGER_HIGHER
    share = min(abs(apart) / max(views.levels - 1, 1), 1.0)
    # Two-sided; raters who never scatter are never apart by chance.
    sure = erf(abs(apart) / (spread * sqrt(2))) if spread > 0 else 1.0
    return Disagreement(views, side, abs(apart), share, sure, _reason(views, side))


def _reason(views: TwoViews, side: RatedHigherBy) -> str:
    seen = (
        f"In {views.name} the person rates themself {views.own:g} and the manager rates them {views.manager:g}, on a "
        f"scale of {views.levels}. That is more than two raters differ by chance."
    )
    ask = {
        RatedHigherBy.SELF_HIGHER: "Compare what both have seen: a blind spot, or work that the manager does not see.",
        RatedHigherBy.MANAGER_HIGHER: "Compare what both have seen: the person may be better at it than they think.",
    }
    return f"{seen} {ask[side]}"
