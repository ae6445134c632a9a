"""Values and attainment of KPIs from totals."""

from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.kpi_snapshots.figures import Figures, Total
from service.kpi_snapshots.snapshot import KpiValue, compute_attainment, compute_value
from service.success_models.kpis import Kpi, Polarity
from tests.factories.success_models import CALLS, CONNECTED, flow_kpi, ratio_kpi

FLOW = Kpi.model_validate(flow_kpi("calls", CALLS))
RATIO = Kpi.model_validate(ratio_kpi("rate", CONNECTED, CALLS))


ANN = UUID(int=1)


def value_of(kpi: Kpi, *totals: Total) -> KpiValue:
    """The value of a KPI for Ann, whose totals are those of its measures in their order."""
    ids = [measure.identity() for measure in kpi.measures]
    figures = Figures({(ANN, id_): total for id_, total in zip(ids, totals, strict=True)})
    return compute_value(kpi, figures, ANN, lambda _per: None)


def test_a_flow_is_its_sum_and_rests_on_its_facts() -> None:
    assert value_of(FLOW, Total(Decimal("12.50"), 3)) == KpiValue(Decimal("12.50"), None, None, 3)


def test_a_ratio_rests_on_the_facts_of_its_denominator() -> None:
    result = value_of(RATIO, Total(Decimal(1), 1), Total(Decimal(3), 3))
    assert result == KpiValue(Decimal("0.333333"), Decimal(1), Decimal(3), 3)


def test_a_ratio_of_nothing_has_no_value() -> None:
    assert value_of(RATIO, Total(), Total()) == KpiValue(None, Decimal(0), Decimal(0), 0)


@pytest.mark.parametrize(
    ("value", "target", "polarity", "attainment"),
    [
        ("5", "10", Polarity.HIGHER, "0.500000"),
        ("20", "10", Polarity.HIGHER, "2.000000"),
        ("20", "10", Polarity.LOWER, "0.500000"),
        ("0", "10", Polarity.LOWER, None),
        ("5", "0", Polarity.HIGHER, None),
        (None, "10", Polarity.HIGHER, None),
        ("5", None, Polarity.HIGHER, None),
    ],
)
def test_attainment(value: str | None, target: str | None, polarity: Polarity, attainment: str | None) -> None:
    found = compute_attainment(
        None if value is None else Decimal(value), None if target is None else Decimal(target), polarity
    )
    assert found == (None if attainment is None else Decimal(attainment))


amounts = st.decimals(0, 10**35, places=2, allow_nan=False)


@given(amounts, amounts)
def test_no_stored_amount_is_too_large(value: Decimal, target: Decimal) -> None:
    found = compute_attainment(value, target, Polarity.HIGHER)
    assert (found is None) == (target == 0)
    if found is not None:
        assert abs(found * target - value) <= target * Decimal("0.0000005") + Decimal("1e-20") * value
