"""Proportions, shrunken toward what the units have in common: beta-binomial empirical Bayes; pure.

A unit's successes are binomial; chances vary between units as a beta distribution, whose parameters come from all units
together by maximum marginal (beta-binomial) likelihood: Skellam 1948, JRSS B 10; Efron & Morris 1975, JASA 70.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaincinv, betaln, expit, log_expit, logit, psi

from service.statistics.arrays import Floats, as_floats, tail_levels, trials_of
from service.statistics.hyper import FITS_KEPT, Hyperparameters, Surface, integrate, log_shrinkage_prior

VAGUE = 0.5
"""Jeffreys' prior of a chance is beta with both parameters at this."""
TIGHTEST = 1e4
"""The concentration is at most this many times the typical unit's trials: shrinkage of 99.99 %."""
LOOSEST = 0.05
"""The least concentration."""


@dataclass(frozen=True, slots=True, eq=False)
class BetaPrior:
    """How chances vary between units: mean alpha / (alpha + beta), concentration alpha + beta.

    `hyper`, where fitted, holds the other priors that the data allow, over which `posterior` averages; without it the
    prior is taken as known.
    """

    alpha: float
    beta: float
    hyper: Hyperparameters | None = None

    @property
    def mean(self) -> float:
        """The chance of a success, 0 to 1."""
        return self.alpha / (self.alpha + self.beta)


@dataclass(frozen=True, slots=True, eq=False)
class Beta:
    """Beta distributions of the units' chances: arrays of one shape, one entry per unit."""

    alpha: Floats
    beta: Floats

    @property
    def mean(self) -> Floats:
        """The chance of a success, 0 to 1."""
        return self.alpha / (self.alpha + self.beta)

    @property
    def sd(self) -> Floats:
        """The standard deviation."""
        return np.sqrt(self.mean * (1 - self.mean) / (self.alpha + self.beta + 1))

    def interval(self, level: float = 0.9) -> tuple[Floats, Floats]:
        """The equal-tailed credible interval of each chance."""
        below, above = tail_levels(level)
        low, high = (betaincinv(self.alpha, self.beta, end) for end in (below, above))
        return as_floats(low), as_floats(high)


def fit_beta_prior(successes: ArrayLike, trials: ArrayLike) -> BetaPrior:
    """The prior of greatest marginal likelihood, with the others that the data allow; one entry per unit.

    Units without trials are left out. Where the units differ no more than chance makes them, the prior is tight (a
    concentration of TIGHTEST x the typical trials). A single unit cannot tell how units differ: the prior sits on its
    rate, and `posterior` mixes from no shrinkage to full. Without any trial the prior is Jeffreys' (1/2, 1/2). The mean
    is the conditional mode under Jeffreys' prior, so that it is never 0 or 1.
    """
    hits, tries = trials_of(np.ravel(successes), np.ravel(trials))
    hits, tries = hits[tries > 0], tries[tries > 0]
    if not tries.size:
        return BetaPrior(VAGUE, VAGUE)
    return _fit(hits.tobytes(), tries.tobytes())


@lru_cache(maxsize=FITS_KEPT)
def _fit(all_hits: bytes, all_tries: bytes) -> BetaPrior:
    hits, tries = np.frombuffer(all_hits), np.frombuffer(all_tries)
    typical = float(np.median(tries))
    pairs, weights = np.unique(np.stack([hits, tries]), axis=1, return_counts=True)
    low = max(LOOSEST, 1 / tries.size)
    surface = _surface(pairs[0], pairs[1], weights.astype(np.float64), typical)
    hyper, mean, concentration = integrate(surface, low, TIGHTEST * typical)
    if hits.sum() in {0, tries.sum()}:
        # The likelihood is as high for a mean at the edge with any concentration: nobody differs.
        mean, concentration = (hits.sum() + VAGUE) / (tries.sum() + 2 * VAGUE), TIGHTEST * typical
    return BetaPrior(concentration * mean, concentration * (1 - mean), hyper)


def posterior(prior: BetaPrior, successes: ArrayLike, trials: ArrayLike) -> Beta:
    """The chance of each unit after its own trials; a unit without trials has the prior.

    Averaged over the fitted prior's uncertainty and matched by a beta distribution of the same mean and variance
    (Christiansen & Morris 1997; Tak, Kelly & Morris 2017).
    """
    hits, tries = trials_of(successes, trials)
    if prior.hyper is None:
        return Beta(prior.alpha + hits, prior.beta + tries - hits)
    concentrations, weights = prior.hyper.concentrations, prior.hyper.weights
    totals = concentrations + tries[..., None]
    means = (concentrations * prior.hyper.means + hits[..., None]) / totals
    mean = means @ weights
    variance = (means * (1 - means) / (totals + 1)) @ weights + ((means - mean[..., None]) ** 2) @ weights
    total = mean * (1 - mean) / variance - 1
    return Beta(mean * total, (1 - mean) * total)


def noise_share(successes: ArrayLike, trials: ArrayLike) -> float:
    """The share of the spread between units' rates that chance alone makes, 0 to 1; 1 where it explains all of it.

    1 - I^2 of Higgins & Thompson 2002 (Statistics in Medicine 21), with Pearson's heterogeneity statistic.
    """
    hits, tries = trials_of(np.ravel(successes), np.ravel(trials))
    hits, tries = hits[tries > 0], tries[tries > 0]
    if tries.size < 2 or not 0 < hits.sum() < tries.sum():
        return 1.0
    pooled = hits.sum() / tries.sum()
    heterogeneity = float(((hits - tries * pooled) ** 2 / (tries * pooled * (1 - pooled))).sum())
    return min(1.0, (tries.size - 1) / heterogeneity) if heterogeneity else 1.0


def _surface(hits: Floats, tries: Floats, weights: Floats, typical: float) -> Surface:
    """The beta-binomial likelihood over the concentration and the mean's logit, units of equal data taken together."""
    misses = tries - hits
    start = logit((hits @ weights + VAGUE) / (tries @ weights + 2 * VAGUE))

    def log_likelihood(concentration: Floats, place: Floats) -> Floats:
        alpha, beta = (concentration * expit(place))[:, None], (concentration * expit(-place))[:, None]
        return (betaln(alpha + hits, beta + misses) - betaln(alpha, beta)) @ weights

    def log_prior(concentration: Floats, place: Floats) -> Floats:
        # Jeffreys' in the mean.
        return log_shrinkage_prior(concentration, typical) + (log_expit(place) + log_expit(-place)) / 2

    def mode(concentration: Floats) -> tuple[Floats, Floats]:
        place = np.full(concentration.shape, start)
        # Of a trial's information as much is left as the variance is greater than binomial.
        share = (tries * (concentration[:, None] + 1) / (concentration[:, None] + tries)) @ weights
        for _ in range(6):
            mean = expit(place)
            alpha, beta = (concentration * mean)[:, None], (concentration * (1 - mean))[:, None]
            slopes = (psi(alpha + hits) - psi(alpha) - psi(beta + misses) + psi(beta)) @ weights
            score = concentration * mean * (1 - mean) * slopes + 0.5 - mean
            information = (share + 1) * mean * (1 - mean)
            place = place + np.clip(score / information, -1, 1)
        return place, 1 / np.sqrt(information)

    return Surface(log_likelihood, log_prior, mode, expit)
