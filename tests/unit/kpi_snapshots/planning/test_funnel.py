"""Plans behave: more quota never needs less, better conversions never need more, and what is known is used."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from service.kpi_snapshots.planning.calculation import Evidence, make_plan
from service.kpi_snapshots.planning.funnel import DealSize, Funnel, OpenDeal
from service.kpi_snapshots.planning.levers import BetterBy, better_amount, better_share, most_telling
from service.kpi_snapshots.planning.requirements import MOST, Requirement, activity_needed, least, opportunities_needed
from service.statistics.beta_binomial import Beta
from service.statistics.gamma_poisson import Gamma


def funnel(missing: float = 20_000, *, hits: float = 40, deals: int = 0, error: float = 50) -> Funnel:
    """Two steps, mean deals of 1000, a tenth of an opportunity per activity."""
    return Funnel(
        Beta(np.array([hits, 30.0]), np.array([40.0, 30.0])),
        DealSize(1000.0, error, 600.0),
        Gamma(np.array([40.0]), np.array([400.0])),
        [OpenDeal(1, 2000.0)] * deals,
        missing,
    )


@settings(max_examples=25, deadline=None)
@given(st.floats(0, 50_000), st.floats(0, 50_000))
@example(227.0, 228.0)  # of which one win fills nearly every draw's gap, and two the others'
def test_more_money_never_needs_less(one: float, other: float) -> None:
    small, large = sorted((one, other))
    less, more = (opportunities_needed(funnel(missing), 0.8).needed for missing in (small, large))
    assert less is not None
    assert more is not None
    assert less <= more


@settings(max_examples=20, deadline=None)
@given(st.floats(2, 200), st.floats(2, 200))
def test_a_better_conversion_never_needs_more(one: float, other: float) -> None:
    worse, better = sorted((one, other))
    more, less = (activity_needed(funnel(hits=hits), 0, 0.8).needed for hits in (worse, better))
    assert more is not None
    assert less is not None
    assert less <= more


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 40), st.floats(0.5, 0.95))
def test_ranges_are_in_order(deals: int, confidence: float) -> None:
    for found in (
        opportunities_needed(funnel(deals=deals), confidence),
        activity_needed(funnel(deals=deals), 0, confidence),
    ):
        assert found.low is not None
        assert found.needed is not None
        assert found.high is not None
        assert found.low <= found.needed <= found.high


def test_the_pipeline_counts() -> None:
    without, with_deals = (opportunities_needed(funnel(deals=deals), 0.8).needed for deals in (0, 10))
    assert without is not None
    assert with_deals is not None
    assert with_deals < without
    expected = 10 * 2000 * 0.5
    assert funnel(deals=10).pipeline_worth.mean() == pytest.approx(expected, rel=0.02)


def test_a_deal_without_an_amount_is_a_typical_one() -> None:
    one = Funnel(
        Beta(np.array([3e6]), np.array([1.0])),
        DealSize(1000, 0, 0),
        Gamma(np.ones(0), np.ones(0)),
        [OpenDeal(0, None)],
        1.0,
    )
    assert one.pipeline_worth.mean() == pytest.approx(1000, rel=1e-3)


def test_what_is_reached_needs_nothing() -> None:
    assert opportunities_needed(funnel(missing=0), 0.8) == Requirement(0, 0, 0)
    assert activity_needed(funnel(missing=0), 0, 0.8) == Requirement(0, 0, 0)


def test_where_nobody_wins_no_count_is_enough() -> None:
    hopeless = Funnel(
        Beta(np.array([1e-3]), np.array([1e6])), DealSize(10, 1, 1), Gamma(np.ones(1), np.ones(1)), [], 1e9
    )
    assert opportunities_needed(hopeless, 0.8) == Requirement(None, None, None)


def test_the_same_facts_make_the_same_plan() -> None:
    assert funnel(deals=3).chance_of_opportunities(70) == funnel(deals=3).chance_of_opportunities(70)


@pytest.mark.parametrize("start", [1, 5, 36, 37, 38, 1000])
def test_the_least_count_is_found_from_anywhere(start: int) -> None:
    assert least(lambda count: float(count >= 37), 0.8, start) == 37
    assert least(lambda _: 1.0, 0.8, start) == 0
    assert least(lambda count: float(count > 2 * MOST), 0.8, start) is None


def evidence(shares: list[float], n: int = 100, activity: float = 500) -> Evidence:
    """People with one step, `shares` of whose deals are won."""
    people = len(shares)
    won = np.array([[share * n] for share in shares])
    return Evidence(
        place=0,
        reached=won,
        decided=np.full((people, 1), float(n)),
        size_n=won[:, 0],
        size_mean=np.full(people, 1000.0),
        size_variance=np.full(people, 250_000.0),
        opened=np.full(people, float(n)),
        activity=np.full((people, 1), activity),
    )


def test_who_converts_less_than_the_best_quarter_gains_by_it() -> None:
    plan = make_plan(evidence([0.2, 0.5, 0.5, 0.5, 0.5, 0.5]), [], 20_000, 0.8)
    (step,) = plan.conversions
    assert step.better.by is BetterBy.PEERS
    assert 0.45 < step.better.value < 0.52
    assert step.saves > 0.4
    assert plan.most_telling == 0
    assert plan.deal_size.saves == 0  # nobody's deals are larger


def test_the_best_gains_nothing_from_others() -> None:
    plan = make_plan(evidence([0.7, 0.3, 0.3, 0.3, 0.3, 0.3]), [], 20_000, 0.8)
    assert plan.conversions[0].saves == 0
    assert plan.most_telling is None


def test_alone_a_step_of_a_tenth_tells() -> None:
    plan = make_plan(evidence([0.2]), [], 20_000, 0.8)
    assert {lever.better.by for lever in (*plan.conversions, plan.deal_size)} == {BetterBy.STEP}
    assert plan.conversions[0].better.value == pytest.approx(0.2 + 0.08, abs=0.01)
    assert plan.most_telling == 0


def test_what_nobody_recorded_has_no_requirement() -> None:
    plan = make_plan(evidence([0.5, 0.5], activity=0), [], 20_000, 0.8)
    assert (plan.activities, plan.yields) == ([None], [None])
    assert plan.opportunities.needed


@pytest.mark.parametrize(("wins", "tells"), [(0.0, False), (0.5, True)])
def test_without_a_won_deal_nothing_is_told(wins: float, tells: bool) -> None:
    assert evidence([wins]).tells is tells


def test_little_evidence_is_drawn_towards_the_peers() -> None:
    many = evidence([1.0, *[0.5] * 8])
    many.decided[0], many.reached[0] = 2, 2
    own = make_plan(many, [], 20_000, 0.8).conversions[0]
    assert own.n == 2
    assert 0.5 < own.value < 0.75
    assert own.low < 0.5 < own.high


def test_better_values() -> None:
    assert better_share(0.4, np.array([0.2, 0.3])).value == pytest.approx(0.46)
    assert better_amount(100, np.array([90.0])).value == pytest.approx(110)
    assert better_share(0.4, np.array([0.2, 0.3, 0.5, 0.6])).value == pytest.approx(0.525)
    assert better_share(0.9, np.array([0.2, 0.3, 0.5, 0.6])).value == 0.9
    assert most_telling([]) is None
