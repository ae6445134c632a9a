"""How units' rates are spread about what they have in common: more than chance makes them, and by how much; pure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc, ndtr, ndtri

from service.statistics.arrays import Floats, as_floats, counts_of, ratio, trials_of
from service.statistics.comparisons import FunnelLimits

WINSORISED = 0.1
"""The share of the units on either side that count no more than the next one inside."""
BEYOND_CHANCE = 0.01
"""Limits are widened where the winsorised spread is this rare by chance alone."""


@dataclass(frozen=True, slots=True)
class Spread:
    """`center` is the common rate; nan without trials. `p` is of all being the same; nan where nothing can differ.

    `overdispersion` is a variance ratio of at least 1, by which limits and tests are widened.
    """

    center: float
    units: int
    p: float
    overdispersion: float


def spread_of_proportions(successes: ArrayLike, trials: ArrayLike) -> Spread:
    """The spread of proportions, one entry per unit; units without trials are left out.

    `p` is that of Pearson's test of homogeneity.
    """
    hits, tries = trials_of(np.ravel(successes), np.ravel(trials))
    hits, tries = hits[tries > 0], tries[tries > 0]
    center = float(ratio(hits.sum(), tries.sum()))
    return _spread(hits, tries * center, tries * center * (1 - center), center)


def spread_of_rates(counts: ArrayLike, exposures: ArrayLike) -> Spread:
    """The spread of rates per unit of exposure, one entry per unit; units without exposure are left out.

    `p` is that of Fisher's dispersion test: Pearson's statistic of Poisson counts about their common rate.
    """
    events, spans = counts_of(np.ravel(counts), np.ravel(exposures))
    events, spans = events[spans > 0], spans[spans > 0]
    center = float(ratio(events.sum(), spans.sum()))
    return _spread(events, spans * center, spans * center, center)


def widen_limits(limits: FunnelLimits, center: float, overdispersion: float, highest: float) -> FunnelLimits:
    """Funnel limits as many times as far from the centre as the spread is wider, within [0, highest].

    Spiegelhalter 2005, "Handling over-dispersion of performance indicators", Quality & Safety in Health Care 14: the
    multiplicative approach.
    """
    times = np.sqrt(max(overdispersion, 1.0))
    low, high = (center + times * (end - center) for end in (limits.low, limits.high))
    return FunnelLimits(limits.levels, np.maximum(low, 0.0), np.minimum(high, highest))


def widen_p_values(p_values: ArrayLike, overdispersion: float) -> Floats:
    """Two-sided p-values as they are with standard errors that many times (its root) as wide; same shape."""
    values = as_floats(p_values)
    if overdispersion <= 1:
        return values
    return as_floats(2 * ndtr(ndtri(values / 2) / np.sqrt(overdispersion)))


def _spread(seen: Floats, expected: Floats, variance: Floats, center: float) -> Spread:
    units = seen.size
    if units < 2 or not (variance > 0).all():
        return Spread(center, units, np.nan, 1.0)
    z = (seen - expected) / np.sqrt(variance)
    p = float(chdtrc(units - 1, float(z @ z)))
    return Spread(center, units, p, _overdispersion(z))


def _overdispersion(z: Floats) -> float:
    """The mean square of the winsorised z-scores where it is more than chance makes it, else 1.

    Spiegelhalter 2005 (above). Widened on every value above 1, limits would hide one unit that is out among few others
    that differ by chance.
    """
    cut = int(np.ceil(WINSORISED * z.size))
    ranked = np.sort(z)
    if z.size <= 2 * cut:
        return 1.0
    within = np.clip(ranked, ranked[cut], ranked[-cut - 1])
    statistic = float(within @ within)
    return max(1.0, statistic / z.size) if chdtrc(z.size - 1, statistic) < BEYOND_CHANCE else 1.0
