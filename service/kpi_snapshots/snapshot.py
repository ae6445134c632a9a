"""From what facts come to, to a KPI's value and attainment; pure."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from uuid import UUID

import numpy as np

from service.kpi_snapshots.figures import Figures, Followed, Stays
from service.statistics.survival import kaplan_meier
from service.success_models.kpis import Kpi, KpiKind, Per, Polarity
from service.success_models.measures import Aggregate, Measure

RATIO_PLACES = Decimal("0.000001")
DAY_PLACES = Decimal("0.0001")
EXACT = Context(prec=120, rounding=ROUND_HALF_EVEN)
"""Wide enough for any quotient of two stored amounts; the default context would refuse to round it."""


@dataclass(frozen=True, slots=True)
class KpiValue:
    """A KPI's value; None where there is nothing to divide by, or too little has happened to say.

    `n` is what the value rests on, `undecided` what may still become part of it.
    """

    value: Decimal | None
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    n: int = 0
    undecided: int = 0


Divisor = Callable[[Per], Decimal | None]
"""Gives what a KPI's value is divided by, without its factor; None where there is none."""


def compute_value(kpi: Kpi, figures: Figures, person_id: UUID, divisor: Divisor) -> KpiValue:
    """Compute a KPI's value for a person.

    A flow and a stock rest on their own facts; a ratio on those of its denominator, of a cohort on the decided
    deals; a duration on the stays that have ended.
    """
    if kpi.is_cohort:
        entered, reached = (measure.identity() for measure in (_part(kpi.denominator), _part(kpi.numerator)))
        return _cohort(figures.cohorts.get((person_id, (entered, reached)), Followed()))
    if kpi.kind is KpiKind.DURATION and kpi.duration is not None:
        return _duration(figures.stays.get((person_id, kpi.duration), Stays()), float(kpi.duration.quantile))
    if kpi.kind is KpiKind.RATIO:
        above, below = (figures.total(person_id, _part(part).identity()) for part in (kpi.numerator, kpi.denominator))
        return KpiValue(ratio(above.value, below.value), above.value, below.value, below.n)
    found = _measured(_part(kpi.measure), figures, person_id)
    if kpi.per is None or found.value is None:
        return found
    divided_by = divisor(kpi.per)
    below_it = None if divided_by is None else divided_by * kpi.per.times
    return KpiValue(None if below_it is None else ratio(found.value, below_it), found.value, below_it, found.n)


def _part(measure: Measure | None) -> Measure:
    assert measure is not None  # noqa: S101 - a model is checked before it is stored
    return measure


def _measured(measure: Measure, figures: Figures, person_id: UUID) -> KpiValue:
    total = figures.total(person_id, measure.identity())
    if measure.aggregate is Aggregate.SHARE:
        return KpiValue(ratio(total.value, Decimal(total.n)), total.value, Decimal(total.n), total.n)
    if measure.aggregate is Aggregate.MEDIAN and total.n == 0:
        return KpiValue(None)
    return KpiValue(total.value, n=total.n)


def _cohort(found: Followed) -> KpiValue:
    reached, decided = Decimal(found.reached), Decimal(found.decided)
    return KpiValue(ratio(reached, decided), reached, decided, found.decided, found.undecided)


def _duration(stays: Stays, quantile: float) -> KpiValue:
    """The Kaplan-Meier quantile: stays that go on count for as long as they have lasted."""
    ended = sum(stays.ended)
    days = kaplan_meier(np.array(stays.days), np.array(stays.ended)).quantile(quantile) if ended else None
    value = None if days is None or not np.isfinite(days) else Decimal(repr(float(days))).quantize(DAY_PLACES)
    return KpiValue(value, n=ended, undecided=len(stays.days) - ended)


def compute_attainment(value: Decimal | None, target: Decimal | None, polarity: Polarity) -> Decimal | None:
    """Compute the share of the target reached, 1 at the target; where less is better, target ÷ value."""
    if value is None or target is None:
        return None
    return ratio(value, target) if polarity is Polarity.HIGHER else ratio(target, value)


def ratio(numerator: Decimal, denominator: Decimal) -> Decimal | None:
    """Round to six places, half to even; None where there is nothing to divide by."""
    if denominator == 0:
        return None
    return EXACT.quantize(EXACT.divide(numerator, denominator), RATIO_PLACES)
