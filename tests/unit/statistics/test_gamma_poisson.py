"""Shrunken rates: the prior against brute force, shrinkage between raw rate and prior, sense at the edges."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import gamma as gamma_law
from scipy.stats import nbinom

from service.statistics import gamma_poisson
from service.statistics.arrays import Floats
from service.statistics.gamma_poisson import Gamma, GammaPrior, fit_gamma_prior, posterior
from tests.unit.statistics.brute import greatest

units = st.lists(st.tuples(st.integers(0, 400), st.floats(0.5, 300)), min_size=2, max_size=12)


def negative_binomial_likelihood(shape: float, rate: float, counts: Floats, exposures: Floats) -> float:
    return float(np.sum(nbinom.logpmf(counts, shape, rate / (rate + exposures))))


@pytest.mark.parametrize(("size", "shape"), [(12, 3.0), (60, 6.0), (400, 1.5)])
def test_the_prior_has_the_greatest_marginal_likelihood(size: int, shape: float) -> None:
    generator = np.random.default_rng(size)
    exposures = generator.uniform(5, 60, size)
    counts = generator.poisson(generator.gamma(shape, 2 / shape, size) * exposures).astype(float)
    prior = fit_gamma_prior(counts, exposures)

    def likelihood(logs: Floats) -> float:
        return negative_binomial_likelihood(float(np.exp(logs[0])), float(np.exp(logs[1])), counts, exposures)

    brute, most = greatest(likelihood, 0, 0)
    # The mean is the mode under Jeffreys' prior, just above the greatest likelihood.
    assert negative_binomial_likelihood(prior.shape, prior.rate, counts, exposures) > most - 0.01
    assert prior.shape == pytest.approx(np.exp(brute[0]), rel=0.05)
    assert prior.mean == pytest.approx(np.exp(brute[0] - brute[1]), rel=0.02)


def test_the_posterior_is_the_exact_mixture_over_priors() -> None:
    # The grid against plain integration on a fine rectangle, for a team of five.
    counts, exposures = np.array([14.0, 3, 9, 22, 6]), np.array([10.0, 8, 10, 12, 3])
    prior = fit_gamma_prior(counts, exposures)
    typical = float((counts.sum() + 0.5) / exposures.sum() * np.median(exposures))
    log_shapes, log_means = np.meshgrid(np.linspace(np.log(0.6), np.log(1e4 * typical), 400), np.linspace(-2, 3, 400))
    shapes, means = np.exp(log_shapes.ravel()), np.exp(log_means.ravel())
    rates = (shapes / means)[:, None]
    logs = np.sum(nbinom.logpmf(counts, shapes[:, None], rates / (rates + exposures)), axis=1) + log_means.ravel() / 2
    logs += 0.5 * np.log(shapes) - 2 * np.log(shapes + typical)
    weights = np.exp(logs - logs.max())
    weights /= weights.sum()
    each = (shapes[:, None] + counts) / (rates + exposures)
    mean = weights @ each
    spread = np.sqrt(weights @ (each / (rates + exposures) + (each - mean) ** 2))
    found = posterior(prior, counts, exposures)
    assert found.mean == pytest.approx(mean, rel=0.01)
    assert found.sd == pytest.approx(spread, rel=0.02)


def test_a_known_prior_gives_the_conjugate_posterior() -> None:
    found = posterior(GammaPrior(3, 2), [4, 0], [5, 0])
    assert (found.shape.tolist(), found.rate.tolist()) == ([7, 3], [7, 2])
    low, high = found.interval(0.9)
    assert low == pytest.approx(gamma_law.ppf(0.05, [7, 3], scale=[1 / 7, 1 / 2]))
    assert high == pytest.approx(gamma_law.ppf(0.95, [7, 3], scale=[1 / 7, 1 / 2]))


@given(units)
def test_shrinkage_lies_between_the_raw_rate_and_the_priors_means(pairs: list[tuple[int, float]]) -> None:
    counts, exposures = np.array(pairs).T
    prior = fit_gamma_prior(counts, exposures)
    assert prior.hyper is not None
    found, raw = posterior(prior, counts, exposures), counts / exposures
    low, high = np.minimum(raw, prior.hyper.means.min()), np.maximum(raw, prior.hyper.means.max())
    assert (found.mean >= low * (1 - 1e-9)).all()
    assert (found.mean <= high * (1 + 1e-9)).all()
    known = posterior(GammaPrior(prior.shape, prior.rate), counts, exposures)
    assert (known.mean >= np.minimum(raw, prior.mean) * (1 - 1e-9)).all()
    assert (known.mean <= np.maximum(raw, prior.mean) * (1 + 1e-9)).all()


@given(units, st.integers(1, 50))
def test_more_events_never_lower_the_rate(pairs: list[tuple[int, float]], more: int) -> None:
    counts, exposures = np.array(pairs).T
    prior = fit_gamma_prior(counts, exposures)
    low, high = posterior(prior, counts, exposures).interval()
    assert (low <= high).all()
    assert (posterior(prior, counts + more, exposures).mean > posterior(prior, counts, exposures).mean).all()


@given(units, st.floats(0.01, 100))
def test_the_unit_of_time_does_not_matter(pairs: list[tuple[int, float]], scale: float) -> None:
    counts, exposures = np.array(pairs).T
    found = posterior(fit_gamma_prior(counts, exposures), counts, exposures).mean
    scaled = posterior(fit_gamma_prior(counts, exposures * scale), counts, exposures * scale).mean
    assert scaled * scale == pytest.approx(found, rel=1e-6)


def test_units_that_do_not_differ_have_a_tight_bounded_prior() -> None:
    prior = fit_gamma_prior([30] * 8, [10] * 8)
    assert prior.mean == pytest.approx(30.5 / 10 * 8 / 8, rel=0.02)
    assert 1e4 < prior.shape < 1e6
    assert posterior(GammaPrior(prior.shape, prior.rate), 60, 10).mean == pytest.approx(prior.mean, rel=0.01)


def test_without_data_the_prior_is_vague() -> None:
    for counts, exposures in (([], []), ([0, 0], [0, 0])):
        found = posterior(fit_gamma_prior(counts, exposures), [3], [2])
        assert found.mean == pytest.approx([1.75], rel=1e-5)
    low, high = posterior(fit_gamma_prior([], []), 0, 0).interval()
    assert low < 1e4
    assert high > 1e6


def test_one_unit_keeps_about_its_own_rate() -> None:
    found = posterior(fit_gamma_prior([40], [20]), [40], [20])
    assert found.mean == pytest.approx([2.0], rel=0.05)
    low, high = found.interval(0.9)
    assert (low[0], high[0]) == pytest.approx((1.53, 2.57), abs=0.1)


def test_nothing_counted_is_no_certainty() -> None:
    low, high = posterior(fit_gamma_prior([0] * 5, [10] * 5), [0] * 5, [10] * 5).interval()
    assert (low >= 0).all()
    assert (high > 0.01).all()
    assert (high < 0.2).all()


def test_huge_counts() -> None:
    counts = np.array([1e9, 1.2e9, 0.8e9])
    found = posterior(fit_gamma_prior(counts, [10] * 3), counts, [10] * 3)
    assert found.mean == pytest.approx(counts / 10, rel=1e-4)
    assert np.isfinite(found.interval()).all()


def test_a_count_without_exposure_tells_nothing() -> None:
    prior = fit_gamma_prior([5, 7, 3], [10, 10, 0])
    assert posterior(prior, 3, 0).mean == posterior(prior, 0, 0).mean


def test_dispersion_is_pearsons_and_makes_counts_tell_less() -> None:
    generator = np.random.default_rng(3)
    groups = np.repeat(np.arange(300), 12)
    rates = generator.gamma(4, 3, 300)[groups]
    steady = generator.poisson(rates)
    bursts = generator.poisson(generator.gamma(rates / 1.5) * 1.5)
    ones = np.ones(groups.size)
    assert gamma_poisson.dispersion(steady, ones, groups) == pytest.approx(1, abs=0.05)
    assert gamma_poisson.dispersion(bursts, ones, groups) == pytest.approx(2.5, rel=0.08)
    assert gamma_poisson.dispersion([5], [1], [0]) == 1
    assert gamma_poisson.dispersion([0, 0], [1, 1], [0, 0]) == 1
    assert gamma_poisson.dispersion([2, 4], [1, 1], [0, 0]) == 1
    prior = GammaPrior(2, 1)
    assert posterior(prior, 40, 10, 4.0).sd > posterior(prior, 40, 10).sd
    assert posterior(prior, 40, 10, 4.0).mean == posterior(prior, 10, 2.5).mean


def test_the_share_of_noise() -> None:
    generator = np.random.default_rng(4)
    same = generator.poisson(20, 2000)
    assert gamma_poisson.noise_share(same, np.ones(2000)) == pytest.approx(1, abs=0.1)
    # Between-unit variance 20 beside a Poisson variance of 20: half is noise.
    differing = generator.poisson(generator.gamma(20, 1, 4000))
    assert gamma_poisson.noise_share(differing, np.ones(4000)) == pytest.approx(0.5, abs=0.04)
    assert gamma_poisson.noise_share([4], [1]) == gamma_poisson.noise_share([0, 0], [1, 1]) == 1
    assert gamma_poisson.noise_share([4, 4], [1, 1]) == 1


@pytest.mark.parametrize(("counts", "exposures"), [([-1], [1]), ([1], [-1]), ([np.nan], [1]), ([1], [np.inf])])
def test_impossible_data_are_refused(counts: list[float], exposures: list[float]) -> None:
    with pytest.raises(ValueError, match="counts and exposures"):
        fit_gamma_prior(counts, exposures)


def test_a_level_lies_between_0_and_1() -> None:
    with pytest.raises(ValueError, match="level"):
        Gamma(np.ones(1), np.ones(1)).interval(1.0)
