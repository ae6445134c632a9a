"""What estimators take: arrays of floats, one entry per unit, checked on entry; pure."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Indices = NDArray[np.intp]


def as_floats(values: ArrayLike) -> Floats:
    """An array of floats of the same shape."""
    return np.asarray(values, dtype=np.float64)


def counts_of(counts: ArrayLike, exposures: ArrayLike) -> tuple[Floats, Floats]:
    """Counts and exposures of one shape, both finite and not negative; else a ValueError.

    A count without exposure tells nothing of a rate: it becomes 0.
    """
    events, spans = np.broadcast_arrays(as_floats(counts), as_floats(exposures))
    if not (np.isfinite(events).all() and np.isfinite(spans).all()):
        raise ValueError("counts and exposures are finite numbers")
    if (events < 0).any() or (spans < 0).any():
        raise ValueError("counts and exposures are not negative")
    return np.where(spans > 0, events, 0.0), spans.astype(np.float64)


def trials_of(successes: ArrayLike, trials: ArrayLike) -> tuple[Floats, Floats]:
    """Successes and trials of one shape, finite, 0 <= successes <= trials; else a ValueError."""
    hits, tries = np.broadcast_arrays(as_floats(successes), as_floats(trials))
    if not (np.isfinite(hits).all() and np.isfinite(tries).all()):
        raise ValueError("successes and trials are finite numbers")
    if (hits < 0).any() or (hits > tries).any():
        raise ValueError("successes lie between 0 and the trials")
    return hits.astype(np.float64), tries.astype(np.float64)


def ratio(numerator: ArrayLike, denominator: ArrayLike) -> Floats:
    """The quotient, nan where there is nothing to divide by."""
    above, below = np.broadcast_arrays(as_floats(numerator), as_floats(denominator))
    out = np.full(above.shape, np.nan)
    np.divide(above, below, out=out, where=below > 0)
    return out


def tail_levels(level: float) -> tuple[float, float]:
    """The probabilities below and above which an equal-tailed interval leaves out (1 - level) / 2 each."""
    if not 0 < level < 1:
        raise ValueError("a level lies between 0 and 1")
    return (1 - level) / 2, (1 + level) / 2
