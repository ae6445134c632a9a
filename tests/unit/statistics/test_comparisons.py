"""Units against each other: exact tests and their corrections against scipy and statsmodels."""

from typing import Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, binomtest, fisher_exact, poisson
from statsmodels.stats.multitest import multipletests

from service.statistics.comparisons import (
    adjusted_p_values,
    benjamini_hochberg,
    compare_proportions,
    compare_rates,
    funnel_limits,
    funnel_limits_of_rates,
)

SIDES: tuple[Literal["less", "greater"], ...] = "less", "greater"

pairs = st.lists(
    st.integers(0, 300).flatmap(lambda trials: st.tuples(st.integers(0, trials), st.just(trials))),
    min_size=1,
    max_size=8,
)


@given(pairs)
def test_proportions_by_fishers_exact_test(data: list[tuple[int, int]]) -> None:
    successes, trials = np.array(data).T
    found = compare_proportions(successes, trials)
    for unit, (hits, tries) in enumerate(data):
        others, rest = successes.sum() - hits, trials.sum() - tries
        table = np.array([[hits, tries - hits], [others, rest - others]])
        for p, side in zip((found.p_low, found.p_high), SIDES, strict=True):
            assert p[unit] == pytest.approx(fisher_exact(table, alternative=side).pvalue, rel=1e-6, abs=1e-12)
        assert np.isnan(found.rate[unit]) if not tries else found.rate[unit] == hits / tries
        assert np.isnan(found.peers_rate[unit]) if not rest else found.peers_rate[unit] == others / rest
        assert (found.n[unit], found.peers_n[unit]) == (tries, rest)


@given(st.lists(st.tuples(st.integers(0, 300), st.floats(0.5, 90)), min_size=2, max_size=8))
def test_rates_by_the_exact_conditional_test(data: list[tuple[int, float]]) -> None:
    counts, exposures = np.array(data).T
    found = compare_rates(counts, exposures)
    for unit, (count, exposure) in enumerate(data):
        share = exposure / exposures.sum()
        for p, side in zip((found.p_low, found.p_high), SIDES, strict=True):
            exact = binomtest(int(count), int(counts.sum()), share, side).pvalue if counts.sum() else 1.0
            assert p[unit] == pytest.approx(exact, rel=1e-6, abs=1e-9)


def test_comparisons_at_the_edges() -> None:
    alone = compare_proportions([3], [10])
    assert (alone.p_low.tolist(), alone.p_high.tolist()) == ([1], [1])
    assert np.isnan(alone.peers_rate).all()
    empty = compare_proportions([], [])
    assert empty.p_low.size == 0
    none = compare_rates([0, 0], [0, 5])
    assert (none.p_low.tolist(), none.p_high.tolist()) == ([1, 1], [1, 1])
    huge = compare_proportions([499_000, 501_000, 500_000], [1_000_000] * 3)
    assert huge.p_low == pytest.approx([0.00710, 0.99300, 0.5], abs=0.001)


def test_no_more_than_the_level_is_flagged_where_nobody_differs() -> None:
    generator = np.random.default_rng(31)
    trials = generator.integers(5, 200, 20_000)
    found = compare_proportions(generator.binomial(trials, 0.35), trials)
    assert 0.03 < (found.p_low <= 0.05).mean() <= 0.051
    exposures = generator.uniform(1, 90, 20_000)
    rates = compare_rates(generator.poisson(2 * exposures), exposures)
    assert 0.03 < (rates.p_high <= 0.05).mean() <= 0.051


@given(st.lists(st.floats(0, 1), min_size=1, max_size=60), st.sampled_from([0.01, 0.05, 0.2]))
def test_benjamini_hochberg_as_in_statsmodels(p_values: list[float], q: float) -> None:
    rejected, adjusted, _, _ = multipletests(p_values, q, "fdr_bh")
    assert adjusted_p_values(p_values) == pytest.approx(adjusted)
    assert benjamini_hochberg(p_values, q).tolist() == rejected.tolist()


def test_benjamini_hochberg_over_units_and_measures() -> None:
    p_values = np.array([[0.001, np.nan, 0.04], [0.2, 0.012, np.nan]])
    assert benjamini_hochberg(p_values).tolist() == [[True, False, False], [False, True, False]]
    assert adjusted_p_values(p_values)[0, 2] == pytest.approx(0.04 * 4 / 3)
    assert np.isnan(adjusted_p_values(p_values)[0, 1])
    assert benjamini_hochberg([]).size == 0


@pytest.mark.parametrize("center", [0.02, 0.35, 0.8])
def test_funnel_limits_hold_the_levels(center: float) -> None:
    trials = np.array([5, 40, 300, 20_000])
    limits = funnel_limits(center, trials)
    assert limits.levels == (0.95, 0.998)
    for level, low, high in zip(limits.levels, limits.low, limits.high, strict=True):
        for n, below, above in zip(trials, low, high, strict=True):
            assert 0 <= below <= center <= above <= 1
            # Between two counts: outside is rarer than the tail at one, commoner at its neighbour.
            tail = (1 - level) / 2
            assert binom.cdf(np.ceil(below * n - 1e-9) - 1, n, center) <= tail + 1e-9
            assert binom.sf(np.floor(above * n + 1e-9), n, center) <= tail + 1e-9
    assert (np.diff(limits.high[0] - limits.low[0]) < 0).all()
    assert (limits.low[1] <= limits.low[0]).all()
    assert (limits.high[1] >= limits.high[0]).all()
    # Far out they are normal limits (Spiegelhalter 2005).
    assert limits.high[0, 3] - center == pytest.approx(1.96 * np.sqrt(center * (1 - center) / 20_000), rel=0.03)


def test_funnel_limits_of_rates() -> None:
    exposures = np.array([0, 1, 40, 5000])
    limits = funnel_limits_of_rates(0.5, exposures)
    assert (limits.low[:, 0].tolist(), limits.high[:, 0].tolist()) == ([0, 0], [np.inf, np.inf])
    assert poisson.sf(np.floor(limits.high[0, 2] * 40), 20) <= 0.025
    assert poisson.cdf(np.ceil(limits.low[0, 2] * 40) - 1, 20) <= 0.025
    assert limits.high[0, 3] - 0.5 == pytest.approx(1.96 * np.sqrt(0.5 / 5000), rel=0.02)
    assert (funnel_limits(0.3, [0]).low.item(0), funnel_limits(0.3, [0]).high.item(0)) == (0, 1)
    for wrong in (-0.1, 1.1):
        with pytest.raises(ValueError, match="centre"):
            funnel_limits(wrong, [1])
    with pytest.raises(ValueError, match="centre"):
        funnel_limits_of_rates(-1, [1])
