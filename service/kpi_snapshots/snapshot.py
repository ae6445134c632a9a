"""From what a measure adds up to, to a KPI's value and attainment; pure."""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal

from service.success_models.kpis import Kpi, KpiKind, Polarity

RATIO_PLACES = Decimal("0.000001")
EXACT = Context(prec=120, rounding=ROUND_HALF_EVEN)
"""Wide enough for any quotient of two stored amounts; the default context would refuse to round it."""


@dataclass(frozen=True, slots=True)
class Total:
    """What a measure adds up to in a period, and the number of facts behind it."""

    value: Decimal = Decimal(0)
    n: int = 0


@dataclass(frozen=True, slots=True)
class KpiValue:
    """A KPI's value; None where a ratio has nothing to divide by. `n` is what the value rests on."""

    value: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    n: int


def compute_value(kpi: Kpi, totals: list[Total]) -> KpiValue:
    """Compute the value from the totals of `kpi.measures`, in their order.

    A flow rests on its own facts; a ratio on those of its denominator.
    """
    if kpi.kind is KpiKind.FLOW:
        return KpiValue(totals[0].value, None, None, totals[0].n)
    numerator, denominator = totals
    value = _ratio(numerator.value, denominator.value)
    return KpiValue(value, numerator.value, denominator.value, denominator.n)


def compute_attainment(value: Decimal | None, target: Decimal | None, polarity: Polarity) -> Decimal | None:
    """Compute the share of the target reached, 1 at the target; where less is better, target ÷ value."""
    if value is None or target is None:
        return None
    return _ratio(value, target) if polarity is Polarity.HIGHER else _ratio(target, value)


def _ratio(numerator: Decimal, denominator: Decimal) -> Decimal | None:
    """Round to six places, half to even; None where there is nothing to divide by."""
    if denominator == 0:
        return None
    return EXACT.quantize(EXACT.divide(numerator, denominator), RATIO_PLACES)
