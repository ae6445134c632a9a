"""Whether coaching goes to all alike: sessions held of those owed, by third of attainment; pure.

Coaching is no punishment for those who are behind, and no reward for those who are ahead.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from service.coaching_sessions.cadence_adherence import Rate, rate_of

REPS_NEEDED = 6


class Third(StrEnum):
    """A third of the reps, by attainment."""

    LOWEST = "lowest"
    MIDDLE = "middle"
    HIGHEST = "highest"


@dataclass(frozen=True, slots=True)
class Share:
    """The reps of one third together: held, of the sessions owed to them."""

    third: Third
    reps: int
    held: Rate


@dataclass(frozen=True, slots=True)
class Evenness:
    """The thirds, the lowest first, and what they say; none where there are too few reps."""

    thirds: tuple[Share, ...]
    reason: str


def find_thirds(attainment: Mapping[UUID, Decimal]) -> dict[UUID, int]:
    """Which third each rep is in, 0 the lowest, by the middle of their rank: equals are in the same third."""
    ordered = sorted(attainment.values())
    places: dict[Decimal, tuple[int, int]] = {}
    for place, value in enumerate(ordered):
        places[value] = (places.get(value, (place, place))[0], place)
    # The middle of ranks first..last, from 0, is (first + last + 1) / 2n of the way; in whole numbers, times 3.
    return {rep: 3 * (sum(places[value]) + 1) // (2 * len(ordered)) for rep, value in attainment.items()}


def compare_thirds(
    sessions: Mapping[UUID, tuple[int, int]], attainment: Mapping[UUID, Decimal], outcome: str | None
) -> Evenness:
    """Hold the thirds against each other.

    `sessions` are (held, owed) per rep, `attainment` is 1 at the target, `outcome` names the KPI that it is of (None:
    there is none). The lowest and the highest differ where their intervals do not meet.
    """
    if outcome is None:
        return Evenness((), "Cannot tell: no success model has a target for an outcome.")
    ranked = {rep: value for rep, value in attainment.items() if sessions.get(rep, (0, 0))[1]}
    if len(ranked) < REPS_NEEDED:
        return Evenness(
            (), f"Cannot tell yet: {len(ranked)} of the reps have a target for {outcome}; it takes {REPS_NEEDED}."
        )
    placed = find_thirds(ranked)
    thirds = []
    for index, name in enumerate(Third):
        of_third = [sessions[rep] for rep, third in placed.items() if third == index]
        held, owed = (sum(counts[side] for counts in of_third) for side in (0, 1))
        thirds.append(Share(name, len(of_third), rate_of(held, owed)))
    return Evenness(tuple(thirds), _reason(thirds[0], thirds[2], outcome))


def _reason(lowest: Share, highest: Share, outcome: str) -> str:
    low, high = lowest.held, highest.held
    if low.rate is None or high.rate is None:
        return f"Cannot tell: too many reps have the same attainment of {outcome}."
    behind, ahead = (f"{one.numerator} of {one.denominator}" for one in (low, high))
    if _is_above(low, high):
        return f"Those furthest behind on {outcome} get more of the sessions they are owed: {behind} against {ahead}."
    if _is_above(high, low):
        return f"Those furthest ahead on {outcome} get more of the sessions they are owed: {ahead} against {behind}."
    return (
        f"Cannot tell that those behind and ahead on {outcome} are treated differently: {behind} against {ahead}, "
        "within chance."
    )


def _is_above(one: Rate, other: Rate) -> bool:
    return one.interval_low is not None and other.interval_high is not None and one.interval_low > other.interval_high
