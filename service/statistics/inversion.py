"""Quantiles of distributions known by their cumulative probabilities, by bisection, many at once; pure."""

from collections.abc import Callable

import numpy as np

from service.statistics.arrays import Floats

Cumulative = Callable[[Floats], Floats]


def checked(probability: float) -> float:
    """The probability, if it lies between 0 and 1; else a ValueError."""
    if not 0 < probability < 1:
        raise ValueError("a quantile's probability lies between 0 and 1")
    return probability


def smallest_integer(cumulative: Cumulative, start: Floats, probability: float) -> Floats:
    """The least integer >= 0 that each distribution does not exceed with the probability; `start` is a first guess."""
    low, high = np.full(start.shape, -1.0), np.ceil(start)
    while (short := cumulative(high) < checked(probability)).any():
        low, high = np.where(short, high, low), np.where(short, 2 * high + 1, high)
    while (high - low > 1).any():
        middle = np.floor((low + high) / 2)
        enough = cumulative(middle) >= probability
        # Where the gap is 1 already, the middle is the low end, which is never enough.
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    return high


def smallest(cumulative: Cumulative, high: Floats, probability: float, steps: int = 45) -> Floats:
    """The least number of [0, high] that each distribution does not exceed with the probability, to high / 2^steps."""
    low = np.zeros(high.shape)
    at_zero = cumulative(low) >= checked(probability)
    for _ in range(steps):
        middle = (low + high) / 2
        enough = cumulative(middle) >= probability
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    return np.where(at_zero, 0.0, high)
