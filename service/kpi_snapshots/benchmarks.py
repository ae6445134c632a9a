"""Clues of success: how a KPI is spread over peers, and what their best group suggests as a target; pure.

A difference between people is one that lasts. So each person's value is held against their own of the period before:
where those who were high then are high again beyond chance (Spearman 1904, Am. J. Psychology 15; Benjamini & Hochberg
1995, over all KPIs and groups together), the spread is proven. What luck adds to it is taken out of the proposal: of
the spread that is seen, the true one is the square root of how much the two periods agree (Kelley 1927,
"Interpretation of Educational Measurements", for the variance; Louis 1984, JASA 79, for the quantiles of true values).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

import numpy as np

from service.statistics.arrays import Floats
from service.statistics.comparisons import adjusted_p_values
from service.statistics.medians import quartiles
from service.success_models.kpis import Polarity
from service.success_models.targets import months_after

LEAST_FOR_QUARTILES = 4
LEAST_FOR_PROOF = 8
"""People with a value in both periods; with fewer an order that is kept may well be chance."""
FALSE_DISCOVERIES = 0.05


class Tenure(StrEnum):
    """How long somebody had been there when the period ended, by full months."""

    UNDER_6_MONTHS = "under_6_months"
    UNDER_1_YEAR = "under_1_year"
    UNDER_2_YEARS = "under_2_years"
    TWO_YEARS_OR_MORE = "2_years_or_more"
    UNKNOWN = "unknown"


BANDS = ((6, Tenure.UNDER_6_MONTHS), (12, Tenure.UNDER_1_YEAR), (24, Tenure.UNDER_2_YEARS))


def tenure_on(hired_on: date | None, day: date) -> Tenure:
    """The band of a person on a day."""
    if hired_on is None:
        return Tenure.UNKNOWN
    for months, band in BANDS:
        if day < months_after(hired_on, months):
            return band
    return Tenure.TWO_YEARS_OR_MORE


@dataclass(frozen=True, slots=True)
class PeerValue:
    """A person's value of a KPI in the period, and in the one before it; None: none."""

    person_id: UUID
    value: float | None
    before: float | None


@dataclass(frozen=True, slots=True)
class PeerGroup:
    """Those of a job role and a tenure (None: of any) in one KPI."""

    kpi: str
    polarity: Polarity
    job_role: str | None
    tenure: Tenure | None
    values: Sequence[PeerValue]


class Proof(StrEnum):
    """What is known of whether people differ."""

    PROVEN = "proven"
    WITHIN_CHANCE = "within_chance"
    TOO_FEW = "too_few"


@dataclass(frozen=True, slots=True)
class Benchmark:
    """The spread of a KPI over a group; None where too few people have a value.

    `reliability` is the agreement with the period before, from 0 (luck) to 1.
    """

    group: PeerGroup
    n: int
    low: float | None
    median: float | None
    high: float | None
    proposed: float | None
    reliability: float | None
    proof: Proof


def find_benchmarks(groups: Iterable[PeerGroup]) -> list[Benchmark]:
    """One per group, in their order; whether differences are proven is decided over all of them together."""
    measured = [_measure(group) for group in groups]
    tested = [place for place, one in enumerate(measured) if one.p is not None]
    adjusted = adjusted_p_values([measured[place].p or 0.0 for place in tested])
    proven = {place for place, p in zip(tested, adjusted, strict=True) if p <= FALSE_DISCOVERIES}
    return [_benchmark(one, is_tested=place in tested, is_proven=place in proven) for place, one in enumerate(measured)]


@dataclass(frozen=True, slots=True)
class _Measured:
    group: PeerGroup
    values: Floats
    reliability: float | None
    p: float | None


def _measure(group: PeerGroup) -> _Measured:
    values = np.array([one.value for one in group.values if one.value is not None], dtype=np.float64)
    pairs = [(one.before, one.value) for one in group.values if one.value is not None and one.before is not None]
    before, now = np.array(pairs, dtype=np.float64).reshape(-1, 2).T
    if len(pairs) < LEAST_FOR_PROOF:
        return _Measured(group, values, None, None)
    if np.ptp(before) == 0 or np.ptp(now) == 0:
        return _Measured(group, values, 0.0, 1.0)
    from scipy.stats import spearmanr

    agreement = float(np.corrcoef(before, now)[0, 1])
    p = float(spearmanr(before, now, alternative="greater").pvalue)
    return _Measured(group, values, min(max(agreement, 0.0), 1.0), p)


def _benchmark(one: _Measured, *, is_tested: bool, is_proven: bool) -> Benchmark:
    proof = Proof.PROVEN if is_proven else Proof.WITHIN_CHANCE if is_tested else Proof.TOO_FEW
    n = len(one.values)
    if n < LEAST_FOR_QUARTILES:
        return Benchmark(one.group, n, None, None, None, None, one.reliability, proof)
    found = quartiles(one.values)
    best = found.high if one.group.polarity is Polarity.HIGHER else found.low
    proposed = found.median + np.sqrt(one.reliability or 0.0) * (best - found.median)
    return Benchmark(one.group, n, found.low, found.median, found.high, float(proposed), one.reliability, proof)
