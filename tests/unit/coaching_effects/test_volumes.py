"""Counts and shares of people who do very unlike amounts, of whom the worst of late are coached.

Chance is large where little is done, so that these are the ones who are picked and who return to normal the most: one
slope for everybody must not take that for an effect.
"""

import numpy as np
import pytest

from service.coaching_effects.judging import LEVEL, Design, find_doubts, gather, windows_of
from service.statistics.arrays import Floats
from service.statistics.staggered_panels import NEVER, Ints, Panel

RUNS, PEOPLE, WEEKS, FIRST = 160, 40, 52, 20


def simulate(*, is_share: bool, below_own: bool, effect: float) -> Panel:
    """Counts of one to twenty a week, or a share of as many, of four in ten give or take one; `effect` on top."""
    generator = np.random.default_rng(3)
    shape = (RUNS, PEOPLE, WEEKS)
    volume = np.exp(generator.uniform(0, np.log(20), (RUNS, PEOPLE, 1)))
    level = np.clip(0.4 + 0.1 * generator.normal(size=(RUNS, PEOPLE)), 0.05, 0.95)
    cases = generator.poisson(volume, shape) if is_share else np.ones(shape, dtype=np.int64)
    done, starts = np.zeros(shape), np.full(shape[:-1], NEVER, dtype=np.int64)
    for week in range(WEEKS):
        has_begun = starts < week
        if is_share:
            done[..., week] = generator.binomial(cases[..., week], np.clip(level + effect * has_begun, 0, 1))
        else:
            done[..., week] = generator.poisson(volume[..., 0] + effect * has_begun)
        if week >= FIRST:
            score = _score(done, cases, week, below_own=below_own)
            rank = np.where(starts == NEVER, score, np.inf).argsort(-1).argsort(-1)
            picked = (rank < generator.poisson(0.5, size=RUNS)[:, None]) & (starts == NEVER)
            starts = np.where(picked, week, starts)
    values = np.divide(done, cases, out=np.zeros(shape), where=cases > 0)
    return Panel.of(values, cases, starts, np.zeros(PEOPLE))


def _score(done: Floats, cases: Ints, week: int, *, below_own: bool) -> Floats:
    """The last four weeks, or these less all before."""
    recent, before = (
        done[..., span].sum(-1) / np.maximum(cases[..., span].sum(-1), 1)
        for span in (slice(week - 4, week), slice(0, week - 4))
    )
    return np.asarray(recent - before if below_own else recent)


@pytest.mark.parametrize(
    ("is_share", "below_own", "effect"),
    [(True, False, 0.0), (True, True, 0.0), (False, True, 0.0), (True, False, 0.15), (False, False, 1.0)],
)
def test_unlike_amounts_make_no_effect_and_hide_none(is_share: bool, below_own: bool, effect: float) -> None:
    panel = simulate(is_share=is_share, below_own=below_own, effect=effect)
    found = gather(panel, None, windows_of(Design.OBSERVATIONAL, 8, 4))
    low, high = found.effect.interval(LEVEL)
    assert float(((low <= effect) & (effect <= high)).mean()) >= 0.88
    claims = ~np.any(list(find_doubts(found).values()), axis=0)
    if effect:
        assert (found.effect.value[claims] > 0).all()
    else:
        assert claims.mean() <= 0.05
