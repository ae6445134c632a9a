"""What the rest of a period will bring: predictive distributions of counts, sums, proportions and rates; pure.

The rest of a period is not the rate times the time left: chance, and what is not known of the rate, both widen it
(Gelman et al. 2013, "Bayesian Data Analysis", 3rd ed., sections 2.6 and 2.7). All arrays have one entry per unit.
"""

import numpy as np
from numpy.typing import ArrayLike

from service.statistics.arrays import as_floats, trials_of
from service.statistics.beta_binomial import Beta
from service.statistics.gamma_poisson import Gamma
from service.statistics.predictive import MANY_NODES, CountForecast, SizeLaw, SumForecast
from service.statistics.predictive_ratios import ProportionForecast, RateForecast

IMPOSSIBLE = 1e-100
"""A mean so small is 0."""


def forecast_count(gamma: Gamma, exposure_left: ArrayLike, dispersion: ArrayLike = 1.0) -> CountForecast:
    """Counts to come in the exposure left, at rates of these posteriors.

    Negative binomial: the exact predictive distribution of a Poisson count whose rate is gamma. With a `dispersion`
    above 1 the variance at a given rate is that many times the mean (as in quasi-Poisson regression), met by a
    negative binomial of the same mean and total variance (McCullagh & Nelder 1989, section 6.2).
    """
    left = as_floats(exposure_left)
    if (left < 0).any():
        raise ValueError("the exposure left is not negative")
    mean, shape, extra = np.broadcast_arrays(gamma.mean * left, gamma.shape, np.maximum(as_floats(dispersion), 1) - 1)
    some = mean > IMPOSSIBLE
    size = np.where(some, mean / (extra + np.maximum(mean, IMPOSSIBLE) / shape), shape)
    return CountForecast(np.where(some, mean, 0.0), size)


def forecast_sum(
    gamma: Gamma,
    exposure_left: ArrayLike,
    size_mean: ArrayLike,
    size_sd: ArrayLike,
    *,
    size_mean_error: ArrayLike = 0.0,
    dispersion: ArrayLike = 1.0,
    law: SizeLaw = "lognormal",
) -> SumForecast:
    """Sums to come of a count of independent positive sizes with this mean and standard deviation.

    A compound distribution (Klugman, Panjer & Willmot 2019, "Loss Models", 5th ed., ch. 9): mixed over the count, whose
    probability of 0 is exact. The sum of n sizes is matched by mean and variance: lognormal for amounts (Fenton 1960,
    IRE Trans. Commun. Syst. 8; exact for one lognormal size), or gamma (exact for gamma sizes). `size_mean_error` is
    the standard error of the mean size, where it rests on few sizes.
    """
    count = forecast_count(gamma, exposure_left, dispersion)
    shape = count.mean.shape
    mean, sd, error = (np.broadcast_to(as_floats(value), shape) for value in (size_mean, size_sd, size_mean_error))
    if (mean <= 0).any() or (sd < 0).any() or (error < 0).any():
        raise ValueError("sizes have a positive mean and no negative spread")
    return SumForecast(count, mean, sd, error, law)


def forecast_proportion(
    successes: ArrayLike, trials: ArrayLike, beta: Beta, trials_left: CountForecast
) -> ProportionForecast:
    """The proportion at the period's end: successes so far and to come over trials so far and to come.

    The trials to come are mixed over; given their number, the successes are beta-binomial with the posterior `beta`
    (Gelman et al. 2013, section 2.4).
    """
    hits, tries = trials_of(successes, trials)
    return ProportionForecast.of(hits, tries, beta, trials_left)


def forecast_rate(
    counts: ArrayLike, occasions: ArrayLike, gamma: Gamma, occasions_left: CountForecast, dispersion: ArrayLike = 1.0
) -> RateForecast:
    """The ratio of two counts at the period's end that is no proportion, such as meetings per opportunity.

    `counts` over `occasions` is the ratio so far, `gamma` the posterior of the rate per occasion. The occasions to come
    are mixed over; given their number, the counts are negative binomial as in `forecast_count`.
    """
    events, basis = np.broadcast_arrays(as_floats(counts), as_floats(occasions))
    if (events < 0).any() or (basis < 0).any():
        raise ValueError("counts and occasions are not negative")
    nodes, weights = occasions_left.nodes(MANY_NODES)
    coming = forecast_count(Gamma(gamma.shape[..., None], gamma.rate[..., None]), nodes, dispersion)
    return RateForecast.of(events, basis, nodes, weights, coming)
