"""Evidence as it is answered; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from math import isfinite

import numpy as np
from numpy.typing import ArrayLike

from service.coaching_effects.dto import CoachingEffectsDTO, EffectDTO, EffectWeekDTO, PlaceboKpiDTO
from service.coaching_effects.judging import LEVEL, Design, Doubt, EffectVerdict, Evidence, is_told, judge
from service.coaching_effects.sentences import CAUTION, explain
from service.statistics.staggered_effects import StaggeredEffect
from service.success_models.kpis import Kpi, Polarity

MODEL_VERSION = "coaching-effects-1"
METHOD = (
    "Staggered difference-in-differences (Callaway & Sant'Anna 2021): each week a trial of who begins against who has "
    "not begun, conditional on the path up to then; errors clustered by person (HC3), Student's t. Beside it the "
    "mirrored change with the trigger weeks left out (Chabe-Ferret 2015)."
)
DIGITS, PLACES = 4, 6
"""Of every number: significant ones, and places at most."""
HIDDEN = frozenset({Doubt.NOT_BY_WEEK, Doubt.TOO_FEW_COACHED, Doubt.TOO_FEW_COMPARED, Doubt.NO_EQUALS})
"""With so little no number is shown: it would be read."""
NOTHING = EffectDTO(effect=None, low=None, high=None, n_coached=0, n_compared=0)


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked, made definite."""

    kpi: Kpi
    design: Design
    days: tuple[date, date]
    trigger_weeks: int
    placebo: Kpi | None
    as_of: datetime
    coached: int
    """People who are asked about and whose coaching began on these days."""


def present(asked: Asked, found: Evidence | None, by_week: Sequence[StaggeredEffect]) -> CoachingEffectsDTO:
    """`found` is None where the KPI does not add up by the week, `by_week` of week 1, 2 and so on."""
    verdict: tuple[EffectVerdict, Doubt | None] = (EffectVerdict.CANNOT_TELL, Doubt.NOT_BY_WEEK)
    if found is not None:
        verdict = judge(found, less_is_better=asked.kpi.polarity is Polarity.LOWER)
    shown = None if found is None or verdict[1] in HIDDEN else found
    result = NOTHING if found is None else _effect(found.effect)
    baseline = None if shown is None else _number(shown.effect.baseline)
    minimum = None if shown is None else _number(shown.effect.detectable())
    relative = None
    if result.effect is not None and baseline:
        relative = _number(float(result.effect) / abs(float(baseline)))
    ends = None
    if result.effect is not None and result.low is not None and result.high is not None:
        ends = (result.effect, result.low, result.high)
    placebo = None
    if asked.placebo is not None and shown is not None and shown.placebo is not None:
        fields = _effect(shown.placebo).model_dump()
        placebo = PlaceboKpiDTO(kpi=asked.placebo.key, name=asked.placebo.name, **fields)
    return CoachingEffectsDTO(
        kpi=asked.kpi.key,
        name=asked.kpi.name,
        unit=asked.kpi.unit,
        polarity=asked.kpi.polarity,
        design=asked.design,
        verdict=verdict[0],
        cannot_tell=verdict[1],
        explanation=explain(asked.kpi, verdict, ends, (result.n_coached, result.n_compared), minimum),
        caution=CAUTION[asked.design],
        result=result,
        mirrored=None if shown is None or shown.mirrored is None else _effect(shown.mirrored),
        baseline=baseline,
        relative_effect=relative,
        minimum_detectable=minimum,
        weeks=[]
        if shown is None
        else [EffectWeekDTO(week=week, **_effect(one).model_dump()) for week, one in enumerate(by_week, 1)],
        before=NOTHING if shown is None else _effect(shown.earlier),
        placebo=placebo,
        n_left_out=asked.coached - result.n_coached,
        from_on=asked.days[0],
        to_on=asked.days[1],
        trigger_weeks=asked.trigger_weeks,
        interval_level=Decimal(str(LEVEL)),
        method=METHOD,
        model_version=MODEL_VERSION,
        as_of=asked.as_of,
    )


def _effect(one: StaggeredEffect) -> EffectDTO:
    told = bool(is_told(one))
    low, high = one.interval(LEVEL)
    return EffectDTO(
        effect=_number(one.value) if told else None,
        low=_number(low) if told else None,
        high=_number(high) if told else None,
        n_coached=round(float(one.begun)),
        n_compared=round(float(one.compared)),
    )


def _number(value: ArrayLike) -> Decimal | None:
    """Written out, as not everybody reads powers of ten."""
    number = float(np.asarray(value, dtype=np.float64))
    if not isfinite(number):
        return None
    # Nothing is added so that what is rounded to nothing has no sign.
    rounded = round(float(f"{number:.{DIGITS}g}"), PLACES) + 0.0
    return Decimal(f"{rounded:.{PLACES}f}".rstrip("0").rstrip("."))
