"""Intervals of one unit: against statsmodels and scipy, and at the edges."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2, poisson, t
from statsmodels.stats.proportion import proportion_confint

from service.statistics.intervals import difference_of_clusters, poisson_interval, wilson, wilson_of_clusters


@given(
    st.integers(1, 10**6).flatmap(lambda trials: st.tuples(st.integers(0, trials), st.just(trials))),
    st.sampled_from([0.8, 0.9, 0.95, 0.998]),
)
def test_wilson_as_in_statsmodels(pair: tuple[int, int], level: float) -> None:
    low, high = wilson(*pair, level)
    assert (low, high) == pytest.approx(proportion_confint(*pair, 1 - level, "wilson"), abs=1e-9)
    assert 0 <= low <= pair[0] / pair[1] <= high <= 1


def test_wilson_at_the_edges() -> None:
    low, high = wilson([0, 0, 5, 3e12], [0, 5, 5, 1e13])
    assert (low[:2].tolist(), high[[0, 2]].tolist()) == ([0, 0], [1, 1])
    assert low[2] == pytest.approx(1 - high[1])
    assert 0 < high[1] < low[2] < 1
    assert low[3] == pytest.approx(0.3, abs=1e-5)


@given(st.integers(0, 10**6), st.floats(0.01, 1e4))
def test_poisson_is_garwoods(count: int, exposure: float) -> None:
    low, high = poisson_interval(count, exposure, 0.9)
    assert low * exposure == pytest.approx(chi2.ppf(0.05, 2 * count) / 2 if count else 0.0)
    assert high * exposure == pytest.approx(chi2.ppf(0.95, 2 * count + 2) / 2)


def test_poisson_covers_at_least_at_its_level() -> None:
    counts = np.arange(200)
    low, high = poisson_interval(counts, np.ones(200), 0.9)
    for mean in np.arange(0.3, 60, 0.7):
        held = (low <= mean) & (mean <= high)
        assert poisson.pmf(counts, mean)[held].sum() >= 0.9


def test_without_exposure_any_rate_is_possible() -> None:
    low, high = poisson_interval([0, 3], [0, 0])
    assert (low.tolist(), high.tolist()) == ([0, 0], [np.inf, np.inf])


def test_wilson_of_clusters_of_one_is_nearly_wilsons() -> None:
    hits = np.array([1.0] * 30 + [0.0] * 70)
    low, high = wilson_of_clusters(hits, np.ones(100), 0.9)
    assert (low, high) == pytest.approx(tuple(float(end) for end in wilson(30, 100, 0.9)), abs=0.005)


def test_wilson_of_clusters_at_the_edges() -> None:
    assert wilson_of_clusters([], []) == (0.0, 1.0)
    assert wilson_of_clusters([0, 0], [0, 0]) == (0.0, 1.0)
    assert wilson_of_clusters([5], [9]) == pytest.approx(tuple(float(end) for end in wilson(5 / 9, 1)))
    assert wilson_of_clusters([4, 6], [4, 6]) == pytest.approx(tuple(float(end) for end in wilson(2, 2)))
    assert wilson_of_clusters([2, 3], [4, 6]) == pytest.approx(tuple(float(end) for end in wilson(5, 10)))


@pytest.mark.parametrize(("mean", "clusters"), [(0.5, 12), (0.7, 20), (0.3, 40)])
def test_wilson_of_clusters_covers_at_its_level(mean: float, clusters: int) -> None:
    """Trials of a cluster share its own rate; taken as independent they cover far less."""
    rng = np.random.default_rng(5)
    covered = naive = 0
    for _ in range(1000):
        tries = rng.integers(1, 6, clusters)
        hits = rng.binomial(tries, rng.beta(mean * 1.5, (1 - mean) * 1.5, clusters))
        low, high = wilson_of_clusters(hits, tries, 0.9)
        covered += low <= mean <= high
        plain = wilson(hits.sum(), tries.sum(), 0.9)
        naive += bool(plain[0] <= mean <= plain[1])
    assert 880 <= covered <= 945
    assert naive < 850


def test_a_difference_of_clusters_of_one_value_each_has_welchs_error() -> None:
    before, after = np.array([1.0, 3.0, 2.0, 6.0]), np.array([2.0, 5.0, 9.0])
    found = difference_of_clusters(before, [1, 2, 3, 4], after, [5, 6, 7])
    error = np.sqrt(before.var(ddof=1) / 4 + after.var(ddof=1) / 3)
    assert found.value == pytest.approx(after.mean() - before.mean())
    assert (found.low, found.high) == pytest.approx(t.interval(0.95, 2, found.value, error))
    assert found.p_value == pytest.approx(2 * t.sf(found.value / error, 2))


def test_who_stays_as_far_from_the_others_is_no_difference_at_all() -> None:
    apart = np.array([0.5, -1.0, 2.0])
    found = difference_of_clusters(apart, [1, 2, 3], apart + 0.1, [1, 2, 3])
    assert found.value == pytest.approx(0.1)
    assert found.high - found.low == pytest.approx(0)
    assert difference_of_clusters(apart, [1, 2, 3], apart, [1, 2, 3]).p_value == 1


@pytest.mark.parametrize(("before", "after"), [([1, 1], [1, 2]), ([1], [1, 2]), ([1, 2], [1, 2, 3])])
def test_a_difference_takes_two_clusters_on_either_side(before: list[int], after: list[int]) -> None:
    with pytest.raises(ValueError, match="two clusters"):
        difference_of_clusters([1.0, 2.0], before, [1.0, 2.0], after)
