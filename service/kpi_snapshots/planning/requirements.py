"""How much is needed for an even chance, for the chance that is asked for, and to be nearly sure; pure."""

from collections.abc import Callable
from dataclasses import dataclass

from service.kpi_snapshots.planning.funnel import Funnel

EVEN, NEARLY_SURE = 0.5, 0.95
MOST = 1_000_000
"""More than this of anything is no plan."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """The least counts with which the quota is reached so probably; None: with no count anybody could make."""

    needed: int | None
    low: int | None
    high: int | None


def opportunities_needed(funnel: Funnel, confidence: float) -> Requirement:
    """New opportunities, besides those that are open."""
    return _requirement(funnel.chance_of_opportunities, confidence)


def activity_needed(funnel: Funnel, place: int, confidence: float) -> Requirement:
    """Of the activity at a place of the funnel's yields."""
    return _requirement(lambda count: funnel.chance_of_activity(place, count), confidence)


def least(chance: Callable[[int], float], confidence: float, start: int = 1) -> int | None:
    """The least count whose chance is at least `confidence`; `chance` never falls. `start` is where to look first."""
    if chance(0) >= confidence:
        return 0
    low, high = 0, max(start, 1)
    while chance(high) < confidence:
        low, high = high, high * 2
        if low >= MOST:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if chance(middle) >= confidence else (middle, high)
    return high


def _requirement(chance: Callable[[int], float], confidence: float) -> Requirement:
    low = least(chance, EVEN)
    needed = None if low is None else least(chance, confidence, low)
    high = None if needed is None else least(chance, NEARLY_SURE, needed)
    return Requirement(needed, low, high)
