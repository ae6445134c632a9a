"""What is said of coaching comes true: on organizations without an effect, with one, and with too little data."""

from functools import lru_cache

import numpy as np
import pytest

from service.coaching_effects.judging import (
    LEVEL,
    Design,
    Doubt,
    EffectVerdict,
    Evidence,
    find_doubts,
    gather,
    judge,
    windows_of,
)
from service.statistics.arrays import Bools
from service.statistics.staggered_panels import Panel
from tests.unit.coaching_effects.simulation import Chosen, Simulated, World, before_and_after, simulate

RUNS = 240
WINDOWS = windows_of(Design.OBSERVATIONAL, 8, 4)
ON_RECORD = [(chosen, lasts) for chosen in (Chosen.LOWEST, Chosen.BELOW_OWN_MEAN) for lasts in (0.0, 0.5, 0.8)]
"""Who is coached is decided by what is on record, as the product proposes it; chance lasts, or does not."""


@lru_cache
def asked(world: World) -> tuple[Simulated, Evidence]:
    """Of 240 organizations, without the check of a placebo, which would only make claims rarer."""
    found = simulate(world, RUNS, seed=8)
    return found, gather(found.panel, None, WINDOWS)


def claims(found: Evidence, *, but: tuple[Doubt, ...] = ()) -> Bools:
    """Runs in which anything is said."""
    doubts = [holds for doubt, holds in find_doubts(found).items() if doubt not in but]
    return np.asarray(~np.any(doubts, axis=0))


def covers(found: Evidence, effect: float) -> float:
    low, high = found.effect.interval(LEVEL)
    return float(((low <= effect) & (effect <= high)).mean())


@pytest.mark.parametrize(
    ("chosen", "lasts"), [*ON_RECORD, (Chosen.BELOW_OWN_NORMAL, 0.0), (Chosen.BELOW_OWN_NORMAL, 0.8)]
)
def test_where_nothing_helps_hardly_ever_a_claim_and_before_and_after_claims_always(
    chosen: Chosen, lasts: float
) -> None:
    found, evidence = asked(World(chosen, lasts))
    assert claims(evidence, but=(Doubt.DIFFERED_BEFORE,)).mean() <= 0.05
    assert claims(evidence).mean() <= 0.05
    change, t = before_and_after(found)
    assert (t > 1.7).mean() >= 0.7
    assert change.mean() > 0.4


@pytest.mark.parametrize(("chosen", "lasts"), ON_RECORD)
def test_intervals_hold_the_truth_of_nothing(chosen: Chosen, lasts: float) -> None:
    assert covers(asked(World(chosen, lasts))[1], 0.0) >= 0.88


@pytest.mark.parametrize(
    ("chosen", "lasts"), [(Chosen.LOWEST, 0.0), (Chosen.LOWEST, 0.8), (Chosen.BELOW_OWN_MEAN, 0.5)]
)
def test_intervals_hold_the_truth_of_an_effect(chosen: Chosen, lasts: float) -> None:
    assert covers(asked(World(chosen, lasts, 0.5))[1], 0.5) >= 0.88


def test_what_only_the_manager_knew_is_between_the_two_comparisons() -> None:
    found = asked(World(Chosen.BELOW_OWN_NORMAL, 0.0, 0.5))[1]
    assert found.mirrored is not None
    low, high = found.mirrored.interval(LEVEL)
    assert ((low <= 0.5) & (high >= 0.5)).mean() >= 0.86
    assert (np.minimum(low, found.effect.interval(LEVEL)[0]) <= 0.5).mean() >= 0.95
    assert found.effect.value.mean() > 0.55


def test_an_effect_is_found() -> None:
    found = asked(World(Chosen.LOWEST, 0.0, 0.8))[1]
    assert claims(found).mean() >= 0.85
    assert found.effect.value.mean() == pytest.approx(0.8, abs=0.05)
    # What is said to be detectable is detected as often as that.
    size = float(found.effect.detectable().mean())
    there = asked(World(Chosen.LOWEST, 0.0, round(size, 2)))[1]
    assert (there.effect.p_value() < 0.05).mean() == pytest.approx(0.8, abs=0.07)


def test_small_data_cannot_tell() -> None:
    few = asked(World(Chosen.LOWEST, 0.5, 1.0, people=6, a_week=0.1))[1]
    assert not claims(few).any()
    assert find_doubts(few)[Doubt.TOO_FEW_COACHED].mean() >= 0.9
    for effect in (0.0, 0.5):
        assert claims(asked(World(Chosen.LOWEST, 0.5, effect, people=10, a_week=0.15))[1]).mean() <= 0.05


def test_a_draw_is_found_out_by_less_and_never_for_nothing() -> None:
    windows = windows_of(Design.EXPERIMENTAL, 8, 4)
    for effect in (0.0, 0.5):
        world = World(Chosen.DRAWN, 0.5, effect)
        found = gather(simulate(world, 500, seed=3).panel, None, windows)
        assert covers(found, effect) >= 0.88
        assert claims(found).mean() <= 0.05 if not effect else claims(found).mean() >= 0.6
        assert found.mirrored is None


def test_the_verdict_of_one_organization() -> None:
    found = simulate(World(Chosen.LOWEST, 0.0, 1.5), 1, seed=3)
    one, other = (
        Panel.of(values[0], np.ones(values[0].shape), found.starts[0], np.zeros(40))
        for values in (found.values, found.other)
    )
    evidence = gather(one, other, WINDOWS)
    assert judge(evidence, less_is_better=False) == (EffectVerdict.HELPED, None)
    assert judge(evidence, less_is_better=True) == (EffectVerdict.WORSE, None)
    # A KPI that nobody coached and that moved as well casts a doubt on all of it.
    assert judge(gather(one, one, WINDOWS), less_is_better=False) == (EffectVerdict.CANNOT_TELL, Doubt.PLACEBO_MOVED)
