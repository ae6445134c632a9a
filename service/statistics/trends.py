"""Whether a unit's rate rises or falls over consecutive periods, beyond chance; pure."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, ndtr

from service.statistics.arrays import Floats, counts_of, trials_of

STEPS = 50
"""Newton steps at most; a few do unless the data are separated."""
NOTHING = 1e-12
"""Information that is none."""


@dataclass(frozen=True, slots=True, eq=False)
class Trend:
    """Slopes per period, arrays with one entry per unit: of the log rate (counts) or of the logit (proportions).

    `z` and the two-sided `p` are the score test's; without two periods of data the slope is nan and p is 1.
    """

    slope: Floats
    z: Floats
    p: Floats


def count_trend(counts: ArrayLike, exposures: ArrayLike, dispersion: float = 1.0) -> Trend:
    """Log-linear trends of counts over periods: arrays (units x periods), or one unit's periods.

    Given its total, a unit's counts are multinomial with its shares of exposure, so the score test is exact in mean and
    variance (Cox & Lewis 1966, "The Statistical Analysis of Series of Events", section 3.3). A `dispersion` above 1
    widens its variance as many times.
    """
    events, spans = counts_of(counts, exposures)
    total = events.sum(-1)
    mean, variance = _moments(spans, spans.sum(-1))
    score = _weighted(events) - total * mean
    return _trend(score, total * variance * max(dispersion, 1.0), variance, lambda: _poisson(events, spans))


def proportion_trend(successes: ArrayLike, trials: ArrayLike) -> Trend:
    """Logistic trends of proportions over periods: arrays (units x periods), or one unit's periods.

    The score test is that of Cochran 1954 (Biometrics 10) and Armitage 1955 (Biometrics 11).
    """
    hits, tries = trials_of(successes, trials)
    total = tries.sum(-1)
    mean, variance = _moments(tries, total)
    pooled = hits.sum(-1) / np.maximum(total, 1)
    score = _weighted(hits) - hits.sum(-1) * mean
    return _trend(score, pooled * (1 - pooled) * total * variance, variance, lambda: _binomial(hits, tries))


def _weighted(values: Floats) -> Floats:
    return np.asarray(values @ np.arange(values.shape[-1], dtype=np.float64))


def _moments(weights: Floats, total: Floats) -> tuple[Floats, Floats]:
    """Mean and variance of the period's number, weighted."""
    periods = np.arange(weights.shape[-1], dtype=np.float64)
    divisor = np.maximum(total, np.finfo(float).tiny)
    mean = weights @ periods / divisor
    return mean, np.asarray((weights * (periods - mean[..., None]) ** 2).sum(-1) / divisor)


def _trend(score: Floats, variance: Floats, spread: Floats, slopes: Callable[[], Floats]) -> Trend:
    told = variance > 1e-12 * np.maximum(spread, 1)
    z = np.divide(score, np.sqrt(variance), out=np.zeros(score.shape), where=told)
    slope = np.where(spread > 1e-12, slopes(), np.nan)
    return Trend(slope, z, np.where(told, 2 * ndtr(-np.abs(z)), 1.0))


def _poisson(events: Floats, spans: Floats) -> Floats:
    offsets = np.log(np.maximum(spans, np.finfo(float).tiny))
    start = np.log((events.sum(-1) + 0.5) / np.where(spans.sum(-1) > 0, spans.sum(-1), 1.0))

    def means(linear: Floats) -> tuple[Floats, Floats, Floats]:
        expected = np.where(spans > 0, np.exp(np.minimum(linear + offsets, 500)), 0.0)
        return expected, expected, np.full(expected.shape, 0.5)

    return _penalised(events, start, means)


def _binomial(hits: Floats, tries: Floats) -> Floats:
    total, tried = hits.sum(-1), tries.sum(-1)
    start = np.log((total + 0.5) / (tried - total + 0.5))

    def means(linear: Floats) -> tuple[Floats, Floats, Floats]:
        chance = expit(linear)
        return tries * chance, tries * chance * (1 - chance), 0.5 - chance

    return _penalised(hits, start, means)


def _penalised(values: Floats, start: Floats, means: Callable[[Floats], tuple[Floats, Floats, Floats]]) -> Floats:
    """The slope of greatest likelihood times Jeffreys' prior, finite even where all events are at one end.

    Firth 1993, Biometrika 80; Heinze & Schemper 2002, Statistics in Medicine 21. `means` gives of the linear predictor
    the expected values, their weights in the information, and what each leverage adds to the score.
    """
    periods = np.arange(values.shape[-1], dtype=np.float64)
    level, slope = start, np.zeros_like(start)
    for _ in range(STEPS):
        expected, weight, pull = means(level[..., None] + slope[..., None] * periods)
        total = np.maximum(weight.sum(-1), NOTHING)
        mean = weight @ periods / total
        away = periods - mean[..., None]
        spread = np.maximum((weight * away**2).sum(-1), NOTHING)
        leverage = weight * (1 / total[..., None] + away**2 / spread[..., None])
        residual = values - expected + leverage * pull
        step = np.clip((residual * away).sum(-1) / spread, -1, 1)
        rise = np.clip(residual.sum(-1) / total, -1, 1)
        level, slope = level + rise - step * mean, slope + step
        if (np.abs(step) < 1e-9).all():
            break
    return np.asarray(slope)
