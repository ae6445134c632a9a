"""From what peers' funnels came to, to one person's plan: rates drawn towards the peers', needs, levers; pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from service.kpi_snapshots.pace import shrunken_sizes
from service.kpi_snapshots.planning.funnel import DealSize, Funnel, OpenDeal
from service.kpi_snapshots.planning.levers import (
    Better,
    better_amount,
    better_share,
    most_telling,
    saved_by_size,
    saved_by_step,
    saved_by_yield,
)
from service.kpi_snapshots.planning.requirements import Requirement, activity_needed, opportunities_needed
from service.statistics import beta_binomial, gamma_poisson
from service.statistics.arrays import Floats
from service.statistics.beta_binomial import Beta
from service.statistics.gamma_poisson import Gamma

LEVEL = 0.9
"""Of every interval."""
NORMAL_90 = 1.6448536269514722
"""How many standard errors an interval of 90 % reaches to either side."""


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What the person (at `place`) and their peers did: arrays with one row per person.

    `reached` and `decided` have a column per step; `opened` opportunities stand against each column of `activity`.
    Sizes are the number, mean and variance (nan: of fewer than two) of each person's won amounts.
    """

    place: int
    reached: Floats
    decided: Floats
    size_n: Floats
    size_mean: Floats
    size_variance: Floats
    opened: Floats
    activity: Floats

    @property
    def tells(self) -> bool:
        """Whether anybody's deals were won, so that the way can be walked back at all."""
        return bool(self.size_n.sum() >= 1 and (self.decided.sum(axis=0) > 0).all())


@dataclass(frozen=True, slots=True)
class Lever:
    """What the answer rests on: its value with an interval of 90 %, the cases behind it, and what better would save."""

    value: float
    low: float
    high: float
    n: int
    better: Better
    saves: float


@dataclass(frozen=True, slots=True)
class Plan:
    """Needs and levers; those of activities nobody recorded are None. Levers: conversions, deal size, yields."""

    opportunities: Requirement
    activities: Sequence[Requirement | None]
    conversions: Sequence[Lever]
    deal_size: Lever
    yields: Sequence[Lever | None]
    probability: float
    pipeline_worth: float
    most_telling: int | None
    """Among conversions, deal size and yields, in this order."""


def make_plan(evidence: Evidence, pipeline: Sequence[OpenDeal], missing: float, confidence: float) -> Plan:
    """Walk back from the money that is missing; `evidence` must tell."""
    conversions, peer_shares = _conversions(evidence)
    size, peer_sizes = _deal_size(evidence)
    known = [place for place in range(evidence.activity.shape[1]) if evidence.activity[:, place].sum() > 0]
    yields, peer_yields = _yields(evidence, known)
    funnel = Funnel(conversions, size, yields, pipeline, missing)
    needed = opportunities_needed(funnel, confidence)
    steps = list(_step_levers(evidence, funnel, peer_shares, needed, confidence))
    amount = _size_lever(evidence, funnel, peer_sizes, needed, confidence)
    per_activity = {place: _yield_lever(evidence, funnel, at, place, peer_yields) for at, place in enumerate(known)}
    activities = {place: activity_needed(funnel, at, confidence) for at, place in enumerate(known)}
    everywhere = range(evidence.activity.shape[1])
    saves = [*(lever.saves for lever in (*steps, amount)), *(_saves(per_activity.get(place)) for place in everywhere)]
    return Plan(
        opportunities=needed,
        activities=[activities.get(place) for place in everywhere],
        conversions=steps,
        deal_size=amount,
        yields=[per_activity.get(place) for place in everywhere],
        probability=funnel.chance_of_opportunities(0),
        pipeline_worth=float(funnel.pipeline_worth.mean()),
        most_telling=most_telling(saves) if needed.needed else None,
    )


def _saves(lever: Lever | None) -> float:
    return 0.0 if lever is None else lever.saves


def _conversions(evidence: Evidence) -> tuple[Beta, Floats]:
    """The person's chances, one per step, and everybody's shrunken ones (a row per person)."""
    chances = []
    for step in range(evidence.decided.shape[1]):
        reached, decided = evidence.reached[:, step], evidence.decided[:, step]
        chances.append(beta_binomial.posterior(beta_binomial.fit_beta_prior(reached, decided), reached, decided))
    alpha, beta = (np.array([getattr(one, name)[evidence.place] for one in chances]) for name in ("alpha", "beta"))
    return Beta(alpha, beta), np.stack([one.mean for one in chances], axis=1)


def _deal_size(evidence: Evidence) -> tuple[DealSize, Floats]:
    sizes = shrunken_sizes(evidence.size_n, evidence.size_mean, evidence.size_variance)
    if sizes is None:
        # One amount, or one each of people who have nothing to compare: the mean of all, as uncertain as itself.
        mean = float((evidence.size_n * evidence.size_mean).sum() / evidence.size_n.sum())
        return DealSize(mean, mean, mean), np.full(len(evidence.size_n), mean)
    mean, error, spread = (float(array[evidence.place]) for array in (sizes.mean, sizes.error, sizes.spread))
    return DealSize(mean, error, spread), sizes.mean


def _yields(evidence: Evidence, known: Sequence[int]) -> tuple[Gamma, Floats]:
    """Opportunities per activity: the person's, one per activity, and everybody's shrunken ones."""
    found = []
    for column in known:
        done = evidence.activity[:, column]
        found.append(
            gamma_poisson.posterior(gamma_poisson.fit_gamma_prior(evidence.opened, done), evidence.opened, done)
        )
    shape, rate = (np.array([getattr(one, name)[evidence.place] for one in found]) for name in ("shape", "rate"))
    everybody = [one.shape / one.rate for one in found]
    return Gamma(shape, rate), np.stack(everybody, axis=1) if everybody else np.zeros((len(evidence.opened), 0))


def _others(values: Floats, evidence: Evidence, n: Floats) -> Floats:
    """The values of those peers who have cases of their own."""
    others = n > 0
    others[evidence.place] = False
    return np.asarray(values[others])


def _step_levers(
    evidence: Evidence, funnel: Funnel, shares: Floats, needed: Requirement, confidence: float
) -> Iterator[Lever]:
    lows, highs = funnel.conversions.interval(LEVEL)
    for step, value in enumerate(funnel.conversions.mean):
        better = better_share(float(value), _others(shares[:, step], evidence, evidence.decided[:, step]))
        factor = better.value / float(value)
        saves = saved_by_step(funnel, step, factor, needed.needed or 0, confidence)
        n = int(evidence.decided[evidence.place, step])
        yield Lever(float(value), float(lows[step]), float(highs[step]), n, better, saves)


def _size_lever(evidence: Evidence, funnel: Funnel, sizes: Floats, needed: Requirement, confidence: float) -> Lever:
    own = funnel.size
    better = better_amount(own.mean, _others(sizes, evidence, evidence.size_n))
    saves = saved_by_size(funnel, better.value / own.mean, needed.needed or 0, confidence)
    reach = NORMAL_90 * own.error
    n = int(evidence.size_n[evidence.place])
    return Lever(own.mean, max(own.mean - reach, 0.0), own.mean + reach, n, better, saves)


def _yield_lever(evidence: Evidence, funnel: Funnel, at: int, place: int, yields: Floats) -> Lever:
    low, high = funnel.yields.interval(LEVEL)
    value = float(funnel.yields.shape[at] / funnel.yields.rate[at])
    better = better_amount(value, _others(yields[:, at], evidence, evidence.activity[:, place]))
    n = int(evidence.activity[evidence.place, place])
    return Lever(value, float(low[at]), float(high[at]), n, better, saved_by_yield(better.value / value))
