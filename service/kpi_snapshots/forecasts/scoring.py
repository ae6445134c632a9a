"""How forecasts of deals came true, per forecaster; pure.

A forecaster has one forecast per deal: the last one made early enough. Open deals are not scored, but counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from service.kpi_snapshots.forecasts.kinds import BiasVerdict, ForecastCannotTell, Sureness
from service.statistics.arrays import Floats
from service.statistics.brier import (
    Bias,
    Bins,
    Decomposition,
    Estimate,
    Slope,
    bias_of,
    brier_interval,
    decompose,
    reliability_bins,
    skill_of,
    slope_of,
)
from service.statistics.comparisons import adjusted_p_values
from service.statistics.intervals import ClusteredMean, mean_of_clusters

LEVEL = 0.9
FALSE_DISCOVERIES = 0.05
LEAST_SCORED = 30
"""Fewer decided deals with a forecast tell nothing of a forecaster."""

LEAST_DATED = 10
"""Fewer days that were said tell nothing of days."""


@dataclass(frozen=True, slots=True, eq=False)
class DealForecasts:
    """What a forecaster said of decided deals and what came, 1 for won, as arrays of one length.

    `late` are the days from the day that was said to that of the outcome, of those deals of which a day was said.
    `undecided` deals are open, and of `too_late` ones nothing was said early enough.
    """

    said: Floats
    came: Floats
    late: Floats
    undecided: int
    too_late: int


@dataclass(frozen=True, slots=True, eq=False)
class DealScore:
    """How a forecaster did; without estimates where `cannot_tell` says so, without skill where all came the same."""

    n: int
    won: int
    undecided: int
    too_late: int
    mean_said: float | None
    cannot_tell: ForecastCannotTell | None
    bias: Bias | None = None
    adjusted_p: float | None = None
    verdict: BiasVerdict | None = None
    brier: Estimate | None = None
    parts: Decomposition | None = None
    skill: Estimate | None = None
    slope: Slope | None = None
    slope_adjusted_p: float | None = None
    sureness: Sureness | None = None
    bins: Bins | None = None
    dated: int = 0
    days_late: ClusteredMean | None = None
    days_off: float | None = None


def together(parts: Sequence[DealForecasts]) -> DealForecasts:
    """Those of several forecasters as one."""
    return DealForecasts(
        np.concatenate([np.zeros(0), *(part.said for part in parts)]),
        np.concatenate([np.zeros(0), *(part.came for part in parts)]),
        np.concatenate([np.zeros(0), *(part.late for part in parts)]),
        sum(part.undecided for part in parts),
        sum(part.too_late for part in parts),
    )


def score_deals(forecasts: Sequence[DealForecasts]) -> list[DealScore]:
    """Each forecaster by themself, but for the verdicts: the more are judged, the more evidence it takes.

    False discoveries among those who are called biased, and among those who are called too sure or not sure enough, are
    kept at 5 % (Benjamini & Hochberg 1995, JRSS B 57).
    """
    scores = [_score(one) for one in forecasts]
    judged = [place for place, score in enumerate(scores) if score.bias is not None]
    adjusted = adjusted_p_values([score.bias.p_value for score in scores if score.bias is not None])
    for place, p in zip(judged, adjusted.tolist(), strict=True):
        scores[place] = replace(scores[place], adjusted_p=p, verdict=_verdict(scores[place].bias, p))
    sure = [place for place, score in enumerate(scores) if score.slope is not None]
    adjusted = adjusted_p_values([score.slope.p_value for score in scores if score.slope is not None])
    for place, p in zip(sure, adjusted.tolist(), strict=True):
        scores[place] = replace(scores[place], slope_adjusted_p=p, sureness=_sureness(scores[place].slope, p))
    return scores


def _score(one: DealForecasts) -> DealScore:
    n, won, dated = one.said.size, int(one.came.sum()), one.late.size
    mean = float(one.said.mean()) if n else None
    if n < LEAST_SCORED:
        return DealScore(n, won, one.undecided, one.too_late, mean, ForecastCannotTell.TOO_FEW_SCORED, dated=dated)
    skill = skill_of(one.said, one.came, LEVEL)
    return DealScore(
        n,
        won,
        one.undecided,
        one.too_late,
        mean,
        None if skill else ForecastCannotTell.ALL_THE_SAME,
        bias=bias_of(one.said, one.came, LEVEL),
        brier=brier_interval(one.said, one.came, LEVEL),
        parts=decompose(one.said, one.came),
        skill=skill,
        slope=slope_of(one.said, one.came, LEVEL) if skill else None,
        bins=reliability_bins(one.said, one.came, LEVEL),
        dated=dated,
        days_late=mean_of_clusters(one.late, np.arange(dated), LEVEL) if dated >= LEAST_DATED else None,
        days_off=float(np.abs(one.late).mean()) if dated >= LEAST_DATED else None,
    )


def _verdict(bias: Bias | None, p: float) -> BiasVerdict:
    if bias is None or p > FALSE_DISCOVERIES:
        return BiasVerdict.NONE_SEEN
    return BiasVerdict.TOO_HIGH if bias.value > 0 else BiasVerdict.TOO_LOW


def _sureness(slope: Slope | None, p: float) -> Sureness:
    if slope is None or p > FALSE_DISCOVERIES:
        return Sureness.AS_SURE_AS_RIGHT
    return Sureness.TOO_SURE if slope.value < 1 else Sureness.NOT_SURE_ENOUGH
