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


def bracket(cumulative: Cumulative, high: Floats, probability: float, width: Floats) -> tuple[Floats, Floats]:
    """The ends of intervals of [0, high], no wider than this, in which each distribution comes to the probability.

    At its low end none has come to it, unless that is 0.
    """
    low = np.zeros(high.shape)
    while (high - low > width).any():
        middle = (low + high) / 2
        enough = cumulative(middle) >= checked(probability)
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    return low, high


def smallest(cumulative: Cumulative, high: Floats, probability: float, steps: int = 45) -> Floats:
    """The least number of [0, high] that each distribution does not exceed with the probability, to high / 2^steps."""
    at_zero = cumulative(np.zeros(high.shape)) >= checked(probability)
    return np.where(at_zero, 0.0, bracket(cumulative, high, probability, high / 2.0**steps)[1])


def least_step(places: Floats, rises: Floats, start: Floats, probability: float) -> Floats:
    """The least of its steps with which each distribution comes to the probability, from `start` on; 0 if it is there.

    Steps in the last axis, in any order: where each is, and by how much the probability rises there.
    """
    order = np.argsort(places, axis=-1)
    reached = start[..., None] + np.cumsum(np.take_along_axis(rises, order, axis=-1), axis=-1)
    # What is summed in another order may miss the probability by a rounding; the last step comes to it.
    enough = reached >= np.minimum(probability, reached[..., -1:])
    first = np.take_along_axis(order, np.argmax(enough, axis=-1)[..., None], axis=-1)
    found = np.take_along_axis(places, first, axis=-1)[..., 0]
    return np.where(start >= probability, 0.0, found)
