"""Who differs and how wide chance is: exact two-sided tests and homogeneity against scipy, overdispersion on draws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, chi2_contingency, fisher_exact

from service.statistics.comparisons import differing_proportions, differing_rates, funnel_limits
from service.statistics.spread import spread_of_proportions, spread_of_rates, widen_limits, widen_p_values

pairs = st.lists(
    st.integers(0, 200).flatmap(lambda trials: st.tuples(st.integers(0, trials), st.just(trials))),
    min_size=1,
    max_size=8,
)


@given(pairs)
def test_proportions_by_fishers_exact_test_of_both_sides(data: list[tuple[int, int]]) -> None:
    successes, trials = np.array(data).T
    found = differing_proportions(successes, trials)
    for unit, (hits, tries) in enumerate(data):
        others, rest = successes.sum() - hits, trials.sum() - tries
        expected = fisher_exact(np.array([[hits, tries - hits], [others, rest - others]])).pvalue
        assert found[unit] == pytest.approx(expected, rel=1e-6, abs=1e-12)


@given(st.lists(st.tuples(st.integers(0, 200), st.floats(0.5, 90)), min_size=2, max_size=8))
def test_rates_by_the_exact_conditional_test_of_both_sides(data: list[tuple[int, float]]) -> None:
    counts, exposures = np.array(data).T
    found = differing_rates(counts, exposures)
    for unit, (count, exposure) in enumerate(data):
        share = exposure / exposures.sum()
        exact = binomtest(int(count), int(counts.sum()), share).pvalue if counts.sum() else 1.0
        assert found[unit] == pytest.approx(exact, rel=1e-6, abs=1e-9)


def test_nothing_to_compare() -> None:
    assert differing_proportions([], []).size == 0
    assert differing_proportions([3, 0], [10, 0]).tolist() == [1, 1]
    assert differing_rates([0, 0], [0, 5]).tolist() == [1, 1]
    assert differing_rates([4], [5]).tolist() == [1]
    huge = differing_proportions([499_000, 501_000, 50_000], [1_000_000, 1_000_000, 100_000])
    assert huge[0] == pytest.approx(0.0061, abs=0.0005)


def test_homogeneity_is_pearsons() -> None:
    won, closed = np.array([20, 31, 12, 40]), np.array([50, 60, 40, 70])
    found = spread_of_proportions([*won, 0], [*closed, 0])
    assert found.p == pytest.approx(chi2_contingency([won, closed - won], correction=False).pvalue)
    assert (found.units, found.center) == (4, won.sum() / closed.sum())


def test_nothing_can_differ_where_there_is_one_unit_or_one_outcome() -> None:
    for successes, trials in (([], []), ([3], [9]), ([0, 0], [5, 9]), ([5, 9], [5, 9]), ([0, 0], [0, 0])):
        found = spread_of_proportions(successes, trials)
        assert np.isnan(found.p)
        assert found.overdispersion == 1
    assert np.isnan(spread_of_rates([0, 0], [3, 4]).p)


def test_limits_and_p_values_only_widen() -> None:
    generator = np.random.default_rng(3)
    trials = np.full(60, 200)
    calm = spread_of_proportions(generator.binomial(trials, 0.4), trials)
    assert calm.overdispersion == 1
    wild = spread_of_proportions(generator.binomial(trials, generator.beta(8, 12, 60)), trials)
    # The spread of a beta of concentration 20 makes 1 + 199 / 21 of the binomial variance, winsorised about 0.75 of it.
    assert 5 < wild.overdispersion < 11
    limits = funnel_limits(0.4, [50, 200])
    wider = widen_limits(limits, 0.4, 4.0, 1.0)
    assert 0.4 - wider.low[0, 1] == pytest.approx(2 * (0.4 - limits.low[0, 1]))
    assert wider.high[0, 1] - 0.4 == pytest.approx(2 * (limits.high[0, 1] - 0.4))
    assert (wider.low >= 0).all()
    assert widen_limits(limits, 0.4, 0.5, 1.0).low.tolist() == limits.low.tolist()
    # 1.96 standard errors that are twice as wide are 0.98.
    assert widen_p_values([0.05, 1.0], 4.0) == pytest.approx([0.3271, 1.0], abs=1e-4)
    assert widen_p_values([0.05], 0.9).tolist() == [0.05]


def test_one_unit_far_out_does_not_widen_its_own_limits() -> None:
    assert spread_of_proportions([36] * 11 + [9], [60] * 12).overdispersion == 1
