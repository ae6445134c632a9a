"""What a share says of one of the four keys: against the organization's own standard, and against before; pure.

A standard is met where the share reaches it. It is missed only beyond chance: where the whole interval lies below.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from service.coaching_sessions.cadence_adherence import PLACES, Rate
from service.skill_assessments.plans.comparing import Estimate, difference


class CapabilityKey(StrEnum):
    """The four keys to coaching, in their order."""

    MODELS = "models"
    PROCESS = "process"
    SKILLS = "skills"
    CADENCE = "cadence"


LEAST = {
    CapabilityKey.MODELS: 5,
    CapabilityKey.PROCESS: 10,
    CapabilityKey.SKILLS: 5,
    CapabilityKey.CADENCE: 10,
}
"""How many people, topics and commitments, people, and owed sessions it takes to tell anything."""
COUNTED = {
    CapabilityKey.MODELS: ("person", "people"),
    CapabilityKey.PROCESS: ("topic or commitment", "topics and commitments"),
    CapabilityKey.SKILLS: ("person", "people"),
    CapabilityKey.CADENCE: ("owed session", "owed sessions"),
}
"""What is counted, one of it and several."""


class StandardVerdict(StrEnum):
    """How a key stands against the organization's standard."""

    MET = "met"
    BELOW = "below"
    CANNOT_TELL = "cannot_tell"


class CapabilityTrend(StrEnum):
    """How a key stands against the period before."""

    BETTER = "better"
    WORSE = "worse"
    WITHIN_CHANCE = "within_chance"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True)
class Share:
    """How many of how many, with the interval of 90 %; `n` independent units: people, reps or sessions."""

    rate: Rate
    n: int

    @property
    def estimate(self) -> Estimate | None:
        """The share with its interval; None without anything to divide by."""
        one = self.rate
        if one.rate is None or one.interval_low is None or one.interval_high is None:
            return None
        return Estimate(float(one.rate), float(one.interval_low), float(one.interval_high))


@dataclass(frozen=True, slots=True)
class Change:
    """What came on top since the period before, with its interval of 90 %; None where there is nothing to compare."""

    trend: CapabilityTrend
    value: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None


def compare_to_standard(key: CapabilityKey, share: Share, standard: Decimal) -> tuple[StandardVerdict, str]:
    """The verdict, and in words why."""
    one, needed = share.rate, LEAST[key]
    if one.denominator < needed:
        short = f"{one.denominator} {COUNTED[key][one.denominator != 1]}: it takes {needed}"
        return StandardVerdict.CANNOT_TELL, f"Cannot tell yet: {short}."
    told = f"{percent(one.rate)} ({one.numerator} of {one.denominator} {COUNTED[key][1]})"
    wanted = f"the standard of {percent(standard)}"
    if Decimal(one.numerator) >= standard * one.denominator:
        return StandardVerdict.MET, f"{told}: meets {wanted}."
    between = f"allowing for {percent(one.interval_low)} to {percent(one.interval_high)}"
    if one.interval_high is not None and one.interval_high < standard:
        return StandardVerdict.BELOW, f"{told}: below {wanted}, beyond chance ({between})."
    return StandardVerdict.CANNOT_TELL, f"{told}: below {wanted}, but within chance ({between})."


def compare_to_before(key: CapabilityKey, now: Share, before: Share) -> Change:
    """The change, by the intervals of both shares; two shares of too little cannot be told apart."""
    then, today = before.estimate, now.estimate
    if then is None or today is None:
        return Change(CapabilityTrend.CANNOT_TELL)
    change = difference(then, today)
    trend = CapabilityTrend.WITHIN_CHANCE
    if min(now.rate.denominator, before.rate.denominator) < LEAST[key]:
        trend = CapabilityTrend.CANNOT_TELL
    elif change.low > 0:
        trend = CapabilityTrend.BETTER
    elif change.high < 0:
        trend = CapabilityTrend.WORSE
    return Change(trend, *(Decimal(repr(end)).quantize(PLACES) for end in (change.value, change.low, change.high)))


def percent(share: Decimal | None) -> str:
    """A share in words; None is none."""
    return "nothing" if share is None else f"{round(100 * share)} %"
