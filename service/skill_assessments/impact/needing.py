"""How many decided cases it takes until a person's rate is told from the median of their peers; pure."""

import numpy as np
from scipy.special import betainc

from service.skill_assessments.impact.drawing import LEAST_WORTH, DrawnLever
from service.statistics import beta_binomial

LEAST_CASES = 10
"""Decided cases of one's own, below which nothing is said of a rate; as many as a quadrant's verdict takes."""
SIZES = np.unique(np.ceil(np.geomspace(LEAST_CASES, 500, 10)))
"""Numbers of cases that are tried; more is no plan."""
SUREST = 0.99


def cases_needed(drawn: DrawnLever, place: int, probability: float) -> int | None:
    """How many more decided cases of a share tell with this probability, if the rate that is seen so far goes on.

    For each number the prior is fitted anew, with what these cases would come to in place of the person's: whoever
    stands out makes it believable that people differ. None: the rate that is seen is no gap worth closing, no number
    in reach tells, or it is a volume, which time tells.
    """
    lever = drawn.lever
    n = float(lever.n[place])
    if not lever.kind.is_share or not np.isfinite(drawn.median[place]):
        return None
    line = drawn.medians[:, place] / (1 + LEAST_WORTH)
    seen = float(lever.hits[place] / n) if n else 0.0
    if not n or seen >= line.mean():
        return max(LEAST_CASES - int(n), 0) or None

    def tells(total: float) -> bool:
        hits, trials = lever.hits.copy(), lever.n.copy()
        hits[place], trials[place] = seen * total, total
        own = beta_binomial.posterior(beta_binomial.fit_beta_prior(hits, trials), hits[place], total)
        sure = betainc(own.alpha, own.beta, np.clip(line, 0.0, 1.0)).mean()
        return bool(sure >= min(probability, SUREST))

    sizes = SIZES[n < SIZES]
    low, high = 0, len(sizes)
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if tells(float(sizes[middle])) else (middle + 1, high)
    return int(sizes[low] - n) if low < len(sizes) else None
