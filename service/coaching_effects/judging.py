"""Whether coaching helped, by all that is known of it, and why that cannot be told; pure."""

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from service.statistics.arrays import Bools, Floats
from service.statistics.staggered_effects import StaggeredEffect, adjusted_effect, mirrored_effect
from service.statistics.staggered_panels import Panel, Windows

LEVEL, CLAIM = 0.9, 0.05
"""Of the intervals; and how often, at most, chance alone may look like an effect, for better or worse."""
LEAST_COACHED, LEAST_COMPARED = 5, 5
HISTORY, LEAST_HISTORY = 26, 8
"""Weeks before the dip that are looked at, and that must be there."""


class Design(StrEnum):
    """Who decided when somebody's coaching began: people, or the draw of a programme."""

    OBSERVATIONAL = "observational"
    EXPERIMENTAL = "experimental"


class EffectVerdict(StrEnum):
    """What can be said."""

    HELPED = "helped"
    WORSE = "worse"
    CANNOT_TELL = "cannot_tell"


class Doubt(StrEnum):
    """Why it cannot be told, the first that applies."""

    NOT_BY_WEEK = "not_by_week"
    TOO_FEW_COACHED = "too_few_coached"
    TOO_FEW_COMPARED = "too_few_compared"
    NO_EQUALS = "no_equals"
    DIFFERED_BEFORE = "differed_before"
    PLACEBO_MOVED = "placebo_moved"
    TOO_IMPRECISE = "too_imprecise"
    WITHIN_CHANCE = "within_chance"
    DEPENDS_ON_METHOD = "depends_on_method"


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """All that a verdict rests on; arrays of one shape."""

    effect: StaggeredEffect
    mirrored: StaggeredEffect | None
    """None: the draw decided, so that nobody began for a dip."""
    earlier: StaggeredEffect
    """The same as if coaching had begun before the dip, when it had not."""
    placebo: StaggeredEffect | None
    """The same of a KPI that was not coached; None: there is none."""


def windows_of(design: Design, weeks: int, trigger_weeks: int) -> Windows:
    """The weeks that are compared; a draw knows no dip."""
    return Windows(range(1, weeks + 1), 0 if design is Design.EXPERIMENTAL else trigger_weeks, HISTORY, LEAST_HISTORY)


def gather(panel: Panel, placebo: Panel | None, windows: Windows) -> Evidence:
    """Estimate everything; `placebo` is the panel of another KPI of the same people."""
    # The dip and what leads into it lie between the weeks that are taken for coached and the real coaching.
    shift = len(windows.after) + 2 * windows.trigger + 1
    return Evidence(
        effect=adjusted_effect(panel, windows),
        mirrored=mirrored_effect(panel, windows) if windows.trigger else None,
        earlier=adjusted_effect(panel.earlier(shift), windows),
        placebo=None if placebo is None else adjusted_effect(placebo, windows),
    )


def gather_weeks(panel: Panel, windows: Windows) -> list[StaggeredEffect]:
    """The effect in each week after coaching began, alone."""
    return [adjusted_effect(panel, replace(windows, after=range(week, week + 1))) for week in windows.after]


def is_told(effect: StaggeredEffect) -> Bools:
    """Whether there are people enough on both sides for a number to be shown, and to be relied on."""
    estimated = np.isfinite(effect.value) & np.isfinite(effect.error)
    return np.asarray(estimated & (effect.begun >= LEAST_COACHED) & (effect.compared >= LEAST_COMPARED))


def find_doubts(found: Evidence) -> dict[Doubt, Bools]:
    """Which doubts there are, in their order; arrays of the evidence's shape.

    It is a claim only where the mirrored comparison agrees: what coaching began for is not on record altogether, and
    each of the two is right where the other may not be.
    """
    effect = found.effect
    told = np.isfinite(effect.value) & np.isfinite(effect.error)
    in_doubt = effect.p_value() >= CLAIM
    return {
        Doubt.TOO_FEW_COACHED: effect.begun < LEAST_COACHED,
        Doubt.TOO_FEW_COMPARED: effect.compared < LEAST_COMPARED,
        Doubt.NO_EQUALS: ~told,
        Doubt.DIFFERED_BEFORE: _stands_out(found.earlier),
        Doubt.PLACEBO_MOVED: np.zeros(told.shape, bool) if found.placebo is None else _stands_out(found.placebo),
        Doubt.TOO_IMPRECISE: in_doubt & (effect.detectable() > np.abs(effect.baseline)),
        Doubt.WITHIN_CHANCE: in_doubt,
        Doubt.DEPENDS_ON_METHOD: ~_agrees(found),
    }


def judge(found: Evidence, *, less_is_better: bool) -> tuple[EffectVerdict, Doubt | None]:
    """The verdict on one panel."""
    doubt = next((doubt for doubt, holds in find_doubts(found).items() if bool(holds)), None)
    if doubt is not None:
        return EffectVerdict.CANNOT_TELL, doubt
    is_up = bool(found.effect.value > 0)
    return (EffectVerdict.HELPED if is_up != less_is_better else EffectVerdict.WORSE), None


def _stands_out(effect: StaggeredEffect) -> Bools:
    return np.asarray((effect.p_value() < CLAIM) & is_told(effect))


def _agrees(found: Evidence) -> Bools:
    """The interval of the mirrored comparison lies on the same side of nothing."""
    value: Floats = found.effect.value
    if found.mirrored is None:
        return np.ones(value.shape, bool)
    low, high = found.mirrored.interval(LEVEL)
    return np.asarray(np.where(value > 0, low > 0, high < 0) & is_told(found.mirrored))
