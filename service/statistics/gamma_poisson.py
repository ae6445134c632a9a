"""Rates of counts, shrunken toward what the units have in common: gamma-Poisson empirical Bayes; pure.

A unit's count is Poisson with mean rate x exposure; rates vary between units as a gamma distribution, whose parameters
come from all units together by maximum marginal (negative binomial) likelihood: Efron & Morris 1975, "Data Analysis
Using Stein's Estimator", JASA 70; Greenwood & Yule 1920. Exposures are in any one unit of time or occasions, rates are
per that unit. A `dispersion` above 1 (variance / mean of a unit's repeated counts) makes the counts tell as much less:
they enter as counts / dispersion over exposures / dispersion (quasi-Poisson, McCullagh & Nelder 1989, ch. 9).
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaincinv, gammaln

from service.statistics.arrays import Floats, as_floats, counts_of, tail_levels
from service.statistics.hyper import FITS_KEPT, Hyperparameters, Surface, integrate, log_shrinkage_prior

VAGUE_SHAPE = 0.5
"""Jeffreys' prior of a Poisson rate is gamma with this shape and rate 0."""
VAGUE_RATE = 1e-6
"""In place of 0, so that the prior is proper."""
TIGHTEST = 1e4
"""The shape is at most this many times the typical unit's expected count: shrinkage of 99.99 %."""
LOOSEST = 0.05
"""The least shape, for many units."""
LOOSEST_OF_ALL = 3.0
"""The least sum of the units' shapes: below 2.5 the mean's posterior has no variance."""


@dataclass(frozen=True, slots=True, eq=False)
class GammaPrior:
    """How rates vary between units: mean shape / rate, variance shape / rate^2.

    `hyper`, where fitted, holds the other priors that the data allow, over which `posterior` averages; without it the
    prior is taken as known.
    """

    shape: float
    rate: float
    hyper: Hyperparameters | None = None

    @property
    def mean(self) -> float:
        """Events per unit of exposure."""
        return self.shape / self.rate


@dataclass(frozen=True, slots=True, eq=False)
class Gamma:
    """Gamma distributions of the units' rates: arrays of one shape, one entry per unit."""

    shape: Floats
    rate: Floats

    @property
    def mean(self) -> Floats:
        """Events per unit of exposure."""
        return self.shape / self.rate

    @property
    def sd(self) -> Floats:
        """The standard deviation, in events per unit of exposure."""
        return np.sqrt(self.shape) / self.rate

    def interval(self, level: float = 0.9) -> tuple[Floats, Floats]:
        """The equal-tailed credible interval of each rate."""
        below, above = tail_levels(level)
        low, high = (gammaincinv(self.shape, end) / self.rate for end in (below, above))
        return as_floats(low), as_floats(high)


def fit_gamma_prior(counts: ArrayLike, exposures: ArrayLike, dispersion: float = 1.0) -> GammaPrior:
    """The prior of greatest marginal likelihood, with the others that the data allow; one entry per unit.

    Units without exposure are left out. Where the units differ no more than Poisson noise makes them, the prior is
    tight (a shape of TIGHTEST x the typical expected count). A single unit cannot tell how units differ: the prior sits
    on its rate, and `posterior` mixes from no shrinkage to full. Without any exposure the prior is vague: a shape of
    1/2 and a rate of nearly 0. The mean is the conditional mode under Jeffreys' prior: just above the
    greatest likelihood, so that it is never 0.
    """
    events, spans = counts_of(np.ravel(counts), np.ravel(exposures))
    events, spans = events[spans > 0] / max(dispersion, 1.0), spans[spans > 0] / max(dispersion, 1.0)
    if not spans.size:
        return GammaPrior(VAGUE_SHAPE, VAGUE_RATE)
    return _fit(events.tobytes(), spans.tobytes())


@lru_cache(maxsize=FITS_KEPT)
def _fit(all_events: bytes, all_spans: bytes) -> GammaPrior:
    events, spans = np.frombuffer(all_events), np.frombuffer(all_spans)
    pooled = (events.sum() + VAGUE_SHAPE) / spans.sum()
    typical = float(pooled * np.median(spans))
    pairs, weights = np.unique(np.stack([events, spans]), axis=1, return_counts=True)
    low = max(LOOSEST, LOOSEST_OF_ALL / spans.size)
    surface = _surface(pairs[0], pairs[1], weights.astype(np.float64), typical)
    hyper, mean, shape = integrate(surface, low, max(TIGHTEST * typical, 10 * low))
    return GammaPrior(shape, shape / mean, hyper)


def posterior(prior: GammaPrior, counts: ArrayLike, exposures: ArrayLike, dispersion: float = 1.0) -> Gamma:
    """The rate of each unit after its own count; a unit without exposure has the prior.

    Averaged over the fitted prior's uncertainty and matched by a gamma distribution of the same mean and variance
    (Christiansen & Morris 1997, section 3.2).
    """
    events, spans = counts_of(counts, exposures)
    events, spans = events / max(dispersion, 1.0), spans / max(dispersion, 1.0)
    if prior.hyper is None:
        return Gamma(prior.shape + events, prior.rate + spans)
    shapes, weights = prior.hyper.concentrations, prior.hyper.weights
    rates = shapes / prior.hyper.means + spans[..., None]
    means = (shapes + events[..., None]) / rates
    mean = means @ weights
    variance = (means / rates) @ weights + ((means - mean[..., None]) ** 2) @ weights
    return Gamma(mean**2 / variance, mean / variance)


def dispersion(counts: ArrayLike, exposures: ArrayLike, groups: ArrayLike) -> float:
    """Variance over mean of repeated counts within units, pooled; at least 1.

    One entry per unit and span; `groups` says the unit of each (any integers). Pearson's statistic over its degrees of
    freedom (McCullagh & Nelder 1989, section 6.2.3), each unit having a rate of its own. 1 where nothing is repeated.
    """
    events, spans = counts_of(np.ravel(counts), np.ravel(exposures))
    _, unit = np.unique(np.ravel(as_floats(groups)), return_inverse=True)
    totals, exposed = np.bincount(unit, events), np.bincount(unit, spans)
    told = totals[unit] * spans > 0
    expected = totals[unit[told]] * spans[told] / exposed[unit[told]]
    freedom = expected.size - np.unique(unit[told]).size
    if freedom < 1:
        return 1.0
    return max(1.0, float(((events[told] - expected) ** 2 / expected).sum() / freedom))


def noise_share(counts: ArrayLike, exposures: ArrayLike) -> float:
    """The share of the spread between units' rates that chance alone makes, 0 to 1; 1 where it explains all of it.

    1 - I^2 of Higgins & Thompson 2002 (Statistics in Medicine 21), with Pearson's heterogeneity statistic.
    """
    events, spans = counts_of(np.ravel(counts), np.ravel(exposures))
    events, spans = events[spans > 0], spans[spans > 0]
    if spans.size < 2 or not events.sum():
        return 1.0
    expected = events.sum() * spans / spans.sum()
    heterogeneity = float(((events - expected) ** 2 / expected).sum())
    return min(1.0, (spans.size - 1) / heterogeneity) if heterogeneity else 1.0


def _surface(events: Floats, spans: Floats, weights: Floats, typical: float) -> Surface:
    """The negative binomial likelihood over the shape and the log mean, units of equal data taken together."""
    start = np.log((events @ weights + VAGUE_SHAPE) / (spans @ weights))
    log_spans = np.log(spans)

    def log_likelihood(shape: Floats, place: Floats) -> Floats:
        shapes, places = shape[:, None], place[:, None]
        log_sum = np.logaddexp(np.log(shapes), places + log_spans)
        terms = gammaln(shapes + events) - gammaln(shapes) + events * (places + log_spans - log_sum)
        return as_floats((terms + shapes * (np.log(shapes) - log_sum)) @ weights)

    def log_prior(shape: Floats, place: Floats) -> Floats:
        # Jeffreys' in the mean.
        return log_shrinkage_prior(shape, typical) + place / 2

    def mode(shape: Floats) -> tuple[Floats, Floats]:
        place = np.full(shape.shape, start)
        for _ in range(8):
            expected = np.exp(place[:, None] + log_spans)
            part = expected / (shape[:, None] + expected)
            information = ((events + shape[:, None]) * part * (1 - part)) @ weights
            score = 0.5 + (events - (events + shape[:, None]) * part) @ weights
            place += np.clip(score / information, -1, 1)
        return place, 1 / np.sqrt(information)

    return Surface(log_likelihood, log_prior, mode, np.exp)
