"""A funnel simulated from activity to money, deal by deal, knowing nothing of how plans are made."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class World:
    """Rates as they are in each of several draws: a row per draw.

    `steps` holds the conversions, `size` the mean amount, `per_activity` the opportunities per activity. Amounts vary
    by a gamma distribution with standard deviation `spread` at the mean `typical`.
    """

    steps: Floats
    size: Floats
    per_activity: Floats
    spread: float
    typical: float


def reached_by_activity(
    world: World, pipeline: Sequence[tuple[int, float]], missing: float, activity: int, rng: np.random.Generator
) -> Floats:
    """Whether so much activity brings the money, draw by draw."""
    opportunities = rng.poisson(activity * world.per_activity)
    return reached(world, pipeline, missing, opportunities, rng)


def reached(
    world: World,
    pipeline: Sequence[tuple[int, float]],
    missing: float,
    opportunities: NDArray[np.int64],
    rng: np.random.Generator,
) -> Floats:
    """Whether so many opportunities bring the money: each walks from step to step, and what is won has an amount."""
    alive = opportunities
    for step in world.steps.T:
        alive = rng.binomial(alive, step)
    shape = (world.typical / world.spread) ** 2
    money = np.array([rng.gamma(shape, mean / shape, won).sum() for mean, won in zip(world.size, alive, strict=True)])
    for behind, amount in pipeline:
        won = np.ones(len(money), dtype=bool)
        for step in world.steps.T[behind:]:
            won &= rng.random(len(money)) < step
        money += won * amount
    return np.asarray(money >= missing, dtype=np.float64)
