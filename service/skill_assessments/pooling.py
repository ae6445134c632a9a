"""What several peers say together, so that nobody reads what a single one said; pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scipy.special import stdtrit

from service.skill_assessments.levels import ROUNDING
from service.skill_assessments.peers import FEWEST

LEVEL = 0.9
METHOD = "mean of the newest rating of each peer; 90 % Student's t interval within the scale"


@dataclass(frozen=True, slots=True)
class Pooled:
    """The mean of several raters, with its interval, on the scale of levels."""

    n: int
    level: float
    low: float
    high: float


def pool(levels: Sequence[float], top: int) -> Pooled | None:
    """The mean of one level per rater, on a scale from 1 to `top`; None from fewer than `FEWEST` raters.

    The interval is Student's t over raters; their variance counts as no less than rounding makes it.
    """
    n = len(levels)
    if n < FEWEST:
        return None
    mean = math.fsum(levels) / n
    variance = max(math.fsum((one - mean) ** 2 for one in levels) / (n - 1), ROUNDING)
    half = float(stdtrit(n - 1, (1 + LEVEL) / 2)) * math.sqrt(variance / n)
    return Pooled(n, mean, max(1.0, mean - half), min(float(top), mean + half))
