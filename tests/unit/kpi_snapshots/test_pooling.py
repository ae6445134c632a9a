"""Pooling: the team's numbers are those of one who had all the facts."""

from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.kpi_snapshots.figures import Figures, Followed, Stays, Total
from service.kpi_snapshots.rollups.pooling import Share, can_be_pooled, pool, team_target
from service.kpi_snapshots.snapshot import compute_value
from service.success_models.kpis import Kpi, Stay
from tests.factories.success_models import CALLS, CONNECTED, flow_kpi, ratio_kpi

TEAM = UUID(int=99)
PEOPLE = [UUID(int=number) for number in range(5)]
RATE = Kpi.model_validate(ratio_kpi("rate", CONNECTED, CALLS))
CALLS_KPI = Kpi.model_validate(flow_kpi("calls", CALLS))


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=5, max_size=5))
def test_a_ratio_is_that_of_the_sums_and_never_the_mean_of_ratios(counts: list[tuple[int, int]]) -> None:
    assert RATE.numerator is not None
    assert RATE.denominator is not None
    above, below = RATE.numerator.identity(), RATE.denominator.identity()
    totals = {}
    for person, (connected, missed) in zip(PEOPLE, counts, strict=True):
        totals[person, above] = Total(Decimal(connected), connected)
        totals[person, below] = Total(Decimal(connected + missed), connected + missed)
    pooled = pool(Figures(totals), set(PEOPLE), TEAM)
    value = compute_value(RATE, pooled, TEAM, lambda _: None)
    all_connected, all_calls = sum(one for one, _ in counts), sum(map(sum, counts))
    assert (value.numerator, value.denominator, value.n) == (Decimal(all_connected), Decimal(all_calls), all_calls)
    if all_calls:
        assert value.value == pytest.approx(Decimal(all_connected) / all_calls, abs=Decimal("0.000001"))
    else:
        assert value.value is None


def test_only_the_teams_people_count() -> None:
    key = CALLS_KPI.measures[0].identity()
    figures = Figures({(person, key): Total(Decimal(2), 2) for person in PEOPLE})
    assert pool(figures, {PEOPLE[0], PEOPLE[1]}, TEAM).total(TEAM, key) == Total(Decimal(4), 4)


def test_deals_and_stays_come_together() -> None:
    cohort, stay = (UUID(int=1), UUID(int=2)), Stay(from_stage="demo")
    figures = Figures(
        {},
        {(PEOPLE[0], cohort): Followed(1, 3, 2), (PEOPLE[1], cohort): Followed(2, 2, 0)},
        {(PEOPLE[0], stay): Stays([1.0, 2.0], [True, False]), (PEOPLE[1], stay): Stays([5.0], [True])},
    )
    pooled = pool(figures, set(PEOPLE), TEAM)
    assert pooled.cohorts == {(TEAM, cohort): Followed(3, 5, 2)}
    assert pooled.stays == {(TEAM, stay): Stays([1.0, 2.0, 5.0], [True, False, True])}


@pytest.mark.parametrize(
    ("aggregate", "field", "pooled"),
    [("count", None, True), ("sum", "duration_seconds", True), ("median", "duration_seconds", False)],
)
def test_medians_do_not_add_up(aggregate: str, field: str | None, pooled: bool) -> None:
    unit = "count" if field is None else "seconds"
    kpi = Kpi.model_validate(flow_kpi("x", {**CALLS, "aggregate": aggregate, "field": field}, unit=unit))
    assert can_be_pooled(kpi) is pooled


def test_targets_of_flows_add_up_and_levels_are_weighed_by_working_days() -> None:
    shares = [Share(Decimal(10), Decimal(4), Decimal(20)), Share(Decimal(40), Decimal(16), Decimal(10))]
    assert team_target(CALLS_KPI, shares) == (Decimal(50), Decimal(20))
    assert team_target(RATE, shares) == (Decimal(20), Decimal(8))
    assert team_target(RATE, []) is None
    away = [Share(Decimal("0.2"), Decimal("0.2"), Decimal(0)), Share(Decimal("0.4"), Decimal("0.4"), Decimal(0))]
    assert team_target(RATE, away) == (Decimal("0.3"), Decimal("0.3"))
