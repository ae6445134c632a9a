"""Survival curves of durations of which some have not ended; placeholder until the branch is merged."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Curve:
    times: Floats
    survival: Floats

    def quantile(self, p: float) -> float:
        below = np.flatnonzero(self.survival <= 1 - p + 1e-12)
        return float(self.times[below[0]]) if below.size else float("inf")


def kaplan_meier(durations: Floats, observed: NDArray[np.bool_]) -> Curve:
    times = np.unique(durations[observed])
    at_risk = np.array([(durations >= t).sum() for t in times])
    ends = np.array([((durations == t) & observed).sum() for t in times])
    return Curve(times, np.cumprod(1 - ends / at_risk))
