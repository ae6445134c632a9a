"""How many decided cases it takes until a person's rate is told from the median of their peers; pure."""

import numpy as np
from scipy.special import betainc

from service.skill_assessments.impact.drawing import LEAST_WORTH, DrawnLever
from service.statistics import beta_binomial

LEAST_CASES = 10
"""Decided cases of one's own, below which nothing is said of a rate; as many as a quadrant's verdict takes."""
MOST_CASES = 2_000
"""More than this is no plan."""
POINTS = 40


def cases_needed(drawn: DrawnLever, place: int, probability: float) -> int | None:
    """How many more decided cases of a share, if it is as far below as it may be, say so with this probability.

    The true rate is taken to be the mean of those rates that the data allow and that are worth moving; with so many of
    more cases it becomes the posterior's (the prior staying as it is). None: no number in reach tells, or a volume,
    which time tells.
    """
    worse = float(drawn.worse[place])
    if drawn.prior is None or not np.isfinite(worse):
        return None
    n = np.unique(np.ceil(np.geomspace(LEAST_CASES, MOST_CASES, POINTS)))
    own = beta_binomial.posterior(drawn.prior, worse * n, n)
    line = drawn.medians[:, place] / (1 + LEAST_WORTH)
    sure = betainc(own.alpha, own.beta, np.clip(line, 0.0, 1.0)[:, None]).mean(axis=0)
    enough = n[sure >= probability]
    return max(int(enough[0] - drawn.lever.n[place]), 1) if enough.size else None
