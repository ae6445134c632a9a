"""What closing each of a person's gaps is worth, and which of them is worth most; pure.

Draw by draw: a gap whose level is not below the required one in that draw is worth nothing there, and the others move
the rates that their skill is linked to up to the median of the peers. Wins come in proportion: the person's own
opportunities a quarter x their own chance at each step x how much the moved rates rise.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np

from service.skill_assessments.gaps import HALF, LEVEL, SkillGap
from service.skill_assessments.impact.drawing import LEAST_WORTH, SEED, Draws
from service.statistics.arrays import Bools, Floats, tail_levels

TOP = 2
"""More than two things at a time nobody works on."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean with the interval of 90 % around it."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Worth:
    """What closing a gap is worth, if it is there, in wins a quarter and money; and how sure that is.

    `potential` is the probability that moving what the skill is linked to is worth a twentieth more wins, `worth` that
    the gap is there too. Ranks are among the person's gaps; None of a skill that is not assessed.
    """

    wins: Interval
    money: Interval | None
    potential: float
    worth: float | None = None
    rank_one: float | None = None
    top_two: float | None = None


def value_gaps(draws: Draws, place: int, gaps: Sequence[SkillGap], links: Sequence[Sequence[str]]) -> list[Worth]:
    """The worth of each of a person's gaps; `links` are the keys of the levers of each, `place` is the person's."""
    if not gaps:
        return []
    wins = draws.wins[:, place]
    rises = np.stack([_rise(draws, place, keys) for keys in links], axis=1)
    real = _is_real(gaps, len(wins), gaps[0].person_id)
    ranked = [number for number, gap in enumerate(gaps) if gap.below is not None]
    first, second = _ranks(rises * real, gaps, ranked)
    found = []
    for number, gap in enumerate(gaps):
        gained = wins * rises[:, number]
        is_worth = rises[:, number] >= LEAST_WORTH
        worth = Worth(
            wins=_interval(gained),
            money=None if draws.size is None else _interval(gained * draws.size[:, place]),
            potential=float(is_worth.mean()),
        )
        if gap.below is not None:
            joint = float((is_worth & real[:, number]).mean())
            worth = Worth(worth.wins, worth.money, worth.potential, joint, float(first[number]), float(second[number]))
        found.append(worth)
    return found


def _rise(draws: Draws, place: int, keys: Sequence[str]) -> Floats:
    """How much wins rise, as a share of them, with all levers of a skill at the peers' median."""
    factor = np.ones(len(draws.wins))
    for key in keys:
        factor = factor * draws.levers[key].factor[:, place]
    return factor - 1


def _is_real(gaps: Sequence[SkillGap], count: int, person_id: UUID) -> Bools:
    """Draws x gaps: whether the level is below the required one; one that nobody assessed is taken to be."""
    generator = np.random.default_rng((SEED, person_id.int))
    noise = generator.standard_normal((count, len(gaps)))
    size = np.array([np.inf if gap.gap is None else gap.gap for gap in gaps])
    error = np.array([0.0 if gap.level is None else gap.level.error for gap in gaps])
    return np.asarray(size - error * noise > HALF)


def _ranks(values: Floats, gaps: Sequence[SkillGap], ranked: Sequence[int]) -> tuple[Floats, Floats]:
    """The probabilities of being worth most, and of being among the two worth most; what is worth nothing is neither.

    Of gaps worth the same (skills linked to the same stage) the larger one comes first.
    """
    first, second = np.zeros(len(gaps)), np.zeros(len(gaps))
    order = sorted(ranked, key=lambda number: (-(gaps[number].gap or 0.0), gaps[number].skill))
    if order:
        theirs = values[:, order]
        ranks = np.argsort(np.argsort(-theirs, axis=1, kind="stable"), axis=1)
        first[order] = ((ranks == 0) & (theirs > 0)).mean(axis=0)
        second[order] = ((ranks < TOP) & (theirs > 0)).mean(axis=0)
    return first, second


def _interval(values: Floats) -> Interval:
    low, high = np.quantile(values, tail_levels(LEVEL))
    return Interval(float(values.mean()), float(low), float(high))
