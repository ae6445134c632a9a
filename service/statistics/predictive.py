"""Predictive distributions of counts and of sums over a count, one per unit; pure. `forecasts` makes them."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betainc, betaincc, gammaincc, gammaln, ndtr

from service.statistics.arrays import Floats, as_floats
from service.statistics.inversion import smallest, smallest_integer

FUZZ = 1e-9
"""Relative slack by which a target computed in floating point may miss the integer that it means."""
NEGLIGIBLE = 1e-5
"""Tail probability that mixing over a count leaves out at each end."""
FEW_NODES, MANY_NODES = 64, 256
"""Likely counts that mixing looks at one by one, besides 0; of more, neighbours are taken together. Sums are smooth in
the count; a ratio's target is met by some counts and not by their neighbours."""


@dataclass(frozen=True, slots=True, eq=False)
class CountForecast:
    """Counts to come: negative binomial with this mean and size, variance mean + mean^2 / size."""

    mean: Floats
    size: Floats

    def probability_at_most(self, count: ArrayLike) -> Floats:
        """P(count to come <= count); a fraction counts as the integer below."""
        most = np.floor(_nudged(count, 1))
        return np.where(most < 0, 0.0, betaincc(np.maximum(most, 0) + 1, self.size, self._share))

    def probability_at_least(self, count: ArrayLike) -> Floats:
        """P(count to come >= count); a fraction counts as the integer above."""
        least = np.ceil(_nudged(count, -1))
        return np.where(least <= 0, 1.0, betainc(np.maximum(least, 1), self.size, self._share))

    def quantile(self, probability: float) -> Floats:
        """The least count that is not exceeded with the probability."""
        return smallest_integer(self.probability_at_most, self.mean, probability)

    def nodes(self, most: int = FEW_NODES) -> tuple[Floats, Floats]:
        """Counts and their probabilities to mix over: arrays with one more axis, the first count is 0.

        Where there are more than `most` likely counts, each node is the middle of its neighbours.
        """
        low = np.maximum(self.quantile(NEGLIGIBLE), 1)
        high = np.maximum(self.quantile(1 - NEGLIGIBLE), low)
        nodes = int(min(most, (high - low).max(initial=0) + 1))
        steps = np.arange(nodes + 1) / nodes
        start, end = low[..., None], high[..., None] + 1
        # Each count its node where there are as many; else even in the square root, so closer at low counts.
        roots = np.sqrt(start) + (np.sqrt(end) - np.sqrt(start)) * steps
        edges = np.floor(np.where(end - start > nodes, roots**2, start + (end - start) * steps) + FUZZ * end)
        widths = np.diff(edges)
        # Of two middle counts the lower and the upper in turn. An empty node (two edges in one place) has no weight.
        turn = 0.25 * (-1.0) ** np.arange(nodes)
        counts = np.maximum(np.rint((edges[..., 1:] + edges[..., :-1] - 1) / 2 + turn), 1)
        weights = np.where(widths > 0, self._mass(counts), 0.0)
        wide = (widths > 1).any(axis=-1)
        if wide.any():
            spread = CountForecast(self.mean[wide][..., None], self.size[wide][..., None])
            weights[wide] = np.diff(spread.probability_at_most(edges[wide] - 1))
        none = self._mass(np.zeros((*self.mean.shape, 1)))
        weights *= (1 - none) / np.maximum(weights.sum(axis=-1, keepdims=True), np.finfo(float).tiny)
        return np.concatenate([np.zeros_like(none), counts], -1), np.concatenate([none, weights], -1)

    def _mass(self, counts: Floats) -> Floats:
        """The probability of each count; one more axis than the forecast."""
        size, mean = self.size[..., None], self.mean[..., None]
        ways = gammaln(counts + size) - gammaln(size) - gammaln(counts + 1)
        log_share = np.log(np.maximum(mean, np.finfo(float).tiny)) - np.log(size + mean)
        return np.asarray(np.exp(ways - size * np.log1p(mean / size) + counts * log_share))

    @property
    def _share(self) -> Floats:
        return self.mean / (self.size + self.mean)


SizeLaw = Literal["lognormal", "gamma"]


@dataclass(frozen=True, slots=True, eq=False)
class SumForecast:
    """Sums of sizes over a count to come; the mean of `n` sizes and the standard deviation of their sum are known."""

    count: CountForecast
    size_mean: Floats
    size_sd: Floats
    size_mean_error: Floats
    law: SizeLaw

    @property
    def mean(self) -> Floats:
        """The expected sum."""
        return self.count.mean * self.size_mean

    @property
    def sd(self) -> Floats:
        """The standard deviation of the sum."""
        counted = self.count.mean
        variance = counted + counted**2 / self.count.size
        chance = counted * self.size_sd**2 + variance * self.size_mean**2
        return np.sqrt(chance + (variance + counted**2) * self.size_mean_error**2)

    @property
    def probability_of_nothing(self) -> Floats:
        """P(sum = 0), exact: that nothing is counted."""
        return self.count.probability_at_most(0)

    def probability_at_least(self, total: ArrayLike) -> Floats:
        """P(sum to come >= total)."""
        return self._mixed(*self.count.nodes(), as_floats(total))

    def probability_at_most(self, total: ArrayLike) -> Floats:
        """P(sum to come <= total)."""
        wanted = as_floats(total)
        above = 1 - self._mixed(*self.count.nodes(), wanted)
        return np.where(wanted < 0, 0.0, np.maximum(above, self.probability_of_nothing))

    def quantile(self, probability: float) -> Floats:
        """The least sum that is not exceeded with the probability."""
        counts, weights = self.count.nodes()
        nothing = self.probability_of_nothing

        def cumulative(total: Floats) -> Floats:
            return np.maximum(1 - self._mixed(counts, weights, total), nothing)

        high = np.asarray(self.mean + self.sd)
        while (short := cumulative(high) < probability).any():
            high = np.where(short, 2 * high + 1, high)
        return smallest(cumulative, high, probability)

    def _mixed(self, counts: Floats, weights: Floats, total: Floats) -> Floats:
        wanted = np.maximum(total, np.finfo(float).tiny)[..., None]
        counted = np.maximum(counts, 1)
        mean = counted * self.size_mean[..., None]
        variance = counted * self.size_sd[..., None] ** 2 + (counted * self.size_mean_error[..., None]) ** 2
        relative = np.maximum(variance / mean**2, 1e-18)
        if self.law == "gamma":
            tails = gammaincc(1 / relative, wanted / (mean * relative))
        else:
            log_variance = np.log1p(relative)
            tails = ndtr((np.log(mean) - np.log(wanted) - log_variance / 2) / np.sqrt(log_variance))
        return np.where(total <= 0, 1.0, (weights * np.where(counts > 0, tails, 0.0)).sum(axis=-1))


def _nudged(count: ArrayLike, direction: int) -> Floats:
    values = as_floats(count)
    return values + direction * FUZZ * np.maximum(np.abs(values), 1)
