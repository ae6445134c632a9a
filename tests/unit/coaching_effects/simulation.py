"""Organizations whose coaching is known to help or not, and in which those are coached who have just been weak.

Everybody has a level of their own, a season is shared, and the rest is chance from week to week, which may last. Each
week a few of those not coached yet are, who have done worst of late.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from service.statistics.arrays import Bools, Floats
from service.statistics.staggered_panels import NEVER, Ints, Panel

WARM_UP = 20


class Chosen(StrEnum):
    """By what those are coached who are."""

    LOWEST = "lowest"
    """The worst of all in the last four weeks."""
    BELOW_OWN_MEAN = "below_own_mean"
    """The furthest below what they did before."""
    BELOW_OWN_NORMAL = "below_own_normal"
    """Below what is truly normal for them, which is on no record."""
    DRAWN = "drawn"


@dataclass(frozen=True, slots=True)
class World:
    """`persistence` of what is chance from one week to the next; `effect` in standard deviations of a week."""

    chosen: Chosen
    persistence: float = 0.0
    effect: float = 0.0
    people: int = 40
    weeks: int = 52
    first: int = 20
    a_week: float = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Simulated:
    """Values (runs x people x weeks) of a KPI, starts (runs x people), and values of a KPI that nobody coached."""

    values: Floats
    starts: Ints
    other: Floats

    @property
    def panel(self) -> Panel:
        """The KPI."""
        return _panel(self.values, self.starts)

    @property
    def placebo(self) -> Panel:
        """The other KPI."""
        return _panel(self.other, self.starts)


def _panel(values: Floats, starts: Ints) -> Panel:
    return Panel.of(values, np.ones(values.shape), starts, np.zeros(values.shape[1]))


def simulate(world: World, runs: int, seed: int) -> Simulated:
    """Draw organizations."""
    generator = np.random.default_rng(seed)
    shape = (runs, world.people, world.weeks)
    chance = _chance(generator, world, runs)
    normal = 5 + generator.normal(size=(runs, world.people, 1))
    season = 0.1 * generator.normal(size=(runs, 1, world.weeks)).cumsum(-1)
    values, starts = normal + season + chance, np.full(shape[:-1], NEVER, dtype=np.int64)
    for week in range(world.first, world.weeks):
        picked = (starts == NEVER) & _pick(generator, world, values, normal + season, week, starts)
        starts = np.where(picked, week, starts)
        values[..., week + 1 :] += world.effect * picked[..., None]
    return Simulated(values, starts, 5 + generator.normal(size=shape))


def _chance(generator: np.random.Generator, world: World, runs: int) -> Floats:
    steps = generator.normal(size=(runs, world.people, world.weeks + WARM_UP))
    chance = np.zeros(steps.shape)
    for week in range(steps.shape[-1]):
        before = chance[..., week - 1] if week else 0.0
        chance[..., week] = world.persistence * before + np.sqrt(1 - world.persistence**2) * steps[..., week]
    return chance[..., WARM_UP:]


def _pick(
    generator: np.random.Generator, world: World, values: Floats, normal: Floats, week: int, starts: Ints
) -> Bools:
    recent = values[..., week - 4 : week].mean(-1)
    if world.chosen is Chosen.BELOW_OWN_NORMAL:
        gap = recent - normal[..., week - 4 : week].mean(-1)
        return np.asarray((gap < -0.5 - 0.3 * world.persistence) & (generator.random(gap.shape) < 0.3))
    score = {
        Chosen.LOWEST: recent,
        Chosen.BELOW_OWN_MEAN: recent - values[..., : week - 4].mean(-1),
        Chosen.DRAWN: generator.random(recent.shape),
    }[world.chosen]
    rank = np.where(starts == NEVER, score, np.inf).argsort(-1).argsort(-1)
    return np.asarray(rank < generator.poisson(world.a_week, size=len(values))[:, None])


def before_and_after(found: Simulated, weeks: int = 8) -> tuple[Floats, Floats]:
    """What one would look at first: the mean change from the four weeks before coaching to those after; and its t."""
    values, starts = found.values, found.starts
    change = np.full(starts.shape, np.nan)
    for week in range(4, values.shape[-1] - weeks):
        gap = values[..., week + 1 : week + 1 + weeks].mean(-1) - values[..., week - 4 : week].mean(-1)
        change = np.where(starts == week, gap, change)
    count = np.isfinite(change).sum(-1)
    mean = np.nanmean(change, -1)
    return mean, mean / (np.nanstd(change, -1, ddof=1) / np.sqrt(count))
