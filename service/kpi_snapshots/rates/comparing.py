"""Whose rate differs beyond chance: everyone against the others, over every KPI at once; pure.

Shares are shrunken by beta-binomial and events per occasion by gamma-Poisson empirical Bayes, with the prior's own
uncertainty in the intervals (`service.statistics.hyper`). Who is out of control is decided by Fisher's exact test, or
the conditional test of Poisson rates, widened by what the spread exceeds chance (Spiegelhalter 2005), with the false
discoveries kept down over all people and KPIs together (Benjamini & Hochberg 1995).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

import numpy as np

from service.statistics import beta_binomial, gamma_poisson
from service.statistics.arrays import Floats
from service.statistics.comparisons import (
    FunnelLimits,
    adjusted_p_values,
    differing_proportions,
    differing_rates,
    funnel_limits,
    funnel_limits_of_rates,
)
from service.statistics.spread import (
    Spread,
    spread_of_proportions,
    spread_of_rates,
    widen_limits,
    widen_p_values,
)

FALSE_DISCOVERIES = 0.05
LEVEL = 0.9
"""Of the intervals of rates."""
CURVE = 48
"""Points of the limits' curve."""


class Control(StrEnum):
    """Where a rate is seen against chance, all comparisons counted."""

    IN_CONTROL = "in_control"
    ABOVE = "above"
    BELOW = "below"


class CannotTell(StrEnum):
    """Why nothing can be said."""

    NO_CASES = "no_cases"
    ONE_PERSON = "one_person"
    ALL_THE_SAME = "all_the_same"
    TOO_FEW_CASES = "too_few_cases"
    TOO_FEW_PEERS = "too_few_peers"


@dataclass(frozen=True, slots=True)
class Case:
    """What a person did: `hits` of `n` cases, or events on `n` occasions, both whole numbers; some are undecided."""

    person_id: UUID
    hits: float
    n: float
    undecided: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """Those who are compared in one KPI; `is_share` where the hits are some of the cases.

    `withheld`: so few of them may be shown to the caller only as a group that none of its figures may be.
    """

    cases: Sequence[Case]
    is_share: bool
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """Between these a rate on `n` cases lies by chance alone in 95 % and in 99.8 %; the uppermost may be infinite."""

    n: float
    warning_low: float
    warning_high: float
    control_low: float
    control_high: float


@dataclass(frozen=True, slots=True)
class PersonRate:
    """One person's rate; `p` is adjusted over all comparisons."""

    case: Case
    rate: float | None = None
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    limits: Limits | None = None
    p: float | None = None
    control: Control | None = None
    cannot_tell: CannotTell | None = None


@dataclass(frozen=True, slots=True)
class Needed:
    """Cases per person after which half of a difference that is seen is real, with its 90 % interval."""

    median: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class RateComparison:
    """A group compared; `people` have cases, `rate` is that of all of them together."""

    group: Group
    people: int
    hits: float
    n: float
    rate: float | None
    homogeneity_p: float | None
    noise_share: float | None
    overdispersion: float
    needed: Needed | None
    rates: Sequence[PersonRate]
    curve: Sequence[Limits]
    cannot_tell: CannotTell | None


def compare_groups(groups: Iterable[Group]) -> list[RateComparison]:
    """One comparison per group, in their order and in that of their cases."""
    measured = [_measure(group) for group in groups]
    tests = [one.p for one in measured]
    adjusted = adjusted_p_values(np.concatenate(tests)) if tests else np.zeros(0)
    ends = np.cumsum([len(test) for test in tests])
    return [_compare(one, adjusted[end - len(one.p) : end]) for one, end in zip(measured, ends, strict=True)]


def count_tests(comparisons: Iterable[RateComparison]) -> int:
    """How many comparisons the p-values are adjusted for."""
    return sum(rate.p is not None for comparison in comparisons for rate in comparison.rates)


@dataclass(frozen=True, slots=True)
class _Measured:
    group: Group
    hits: Floats
    n: Floats
    spread: Spread
    p: Floats
    """Two-sided, widened; nan where nothing is compared."""
    cannot_tell: CannotTell | None


def _measure(group: Group) -> _Measured:
    hits, n = (np.array([getattr(case, name) for case in group.cases], dtype=np.float64) for name in ("hits", "n"))
    spread = spread_of_proportions(hits, n) if group.is_share else spread_of_rates(hits, n)
    reason = _reason(group, spread)
    if reason is not None:
        return _Measured(group, hits, n, spread, np.full(n.shape, np.nan), reason)
    p = differing_proportions(hits, n) if group.is_share else differing_rates(hits, n)
    widened = widen_p_values(p, spread.overdispersion)
    return _Measured(group, hits, n, spread, np.where(n > 0, widened, np.nan), None)


def _reason(group: Group, spread: Spread) -> CannotTell | None:
    if group.withheld:
        return CannotTell.TOO_FEW_PEERS
    if not spread.units:
        return CannotTell.NO_CASES
    if spread.units == 1:
        return CannotTell.ONE_PERSON
    return CannotTell.ALL_THE_SAME if np.isnan(spread.p) else None


def _compare(one: _Measured, adjusted: Floats) -> RateComparison:
    group, spread = one.group, one.spread
    if group.withheld:
        rates = [_alone(case, one.cannot_tell) for case in group.cases]
        return RateComparison(group, 0, 0.0, 0.0, None, None, None, 1.0, None, rates, [], one.cannot_tell)
    if not spread.units:
        rates = [_alone(case, one.cannot_tell) for case in group.cases]
        return RateComparison(group, 0, 0.0, 0.0, None, None, None, 1.0, None, rates, [], one.cannot_tell)
    estimates, needed = _shrink(one)
    limits = _limits(one, one.n)
    rates = [
        _person(case, estimates[place], limits[place], float(adjusted[place]), one)
        for place, case in enumerate(group.cases)
    ]
    tells = one.cannot_tell is None
    reasons = {rate.cannot_tell for rate in rates if rate.case.n}
    noise = beta_binomial.noise_share if group.is_share else gamma_poisson.noise_share
    return RateComparison(
        group,
        spread.units,
        float(one.hits.sum()),
        float(one.n.sum()),
        spread.center,
        spread.p if tells else None,
        noise(one.hits, one.n) if tells else None,
        spread.overdispersion,
        needed if tells else None,
        rates,
        _limits(one, _sizes(one.n)) if tells else [],
        CannotTell.TOO_FEW_CASES if reasons == {CannotTell.TOO_FEW_CASES} else one.cannot_tell,
    )


def _shrink(one: _Measured) -> tuple[Floats, Needed]:
    """Mean and interval of each (rows), and the cases needed: the prior's weight, in cases (Efron & Morris 1975)."""
    if one.group.is_share:
        prior = beta_binomial.fit_beta_prior(one.hits, one.n)
        found = beta_binomial.posterior(prior, one.hits, one.n)
        estimates = np.stack([found.mean, *found.interval(LEVEL)], axis=1)
        assert prior.hyper is not None  # noqa: S101 - somebody has a case
        weights_of_prior = prior.hyper.concentrations
        shares = prior.hyper.weights
    else:
        gamma = gamma_poisson.fit_gamma_prior(one.hits, one.n)
        drawn = gamma_poisson.posterior(gamma, one.hits, one.n)
        estimates = np.stack([drawn.mean, *drawn.interval(LEVEL)], axis=1)
        assert gamma.hyper is not None  # noqa: S101 - somebody has a case
        weights_of_prior = gamma.hyper.concentrations / gamma.hyper.means
        shares = gamma.hyper.weights
    order = np.argsort(weights_of_prior)
    reached = np.cumsum(shares[order])
    ends = ((1 - LEVEL) / 2, 0.5, (1 + LEVEL) / 2)
    low, median, high = (
        float(weights_of_prior[order][min(int(np.searchsorted(reached, end)), len(order) - 1)]) for end in ends
    )
    return estimates, Needed(median, low, high)


def _limits(one: _Measured, sizes: Floats) -> list[Limits]:
    center = one.spread.center
    found: FunnelLimits = (funnel_limits if one.group.is_share else funnel_limits_of_rates)(center, sizes)
    wide = widen_limits(found, center, one.spread.overdispersion, 1.0 if one.group.is_share else np.inf)
    ends = np.stack([wide.low[0], wide.high[0], wide.low[1], wide.high[1]], axis=1)
    return [Limits(float(n), *(float(end) for end in row)) for n, row in zip(sizes, ends, strict=True)]


def _sizes(n: Floats) -> Floats:
    """Numbers of cases over which the limits are drawn, close together where few cases make them bend."""
    most = float(n.max()) * 1.05
    return np.unique(np.ceil(np.geomspace(min(2.0, most), most, CURVE)))


def _person(case: Case, estimate: Floats, limits: Limits, p: float, one: _Measured) -> PersonRate:
    mean, low, high = (float(number) for number in estimate)
    rate = case.hits / case.n if case.n else None
    reason = one.cannot_tell
    control: Control | None = None
    if rate is None:
        reason = CannotTell.NO_CASES
    elif reason is None:
        control = Control.IN_CONTROL
        if p <= FALSE_DISCOVERIES:
            control = Control.BELOW if rate < one.spread.center else Control.ABOVE
        elif limits.warning_low <= 0 and limits.warning_high >= 1 and one.group.is_share:
            control, reason = None, CannotTell.TOO_FEW_CASES
    shown = limits if one.cannot_tell is None and case.n else None
    return PersonRate(case, rate, mean, low, high, shown, None if np.isnan(p) else p, control, reason)


def _alone(case: Case, reason: CannotTell | None) -> PersonRate:
    """Only what the person did: an estimate would tell of the others."""
    return PersonRate(case, case.hits / case.n if case.n else None, cannot_tell=reason)
