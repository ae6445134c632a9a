"""Quantiles of a sample without assuming its law: quartiles, and intervals from order statistics; pure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import bdtr

from service.statistics.arrays import as_floats, tail_levels


@dataclass(frozen=True, slots=True, eq=False)
class Quartiles:
    """A sample's quartiles; nan where it is empty."""

    n: int
    low: float
    median: float
    high: float


def quartiles(values: ArrayLike) -> Quartiles:
    """The quartiles of a sample, interpolated as PostgreSQL's percentile_cont does (Hyndman & Fan 1996, type 7).

    Nan is left out.
    """
    sample = np.ravel(as_floats(values))
    sample = sample[~np.isnan(sample)]
    if not sample.size:
        return Quartiles(0, np.nan, np.nan, np.nan)
    low, median, high = (float(value) for value in np.quantile(sample, [0.25, 0.5, 0.75]))
    return Quartiles(sample.size, low, median, high)


def quantile_interval(values: ArrayLike, probability: float = 0.5, level: float = 0.95) -> tuple[float, float]:
    """The distribution-free interval of a quantile: two order statistics that hold it at least at the level.

    How many of n values lie below the quantile is binomial (David & Nagaraja 2003, "Order Statistics", 3rd ed.,
    section 7.1); each tail holds at most (1 - level) / 2. An end that so small a sample cannot give is infinite.
    """
    sample = np.sort(np.ravel(as_floats(values)))
    sample = sample[~np.isnan(sample)]
    tail, _ = tail_levels(level)
    if not 0 < probability < 1:
        raise ValueError("a quantile's probability lies between 0 and 1")
    if not sample.size:
        return -np.inf, np.inf
    # P(at most k values lie below the quantile), k = 0 … n - 1.
    below = bdtr(np.arange(sample.size), sample.size, probability)
    # The r-th smallest lies above the quantile if at most r - 1 lie below; the s-th lies below it if s or more do.
    lower, upper = int((below <= tail).sum()), int(np.searchsorted(below, 1 - tail))
    return float(sample[lower - 1]) if lower else -np.inf, float(sample[upper]) if upper < sample.size else np.inf
