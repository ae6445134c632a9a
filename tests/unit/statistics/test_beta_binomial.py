"""Shrunken proportions: the prior against brute force, shrinkage between raw rate and prior, sense at the edges."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta as beta_law
from scipy.stats import betabinom

from service.statistics import beta_binomial
from service.statistics.arrays import Floats
from service.statistics.beta_binomial import BetaPrior, fit_beta_prior, posterior
from tests.unit.statistics.brute import greatest

units = st.lists(
    st.integers(1, 300).flatmap(lambda trials: st.tuples(st.integers(0, trials), st.just(trials))),
    min_size=2,
    max_size=12,
)


def beta_binomial_likelihood(alpha: float, beta: float, successes: Floats, trials: Floats) -> float:
    return float(np.sum(betabinom.logpmf(successes, trials, alpha, beta)))


@pytest.mark.parametrize(("size", "alpha", "beta"), [(12, 3.0, 5.0), (60, 20.0, 10.0), (400, 2.0, 40.0)])
def test_the_prior_has_the_greatest_marginal_likelihood(size: int, alpha: float, beta: float) -> None:
    generator = np.random.default_rng(size)
    trials = generator.integers(5, 150, size).astype(float)
    successes = generator.binomial(trials.astype(int), generator.beta(alpha, beta, size)).astype(float)
    prior = fit_beta_prior(successes, trials)

    def likelihood(logs: Floats) -> float:
        return beta_binomial_likelihood(float(np.exp(logs[0])), float(np.exp(logs[1])), successes, trials)

    brute, most = greatest(likelihood, 0, 0)
    assert beta_binomial_likelihood(prior.alpha, prior.beta, successes, trials) > most - 0.01
    assert prior.alpha + prior.beta == pytest.approx(np.exp(brute).sum(), rel=0.05)
    assert prior.mean == pytest.approx(np.exp(brute[0]) / np.exp(brute).sum(), rel=0.02)


def test_the_posterior_is_the_exact_mixture_over_priors() -> None:
    successes, trials = np.array([4.0, 9, 2, 12, 7]), np.array([20.0, 18, 15, 25, 21])
    prior = fit_beta_prior(successes, trials)
    logs_of, logits = np.meshgrid(np.linspace(np.log(0.2), np.log(21e4), 400), np.linspace(-4, 3, 400))
    concentrations, means = np.exp(logs_of.ravel()), 1 / (1 + np.exp(-logits.ravel()))
    alphas, betas = concentrations * means, concentrations * (1 - means)
    logs = np.sum(betabinom.logpmf(successes, trials, alphas[:, None], betas[:, None]), axis=1)
    logs += 0.5 * np.log(concentrations) - 2 * np.log(concentrations + 20) + np.log(means * (1 - means)) / 2
    weights = np.exp(logs - logs.max())
    weights /= weights.sum()
    total = concentrations[:, None] + trials
    each = (alphas[:, None] + successes) / total
    mean = weights @ each
    spread = np.sqrt(weights @ (each * (1 - each) / (total + 1) + (each - mean) ** 2))
    found = posterior(prior, successes, trials)
    assert found.mean == pytest.approx(mean, rel=0.01)
    assert found.sd == pytest.approx(spread, rel=0.02)


def test_a_known_prior_gives_the_conjugate_posterior() -> None:
    found = posterior(BetaPrior(3, 2), [4, 0], [5, 0])
    assert (found.alpha.tolist(), found.beta.tolist()) == ([7, 3], [3, 2])
    low, high = found.interval(0.9)
    assert low == pytest.approx(beta_law.ppf(0.05, [7, 3], [3, 2]))
    assert high == pytest.approx(beta_law.ppf(0.95, [7, 3], [3, 2]))


@given(units)
def test_shrinkage_lies_between_the_raw_rate_and_the_priors_means(pairs: list[tuple[int, int]]) -> None:
    successes, trials = np.array(pairs, dtype=float).T
    prior = fit_beta_prior(successes, trials)
    assert prior.hyper is not None
    found, raw = posterior(prior, successes, trials), successes / trials
    assert (found.mean >= np.minimum(raw, prior.hyper.means.min()) - 1e-9).all()
    assert (found.mean <= np.maximum(raw, prior.hyper.means.max()) + 1e-9).all()
    known = posterior(BetaPrior(prior.alpha, prior.beta), successes, trials)
    assert (known.mean >= np.minimum(raw, prior.mean) - 1e-9).all()
    assert (known.mean <= np.maximum(raw, prior.mean) + 1e-9).all()


@given(units)
def test_a_success_more_never_lowers_the_rate(pairs: list[tuple[int, int]]) -> None:
    successes, trials = np.array(pairs, dtype=float).T
    prior = fit_beta_prior(successes, trials)
    before, after = posterior(prior, successes, trials), posterior(prior, successes + 1, trials + 1)
    assert (after.mean > before.mean).all()
    low, high = before.interval()
    assert ((low >= 0) & (low <= high) & (high <= 1)).all()


@given(units)
def test_successes_and_failures_mirror_each_other(pairs: list[tuple[int, int]]) -> None:
    successes, trials = np.array(pairs, dtype=float).T
    found = posterior(fit_beta_prior(successes, trials), successes, trials).mean
    mirrored = posterior(fit_beta_prior(trials - successes, trials), trials - successes, trials).mean
    assert mirrored == pytest.approx(1 - found, abs=1e-6)


def test_units_that_do_not_differ_have_a_tight_bounded_prior() -> None:
    for successes in (0, 12, 30):
        prior = fit_beta_prior([successes] * 8, [30] * 8)
        assert prior.mean == pytest.approx((successes * 8 + 0.5) / 241, abs=0.01)
        assert 1e5 < prior.alpha + prior.beta < 1e6


def test_without_data_the_prior_is_jeffreys() -> None:
    for data in ([], [0, 0]):
        prior = fit_beta_prior(data, data)
        assert (prior.alpha, prior.beta, prior.hyper) == (0.5, 0.5, None)


def test_one_unit_keeps_about_its_own_rate() -> None:
    found = posterior(fit_beta_prior([30], [100]), [30], [100])
    assert found.mean == pytest.approx([0.3], abs=0.01)
    low, high = found.interval(0.9)
    assert (low[0], high[0]) == pytest.approx((0.23, 0.38), abs=0.02)


def test_all_or_nothing_is_no_certainty() -> None:
    low, high = posterior(fit_beta_prior([0] * 5, [10] * 5), [0] * 5, [10] * 5).interval()
    assert (low >= 0).all()
    assert ((high > 0.01) & (high < 0.2)).all()


def test_huge_counts() -> None:
    successes = np.array([1e9, 1.2e9, 0.8e9])
    found = posterior(fit_beta_prior(successes, [2e9] * 3), successes, [2e9] * 3)
    assert found.mean == pytest.approx(successes / 2e9, rel=1e-4)
    assert np.isfinite(found.interval()).all()


def test_the_share_of_noise() -> None:
    generator = np.random.default_rng(4)
    trials = np.full(4000, 30)
    assert beta_binomial.noise_share(generator.binomial(30, 0.4, 4000), trials) == pytest.approx(1, abs=0.05)
    # A concentration of 29 makes the variance of a proportion of 30 trials twice the binomial.
    differing = generator.binomial(30, generator.beta(0.4 * 29, 0.6 * 29, 4000))
    assert beta_binomial.noise_share(differing, trials) == pytest.approx(30 / 59, abs=0.05)
    assert beta_binomial.noise_share([4], [9]) == beta_binomial.noise_share([0, 0], [9, 9]) == 1


@pytest.mark.parametrize(("successes", "trials"), [([2], [1]), ([-1], [1]), ([np.nan], [1]), ([1], [np.inf])])
def test_impossible_data_are_refused(successes: list[float], trials: list[float]) -> None:
    with pytest.raises(ValueError, match="successes"):
        fit_beta_prior(successes, trials)
