"""From what a measure adds up to, to a KPI's value and attainment; pure."""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from service.success_models.document import Kpi, KpiKind, Polarity

RATIO_PLACES = Decimal("0.000001")


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
    """The value from the totals of `kpi.measures`, in their order.

    A flow rests on its own facts; a ratio on those of its denominator.
    """
    if kpi.kind is KpiKind.FLOW:
        return KpiValue(totals[0].value, None, None, totals[0].n)
    numerator, denominator = totals
    value = _ratio(numerator.value, denominator.value)
    return KpiValue(value, numerator.value, denominator.value, denominator.n)


def compute_attainment(value: Decimal | None, target: Decimal | None, polarity: Polarity) -> Decimal | None:
    """Share of the target reached, 1 at the target; where less is better, target ÷ value."""
    if value is None or target is None:
        return None
    return _ratio(value, target) if polarity is Polarity.HIGHER else _ratio(target, value)


def _ratio(numerator: Decimal, denominator: Decimal) -> Decimal | None:
    if denominator == 0:
        return None
    return (numerator / denominator).quantize(RATIO_PLACES, rounding=ROUND_HALF_EVEN)
