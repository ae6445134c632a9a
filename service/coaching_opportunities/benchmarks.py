"""Who is below a benchmark beyond chance: ratios and durations against a target or one's peers; pure.

Every person and KPI is one test; the rate of false alarms is kept down over all of them together (Benjamini & Hochberg
1995, JRSS B 57), so that looking at many people does not make some of them bad. A test against peers of the same model
and job role is exact (Fisher 1935) or log-rank (Mantel 1966); against a target it is the exact binomial or Poisson one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

import numpy as np
from scipy.special import bdtr, bdtrc, pdtr, pdtrc

from service.coaching_opportunities.findings import PLACES, Finding, Judgements, OpportunityKind, Subject, missing_share
from service.statistics.arrays import Floats
from service.statistics.comparisons import adjusted_p_values, compare_proportions, compare_rates
from service.statistics.survival import compare_survival, kaplan_meier
from service.success_models.kpis import Kpi, Polarity

FALSE_DISCOVERIES = 0.05
"""The share of all that is found that chance alone may have made, at most. Within chance nothing stays open either."""


@dataclass(frozen=True, slots=True)
class Case:
    """One person's part of a comparison: successes of trials, or events per occasion."""

    person_id: UUID
    hits: float
    n: float


@dataclass(frozen=True, slots=True)
class StayCase:
    """One person's stays: days, and which have ended."""

    person_id: UUID
    days: Sequence[float]
    ended: Sequence[bool]


@dataclass(frozen=True, slots=True)
class Comparison:
    """One test: whose, about what, how unlikely by chance, and what is compared with what."""

    subject: Subject
    kpi: Kpi
    p: float
    value: float
    n: int
    benchmark: float
    against: str


def compare_shares(kpi: Kpi, cases: Sequence[Case], target: Decimal | None, *, is_share: bool) -> list[Comparison]:
    """Each person's share, or rate of events per occasion, against the target, else against the others together."""
    hits, n = np.array([case.hits for case in cases]), np.array([case.n for case in cases])
    if target is None:
        compared = compare_proportions(hits, n) if is_share else compare_rates(hits, n)
        benchmark = compared.peers_rate
        p = compared.p_low if kpi.polarity is Polarity.HIGHER else compared.p_high
        told = (n > 0) & (compared.peers_n > 0)
    else:
        benchmark = np.full(len(cases), float(target))
        p = _against_target(hits, n, float(target), kpi.polarity, is_share=is_share)
        told = n > 0
    against = "peers" if target is None else "target"
    return [
        Comparison(
            _subject(case.person_id, kpi),
            kpi,
            float(p[i]),
            case.hits / case.n,
            int(case.n),
            float(benchmark[i]),
            against,
        )
        for i, case in enumerate(cases)
        if told[i]
    ]


def _against_target(hits: Floats, n: Floats, target: float, polarity: Polarity, *, is_share: bool) -> Floats:
    """The chance of so few (or so many) were the target the true rate."""
    if is_share:
        rate = min(max(target, 0.0), 1.0)
        trials = n.astype(np.intp)
        few, many = bdtr(hits, trials, rate), np.where(hits > 0, bdtrc(np.maximum(hits - 1, 0), trials, rate), 1.0)
    else:
        few, many = pdtr(hits, n * target), np.where(hits > 0, pdtrc(np.maximum(hits - 1, 0), n * target), 1.0)
    return np.asarray(few if polarity is Polarity.HIGHER else many, dtype=np.float64)


def compare_stays(kpi: Kpi, cases: Sequence[StayCase], quantile: float) -> list[Comparison]:
    """Each person's durations against those of the others together; stays that go on count as far as they have come."""
    full = [case for case in cases if any(case.ended)]
    if len(full) < 2:
        return []
    days = np.concatenate([np.asarray(case.days, dtype=np.float64) for case in full])
    ended = np.concatenate([np.asarray(case.ended, dtype=bool) for case in full])
    place = np.repeat(np.arange(len(full)), [len(case.days) for case in full])
    compared = compare_survival(days, ended, place)
    slow = compared.z < 0 if kpi.polarity is Polarity.LOWER else compared.z > 0
    one_sided = np.where(slow, compared.p / 2, 1 - compared.p / 2)
    found = []
    for i, case in enumerate(full):
        own = kaplan_meier(np.asarray(case.days), np.asarray(case.ended)).quantile(quantile)
        others = kaplan_meier(days[place != i], ended[place != i]).quantile(quantile)
        if np.isfinite(own) and np.isfinite(others):
            subject = _subject(case.person_id, kpi)
            found.append(Comparison(subject, kpi, float(one_sided[i]), own, sum(case.ended), others, "peers"))
    return found


def judge_benchmarks(tests: Sequence[Comparison], subjects: Iterable[Subject], judged: Judgements) -> None:
    """Beyond chance is a finding, within it all is well; of `subjects` without a test nothing is told."""
    judged.untold |= set(subjects)
    adjusted = adjusted_p_values([test.p for test in tests])
    for test, p in zip(tests, adjusted, strict=True):
        judged.add(test.subject, _finding(test, float(p)) if p <= FALSE_DISCOVERIES else None)


def benchmark_subject(person_id: UUID, kpi: Kpi) -> Subject:
    """What a comparison is about."""
    return _subject(person_id, kpi)


def _subject(person_id: UUID, kpi: Kpi) -> Subject:
    return Subject(person_id, f"benchmark:{kpi.key}")


def _finding(test: Comparison, p: float) -> Finding:
    value, benchmark = Decimal(repr(test.value)), Decimal(repr(test.benchmark))
    whose = "the target" if test.against == "target" else "the peers of the same job role"
    rarity = "less than one in a thousand" if p < 0.001 else f"about {p:.1%}"
    return Finding(
        OpportunityKind.BELOW_BENCHMARK,
        missing_share(benchmark, value),
        f"{test.kpi.name}: {_shown(test.kpi, value)} of {test.n}, where {whose} "
        f"{'is' if test.against == 'target' else 'have'} {_shown(test.kpi, benchmark)}. "
        f"That this is chance is unlikely: {rarity}, with all comparisons counted.",
        {
            "value": str(value.quantize(PLACES)),
            "n": test.n,
            "benchmark": str(benchmark.quantize(PLACES)),
            "against": test.against,
            "adjusted_p": f"{p:.6f}",
        },
        kpi=test.kpi.key,
    )


def _shown(kpi: Kpi, number: Decimal) -> str:
    if kpi.duration is not None:
        return f"{number:.1f} days"
    return f"{number * 100:.1f} %" if kpi.is_proportion or kpi.is_cohort else f"{number:.2f}"
