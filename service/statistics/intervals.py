"""Confidence intervals of one unit's proportion or rate on its own, without a prior; pure."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaincinv, ndtri

from service.statistics.arrays import Floats, counts_of, tail_levels, trials_of


def wilson(successes: ArrayLike, trials: ArrayLike, level: float = 0.95) -> tuple[Floats, Floats]:
    """The score interval of a proportion; (0, 1) without trials.

    Wilson 1927, JASA 22; recommended by Brown, Cai & DasGupta 2001 (Statistical Science 16) for any n.
    """
    hits, tries = trials_of(successes, trials)
    z = ndtri(tail_levels(level)[1])
    counted = np.maximum(tries, np.finfo(float).tiny)
    rate = hits / counted
    total = counted + z**2
    center = (hits + z**2 / 2) / total
    half = z * np.sqrt(counted * rate * (1 - rate) + z**2 / 4) / total
    # At the edges the formula gives 0 and 1 but for rounding.
    low = np.where(hits > 0, np.maximum(center - half, 0), 0.0)
    high = np.where(hits < tries, np.minimum(center + half, 1), 1.0)
    return low, high


def poisson_interval(counts: ArrayLike, exposures: ArrayLike, level: float = 0.95) -> tuple[Floats, Floats]:
    """The exact interval of a rate per unit of exposure; (0, inf) without exposure.

    Garwood 1936, Biometrika 28: it covers at least at its level.
    """
    events, spans = counts_of(counts, exposures)
    below, above = tail_levels(level)
    low, high = np.zeros(spans.shape), np.full(spans.shape, np.inf)
    np.divide(gammaincinv(np.maximum(events, 1), below), spans, out=low, where=(spans > 0) & (events > 0))
    np.divide(gammaincinv(events + 1, above), spans, out=high, where=spans > 0)
    return low, high
