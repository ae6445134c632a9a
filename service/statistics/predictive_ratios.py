"""Predictive distributions of ratios whose numerator and denominator both still grow; pure. `forecasts` makes them."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betainc, betaln

from service.statistics.arrays import Bools, Floats, Indices, as_floats
from service.statistics.beta_binomial import Beta
from service.statistics.inversion import bracket, least_step, smallest
from service.statistics.predictive import FUZZ, MANY_NODES, CountForecast

EXACT = 32
"""Up to so many trials to come, and so few successes or failures of more, the beta-binomial is summed.

Beyond, a matched beta: its error is below 0.01.
"""


@dataclass(frozen=True, eq=False)
class ManyTrials:
    """P(successes <= most) of `left` trials to come, more than `EXACT`; arrays of one axis.

    Of few successes or few failures the sum of their probabilities; in between by a beta of the same moments, kept
    within these sums: (successes + 1/2) / (trials + 1) with its mean, its variance and that of rounding (Sheppard
    1898), as a beta; what its skewness is off is mended by the first term of Edgeworth's series (Johnson, Kemp & Kotz
    2005, 1.2.6).
    """

    beta: Beta
    left: Floats
    mean: Floats
    deviation: Floats
    size: Floats
    mending: Floats

    @classmethod
    def of(cls, beta: Beta, left: Floats) -> "ManyTrials":
        """Of at least one trial to come."""
        chance, total = beta.mean, beta.alpha + beta.beta
        mean = (left * chance + 0.5) / (left + 1)
        spread = left * chance * (1 - chance) * (total + left) / (total + 1)
        variance = (spread + 1 / 12) / (left + 1) ** 2
        size = mean * (1 - mean) / variance - 1
        skewness = (total + 2 * left) * (1 - 2 * chance) / ((total + 2) * np.sqrt(spread))
        matched = 2 * (1 - 2 * mean) * np.sqrt(size + 1) / ((size + 2) * np.sqrt(mean * (1 - mean)))
        mending = (matched - skewness) / (6 * np.sqrt(2 * np.pi))
        return cls(beta, left, mean, np.sqrt(variance), size, mending)

    def at_most(self, most: Floats) -> Floats:
        """Between 0 and 1, and never less for more."""
        failures = self.left - most - 1
        found = np.where(most < 0, 0.0, 1.0)
        inside = (most >= 0) & (failures >= 0)
        few = inside & (np.minimum(most, failures) <= EXACT)
        found[few] = self._summed(few, most[few])
        between = inside & ~few
        low, high = (edge[between] for edge in self._edges)
        found[between] = np.clip(self._matched(between, most[between]), low, high)
        return found

    @cached_property
    def _edges(self) -> tuple[Floats, Floats]:
        """The last sum from either end, where there is anything between them."""
        low, high = np.zeros(self.left.shape), np.ones(self.left.shape)
        apart = self.left > 2 * EXACT + 1
        last = np.full(int(apart.sum()), float(EXACT))
        low[apart], high[apart] = self._summed(apart, last), self._summed(apart, self.left[apart] - 1 - last)
        return low, high

    def _summed(self, chosen: Bools, most: Floats) -> Floats:
        """Term by term from the nearer end, each by its ratio to the one before."""
        left, alpha, beta = self.left[chosen], self.beta.alpha[chosen], self.beta.beta[chosen]
        is_low = most <= left - most - 1
        own, other = np.where(is_low, alpha, beta), np.where(is_low, beta, alpha)
        last = np.where(is_low, most, left - most - 1)
        term = np.exp(betaln(own, other + left) - betaln(own, other))
        total = term.copy()
        for count in range(int(last.max(initial=0))):
            term = term * (left - count) * (own + count) / ((count + 1) * (other + left - count - 1))
            total += np.where(count < last, term, 0.0)
        return as_floats(np.where(is_low, total, 1 - total))

    def _matched(self, chosen: Bools, most: Floats) -> Floats:
        mean, size = self.mean[chosen], self.size[chosen]
        upto = (most + 1) / (self.left[chosen] + 1)
        z = (upto - mean) / self.deviation[chosen]
        mended = self.mending[chosen] * (z**2 - 1) * np.exp(-(z**2) / 2)
        return as_floats(betainc(mean * size, (1 - mean) * size, upto) + mended)


@dataclass(frozen=True, eq=False)
class ProportionForecast:
    """Final proportions, given that there is a trial at all; nan where there can be none.

    `left` and `weights` are trials to come and their probabilities (units x nodes); `table` holds P(successes <= j) for
    n trials to come at [unit, n, j + 1], n and j up to EXACT.
    """

    successes: Floats
    trials: Floats
    beta: Beta
    left: Floats
    weights: Floats
    table: Floats

    @classmethod
    def of(cls, successes: Floats, trials: Floats, beta: Beta, trials_left: CountForecast) -> "ProportionForecast":
        """The forecast of arrays that were checked."""
        left, weights = trials_left.nodes(MANY_NODES)
        weights, hits, tries = _with_a_trial(weights, left, successes, trials)
        return cls(hits, tries, beta, left, weights, _table(beta))

    def probability_at_least(self, target: ArrayLike) -> Floats:
        """P(final proportion >= target)."""
        wanted = as_floats(target)[..., None] * (self.trials + self.left) - self.successes
        least = np.ceil(wanted - FUZZ * (self.trials + self.left))
        return as_floats(((1 - self._at_most(least - 1)) * self.weights).sum(axis=-1))

    def probability_at_most(self, target: ArrayLike) -> Floats:
        """P(final proportion <= target)."""
        return as_floats((self._at_most(self._most(as_floats(target))) * self.weights).sum(axis=-1))

    def quantile(self, probability: float) -> Floats:
        """The least proportion that is not exceeded with the probability."""
        total = np.maximum(self.trials + self.left, 1)
        # In so narrow a bracket each number of trials has one proportion at most: which of them it is follows at once.
        width = 0.99 / total.max(axis=-1)
        ends = bracket(self.probability_at_most, np.ones(width.shape), probability, width)
        below, upto = (self._most(end) for end in ends)
        there = self._at_most(below) * self.weights
        rises = self._at_most(upto) * self.weights - there
        places = np.where(upto > below, (upto + self.successes) / total, np.inf)
        return np.where(np.isnan(self.mean), np.nan, least_step(places, rises, there.sum(axis=-1), probability))

    @property
    def mean(self) -> Floats:
        """The expected final proportion."""
        expected = self.successes + self.left * self.beta.mean[..., None]
        return as_floats((expected / np.maximum(self.trials + self.left, 1) * self.weights).sum(axis=-1))

    def _most(self, target: Floats) -> Floats:
        """How many successes to come keep the proportion at the target, for each number of trials."""
        total = self.trials + self.left
        return np.asarray(np.floor(target[..., None] * total - self.successes + FUZZ * total))

    def _at_most(self, most: Floats) -> Floats:
        few, many = self._numbers
        units = np.indices(self.left.shape, sparse=True)[:-1]
        found: Floats = self.table[(*units, few, np.clip(most + 1, 0, EXACT + 1).astype(np.intp))]
        if many.any():
            found[many] = self._far.at_most(most[many])
        return found

    @cached_property
    def _numbers(self) -> tuple[Indices, Bools]:
        """The trials to come that are few enough for the table (0 elsewhere), and which are more."""
        many = self.left > EXACT
        return np.where(many, 0, self.left).astype(np.intp), many

    @cached_property
    def _far(self) -> ManyTrials:
        """Of those that are more."""
        many = self._numbers[1]
        alpha, beta = (np.broadcast_to(one[..., None], many.shape)[many] for one in (self.beta.alpha, self.beta.beta))
        return ManyTrials.of(Beta(alpha, beta), self.left[many])


@dataclass(frozen=True, slots=True, eq=False)
class RateForecast:
    """Final ratios of counts to occasions, given that there is an occasion at all; nan where there can be none.

    `left` and `weights` are occasions to come and their probabilities (units x nodes), `coming` the counts that each
    would bring.
    """

    counts: Floats
    occasions: Floats
    left: Floats
    weights: Floats
    coming: CountForecast

    @classmethod
    def of(
        cls, counts: Floats, occasions: Floats, left: Floats, weights: Floats, coming: CountForecast
    ) -> "RateForecast":
        """The forecast of arrays that were checked."""
        weights, events, basis = _with_a_trial(weights, left, counts, occasions)
        return cls(events, basis, left, weights, coming)

    def probability_at_least(self, target: ArrayLike) -> Floats:
        """P(final ratio >= target)."""
        wanted = as_floats(target)[..., None] * (self.occasions + self.left) - self.counts
        return as_floats((self.coming.probability_at_least(wanted) * self.weights).sum(axis=-1))

    def probability_at_most(self, target: ArrayLike) -> Floats:
        """P(final ratio <= target)."""
        wanted = as_floats(target)[..., None] * (self.occasions + self.left) - self.counts
        return as_floats((self.coming.probability_at_most(wanted) * self.weights).sum(axis=-1))

    def quantile(self, probability: float) -> Floats:
        """The least ratio that is not exceeded with the probability."""
        high = np.where(np.isnan(self.mean), 1.0, self.mean) + 1
        while (short := self.probability_at_most(high) < probability).any():
            high = np.where(short, 2 * high, high)
        return np.where(np.isnan(self.mean), np.nan, smallest(self.probability_at_most, high, probability, steps=27))

    @property
    def mean(self) -> Floats:
        """The expected final ratio."""
        total = self.occasions + self.left
        above = np.broadcast_to(self.counts + self.coming.mean, total.shape)
        # Where there is no occasion there is no ratio, and its weight is 0: a quotient there would be infinite times 0.
        ratios = np.divide(above, total, out=np.zeros(total.shape), where=total > 0)
        return as_floats((ratios * self.weights).sum(axis=-1))


def _with_a_trial(weights: Floats, left: Floats, above: Floats, below: Floats) -> tuple[Floats, Floats, Floats]:
    """The weights given that the final denominator is not 0 (nan where it must be), and the counts as columns."""
    above, below = (np.broadcast_to(values, weights.shape[:-1])[..., None] for values in (above, below))
    weights = np.where(below + left > 0, weights, 0.0)
    total = weights.sum(axis=-1, keepdims=True)
    return np.divide(weights, total, out=np.full(weights.shape, np.nan), where=total > 0), above, below


def _table(beta: Beta) -> Floats:
    """P(successes <= j) of n trials at [unit, n, j + 1]: products of rising factorials, scaled to be near 1."""
    total = (beta.alpha + beta.beta)[..., None]
    steps = np.arange(EXACT)

    def weights(start: Floats) -> Floats:
        products = np.cumprod((start + steps) / (total * (steps + 1)), axis=-1)
        return np.concatenate([np.ones_like(products[..., :1]), products], axis=-1)

    hits, misses, norms = weights(beta.alpha[..., None]), weights(beta.beta[..., None]), weights(total)
    table = np.ones((*beta.alpha.shape, EXACT + 1, EXACT + 2))
    for trials in range(EXACT + 1):
        chances = hits[..., : trials + 1] * misses[..., trials::-1] / norms[..., trials : trials + 1]
        table[..., trials, 1 : trials + 1] = np.cumsum(chances, axis=-1)[..., :-1]
    table[..., 0] = 0.0
    return np.minimum(table, 1.0)
