"""Simulated closed deals of people with effects of their own, with planted drivers: what the truth is, is known."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from service.kpi_snapshots.drivers.table import Candidate, DealTable, DriverKind

PLANTED = {"helps": 3.0, "hurts": 1 / 3}
"""Odds ratios of the first two criteria, each met by half of the deals."""
NOISE = "noise"
CALLS = "calls"
CANDIDATES = (
    *(Candidate(DriverKind.CRITERION, key) for key in (*PLANTED, NOISE)),
    Candidate(DriverKind.ACTIVITY, CALLS),
)


@dataclass(frozen=True)
class World:
    """`spread` is that of people's own log-odds, `imitates` how far the better of them meet the noise more often."""

    deals: int = 600
    people: int = 12
    spread: float = 0.6
    imitates: float = 0.0
    intercept: float = -0.3
    unknown: float = 0.1


def simulate(world: World, generator: np.random.Generator) -> DealTable:
    """Closed deals with two planted drivers, a criterion and calls of no effect, and deal size as case mix."""
    n = world.deals
    people = generator.integers(0, world.people, n)
    own = generator.normal(0, world.spread, world.people)
    helps, hurts = (generator.random(n) < 0.5 for _ in PLANTED)
    noise = generator.random(n) < expit(world.imitates * own)[people]
    size = generator.normal(8, 1, n)
    log_odds = world.intercept + own[people] + 0.2 * (size - 8)
    log_odds += np.log(PLANTED["helps"]) * (helps - 0.5) + np.log(PLANTED["hurts"]) * (hurts - 0.5)
    values = np.column_stack([helps, hurts, noise, generator.poisson(generator.gamma(2, 0.5, n))]).astype(np.float64)
    values[:, :3][generator.random((n, 3)) < world.unknown] = np.nan
    return DealTable(
        won=generator.random(n) < expit(log_odds),
        people=people,
        days=generator.gamma(2, 30, n).round(),
        candidates=CANDIDATES,
        values=values,
        amounts=np.exp(size),
        mix={"pipeline": np.where(generator.random(n) < 0.3, "small", "large")},
    )
