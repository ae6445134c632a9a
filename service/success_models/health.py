"""How healthy a deal is: the share, by weight, of what is known to be good among all that is known; pure.

score = 100 * (weight of the factors that are met) / (weight of the factors that are met or unmet). An unknown factor
is in neither sum, so that it neither adds nor subtracts; `completeness` says how much of the weight is known. A factor
that is expected only from a later stage on is in the sums once it is met, or once the deal has come to that stage.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from service.success_models.evidence import CriterionStatus
from service.success_models.process import SalesProcess
from service.success_models.standards import AgeFactor, GoodDeal, SlipFactor

SLIPS, AGE = "slips", "age"
"""Factors beside the criteria; a criterion of the same name is another factor, of another kind."""

DAY = 86400


@dataclass(frozen=True, slots=True)
class Weighed:
    """A factor: what it says about the deal, how much it weighs, and whether the deal should have it by now."""

    kind: str
    key: str
    name: str
    weight: int
    status: CriterionStatus
    due: bool = True


@dataclass(frozen=True, slots=True)
class FactorHealth:
    """A factor's points in the score, and what they would be more if it were met.

    `would_add` is None of a factor that is met already, and where nothing is known yet, so that there is no score.
    """

    factor: Weighed
    contribution: Fraction
    would_add: Fraction | None


@dataclass(frozen=True, slots=True)
class Health:
    """`score` 0 to 100, the sum of the contributions; None where nothing is known. `completeness` is a share."""

    score: Fraction | None
    completeness: Fraction | None
    factors: tuple[FactorHealth, ...]


@dataclass(frozen=True, slots=True)
class DealCondition:
    """What health looks at beside the criteria; None: not known, or without meaning for this deal."""

    stage: str | None
    entered_at: datetime | None
    slips: int | None


def weigh(factors: Sequence[Weighed]) -> Health:
    """The score and what each factor does to it."""
    met = sum(factor.weight for factor in factors if factor.status is CriterionStatus.MET)
    counted = [factor for factor in factors if _counts(factor)]
    known = sum(factor.weight for factor in counted)
    missing = sum(one.weight for one in factors if one.due and one.status is CriterionStatus.UNKNOWN)
    score = Fraction(100 * met, known) if known else None
    return Health(
        score,
        Fraction(known, known + missing) if known + missing else None,
        tuple(_effect(factor, met, known) for factor in factors),
    )


def _counts(factor: Weighed) -> bool:
    return factor.status is CriterionStatus.MET or (factor.due and factor.status is CriterionStatus.UNMET)


def _effect(factor: Weighed, met: int, known: int) -> FactorHealth:
    if factor.status is CriterionStatus.MET:
        return FactorHealth(factor, Fraction(100 * factor.weight, known), None)
    if not known:
        return FactorHealth(factor, Fraction(0), None)
    known_then = known if _counts(factor) else known + factor.weight
    return FactorHealth(
        factor, Fraction(0), Fraction(100 * (met + factor.weight), known_then) - Fraction(100 * met, known)
    )


def weighed_factors(
    standard: GoodDeal,
    process: SalesProcess,
    statuses: dict[str, CriterionStatus],
    condition: DealCondition,
    at: datetime,
) -> list[Weighed]:
    """The factors of a good deal as they stand: its criteria, then slips and age where the standard has them."""
    found = [
        Weighed(
            "criterion",
            factor.criterion,
            process.known[factor.criterion].name,
            factor.weight,
            statuses[factor.criterion],
            _is_due(factor.expected_from, condition.stage, process),
        )
        for factor in standard.factors
    ]
    if standard.slips is not None:
        found.append(_slips(standard.slips, condition))
    if standard.age is not None:
        found.append(_age(standard.age, process, condition, at))
    return found


def _is_due(expected_from: str | None, stage: str | None, process: SalesProcess) -> bool:
    """Whether the deal has come to the stage; one that is in no open stage of the process owes everything."""
    order = process.open_stages
    if expected_from is None or stage not in order:
        return True
    return order.index(stage) >= order.index(expected_from)


def _slips(factor: SlipFactor, condition: DealCondition) -> Weighed:
    status = _status(None if condition.slips is None else condition.slips <= factor.at_most)
    times = "never" if factor.at_most == 0 else f"at most {factor.at_most} time{'s' if factor.at_most > 1 else ''}"
    return Weighed(SLIPS, SLIPS, f"The close date has moved later {times}", factor.weight, status)


def _age(factor: AgeFactor, process: SalesProcess, condition: DealCondition, at: datetime) -> Weighed:
    stage = process.by_key.get(condition.stage or "")
    status = CriterionStatus.UNKNOWN
    if stage is not None and stage.benchmark_days is not None and condition.entered_at is not None:
        longest = Fraction(factor.at_most) * Fraction(stage.benchmark_days)
        status = _status(days_between(condition.entered_at, at) <= longest)
    name = f"It is in its stage for at most {factor.at_most.normalize():f} times the benchmark"
    return Weighed(AGE, AGE, name, factor.weight, status)


def days_between(start: datetime, end: datetime) -> Fraction:
    """Days of 24 hours."""
    return Fraction((end - start).total_seconds()) / DAY


def _status(holds: bool | None) -> CriterionStatus:
    if holds is None:
        return CriterionStatus.UNKNOWN
    return CriterionStatus.MET if holds else CriterionStatus.UNMET
