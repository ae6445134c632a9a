"""Whether probabilities come true: the Brier score, its parts, reliability by bins, bias, sureness and skill; pure.

`forecasts` are probabilities from 0 to 1, `outcomes` are 0 or 1, arrays of one length; one entry is one case. Cases are
taken to be independent of each other, given what was forecast.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, stdtr, stdtrit

from service.statistics.arrays import Floats, Indices, as_floats, tail_levels
from service.statistics.intervals import wilson

TENTHS = np.arange(1, 10) / 10
"""The limits between ten bins of equal width, each the very number that 0.1, 0.2, … are."""
HALF = 0.5
"""Of a case: a sum of zeroes and ones, compared with a continuous law, counts as that much nearer (Yates 1934)."""
SAME = 1e-9
"""A spread below this is rounding."""
LEAST_OF_A_KIND = 2
"""Of both outcomes, before skill has an interval: without either kind there is no base rate to compare with."""


@dataclass(frozen=True, slots=True)
class Decomposition:
    """The parts of a Brier score.

    `brier` = `reliability` - `resolution` + `uncertainty` + `within_variance` - `within_covariance`, to rounding.
    `by_chance` is the reliability that probabilities which are exactly right would be seen to have with so many cases.
    """

    brier: float
    reliability: float
    resolution: float
    uncertainty: float
    within_variance: float
    within_covariance: float
    by_chance: float


@dataclass(frozen=True, slots=True, eq=False)
class Bins:
    """Bins that hold cases: which of all, how many, the mean forecast, the share that came true, its interval."""

    place: Indices
    n: Indices
    forecast: Floats
    outcome: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Bias:
    """Mean forecast less share that came true, with its interval; `p_value` of a difference from 0."""

    value: float
    low: float
    high: float
    p_value: float


@dataclass(frozen=True, slots=True)
class Slope:
    """How much more comes true where one more is said, with its interval; `p_value` of a difference from 1."""

    value: float
    low: float
    high: float
    p_value: float


def decompose(forecasts: ArrayLike, outcomes: ArrayLike, limits: ArrayLike = TENTHS) -> Decomposition:
    """The parts of the mean squared error of at least one forecast, in bins between `limits` (ascending).

    Murphy 1973, Journal of Applied Meteorology 12, for reliability, resolution and uncertainty; forecasts that differ
    within a bin leave its variance of forecasts and (twice) its covariance with the outcomes over: Stephenson, Coelho &
    Jolliffe 2008, Weather and Forecasting 23, equation 9.
    """
    said, came = cases_of(forecasts, outcomes)
    place = _place(said, limits)
    n, mean_said, mean_came = _by_bin(said, came, place)
    share, base = n / said.size, came.mean()
    from_mean = said - mean_said[place]
    return Decomposition(
        brier=float(np.mean((said - came) ** 2)),
        reliability=float(np.sum(share * (mean_said - mean_came) ** 2)),
        resolution=float(np.sum(share * (mean_came - base) ** 2)),
        uncertainty=float(base * (1 - base)),
        within_variance=float(np.mean(from_mean**2)),
        within_covariance=float(2 * np.mean(from_mean * (came - mean_came[place]))),
        by_chance=float(np.sum(said * (1 - said) / n[place]) / said.size),
    )


def reliability_bins(forecasts: ArrayLike, outcomes: ArrayLike, level: float = 0.9, limits: ArrayLike = TENTHS) -> Bins:
    """What came true by what was said, in the bins between `limits` that hold cases; Wilson's intervals."""
    said, came = cases_of(forecasts, outcomes)
    place = _place(said, limits)
    n, mean_said, mean_came = _by_bin(said, came, place)
    some = n > 0
    low, high = wilson(np.rint(mean_came * n)[some], n[some], level)
    return Bins(np.flatnonzero(some), n[some].astype(np.intp), mean_said[some], mean_came[some], low, high)


def bias_of(forecasts: ArrayLike, outcomes: ArrayLike, level: float = 0.9) -> Bias:
    """How much more (or less) was forecast than came true, of at least one case.

    The interval is Wilson's of the share that came true, at the number of cases that have its variance once the
    forecasts are known: forecasts that tell cases apart leave less to chance. The test is the score test with that
    variance and Yates's correction. The variance is the larger of that of the errors and of what the forecasts
    themselves claim (so that a few lucky cases prove nothing), and never less than that of one error.
    """
    said, came = cases_of(forecasts, outcomes)
    n, mean, base = said.size, float(said.mean()), float(came.mean())
    errors = said - came
    seen = float(errors.var(ddof=1)) if n > 1 else 0.0
    residual = max(seen, float(np.mean(said * (1 - said))), 1 / n)
    whole = max(base * (1 - base), mean * (1 - mean), 1 / n)
    effective = n * whole / residual
    low, high = wilson(base * effective, effective, level)
    off = max(abs(float(errors.sum())) - HALF, 0.0) / np.sqrt(n * residual)
    return Bias(mean - base, mean - float(high), mean - float(low), float(min(2 * ndtr(-off), 1.0)))


def slope_of(forecasts: ArrayLike, outcomes: ArrayLike, level: float = 0.9) -> Slope | None:
    """How much more comes true where more is said: 1 is honest, below 1 too sure, above 1 not sure enough.

    The least-squares slope of outcomes on forecasts, as in Cox 1958, Biometrika 45, without its logarithms, so that
    0 and 1 may be said. Robust variance (HC3: MacKinnon & White 1985, Journal of Econometrics 29) and Student's t; for
    the test no less than the variance of forecasts that are exactly right. None with fewer than three cases, where the
    same is said of all, and where one case has half of the weight or more.
    """
    said, came = cases_of(forecasts, outcomes)
    n, off = said.size, said - said.mean()
    spread = float((off**2).sum())
    if n <= LEAST_OF_A_KIND or spread < SAME or float((off**2).max()) >= HALF * spread:
        return None
    slope = float((off * came).sum()) / spread
    residual = (came - came.mean() - slope * off) / (1 - 1 / n - off**2 / spread)
    seen, honest = float((off**2 * residual**2).sum()), float((off**2 * said * (1 - said)).sum())
    half = float(stdtrit(n - 2, tail_levels(level)[1])) * seen**0.5 / spread
    error = max(seen, honest, SAME) ** 0.5 / spread
    return Slope(slope, slope - half, slope + half, 2 * float(stdtr(n - 2, -abs(slope - 1) / error)))


def brier_interval(forecasts: ArrayLike, outcomes: ArrayLike, level: float = 0.9) -> Estimate:
    """The mean squared error of at least two forecasts, with Student's interval of a mean, within 0 to 1."""
    said, came = cases_of(forecasts, outcomes)
    squares = (said - came) ** 2
    value, half = float(squares.mean()), _student(squares.size, level) * float(squares.std(ddof=1)) / squares.size**0.5
    return Estimate(value, max(value - half, 0.0), min(value + half, 1.0))


def skill_of(forecasts: ArrayLike, outcomes: ArrayLike, level: float = 0.9) -> Estimate | None:
    """The share of the base rate's error that the forecasts save: 1 is perfect, 0 no better, below 0 worse.

    The base rate is that of the same cases, which only hindsight knows, so it is the harder opponent. Brier skill score
    (Murphy 1973); its interval is the jackknife's (Efron & Tibshirani 1993, chapter 11) with Student's t. None with
    fewer than two of either outcome.
    """
    said, came = cases_of(forecasts, outcomes)
    n, hits = said.size, float(came.sum())
    if min(hits, n - hits) < LEAST_OF_A_KIND:
        return None
    squares = (said - came) ** 2
    value = _skill(float(squares.mean()), hits / n)
    without = _skill((squares.sum() - squares) / (n - 1), (hits - came) / (n - 1))
    half = _student(n, level) * float(np.sqrt((n - 1) * np.var(without)))
    return Estimate(float(value), float(value) - half, min(float(value) + half, 1.0))


def cases_of(forecasts: ArrayLike, outcomes: ArrayLike) -> tuple[Floats, Floats]:
    """Both as arrays; a ValueError for other lengths, no cases, and what is no probability or no outcome."""
    said, came = as_floats(forecasts), as_floats(outcomes)
    if said.ndim != 1 or said.shape != came.shape or not said.size:
        raise ValueError("forecasts and outcomes are two lists of one length, not empty")
    if not ((said >= 0) & (said <= 1)).all() or not ((came == 0) | (came == 1)).all():
        raise ValueError("forecasts lie between 0 and 1, outcomes are either")
    return said, came


def _place(said: Floats, limits: ArrayLike) -> Indices:
    """A limit belongs to the bin above it."""
    return np.searchsorted(as_floats(limits), said, side="right")


def _by_bin(said: Floats, came: Floats, place: Indices) -> tuple[Floats, Floats, Floats]:
    n = np.bincount(place).astype(np.float64)
    some = np.maximum(n, 1)
    return n, np.bincount(place, said) / some, np.bincount(place, came) / some


def _skill(brier: Floats | float, base: Floats | float) -> Floats:
    return as_floats(1 - brier / (base * (1 - base)))


def _student(n: int, level: float) -> float:
    return float(stdtrit(n - 1, tail_levels(level)[1]))
