"""Whether something moved beyond chance between two readings; pure."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from math import hypot, isfinite

from scipy.special import ndtr, ndtri

from service.skill_assessments.plans.readings import KpiBasis, KpiReading, SkillReading
from service.statistics.intervals import poisson_interval, wilson

CONFIDENCE = 0.9
Z = float(ndtri((1 + CONFIDENCE) / 2))


class ProgressVerdict(StrEnum):
    """Whether it moved."""

    MOVED = "moved"
    NOT_YET = "not_yet"
    CANNOT_TELL = "cannot_tell"


class ProgressMethod(StrEnum):
    """How the interval of a change was come by."""

    NORMAL = "normal"
    WILSON_MOVER = "wilson_mover"
    POISSON_MOVER = "poisson_mover"


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its interval of 90 %."""

    value: float
    low: float
    high: float


def difference(then: Estimate, now: Estimate) -> Estimate:
    """What came on top, with its interval from those of the two.

    MOVER: Zou & Donner 2008, Statistics in Medicine 27; for two proportions with Wilson's limits it is method 10 of
    Newcombe 1998, Statistics in Medicine 17, and for normal limits the usual one.
    """
    value = now.value - then.value
    return Estimate(
        value,
        value - hypot(now.value - now.low, then.high - then.value),
        value + hypot(now.high - now.value, then.value - then.low),
    )


def estimate_level(reading: SkillReading) -> Estimate:
    """A level with normal limits."""
    level, half = float(reading.level), Z * float(reading.standard_error)
    return Estimate(level, level - half, level + half)


def chance_of(reading: SkillReading, target: Decimal) -> float:
    """The probability that a level is at a target or above it."""
    return float(ndtr(float(reading.level - target) / float(reading.standard_error)))


def estimate_kpi(basis: KpiBasis, reading: KpiReading) -> tuple[ProgressMethod, Estimate] | None:
    """A share with Wilson's limits, or a count a working day with exact ones; None where nothing tells of chance."""
    if basis is KpiBasis.PROPORTION and reading.denominator:
        hits, tries = float(reading.numerator or 0), float(reading.denominator)
        low, high = wilson(hits, tries, CONFIDENCE)
        return ProgressMethod.WILSON_MOVER, Estimate(hits / tries, float(low), float(high))
    if basis is KpiBasis.COUNT and reading.working_days:
        days = float(reading.working_days)
        low, high = poisson_interval(float(reading.n), days, CONFIDENCE)
        return ProgressMethod.POISSON_MOVER, Estimate(reading.n / days, float(low), float(high))
    return None


def rounded(value: float, places: int = 3) -> Decimal | None:
    """As answers show it; None for what is no number."""
    return round(Decimal(repr(value)), places) if isfinite(value) else None
