"""How much of the process somebody follows: criteria of their deals and targets of their process KPIs; pure.

Items of one deal, or of one KPI, go together: ten ticks of one deal are not ten proofs. They tell as much as their
number over the design effect (Kish 1965, Survey Sampling, section 5.4), estimated over everybody. Shares are then
beta-binomial, drawn towards the others', with the prior's own uncertainty (`service.statistics.beta_binomial`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import betainc, ndtri

from service.statistics.arrays import Floats, ratio
from service.statistics.beta_binomial import fit_beta_prior, posterior

INTERVAL = 2 * float(ndtri(0.95))
"""Standard deviations between the ends of an interval of 90 %."""
UNSEEN_CORRELATION, UNSEEN_CLUSTERS = 0.5, 5.0
"""How alike the items of one deal or KPI are is taken to be this until about so many of them have been seen."""


@dataclass(frozen=True, slots=True, eq=False)
class ProcessItems:
    """What one person met: one entry per deal with known criteria, and one per process KPI with target.

    `deal_met` of `deal_known` criteria; `kpi_met` of `kpi_known` finished periods. Every person of one answer has the
    same KPIs in the same order (0 of 0 where there was none).
    """

    deal_met: Floats
    deal_known: Floats
    kpi_met: Floats
    kpi_known: Floats


@dataclass(frozen=True, slots=True)
class ProcessScore:
    """The share that somebody met: as counted, and the underlying one with its interval of 90 %.

    `met` of `n` items, of `deals` with known criteria and of `kpi_periods` finished periods with a target; they tell as
    much as `effective_n` independent ones. `good` is the probability that the underlying share is at or above the
    `standard`. Without items the share, the estimate and its probability are None.
    """

    met: int
    n: int
    deals: int
    kpi_periods: int
    effective_n: float
    standard: float
    share: float | None
    estimate: float | None
    low: float | None
    high: float | None
    good: float | None

    @property
    def distance(self) -> float:
        """Of the estimate from the standard, above it positive; 0 without items."""
        return 0.0 if self.estimate is None else self.estimate - self.standard

    @property
    def spread(self) -> float:
        """The standard deviation that the interval is as wide as; 0 without items."""
        return 0.0 if self.low is None or self.high is None else (self.high - self.low) / INTERVAL


def score_processes(people: Sequence[ProcessItems], standard: float) -> list[ProcessScore]:
    """Each person's score against the standard (0 to 1), in their order; the others tell what shares are usual."""
    if not people:
        return []
    met = np.array([one.deal_met.sum() + one.kpi_met.sum() for one in people])
    n = np.array([one.deal_known.sum() + one.kpi_known.sum() for one in people])
    ticks, periods = (np.array([part.sum() for part in parts]) for parts in zip(*map(_known, people), strict=True))
    shares = ratio(met, n)
    effective = ticks / _effect_in_deals(people) + periods / _effect_in_kpis(people)
    hits = np.where(n > 0, np.nan_to_num(shares), 0.0) * effective
    found = posterior(fit_beta_prior(hits, effective), hits, effective)
    low, high = found.interval()
    good = 1 - betainc(found.alpha, found.beta, standard)
    return [
        ProcessScore(
            int(met[place]),
            int(n[place]),
            int((one.deal_known > 0).sum()),
            int(one.kpi_known.sum()),
            float(effective[place]),
            standard,
            *(_told(column[place], known=n[place] > 0) for column in (shares, found.mean, low, high, good)),
        )
        for place, one in enumerate(people)
    ]


def _known(one: ProcessItems) -> tuple[Floats, Floats]:
    return one.deal_known, one.kpi_known


def _told(number: float, *, known: bool) -> float | None:
    return float(number) if known else None


def _effect_in_deals(people: Sequence[ProcessItems]) -> float:
    """How much more the share varies than if no two ticks of a deal went together, about each person's own share."""
    seen, by_chance, clusters = 0.0, 0.0, 0
    for one in people:
        deals = int((one.deal_known > 0).sum())
        if deals > 1:
            about = float(one.deal_met.sum() / one.deal_known.sum())
            seen += deals / (deals - 1) * float(((one.deal_met - about * one.deal_known) ** 2).sum())
            by_chance += about * (1 - about) * float(one.deal_known.sum())
            clusters += deals - 1
    return _effect(np.concatenate([one.deal_known for one in people]), seen, by_chance, clusters)


def _effect_in_kpis(people: Sequence[ProcessItems]) -> float:
    """The same of the periods of a KPI, about what the person and the KPI together lead to expect."""
    met, known = np.array([one.kpi_met for one in people]), np.array([one.kpi_known for one in people])
    if not known.sum() > 0:
        return 1.0
    own, of_kpi = ratio(met.sum(axis=1), known.sum(axis=1)), ratio(met.sum(axis=0), known.sum(axis=0))
    expected = np.clip(np.nan_to_num(own[:, None] + of_kpi - met.sum() / known.sum()), 0.0, 1.0)
    free = max((known.sum(axis=1) > 0).sum() - 1, 0) * max((known.sum(axis=0) > 0).sum() - 1, 0)
    if not free:
        return _effect(known.ravel(), 0.0, 0.0, 0)
    seen = float(((met - expected * known) ** 2).sum()) * int((known > 0).sum()) / int(free)
    return _effect(known.ravel(), seen, float((expected * (1 - expected) * known).sum()), int(free))


def _effect(sizes: Floats, seen: float, by_chance: float, clusters: int) -> float:
    """1 + (items of the typical cluster - 1) x their correlation, at least 1."""
    total = float(sizes.sum())
    typical = float((sizes**2).sum()) / total if total else 1.0
    if typical <= 1:
        return 1.0
    correlation = min(max((seen / by_chance - 1) / (typical - 1), 0.0), 1.0) if by_chance > 0 else UNSEEN_CORRELATION
    trust = clusters / (clusters + UNSEEN_CLUSTERS)
    return 1 + (typical - 1) * (trust * correlation + (1 - trust) * UNSEEN_CORRELATION)
