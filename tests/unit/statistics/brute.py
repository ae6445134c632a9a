"""The greatest of a function, by brute force: what likelihoods' maxima are checked against."""

from collections.abc import Callable

import numpy as np
from scipy.optimize import minimize

from service.statistics.arrays import Floats, as_floats


def greatest(function: Callable[[Floats], float], *start: float) -> tuple[Floats, float]:
    """Where the function is greatest, and how great, by the simplex of Nelder and Mead."""

    def negative(point: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
        return -function(point)

    found = minimize(
        negative, list(start), method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-12, "maxiter": 5000}
    )
    return as_floats(found.x), -float(found.fun)
