"""Trends over periods: slopes and tests against statsmodels and brute force, and at the edges."""

import numpy as np
import pytest
from scipy.special import expit
from scipy.stats import norm
from statsmodels.api import GLM, add_constant, families

from service.statistics.arrays import Floats
from service.statistics.trends import count_trend, proportion_trend
from tests.unit.statistics.brute import greatest

PERIODS = np.arange(8, dtype=float)


@pytest.mark.parametrize("seed", range(5))
def test_slopes_of_many_events_are_those_of_regression(seed: int) -> None:
    generator = np.random.default_rng(seed)
    exposures, slope = generator.uniform(50, 90, 8), generator.normal(0, 0.1)
    counts = generator.poisson(exposures * 20 * np.exp(slope * PERIODS))
    model = GLM(counts, add_constant(PERIODS), family=families.Poisson(), exposure=exposures).fit()
    found = count_trend(counts, exposures)
    assert found.slope == pytest.approx(model.params[1], abs=1e-4)
    trials = generator.integers(2000, 9000, 8)
    hits = generator.binomial(trials, expit(-1 + slope * PERIODS))
    model = GLM(np.stack([hits, trials - hits], 1), add_constant(PERIODS), family=families.Binomial()).fit()
    assert proportion_trend(hits, trials).slope == pytest.approx(model.params[1], abs=1e-3)


@pytest.mark.parametrize("counts", [[0, 1, 0, 2, 1, 3, 2, 4], [5, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 2]])
def test_slopes_of_few_events_are_firths(counts: list[int]) -> None:
    values, exposures = np.array(counts, dtype=float), np.array([1.0, 2, 3, 1, 2, 3, 1, 2])

    def penalised_poisson(parameters: Floats) -> float:
        means = exposures * np.exp(parameters[0] + parameters[1] * PERIODS)
        design = add_constant(PERIODS)
        information = design.T @ (design * means[:, None])
        return float((values * np.log(means) - means).sum() + np.linalg.slogdet(information)[1] / 2)

    def penalised_binomial(parameters: Floats) -> float:
        chances = expit(parameters[0] + parameters[1] * PERIODS)
        design = add_constant(PERIODS)
        information = design.T @ (design * (6 * chances * (1 - chances))[:, None])
        logs = values * np.log(chances) + (6 - values) * np.log1p(-chances)
        return float(logs.sum() + np.linalg.slogdet(information)[1] / 2)

    brute, _ = greatest(penalised_poisson, -1, 0)
    assert count_trend(values, exposures).slope == pytest.approx(brute[1], abs=1e-4)
    brute, _ = greatest(penalised_binomial, -1, 0)
    assert proportion_trend(values, np.full(8, 6)).slope == pytest.approx(brute[1], abs=1e-4)


def test_the_score_tests_by_their_formulas() -> None:
    counts, exposures = np.array([3.0, 5, 9, 6, 12, 11, 15, 14]), np.array([4.0, 5, 5, 3, 5, 5, 5, 4])
    shares = exposures / exposures.sum()
    center = (shares * PERIODS).sum()
    score = (counts * (PERIODS - center)).sum()
    z = score / np.sqrt(counts.sum() * (shares * (PERIODS - center) ** 2).sum())
    found = count_trend(counts, exposures)
    assert [found.z, found.p] == pytest.approx([z, 2 * norm.sf(abs(z))])
    wide = count_trend(counts, exposures, 4.0)
    assert wide.z == pytest.approx(z / 2)
    # Cochran-Armitage: Pearson's correlation between success and period, times the root of the trials.
    hits, trials = np.array([2, 4, 3, 6]), np.array([10, 12, 9, 11])
    outcome = np.concatenate([[1] * h + [0] * (n - h) for h, n in zip(hits, trials, strict=True)])
    correlation = np.corrcoef(outcome, np.repeat(np.arange(4), trials))[0, 1]
    assert proportion_trend(hits, trials).z == pytest.approx(correlation * np.sqrt(trials.sum()))


def test_no_more_than_the_level_trends_by_chance() -> None:
    generator = np.random.default_rng(51)
    exposures = generator.uniform(3, 20, (8000, 8))
    assert (count_trend(generator.poisson(0.8 * exposures), exposures).p <= 0.05).mean() == pytest.approx(
        0.05, abs=0.01
    )
    trials = generator.integers(0, 30, (8000, 8))
    assert (proportion_trend(generator.binomial(trials, 0.3), trials).p <= 0.05).mean() == pytest.approx(0.05, abs=0.01)


def test_trends_at_the_edges() -> None:
    found = count_trend([[0] * 4, [2, 0, 0, 0], [1, 2, 3, 4], [0, 0, 7, 0]], [[1] * 4, [1] * 4, [1] * 4, [0, 0, 1, 0]])
    assert found.p[[0, 3]].tolist() == [1, 1]
    assert found.slope[0] == pytest.approx(0, abs=1e-6)
    assert -5 < found.slope[1] < 0 < found.slope[2]
    assert np.isnan(found.slope[3])
    shares = proportion_trend([[0] * 3, [5] * 3, [0, 0, 5], [0, 0, 0]], [[5] * 3, [5] * 3, [5] * 3, [0, 4, 0]])
    assert shares.p[[0, 1, 3]].tolist() == [1, 1, 1]
    assert shares.slope[[0, 1]] == pytest.approx([0, 0], abs=1e-6)
    assert 0 < shares.slope[2] < 10
    assert np.isnan(shares.slope[3])
    assert np.isnan(count_trend([4], [2]).slope)
    assert count_trend([4], [2]).p == 1


def test_rising_and_falling_mirror_each_other() -> None:
    counts = np.array([1.0, 4, 2, 6, 5])
    up, down = count_trend(counts, np.ones(5)), count_trend(counts[::-1], np.ones(5))
    assert [up.slope, up.z, up.p] == pytest.approx([float(-down.slope), float(-down.z), float(down.p)])
