"""Confidence intervals of one unit's proportion, rate or mean on its own, without a prior; pure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaincinv, ndtri, stdtr, stdtrit

from service.statistics.arrays import Floats, as_floats, counts_of, tail_levels, trials_of


def wilson(successes: ArrayLike, trials: ArrayLike, level: float = 0.95) -> tuple[Floats, Floats]:
    """The score interval of a proportion; (0, 1) without trials.

    Wilson 1927, JASA 22; recommended by Brown, Cai & DasGupta 2001 (Statistical Science 16) for any n.
    """
    hits, tries = trials_of(successes, trials)
    z = ndtri(tail_levels(level)[1])
    counted = np.maximum(tries, np.finfo(float).tiny)
    rate = hits / counted
    total = counted + z**2
    center = (hits + z**2 / 2) / total
    half = z * np.sqrt(counted * rate * (1 - rate) + z**2 / 4) / total
    # At the edges the formula gives 0 and 1 but for rounding.
    low = np.where(hits > 0, np.maximum(center - half, 0), 0.0)
    high = np.where(hits < tries, np.minimum(center + half, 1), 1.0)
    return low, high


def poisson_interval(counts: ArrayLike, exposures: ArrayLike, level: float = 0.95) -> tuple[Floats, Floats]:
    """The exact interval of a rate per unit of exposure; (0, inf) without exposure.

    Garwood 1936, Biometrika 28: it covers at least at its level.
    """
    events, spans = counts_of(counts, exposures)
    below, above = tail_levels(level)
    low, high = np.zeros(spans.shape), np.full(spans.shape, np.inf)
    np.divide(gammaincinv(np.maximum(events, 1), below), spans, out=low, where=(spans > 0) & (events > 0))
    np.divide(gammaincinv(events + 1, above), spans, out=high, where=spans > 0)
    return low, high


def wilson_of_clusters(successes: ArrayLike, trials: ArrayLike, level: float = 0.95) -> tuple[float, float]:
    """The score interval of one proportion whose trials come in clusters: one entry per cluster; (0, 1) without trials.

    Wilson's interval at the effective number of trials: as many independent ones as would give the proportion the
    variance that it has between clusters, and Student's t in place of the normal quantile, as the variance is estimated
    from few of them. Korn & Graubard 1998, Survey Methodology 24, for Wilson's interval as in Dean & Pagano 2015,
    Journal of Survey Statistics and Methodology 3. Never more trials than there are; where all succeed or fail nothing
    is known of how they cluster, and each cluster counts as one.
    """
    hits, tries = trials_of(np.ravel(successes), np.ravel(trials))
    effective = effective_trials(hits, tries, level)
    low, high = wilson(effective * hits.sum() / max(tries.sum(), 1.0), effective, level)
    return float(low), float(high)


def effective_trials(successes: ArrayLike, trials: ArrayLike, level: float = 0.95) -> float:
    """As many independent trials as those of clusters are worth, as in `wilson_of_clusters`; 0 without trials."""
    hits, tries = trials_of(np.ravel(successes), np.ravel(trials))
    hits, tries = hits[tries > 0], tries[tries > 0]
    clusters, total = tries.size, float(tries.sum())
    rate = float(hits.sum()) / max(total, 1.0)
    if clusters < 2 or not 0 < rate < 1:
        return float(clusters)
    variance = clusters / (clusters - 1) * float(((hits - rate * tries) ** 2).sum()) / total**2
    upper = tail_levels(level)[1]
    shrink = float((ndtri(upper) / stdtrit(clusters - 1, upper)) ** 2)
    return min(rate * (1 - rate) / variance * shrink, total) if variance else total


@dataclass(frozen=True, slots=True)
class ClusteredMean:
    """A mean with its interval; `p_value` of a difference from 0."""

    value: float
    low: float
    high: float
    p_value: float


def mean_of_clusters(values: ArrayLike, clusters: ArrayLike, level: float = 0.95) -> ClusteredMean:
    """The mean of values of which those of a cluster may go together; `clusters` names that of each, two at least.

    Robust variance (Liang & Zeger 1986, Biometrika 73) with the factor C / (C - 1) and Student's t on C - 1 degrees of
    freedom for C clusters (Cameron & Miller 2015, Journal of Human Resources 50). Clusters of one value each give the
    t test of a mean.
    """
    numbers, names = np.ravel(as_floats(values)), np.ravel(np.asarray(clusters))
    _, place = np.unique(names, return_inverse=True)
    count = int(place.max(initial=-1)) + 1
    if names.size != numbers.size or count < 2:
        raise ValueError("values come in two clusters at least")
    mean = float(numbers.mean())
    totals = np.bincount(place, numbers - mean)
    error = float(np.sqrt(count / (count - 1) * (totals**2).sum())) / numbers.size
    return _clustered(mean, error, count - 1, level)


def difference_of_clusters(
    before: ArrayLike, clusters_before: ArrayLike, after: ArrayLike, clusters_after: ArrayLike, level: float = 0.95
) -> ClusteredMean:
    """The mean of later values less that of earlier ones, where those of a cluster may go together, in both times too.

    Robust variance as in `mean_of_clusters`, the factor by each side's own clusters, two at least; Student's t on the
    fewer of them, less one, for the few differ most from normal.
    """
    sides = [
        (sign, np.ravel(as_floats(values)), np.ravel(np.asarray(names)))
        for sign, values, names in ((-1, before, clusters_before), (1, after, clusters_after))
    ]
    counts = [np.unique(names).size for _, _, names in sides]
    if min(counts) < 2 or any(values.size != names.size for _, values, names in sides):
        raise ValueError("values come in two clusters at least, on either side")
    pulls = [
        sign * (values - values.mean()) / values.size * np.sqrt(count / (count - 1))
        for (sign, values, _), count in zip(sides, counts, strict=True)
    ]
    _, place = np.unique(np.concatenate([names for _, _, names in sides]), return_inverse=True)
    totals = np.bincount(place, np.concatenate(pulls))
    change = float(sides[1][1].mean() - sides[0][1].mean())
    return _clustered(change, float(np.sqrt((totals**2).sum())), min(counts) - 1, level)


def _clustered(value: float, error: float, freedom: int, level: float) -> ClusteredMean:
    half = float(stdtrit(freedom, tail_levels(level)[1])) * error
    p_value = 2 * float(stdtr(freedom, -abs(value) / error)) if error else float(value == 0)
    return ClusteredMean(value, value - half, value + half, p_value)
