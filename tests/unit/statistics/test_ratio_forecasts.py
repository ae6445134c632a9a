"""Forecasts of proportions and rates at a period's end: against exact laws and Monte Carlo, and at the edges."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.stats import betabinom

from service.statistics.arrays import Floats, as_floats
from service.statistics.beta_binomial import Beta
from service.statistics.forecasts import forecast_count, forecast_proportion, forecast_rate
from service.statistics.gamma_poisson import Gamma
from service.statistics.inversion import smallest
from service.statistics.predictive import CountForecast

CASES = 200_000
TARGETS = (0.1, 0.2, 0.25, 0.3, 0.4, 0.5, 2 / 3, 0.9)


def poisson(*counts: float) -> CountForecast:
    """Poisson counts of these means."""
    return CountForecast(np.array(counts), np.full(len(counts), 1e9))


def simulate(
    successes: int, trials: int, beta: tuple[float, float], pace: tuple[float, float, float]
) -> tuple[Floats, Floats]:
    generator = np.random.default_rng(21)
    shape, rate, left = pace
    coming = generator.poisson(generator.gamma(shape, left / rate, CASES))
    hits = generator.binomial(coming, generator.beta(*beta, CASES))
    some = trials + coming > 0
    return as_floats((successes + hits)[some]), as_floats((trials + coming)[some])


@pytest.mark.parametrize(
    ("successes", "trials", "beta", "pace"),
    [
        (3, 10, (4.0, 8.0), (20.0, 2.0, 1.0)),
        (0, 0, (4.0, 8.0), (3.0, 1.0, 1.0)),
        (10, 15, (30.0, 10.0), (20.0, 2.0, 3.0)),
        (20, 70, (300.0, 900.0), (20.0, 2.0, 6.0)),
        (1, 4, (0.7, 3.0), (1.0, 1.0, 40.0)),
        (200, 900, (40.0, 160.0), (50.0, 1.0, 20.0)),
    ],
)
def test_proportions_against_monte_carlo(
    successes: int, trials: int, beta: tuple[float, float], pace: tuple[float, float, float]
) -> None:
    hits, tries = simulate(successes, trials, beta, pace)
    coming = forecast_count(Gamma(np.array([pace[0]]), np.array([pace[1]])), pace[2])
    forecast = forecast_proportion([successes], [trials], Beta(np.array([beta[0]]), np.array([beta[1]])), coming)
    for target in TARGETS:
        at_least, at_most = (hits >= target * tries - 1e-9).mean(), (hits <= target * tries + 1e-9).mean()
        assert forecast.probability_at_least(target) == pytest.approx(at_least, abs=0.008)
        assert forecast.probability_at_most(target) == pytest.approx(at_most, abs=0.008)
    assert forecast.mean == pytest.approx((hits / tries).mean(), abs=0.002)
    for part in (0.1, 0.5, 0.9):
        found = float(forecast.quantile(part)[0])
        assert (hits <= (found + 1e-6) * tries).mean() >= part - 0.01
        assert (hits < (found - 1e-6) * tries).mean() <= part + 0.01


@given(st.floats(0.2, 300), st.floats(0.2, 300), st.integers(0, 120), st.integers(0, 120))
@example(0.3, 250.0, 33, 0)
@example(299.0, 0.35, 40, 39)
def test_given_the_trials_the_successes_are_beta_binomial(alpha: float, beta: float, left: int, most: int) -> None:
    # One node of trials: what the mixture is made of.
    forecast = forecast_proportion([0], [1000], Beta(np.array([alpha]), np.array([beta])), poisson(0))
    fixed = type(forecast)(
        forecast.successes,
        forecast.trials,
        forecast.beta,
        np.full_like(forecast.left, left),
        np.eye(1, forecast.left.size),
        forecast.table,
    )
    exact = betabinom.cdf(most, left, alpha, beta) if left else 1.0
    tolerance = 1e-6 if left <= 32 or min(most, left - most - 1) <= 32 else 0.01
    assert fixed.probability_at_most(most / (1000 + left)) == pytest.approx(exact, abs=tolerance)


@given(
    st.integers(0, 60).flatmap(lambda trials: st.tuples(st.integers(0, trials), st.just(trials))),
    st.floats(0.2, 200),
    st.floats(0.2, 200),
    st.floats(0.1, 150),
)
def test_higher_proportions_are_never_likelier(now: tuple[int, int], alpha: float, beta: float, mean: float) -> None:
    coming = CountForecast(np.array([mean]), np.array([5.0]))
    forecast = forecast_proportion([now[0]], [now[1]], Beta(np.array([alpha]), np.array([beta])), coming)
    found = np.array([forecast.probability_at_least(target)[0] for target in np.linspace(-0.1, 1.1, 61)])
    assert ((found >= -1e-12) & (found <= 1 + 1e-12)).all()
    assert (np.diff(found) <= 1e-9).all()
    assert found[0] == pytest.approx(1)
    assert found[-1] == pytest.approx(0, abs=1e-9)


def test_an_ended_period_is_poisson() -> None:
    beta = Beta(np.full(3, 5.0), np.full(3, 5.0))
    forecast = forecast_proportion([3, 0, 0], [10, 4, 0], beta, poisson(0, 0, 0))
    assert forecast.probability_at_least(0.3).tolist()[:2] == pytest.approx([1, 0])
    assert forecast.probability_at_most(0.3).tolist()[:2] == pytest.approx([1, 1])
    assert forecast.quantile(0.5)[:2] == pytest.approx([0.3, 0], abs=1e-7)
    # No trial and none to come: there is no proportion.
    assert np.isnan([forecast.probability_at_least(0.3)[2], forecast.quantile(0.5)[2], forecast.mean[2]]).all()


def test_rates_against_monte_carlo() -> None:
    generator = np.random.default_rng(22)
    for counts, occasions, (shape, rate), left in (
        (3, 10, (5.0, 4.0), (20.0, 2.0, 1.0)),
        (10, 15, (5.0, 8.0), (20.0, 2.0, 3.0)),
        (90, 70, (80.0, 60.0), (20.0, 2.0, 6.0)),
        (0, 0, (2.0, 1.0), (3.0, 1.0, 1.0)),
        (8, 0, (5.0, 4.0), (3.0, 1.0, 1.0)),  # counts without an occasion so far
    ):
        coming = generator.poisson(generator.gamma(left[0], left[2] / left[1], CASES))
        events = counts + generator.poisson(generator.gamma(shape, 1 / rate, CASES) * coming)
        basis = occasions + coming
        events, basis = events[basis > 0], basis[basis > 0]
        trials = forecast_count(Gamma(np.array([left[0]]), np.array([left[1]])), left[2])
        forecast = forecast_rate([counts], [occasions], Gamma(np.array([shape]), np.array([rate])), trials)
        for target in (0.2, 0.5, 0.8, 1.0, 1.3, 2.0, 4.0):
            assert forecast.probability_at_least(target) == pytest.approx((events >= target * basis).mean(), abs=0.01)
            assert forecast.probability_at_most(target) == pytest.approx((events <= target * basis).mean(), abs=0.01)
        assert forecast.mean == pytest.approx((events / basis).mean(), rel=0.01)
        for part in (0.1, 0.5, 0.9):
            found = float(forecast.quantile(part)[0])
            assert (events <= (found + 1e-6) * basis).mean() >= part - 0.01
            assert (events < (found - 1e-6) * basis).mean() <= part + 0.01


def test_rates_at_the_edges() -> None:
    gamma = Gamma(np.full(2, 5.0), np.full(2, 4.0))
    forecast = forecast_rate([3, 0], [2, 0], gamma, poisson(0, 0))
    assert forecast.probability_at_least(1.5)[0] == pytest.approx(1)
    assert forecast.probability_at_least(1.6)[0] == pytest.approx(0)
    assert forecast.quantile(0.5)[0] == pytest.approx(1.5)
    assert np.isnan([forecast.probability_at_least(1)[1], forecast.quantile(0.5)[1], forecast.mean[1]]).all()
    never = forecast_rate([8], [0], Gamma(np.full(1, 5.0), np.full(1, 4.0)), poisson(0))
    assert np.isnan([never.mean[0], never.quantile(0.5)[0], never.probability_at_least(1)[0]]).all()
    with pytest.raises(ValueError, match="occasions"):
        forecast_rate([-1], [2], gamma, poisson(0))


def test_thousands_of_units_are_units_one_by_one() -> None:
    generator = np.random.default_rng(23)
    trials = generator.integers(0, 50, 3000)
    successes = generator.binomial(trials, 0.4)
    beta = Beta(generator.uniform(1, 60, 3000), generator.uniform(1, 90, 3000))
    gamma = Gamma(generator.uniform(1, 80, 3000), generator.uniform(0.5, 9, 3000))
    left = generator.uniform(0, 20, 3000)
    together = forecast_proportion(successes, trials, beta, forecast_count(gamma, left)).probability_at_least(0.4)
    for unit in (0, 17, 2999):
        own = slice(unit, unit + 1)
        coming = forecast_count(Gamma(gamma.shape[own], gamma.rate[own]), left[own])
        alone = forecast_proportion(successes[own], trials[own], Beta(beta.alpha[own], beta.beta[own]), coming)
        assert together[unit] == pytest.approx(alone.probability_at_least(0.4)[0])


def test_a_quantile_is_the_least_proportion_that_is_enough() -> None:
    generator = np.random.default_rng(24)
    trials = generator.integers(0, 90, 80)
    successes = generator.binomial(trials, generator.uniform(0, 1, 80))
    beta = Beta(generator.uniform(0.3, 60, 80), generator.uniform(0.3, 90, 80))
    gamma = Gamma(generator.uniform(1, 80, 80), generator.uniform(0.5, 9, 80))
    forecast = forecast_proportion(successes, trials, beta, forecast_count(gamma, generator.uniform(0, 60, 80)))
    for part in (0.001, 0.05, 0.5, 0.95):
        found = forecast.quantile(part)
        assert (forecast.probability_at_most(found) >= part - 1e-12).all()
        assert ((forecast.probability_at_most(found - 1e-7) < part) | (found == 0)).all()
        assert found == pytest.approx(smallest(forecast.probability_at_most, np.ones(80), part), abs=2e-9)
    assert (forecast.quantile(0.001)[successes == 0] == 0).any()
