"""Units compared with each other beyond chance: exact tests, funnel limits, false discoveries kept down; pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import bdtr, gammaln, pdtr, xlogy

from service.statistics.arrays import Bools, Floats, as_floats, counts_of, ratio, tail_levels, trials_of
from service.statistics.inversion import Cumulative, smallest_integer

LEVELS = (0.95, 0.998)
"""Warning and control limits of a funnel plot."""


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """Each unit against the others together; arrays with one entry per unit.

    `n` and `peers_n` are trials or exposures, `rate` and `peers_rate` nan without them. `p_low` is the probability of a
    count as low as the unit's or lower, were its rate its peers'; `p_high` of one as high or higher. Both are 1 where
    there is nothing to compare.
    """

    rate: Floats
    n: Floats
    peers_rate: Floats
    peers_n: Floats
    p_low: Floats
    p_high: Floats


@dataclass(frozen=True, slots=True, eq=False)
class FunnelLimits:
    """Rates between which a unit of a size lies by chance alone: arrays (levels x units)."""

    levels: tuple[float, ...]
    low: Floats
    high: Floats


def compare_proportions(successes: ArrayLike, trials: ArrayLike) -> Comparison:
    """Each unit's proportion against the others' together: Fisher's exact test, one-sided (Fisher 1935, JRSS 98).

    Exact rather than mid-p: its p-values are never too small, which Benjamini-Hochberg needs to keep its promise and a
    unit needs so as not to be called different on noise; what power this costs is small with the counts of a quarter.
    Successes and trials are whole numbers, one entry per unit.
    """
    hits, tries = trials_of(np.ravel(successes), np.ravel(trials))
    peers_hits, peers_tries = hits.sum() - hits, tries.sum() - tries
    p_low, p_high = _hypergeometric_tails(hits, tries, float(hits.sum()), float(tries.sum()))
    return Comparison(ratio(hits, tries), tries, ratio(peers_hits, peers_tries), peers_tries, p_low, p_high)


def compare_rates(counts: ArrayLike, exposures: ArrayLike) -> Comparison:
    """Each unit's rate against the others' together: the exact conditional test of two Poisson rates, one-sided.

    Given the total, a unit's count is binomial with its share of the exposure (Przyborowski & Wilenski 1940,
    Biometrika 31). Exact for the reason in `compare_proportions`; counts are whole numbers, one entry per unit.
    """
    events, spans = counts_of(np.ravel(counts), np.ravel(exposures))
    total, exposure = float(events.sum()), float(spans.sum())
    share = np.clip(np.divide(spans, exposure, out=np.zeros_like(spans), where=spans > 0), 0, 1)
    p_low = bdtr(events, int(total), share)
    p_high = np.where(events > 0, 1 - bdtr(events - 1, int(total), share), 1.0)
    peers, peers_spans = total - events, exposure - spans
    rates = ratio(events, spans), ratio(peers, peers_spans)
    return Comparison(rates[0], spans, rates[1], peers_spans, as_floats(p_low), as_floats(p_high))


def differing_proportions(successes: ArrayLike, trials: ArrayLike) -> Floats:
    """Two-sided p-values of each unit's proportion against the others' together, by Fisher's exact test.

    All counts that are no likelier than the unit's own count as extreme, on either side (Freeman & Halton 1951,
    Biometrika 38). 1 where there is nothing to compare. Whole numbers, one entry per unit.
    """
    hits, tries = trials_of(np.ravel(successes), np.ravel(trials))
    wins, total = float(hits.sum()), float(tries.sum())
    # A high count of successes is a low one of failures.
    upper = hits > np.floor((tries + 1) * (wins + 1) / (total + 2))
    count, kind = np.where(upper, tries - hits, hits), np.where(upper, total - wins, wins)
    mode = np.maximum(np.floor((tries + 1) * (kind + 1) / (total + 2)), count)
    highest = np.minimum(tries, kind)
    far = _as_unlikely(lambda at: _log_hypergeometric(at, tries, kind, total), count, mode, highest)
    own, _ = _hypergeometric_tails(count, tries, kind, total)
    _, other = _hypergeometric_tails(np.minimum(far, highest), tries, kind, total)
    return np.minimum(own + np.where(far <= highest, other, 0.0), 1.0)


def differing_rates(counts: ArrayLike, exposures: ArrayLike) -> Floats:
    """Two-sided p-values of each unit's rate against the others' together, by the test of `compare_rates`.

    All counts that are no likelier than the unit's own count as extreme. 1 where there is nothing to compare.
    """
    events, spans = counts_of(np.ravel(counts), np.ravel(exposures))
    total, exposure = float(events.sum()), float(spans.sum())
    share = np.clip(np.divide(spans, exposure, out=np.zeros_like(spans), where=spans > 0), 0, 1)
    upper = events > np.floor((total + 1) * share)
    count, share = np.where(upper, total - events, events), np.where(upper, 1 - share, share)
    mode = np.maximum(np.minimum(np.floor((total + 1) * share), total), count)

    def log_chance(at: Floats) -> Floats:
        ways = gammaln(total + 1) - gammaln(at + 1) - gammaln(total - at + 1)
        return as_floats(ways + xlogy(at, share) + xlogy(total - at, 1 - share))

    far = _as_unlikely(log_chance, count, mode, np.full(count.shape, total))
    other = np.where(far <= total, 1 - bdtr(np.maximum(far - 1, 0), int(total), share), 0.0)
    return np.minimum(as_floats(bdtr(count, int(total), share)) + np.where(far > 0, other, 1.0), 1.0)


def funnel_limits(center: float, trials: ArrayLike, levels: Sequence[float] = LEVELS) -> FunnelLimits:
    """Limits of proportions about a common one, by the trials of each unit; 0 and 1 without trials.

    Exact binomial limits, interpolated between counts: Spiegelhalter 2005, "Funnel plots for comparing institutional
    performance", Statistics in Medicine 24, appendix A.1.1.
    """
    if not 0 <= center <= 1:
        raise ValueError("the centre of proportions lies between 0 and 1")
    tries = np.ravel(as_floats(trials))

    def cumulative(count: Floats) -> Floats:
        return np.where(count < 0, 0.0, bdtr(np.minimum(np.maximum(count, 0), tries), tries.astype(np.intp), center))

    low, high = _limits(cumulative, center * tries, tries, levels)
    return FunnelLimits(tuple(levels), np.clip(low, 0, 1), np.where(tries > 0, np.clip(high, 0, 1), 1.0))


def funnel_limits_of_rates(center: float, exposures: ArrayLike, levels: Sequence[float] = LEVELS) -> FunnelLimits:
    """Limits of rates about a common one, by the exposure of each unit; 0 and infinity without exposure.

    Exact Poisson limits, interpolated between counts (Spiegelhalter 2005, appendix A.1.1).
    """
    if not 0 <= center < np.inf:
        raise ValueError("the centre of rates is not negative")
    spans = np.ravel(as_floats(exposures))

    def cumulative(count: Floats) -> Floats:
        return np.where(count < 0, 0.0, pdtr(np.maximum(count, 0), center * spans))

    low, high = _limits(cumulative, center * spans, spans, levels)
    return FunnelLimits(tuple(levels), np.maximum(low, 0), np.where(spans > 0, high, np.inf))


def adjusted_p_values(p_values: ArrayLike) -> Floats:
    """The least false discovery rate at which each hypothesis is rejected; same shape, nan stays and counts as no test.

    Benjamini & Hochberg 1995, JRSS B 57.
    """
    values = as_floats(p_values)
    tested = np.flatnonzero(~np.isnan(values.ravel()))
    order = tested[np.argsort(values.ravel()[tested], kind="stable")]
    steps = values.ravel()[order] * order.size / np.arange(1, order.size + 1)
    adjusted = np.full(values.size, np.nan)
    adjusted[order] = np.minimum(np.minimum.accumulate(steps[::-1])[::-1], 1.0)
    return adjusted.reshape(values.shape)


def benjamini_hochberg(p_values: ArrayLike, q: float = 0.05) -> Bools:
    """Which hypotheses to reject so that at most a share q of the rejected ones is expected to be true; same shape.

    To be used over units x measures at once. Holds for independent p-values and for positively dependent ones
    (Benjamini & Yekutieli 2001, Annals of Statistics 29); nan is never rejected.
    """
    return np.asarray(adjusted_p_values(p_values) <= q)


def _limits(cumulative: Cumulative, start: Floats, sizes: Floats, levels: Sequence[float]) -> tuple[Floats, Floats]:
    """Counts at which the cumulative probability passes each level's tails, interpolated, over the sizes.

    Spiegelhalter's upper limit is a count lower; this one mirrors his lower limit, so that on either side a unit
    outside has a count whose tail is rarer than the level's.
    """

    def at(probability: float) -> Floats:
        count = smallest_integer(cumulative, start, probability)
        above, below = cumulative(count), cumulative(count - 1)
        return count - (above - probability) / np.maximum(above - below, np.finfo(float).tiny)

    tails = [tail_levels(level) for level in levels]
    pairs = [(ratio(at(below), sizes), ratio(at(above) + 1, sizes)) for below, above in tails]
    low, high = (np.stack([pair[side] for pair in pairs]) for side in (0, 1))
    return np.nan_to_num(low, nan=0.0), high


def _as_unlikely(log_chance: Callable[[Floats], Floats], count: Floats, mode: Floats, highest: Floats) -> Floats:
    """The least count from the mode on that is no likelier than `count`, which lies before it; highest + 1: none is."""
    # Equal chances may differ in their last digits.
    limit = log_chance(count) + 1e-7
    low, high = mode, highest + 1
    while (high - low > 1).any():
        middle = np.floor((low + high) / 2)
        enough = log_chance(middle) <= limit
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    return np.where(log_chance(mode) <= limit, mode, high)


def _hypergeometric_tails(
    hits: Floats, tries: Floats, successes: float | Floats, total: float
) -> tuple[Floats, Floats]:
    """P(X <= hits) and P(X >= hits), X successes among a unit's trials, given all units' successes and trials.

    The tail that falls away from the mode is summed term by term from the largest, the other is what remains.
    """
    upper = hits > tries * successes / max(total, 1.0)
    # A high count of successes is a low one of failures.
    count, kind = np.where(upper, tries - hits, hits), np.where(upper, total - successes, successes)
    chance = _hypergeometric(count, tries, kind, total)
    tail, term = chance.copy(), chance.copy()
    at = count.copy()
    while (term > tail * np.finfo(float).eps).any():
        term = term * at * (total - kind - tries + at) / ((kind - at + 1) * (tries - at + 1))
        tail += term
        at = np.maximum(at - 1, 0)
    tail, rest = np.minimum(tail, 1.0), np.clip(1 - tail + chance, 0, 1)
    return np.where(upper, rest, tail), np.where(upper, tail, rest)


def _hypergeometric(count: Floats, tries: Floats, kind: Floats, total: float) -> Floats:
    return np.exp(_log_hypergeometric(count, tries, kind, total))


def _log_hypergeometric(count: Floats, tries: Floats, kind: Floats, total: float) -> Floats:
    def log_ways(of: Floats, chosen: Floats) -> Floats:
        return gammaln(of + 1) - gammaln(chosen + 1) - gammaln(of - chosen + 1)

    rest = np.asarray(total - kind)
    every = np.full(count.shape, total)
    return log_ways(kind, count) + log_ways(rest, tries - count) - log_ways(every, tries)
