"""Forecasts of counts and sums: against scipy's laws and Monte Carlo, and what must hold of any forecast."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import nbinom, poisson

from service.statistics.arrays import Floats
from service.statistics.forecasts import forecast_count, forecast_sum
from service.statistics.gamma_poisson import Gamma
from service.statistics.predictive import SizeLaw

shapes, rates, spans = st.floats(0.1, 500), st.floats(0.05, 50), st.floats(0, 100)


def one(shape: float, rate: float) -> Gamma:
    return Gamma(np.array([shape]), np.array([rate]))


@given(shapes, rates, st.floats(0.01, 100), st.integers(0, 300))
def test_counts_are_negative_binomial(shape: float, rate: float, left: float, count: int) -> None:
    forecast = forecast_count(one(shape, rate), left)
    law = nbinom(shape, rate / (rate + left))
    assert forecast.probability_at_least(count) == pytest.approx(law.sf(count - 1), rel=1e-6, abs=1e-9)
    assert forecast.probability_at_most(count) == pytest.approx(law.cdf(count), rel=1e-6, abs=1e-9)
    assert forecast.mean == pytest.approx(law.mean())


@given(shapes, rates, spans, st.floats(1, 5), st.floats(0.01, 0.99))
def test_a_quantile_is_the_least_count_that_is_likely_enough(
    shape: float, rate: float, left: float, dispersion: float, probability: float
) -> None:
    forecast = forecast_count(one(shape, rate), left, dispersion)
    found = forecast.quantile(probability)
    assert forecast.probability_at_most(found)[0] >= probability
    assert found[0] == 0 or forecast.probability_at_most(found - 1)[0] < probability


@given(shapes, rates, spans, st.floats(1, 5))
def test_higher_targets_are_never_likelier(shape: float, rate: float, left: float, dispersion: float) -> None:
    forecast = forecast_count(one(shape, rate), left, dispersion)
    targets = np.arange(-3, 60, 0.5)
    at_least, at_most = forecast.probability_at_least(targets), forecast.probability_at_most(targets)
    assert ((at_least >= 0) & (at_least <= 1) & (at_most >= 0) & (at_most <= 1)).all()
    assert (np.diff(at_least) <= 1e-12).all()
    assert (np.diff(at_most) >= -1e-12).all()
    assert at_least[0] == 1
    assert at_most[0] == 0
    # Of a whole number, at least it and at most the one below share everything out.
    assert at_least[6::2] + at_most[4:-2:2] == pytest.approx(1)


def test_a_fraction_of_a_target_asks_for_the_next_whole_event() -> None:
    forecast = forecast_count(one(8, 2), 3)
    assert forecast.probability_at_least(7.2) == forecast.probability_at_least(8)
    assert forecast.probability_at_most(7.8) == forecast.probability_at_most(7)
    assert forecast.probability_at_least(0.1 * 3 * 10) == forecast.probability_at_least(3)


def test_dispersion_widens_and_keeps_the_mean() -> None:
    generator = np.random.default_rng(1)
    forecast = forecast_count(one(12, 2), 5, 2.5)
    means = generator.gamma(12, 1 / 2, 400_000) * 5
    counts = generator.poisson(generator.gamma(means / 1.5) * 1.5)
    assert forecast.mean == pytest.approx(counts.mean(), rel=0.01)
    assert forecast.mean + forecast.mean**2 / forecast.size == pytest.approx(counts.var(), rel=0.01)
    for target in (10, 20, 30, 45, 60):
        assert forecast.probability_at_least(target) == pytest.approx((counts >= target).mean(), abs=0.005)
    assert forecast_count(one(12, 2), 5, 0.5).probability_at_least(40) == forecast_count(
        one(12, 2), 5
    ).probability_at_least(40)


def test_no_time_left_brings_nothing() -> None:
    forecast = forecast_count(Gamma(np.full(2, 9.0), np.ones(2)), [0, 2], 3.0)
    assert forecast.mean.tolist() == [0, 18]
    assert forecast.probability_at_least(1)[0] == 0
    assert forecast.probability_at_least(0)[0] == 1
    assert forecast.quantile(0.999)[0] == 0
    with pytest.raises(ValueError, match="left"):
        forecast_count(one(1, 1), -1)


def test_a_rate_that_is_known_exactly_gives_poisson_counts() -> None:
    forecast = forecast_count(one(1e9, 1e8), 2)
    counts = np.arange(0, 60)
    assert forecast.probability_at_most(counts) == pytest.approx(poisson.cdf(counts, 20), abs=1e-6)


def test_huge_counts() -> None:
    forecast = forecast_count(one(1e8, 1), 10.0)
    assert forecast.probability_at_least(1e9)[0] == pytest.approx(0.5, abs=0.01)
    assert forecast.quantile(0.5)[0] == pytest.approx(1e9, rel=1e-4)


@given(shapes, rates, spans, st.floats(1, 5))
def test_nodes_hold_the_whole_distribution(shape: float, rate: float, left: float, dispersion: float) -> None:
    forecast = forecast_count(one(shape, rate), left, dispersion)
    counts, weights = forecast.nodes()
    assert weights.sum() == pytest.approx(1)
    assert (weights >= 0).all()
    assert weights[0, 0] == pytest.approx(forecast.probability_at_most(0)[0])
    spread = np.sqrt(forecast.mean + forecast.mean**2 / forecast.size)
    assert (weights * counts).sum() == pytest.approx(forecast.mean[0], abs=0.02 * spread[0] + 1e-6)


def simulate_sums(law: SizeLaw, spread: float, means: Floats) -> Floats:
    generator = np.random.default_rng(11)
    counts = generator.poisson(means)
    sigma = np.sqrt(np.log1p(spread**2))
    every = int(counts.sum())
    if law == "gamma":
        sizes = generator.gamma(1 / spread**2, spread**2, every)
    else:
        sizes = generator.lognormal(-(sigma**2) / 2, sigma, every)
    owner = np.repeat(np.arange(counts.size), counts)
    return np.bincount(owner, sizes, counts.size).astype(float)


@pytest.mark.parametrize("law", ["lognormal", "gamma"])
@pytest.mark.parametrize("spread", [0.3, 1.0, 1.5])
@pytest.mark.parametrize(("shape", "rate", "left"), [(0.5, 5.0, 20.0), (3.0, 2.0, 4.0), (50.0, 10.0, 5.0)])
def test_sums_against_monte_carlo(law: SizeLaw, spread: float, shape: float, rate: float, left: float) -> None:
    means = np.random.default_rng(10).gamma(shape, left / rate, 120_000)
    sums = simulate_sums(law, spread, means)
    forecast = forecast_sum(one(shape, rate), left, 1.0, spread, law=law)
    assert forecast.probability_of_nothing == pytest.approx((1 + left / rate) ** -shape)
    assert forecast.mean == pytest.approx(sums.mean(), rel=0.02)
    assert forecast.sd == pytest.approx(sums.std(), rel=0.04)
    for part in (0.01, 0.1, 0.3, 0.5, 0.8, 0.95, 0.99):
        total = float(np.quantile(sums, part))
        assert forecast.probability_at_least(total) == pytest.approx((sums >= total).mean(), abs=0.012)
        assert forecast.probability_at_most(forecast.quantile(part))[0] == pytest.approx(
            max(part, forecast.probability_of_nothing[0]), abs=1e-6
        )


def test_a_mean_size_that_is_not_well_known_widens_the_sum() -> None:
    gamma = one(400.0, 10.0)
    known, unknown = (forecast_sum(gamma, 5, 1000, 500, size_mean_error=error) for error in (0, 200))
    assert unknown.mean == known.mean
    assert unknown.sd > 1.5 * known.sd
    generator = np.random.default_rng(12)
    counts = generator.poisson(generator.gamma(400, 0.5, 200_000))
    sums = counts * generator.normal(1000, 200, 200_000) + np.sqrt(counts) * 500 * generator.normal(size=200_000)
    assert unknown.sd == pytest.approx(sums.std(), rel=0.02)
    assert unknown.probability_at_least(250_000) == pytest.approx((sums >= 250_000).mean(), abs=0.01)


def test_sums_at_the_edges() -> None:
    forecast = forecast_sum(Gamma(np.full(2, 3.0), np.ones(2)), [0, 4], 10, 0)
    assert forecast.probability_at_least(0).tolist() == [1, 1]
    assert forecast.probability_at_least(0.01)[0] == 0
    assert forecast.probability_at_most(-1).tolist() == [0, 0]
    assert forecast.quantile(0.9)[0] == 0
    # Sizes that are all 10: as many counts.
    count = forecast_count(one(3, 1), 4)
    assert forecast.probability_at_least(95)[1] == pytest.approx(count.probability_at_least(10)[0], abs=1e-4)
    with pytest.raises(ValueError, match="sizes"):
        forecast_sum(one(3, 1), 4, 0, 1)
    with pytest.raises(ValueError, match="quantile"):
        forecast.quantile(1.0)


@given(shapes, rates, spans, st.floats(0, 3), st.floats(1, 4))
def test_higher_sums_are_never_likelier(
    shape: float, rate: float, left: float, spread: float, dispersion: float
) -> None:
    forecast = forecast_sum(one(shape, rate), left, 100.0, 100 * spread, dispersion=dispersion)
    found = np.array([forecast.probability_at_least(total)[0] for total in (-1, 0, 1, 10, 100, 300, 1e3, 1e4, 1e6)])
    assert ((found >= 0) & (found <= 1 + 1e-12)).all()
    assert (np.diff(found) <= 1e-12).all()
