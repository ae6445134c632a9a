"""Whether what units do in one week leads what comes of it weeks later; pure.

All take panels: arrays (... x units x weeks), nan where a unit has no such week, what comes of it already moved to the
week that it is to come of. Leading dimensions are panels of their own. Every error is clustered by unit, so that weeks
of one unit may be as alike as they like, with Student's t on one less than the units.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtr, stdtrit

from service.statistics.arrays import Bools, Floats, as_floats, tail_levels

ROUNDS, CLOSE = 60, 1e-10
"""Fitting to margins ends after so many rounds, or when nothing moves by more than this share."""
NOTHING = 1e-9
"""A share of the variation below this is rounding."""


@dataclass(frozen=True, slots=True, eq=False)
class Estimate:
    """A value with its clustered standard error and degrees of freedom; arrays of one shape, nan where untold."""

    value: Floats
    error: Floats
    freedom: Floats

    def interval(self, level: float = 0.9) -> tuple[Floats, Floats]:
        """The equal-tailed interval."""
        half = stdtrit(np.maximum(self.freedom, 1), tail_levels(level)[1]) * self.error
        return self.value - half, self.value + half

    def p_above(self, nothing: float = 0.0) -> Floats:
        """One-sided: the chance of a value so high, were the truth `nothing`; 1 where untold."""
        return self._p(self.value - nothing)

    def p_below(self, nothing: float = 0.0) -> Floats:
        """One-sided: the chance of a value so low, were the truth `nothing`; 1 where untold."""
        return self._p(nothing - self.value)

    def _p(self, away: Floats) -> Floats:
        told = np.isfinite(away) & np.isfinite(self.error) & (self.error > 0)
        t = np.divide(away, self.error, out=np.zeros(away.shape), where=told)
        return np.where(told, stdtr(np.maximum(self.freedom, 1), -t), 1.0)


@dataclass(frozen=True, slots=True, eq=False)
class LeadEffect:
    """What one more unit of a cause goes with; `n` unit-weeks of `units` that had any."""

    within: Estimate
    """In a unit's own weeks, against its own mean and what all units did in the same week."""
    between: Estimate
    """From unit to unit, by their means: what is different about those who do more is in it."""
    n: Floats
    units: Floats


def lead_effect(cause: ArrayLike, outcome: ArrayLike) -> LeadEffect:
    """The within- and between-unit effects of a cause on an outcome (Mundlak 1978, Econometrica 46).

    Least squares of the outcome on the unit's deviation from its own mean, that mean, and the deviation that all units
    share in a week (Wooldridge 2021, "Two-way fixed effects, the two-way Mundlak regression"), so that neither who does
    more nor a season looks like a lead. Errors: Liang & Zeger 1986, Biometrika 73, with the factor
    G / (G - 1) x (N - 1) / (N - K). Untold (nan) where the cause does not vary, or for fewer than two units.
    """
    x, y, known = _panel(cause, outcome)
    weeks = known.sum(-1)
    n, units = weeks.sum(-1).astype(np.float64), (weeks > 0).sum(-1).astype(np.float64)
    means = x.sum(-1) / np.maximum(weeks, 1)
    own = np.where(known, x - means[..., None], 0.0)
    shared = own.sum(-2) / np.maximum(known.sum(-2), 1)
    week_shared = np.where(known, shared[..., None, :], 0.0)
    columns = np.stack([known, own, np.where(known, means[..., None], 0.0), week_shared], -3)
    size = np.sqrt(np.maximum((columns**2).sum((-2, -1)), np.finfo(float).tiny))
    columns /= size[..., None, None]
    flat = columns.reshape(*columns.shape[:-2], -1)
    crossed = flat @ np.swapaxes(flat, -1, -2)
    inverse = np.linalg.pinv(crossed, rcond=1e-10, hermitian=True)
    slopes = inverse @ (flat @ y.reshape(*y.shape[:-2], -1, 1))
    left = np.where(known, y - (np.swapaxes(slopes, -1, -2) @ flat).reshape(y.shape), 0.0)
    scores = (columns * left[..., None, :, :]).sum(-1)
    rank = np.round(np.trace(inverse @ crossed, axis1=-2, axis2=-1))
    factor = units / np.maximum(units - 1, 1) * (n - 1) / np.maximum(n - rank, 1)
    spread = np.diagonal(inverse @ (scores @ np.swapaxes(scores, -1, -2)) @ inverse, axis1=-2, axis2=-1)
    errors = np.sqrt(np.maximum(spread, 0.0) * np.maximum(factor, 0.0)[..., None]) / size
    slopes = slopes[..., 0] / size
    scale = np.maximum((x**2).sum((-2, -1)), np.finfo(float).tiny)
    apart = ((own - week_shared) ** 2).sum((-2, -1)) / scale
    middle = x.sum((-2, -1)) / np.maximum(n, 1)
    among = (weeks * (means - middle[..., None]) ** 2).sum(-1) / scale
    freedom = units - 1
    return LeadEffect(
        _estimate(slopes[..., 1], errors[..., 1], freedom, apart > NOTHING),
        _estimate(slopes[..., 2], errors[..., 2], freedom, (among > NOTHING) & (units > 2)),
        n,
        units,
    )


def lift_over_base(chosen: ArrayLike, outcome: ArrayLike) -> Estimate:
    """How many times as much came of the chosen unit-weeks as their units and weeks would have had anyhow.

    Observed over expected, the expected by unit and by week from the margins of the outcome alone (Deming & Stephan
    1940, Annals of Mathematical Statistics 11): who does better, and better weeks, are in the base. `chosen` is 1 or 0,
    nan where unknown. The error is by linearisation over units (Woodruff 1971, JASA 66). Untold where nothing is
    expected.
    """
    hi, y, known = _panel(chosen, outcome)
    expected = _by_margins(y, known)
    base = (hi * expected).sum((-2, -1))
    value = np.divide((hi * y).sum((-2, -1)), base, out=np.full(base.shape, np.nan), where=base > 0)
    share = _fitted_share(hi, expected)
    parts = ((hi - np.nan_to_num(value)[..., None, None] * share) * y).sum(-1)
    units = (known.any(-1) & (y.sum(-1) > 0)).sum(-1).astype(np.float64)
    error = np.sqrt(units / np.maximum(units - 1, 1) * (parts**2).sum(-1)) / np.where(base > 0, base, 1.0)
    return _estimate(value, error, units - 1, base > 0)


def ratio_change(above: ArrayLike, below: ArrayLike, recent: ArrayLike) -> Estimate:
    """The log of how many times a ratio of sums is in the recent weeks what it was in the others.

    `recent` tells of each week (... x weeks). Only units with weeks on both sides count, so that who came or left
    changes nothing. The error is by linearisation over units (Woodruff 1971). Untold where a sum is zero.
    """
    upper, lower, known = _panel(above, below)
    now = known & np.asarray(recent, dtype=bool)[..., None, :]
    both = now.any(-1) & (known & ~now).any(-1)
    now, then = now & both[..., None], known & ~now & both[..., None]
    value, parts = np.zeros(both.shape[:-1]), np.zeros(both.shape)
    told = np.ones(both.shape[:-1], dtype=bool)
    for part, sums, sign in ((now, upper, 1), (now, lower, -1), (then, upper, -1), (then, lower, 1)):
        of = (sums * part).sum(-1)
        total = of.sum(-1)
        told &= total > 0
        safe = np.where(total > 0, total, 1.0)
        value, parts = value + sign * np.log(safe), parts + sign * of / safe[..., None]
    units = both.sum(-1).astype(np.float64)
    return _estimate(value, np.sqrt(units / np.maximum(units - 1, 1) * (parts**2).sum(-1)), units - 1, told)


def _panel(left: ArrayLike, right: ArrayLike) -> tuple[Floats, Floats, Bools]:
    """Both with zeros where either is unknown, and where both are known."""
    one, other = np.broadcast_arrays(as_floats(left), as_floats(right))
    known = np.isfinite(one) & np.isfinite(other)
    return np.where(known, one, 0.0), np.where(known, other, 0.0), known


def _estimate(value: Floats, error: Floats, freedom: Floats, told: Bools) -> Estimate:
    told = told & (freedom > 0)
    return Estimate(np.where(told, value, np.nan), np.where(told, error, np.nan), freedom)


def _by_margins(y: Floats, known: Bools) -> Floats:
    """Products of a unit's and a week's level with the sums of `y` over each unit and each week."""
    fitted = known * 1.0
    for _ in range(ROUNDS):
        by_unit = fitted * _over(y.sum(-1), fitted.sum(-1))[..., None]
        by_week = by_unit * _over(y.sum(-2), by_unit.sum(-2))[..., None, :]
        moved = np.abs(by_week - fitted).max(initial=0.0)
        fitted = by_week
        if moved <= CLOSE * max(float(fitted.max(initial=0.0)), CLOSE):
            break
    return as_floats(fitted)


def _fitted_share(hi: Floats, weight: Floats) -> Floats:
    """What the unit and the week say of being chosen: the weighted projection on both."""
    left = hi.copy()
    for _ in range(ROUNDS):
        before = left
        left = left - _over((left * weight).sum(-1), weight.sum(-1))[..., None]
        left = left - _over((left * weight).sum(-2), weight.sum(-2))[..., None, :]
        if np.abs(left - before).max(initial=0.0) <= CLOSE:
            break
    return np.asarray(hi - left)


def _over(above: Floats, below: Floats) -> Floats:
    return np.divide(above, below, out=np.zeros(np.broadcast_shapes(above.shape, below.shape)), where=below > 0)
