"""How forecasts of quarters came true, per forecaster; pure.

What is scored of a forecaster is the last forecast of each quarter, person and measure that was made early enough.
People in the same quarter meet the same market, so each calendar quarter is one cluster.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from service.kpi_snapshots.forecasts.kinds import BiasVerdict, ForecastCannotTell
from service.kpi_snapshots.forecasts.scoring import FALSE_DISCOVERIES, LEVEL
from service.statistics.arrays import Floats, Indices
from service.statistics.comparisons import adjusted_p_values
from service.statistics.intervals import ClusteredMean, mean_of_clusters, wilson_of_clusters

LEAST_QUARTERS = 8
LEAST_CALENDAR_QUARTERS = 4
"""From fewer nobody can tell how much quarters differ."""


@dataclass(frozen=True, slots=True, eq=False)
class QuarterForecasts:
    """What was said of quarters that have ended, and what they brought, as arrays of one length.

    `quarters` are the calendar quarters, as numbers. `undecided` ones have not ended, of `too_late` ones nothing was
    said early enough; `excluded` deals have no amount that could be added up.
    """

    expected: Floats
    low: Floats
    high: Floats
    actual: Floats
    quarters: Indices
    undecided: int
    too_late: int
    excluded: int


@dataclass(frozen=True, slots=True)
class QuarterScore:
    """How a forecaster did; without estimates where `needed` more quarters have to end before."""

    n: int
    undecided: int
    too_late: int
    excluded: int
    expected: float
    actual: float
    needed: int
    error: ClusteredMean | None = None
    absolute: float | None = None
    coverage: tuple[float, float, float] | None = None
    adjusted_p: float | None = None
    verdict: BiasVerdict | None = None

    @property
    def cannot_tell(self) -> ForecastCannotTell | None:
        """Why there are no estimates."""
        return ForecastCannotTell.TOO_FEW_SCORED if self.needed else None


def score_quarters(forecasts: Sequence[QuarterForecasts]) -> list[QuarterScore]:
    """Each forecaster by themself, but for the verdict on bias, for which all that are judged count."""
    scores = [_score(one) for one in forecasts]
    judged = [place for place, score in enumerate(scores) if score.error is not None]
    adjusted = adjusted_p_values([score.error.p_value for score in scores if score.error is not None])
    for place, p in zip(judged, adjusted.tolist(), strict=True):
        scores[place] = replace(scores[place], adjusted_p=p, verdict=_verdict(scores[place].error, p))
    return scores


def quarters_together(parts: Sequence[QuarterForecasts]) -> QuarterForecasts:
    """Those of several forecasters as one."""
    return QuarterForecasts(
        expected=np.concatenate([np.zeros(0), *(part.expected for part in parts)]),
        low=np.concatenate([np.zeros(0), *(part.low for part in parts)]),
        high=np.concatenate([np.zeros(0), *(part.high for part in parts)]),
        actual=np.concatenate([np.zeros(0), *(part.actual for part in parts)]),
        quarters=np.concatenate([np.zeros(0, dtype=np.intp), *(part.quarters for part in parts)]),
        undecided=sum(part.undecided for part in parts),
        too_late=sum(part.too_late for part in parts),
        excluded=sum(part.excluded for part in parts),
    )


def _score(one: QuarterForecasts) -> QuarterScore:
    calendar = np.unique(one.quarters).size
    needed = max(LEAST_QUARTERS - one.expected.size, LEAST_CALENDAR_QUARTERS - calendar, 0)
    counts = (one.expected.size, one.undecided, one.too_late, one.excluded)
    score = QuarterScore(*counts, float(one.expected.sum()), float(one.actual.sum()), needed)
    if needed:
        return score
    errors = one.expected - one.actual
    held = (one.low <= one.actual) & (one.actual <= one.high)
    place = np.unique(one.quarters, return_inverse=True)[1]
    low, high = wilson_of_clusters(np.bincount(place, held), np.bincount(place), LEVEL)
    return replace(
        score,
        error=mean_of_clusters(errors, one.quarters, LEVEL),
        absolute=float(np.abs(errors).mean()),
        coverage=(float(held.mean()), low, high),
    )


def _verdict(error: ClusteredMean | None, p: float) -> BiasVerdict:
    if error is None or p > FALSE_DISCOVERIES:
        return BiasVerdict.NONE_SEEN
    return BiasVerdict.TOO_HIGH if error.value > 0 else BiasVerdict.TOO_LOW
