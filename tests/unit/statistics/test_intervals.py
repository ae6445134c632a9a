"""Intervals of one unit: against statsmodels and scipy, and at the edges."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2, poisson
from statsmodels.stats.proportion import proportion_confint

from service.statistics.intervals import poisson_interval, wilson


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
