"""Times until an event of which some have not happened yet (censored), by unit; pure.

Open ones count for as long as they have been open: leaving them out makes times look short.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc, ndtri

from service.statistics.arrays import Floats, Indices, as_floats, tail_levels


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """The share not yet past the event, after each distinct time: arrays of one length, times ascending.

    `variance` is Greenwood's sum: the variance of log survival.
    """

    times: Floats
    survival: Floats
    variance: Floats
    at_risk: Floats
    events: Floats

    @property
    def n(self) -> int:
        """How many durations the curve rests on."""
        return int(self.at_risk[0]) if self.at_risk.size else 0

    def quantile(self, probability: float = 0.5) -> float:
        """The first time by which the share `probability` is past the event; inf if not reached, nan without data."""
        return self._first(self.survival, probability)

    def quantile_interval(self, probability: float = 0.5, level: float = 0.95) -> tuple[float, float]:
        """The confidence interval of a quantile; an end that is not reached is inf, both are nan without data.

        Brookmeyer & Crowley 1982, Biometrics 38, with the log-log transformation (Kalbfleisch & Prentice 1980).
        """
        low, high = self.band(level)
        return self._first(low, probability), self._first(high, probability)

    def band(self, level: float = 0.95) -> tuple[Floats, Floats]:
        """The pointwise confidence band of the survival (log-log, Greenwood's variance); 0 and 1 have no width."""
        z = ndtri(tail_levels(level)[1])
        inside = (self.survival > 0) & (self.survival < 1)
        log_survival = np.log(np.where(inside, self.survival, 0.5))
        half = z * np.sqrt(np.where(inside, self.variance, 0.0)) / -log_survival
        low = np.where(inside, np.exp(log_survival * np.exp(half)), self.survival)
        high = np.where(inside, np.exp(log_survival * np.exp(-half)), self.survival)
        return low, high

    def _first(self, shares: Floats, probability: float) -> float:
        if not self.times.size:
            return np.nan
        reached = np.flatnonzero(shares <= 1 - probability + 1e-12)
        return float(self.times[reached[0]]) if reached.size else np.inf


@dataclass(frozen=True, slots=True, eq=False)
class SurvivalComparison:
    """Each unit's times against the others' together; arrays with one entry per unit, in the order of `units`.

    `observed` events and those `expected` if the unit were as fast as all; `z` above 0 means faster. `p` is two-sided,
    1 where there is nothing to compare.
    """

    units: Floats
    observed: Floats
    expected: Floats
    z: Floats
    p: Floats


def kaplan_meier(durations: ArrayLike, observed: ArrayLike) -> Curve:
    """The product-limit curve of one unit: durations >= 0 in any unit of time, `observed` false where still open.

    Kaplan & Meier 1958, JASA 53; an event at the time of a censoring comes before it.
    """
    times, happened = _durations(durations, observed)
    distinct, place = np.unique(times, return_inverse=True)
    events = as_floats(np.bincount(place, happened, distinct.size))
    at_risk = _at_risk(place, distinct.size)
    left = at_risk - events
    with np.errstate(divide="ignore"):
        variance = np.cumsum(
            np.where(left > 0, events / (at_risk * np.maximum(left, 1)), np.where(events > 0, np.inf, 0))
        )
    return Curve(distinct, as_floats(np.cumprod(left / at_risk)), variance, at_risk, events)


def compare_survival(durations: ArrayLike, observed: ArrayLike, groups: ArrayLike) -> SurvivalComparison:
    """Each unit's times against those of the others together: the log-rank test; `groups` says whose each duration is.

    Mantel 1966, Cancer Chemotherapy Reports 50; Peto & Peto 1972, JRSS A 135. The sums over event times are taken
    as cumulative hazards at the units' own durations, so that thousands of units cost one sort.
    """
    times, happened = _durations(durations, observed)
    units, unit = np.unique(np.ravel(as_floats(groups)), return_inverse=True)
    distinct, place = np.unique(times, return_inverse=True)
    events = as_floats(np.bincount(place, happened, distinct.size))
    at_risk = _at_risk(place, distinct.size)
    hazard = np.cumsum(events / at_risk)
    spread = events * (at_risk - events) / (np.maximum(at_risk - 1, 1) * at_risk**2)
    count = units.size
    expected = as_floats(np.bincount(unit, hazard[place], count))
    # Sums over event times of (unit's number at risk) x spread x all at risk, and of its square x spread: a duration
    # adds 2 x (the unit's longer ones) + 1 pairs to the square.
    crossed = np.bincount(unit, np.cumsum(spread * at_risk)[place], count)
    pairs = 2 * _longer_ones(unit, times) + 1
    squared = np.bincount(unit, np.cumsum(spread)[place] * pairs, count)
    variance = np.maximum(crossed - squared, 0)
    observed_events = as_floats(np.bincount(unit, happened, count))
    told = variance > 1e-9 * np.maximum(crossed, 1e-300)
    z = np.divide(observed_events - expected, np.sqrt(variance), out=np.zeros(count), where=told)
    return SurvivalComparison(units, observed_events, expected, z, np.where(told, chdtrc(1, z**2), 1.0))


def _durations(durations: ArrayLike, observed: ArrayLike) -> tuple[Floats, Floats]:
    times = np.ravel(as_floats(durations))
    happened = np.ravel(np.asarray(observed, dtype=bool)).astype(np.float64)
    if times.shape != happened.shape:
        raise ValueError("there is one duration for each observation")
    if not np.isfinite(times).all() or (times < 0).any():
        raise ValueError("durations are finite and not negative")
    return times, happened


def _at_risk(place: Indices, count: int) -> Floats:
    return np.cumsum(np.bincount(place, minlength=count)[::-1])[::-1].astype(np.float64)


def _longer_ones(unit: Indices, times: Floats) -> Floats:
    """How many durations of the same unit come after each, in order of time (ties in any order)."""
    order = np.lexsort((times, unit))
    sizes = np.bincount(unit)
    ends = np.cumsum(sizes)[unit[order]]
    longer = np.empty(times.size)
    longer[order] = ends - 1 - np.arange(times.size)
    return longer
