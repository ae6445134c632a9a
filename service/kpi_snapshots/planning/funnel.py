"""The chance that so many opportunities, or so much activity, come to a quota; pure.

What is not known for sure is drawn from its posterior: each conversion from a beta distribution, the mean deal and the
yield of an activity from gamma distributions, the amounts of single deals from a gamma distribution of the peers'
coefficient of variation, the open deals one by one. Draws are a scrambled Sobol sequence with a fixed seed (Owen 1998,
J. Complexity 14), so that the same facts make the same plan. For each draw the wins that are missing are found, and
the chance of at least so many is exact: binomial for opportunities, Poisson for an activity.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy.special import bdtrc, betaincinv, gammainc, gammaincinv, pdtrc

from service.statistics.arrays import Floats, as_floats
from service.statistics.beta_binomial import Beta
from service.statistics.gamma_poisson import Gamma

LOG2_DRAWS = 12
SEED = 20260301
STEADIEST = 1e6
"""The greatest shape of a gamma distribution: amounts that do not vary are nearly one value."""
SMALLEST = 1e-200
"""A mean amount below this is no amount, and must not be divided by."""
MOST_WINS = 2**20
"""More wins than this are not looked for."""


@dataclass(frozen=True, slots=True)
class DealSize:
    """The mean amount of a won deal with its standard error, and the standard deviation of single amounts."""

    mean: float
    error: float
    spread: float


@dataclass(frozen=True, slots=True)
class OpenDeal:
    """A deal in the pipeline: how many steps it has behind it, and its amount (None: a typical one)."""

    behind: int
    amount: float | None


@dataclass(frozen=True, eq=False)
class Funnel:
    """One person's way to the money that is missing.

    `conversions` and `yields` (opportunities per activity) hold one entry per step and per activity. `better_steps` and
    `better_size` multiply draws: 1.1 for a tenth more.
    """

    conversions: Beta
    size: DealSize
    yields: Gamma
    pipeline: Sequence[OpenDeal]
    missing: float
    better_steps: Sequence[float] = ()
    better_size: float = 1.0

    def with_better_step(self, place: int, factor: float) -> "Funnel":
        """The same, were one conversion so much higher."""
        factors = [factor if index == place else 1.0 for index in range(len(self.conversions.alpha))]
        return replace(self, better_steps=factors)

    def with_better_size(self, factor: float) -> "Funnel":
        """The same, were deals so much larger."""
        return replace(self, better_size=factor)

    @cached_property
    def _draws(self) -> Floats:
        from scipy.stats import qmc

        dimensions = len(self.conversions.alpha) + len(self.yields.shape) + 2 + len(self.pipeline)
        points = qmc.Sobol(dimensions, rng=np.random.default_rng(SEED)).random_base2(LOG2_DRAWS)
        return np.clip(points, 1e-9, 1 - 1e-9)

    @cached_property
    def _steps(self) -> Floats:
        count = len(self.conversions.alpha)
        chances = betaincinv(self.conversions.alpha, self.conversions.beta, self._draws[:, :count])
        return np.asarray(np.minimum(chances * (np.array(self.better_steps) if self.better_steps else 1.0), 1.0))

    @cached_property
    def _yields(self) -> Floats:
        first, count = len(self.conversions.alpha), len(self.yields.shape)
        levels = gammaincinv(self.yields.shape, self._draws[:, first : first + count])
        return np.asarray(levels / self.yields.rate)

    @cached_property
    def _sizes(self) -> Floats:
        column = self._draws[:, len(self.conversions.alpha) + len(self.yields.shape)]
        shape = _shape(self.size.mean, self.size.error)
        return np.asarray(gammaincinv(shape, column) / shape * self.size.mean * self.better_size)

    @cached_property
    def win_chance(self) -> Floats:
        """Of an opportunity, draw by draw."""
        return np.asarray(self._steps.prod(axis=1))

    @cached_property
    def pipeline_worth(self) -> Floats:
        """What the open deals come to, draw by draw."""
        if not self.pipeline:
            return np.zeros(len(self._draws))
        behind = np.array([deal.behind for deal in self.pipeline])
        ahead = np.cumprod(self._steps[:, ::-1], axis=1)[:, ::-1]
        won = self._draws[:, -len(self.pipeline) :] < ahead[:, behind]
        amounts = np.array([np.nan if deal.amount is None else deal.amount for deal in self.pipeline])
        return np.asarray((won * np.where(np.isnan(amounts), self._sizes[:, None], amounts)).sum(axis=1))

    @cached_property
    def wins_missing(self) -> Floats:
        """The least number of new wins whose amounts fill what the pipeline leaves open, draw by draw."""
        gap = np.maximum(self.missing - self.pipeline_worth, 0)
        column = self._draws[:, len(self.conversions.alpha) + len(self.yields.shape) + 1]
        shape = _shape(self.size.mean, self.size.spread)

        # As a question about the chance, not about the amounts, as its inverse takes ten times as long to compute.
        needed = gap * shape / np.maximum(self._sizes, SMALLEST)

        def enough(wins: Floats) -> Floats:
            filled = gammainc(np.maximum(wins, 1) * shape, needed) <= column
            return np.asarray((wins > 0) & filled)  # without a win there is no amount

        low, high = np.zeros(len(gap)), np.ones(len(gap))
        while high.max() < MOST_WINS and not (reached := enough(high)).all():
            low, high = np.where(reached, low, high), np.where(reached, high, high * 2)
        while (high - low > 1).any():
            middle = np.floor((low + high) / 2)
            reached = enough(middle)
            low, high = np.where(reached, low, middle), np.where(reached, middle, high)
        return np.where(gap > 0, high, 0.0)

    def chance_of_opportunities(self, count: int) -> float:
        """The probability that so many new opportunities, with the open ones, come to the quota."""
        most = np.minimum(np.maximum(self.wins_missing - 1, 0), count)  # all, of more than there are: the chance is 0
        return self._mean(as_floats(bdtrc(most, max(count, 1), self.win_chance)), count)

    def chance_of_activity(self, place: int, count: int) -> float:
        """The same of so much of an activity, by the opportunities it brings."""
        expected = count * self._yields[:, place] * self.win_chance
        return self._mean(as_floats(pdtrc(np.maximum(self.wins_missing - 1, 0), expected)), count)

    def _mean(self, tail: Floats, count: int) -> float:
        tail = np.where(self.wins_missing == 0, 1.0, tail if count > 0 else 0.0)
        return float(tail.mean())


def _shape(mean: float, deviation: float) -> float:
    """That of a gamma distribution with this mean and standard deviation."""
    return STEADIEST if deviation <= 0 else min((mean / deviation) ** 2, STEADIEST)
