"""How far a development plan has come: skills by reassessment, linked KPIs by their months, steps and reviews; pure.

Each answer says whether something moved beyond chance, or that nobody can tell yet and what it would take.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from service.core.dto import OutputDTO
from service.skill_assessments.plans.comparing import (
    ProgressMethod,
    ProgressVerdict,
    chance_of,
    difference,
    estimate_kpi,
    estimate_level,
    rounded,
)
from service.skill_assessments.plans.lifecycle import PlanState, Standing
from service.skill_assessments.plans.readings import FocusBaseline, KpiBasis, KpiReading, SkillReading
from service.skill_assessments.plans.sentences import (
    SkillWay,
    say_days,
    say_kpi,
    say_review,
    say_skill,
    say_steps,
    say_waiting,
)
from service.success_models.kpis import Polarity

_V = ProgressVerdict


class KpiProgress(OutputDTO):
    """Whether the linked KPI moved between the last whole month before the start and the newest one since."""

    kpi: str
    """Its key in the model."""
    name: str | None
    """Its name there; null where the model has it no more."""
    at_start: KpiReading | None
    """The last whole month before the start."""
    newest: KpiReading | None
    """The newest month that lies wholly after the start; null: none is over yet."""
    change: Decimal | None
    """Of a share, or of the count a working day; null where one of the two is missing."""
    change_low: Decimal | None
    """Where its interval of 90 % begins."""
    change_high: Decimal | None
    """Where it ends."""
    method: ProgressMethod | None
    """How the interval was come by; null: there is none for this kind of KPI."""
    verdict: ProgressVerdict
    """`moved`: better beyond chance; `not_yet`: worse beyond chance."""
    reason: str
    """Why, in words."""


class SkillProgress(OutputDTO):
    """Whether a focus skill moved between the start and the newest assessment since."""

    skill: str
    """Its key in the framework."""
    name: str
    """Its name there."""
    target_level: int
    """What is to be reached."""
    at_start: SkillReading | None
    """Frozen when the plan started; null: nobody else had rated it."""
    newest: SkillReading | None
    """From ratings since the start alone; null: there are none yet."""
    gain: Decimal | None
    """Levels; null where one of the two is missing."""
    gain_low: Decimal | None
    """Where its interval of 90 % begins."""
    gain_high: Decimal | None
    """Where it ends."""
    probability_reached: Decimal | None
    """Of being at the target level or above it by now."""
    method: ProgressMethod | None
    """How the interval was come by."""
    verdict: ProgressVerdict
    """`moved`: beyond chance; `not_yet`: not so, and the whole way to the target is ruled out."""
    reason: str
    """Why, in words."""
    kpi: KpiProgress | None
    """The linked KPI; null without one."""


@dataclass(frozen=True, slots=True)
class Focus:
    """A focus skill of a plan that has started, with what is known since."""

    skill: str
    name: str
    target_level: int
    baseline: FocusBaseline | None
    newest: SkillReading | None


@dataclass(frozen=True, slots=True)
class LinkedKpi:
    """The KPI of a focus as the model has it today; `whole_month_ends_on` is when the first comparison can be made."""

    key: str
    name: str | None
    basis: KpiBasis
    polarity: Polarity
    newest: KpiReading | None
    whole_month_ends_on: date


@dataclass(frozen=True, slots=True)
class StepOn:
    """A step, as far as progress looks at it."""

    due_on: date
    is_done: bool


@dataclass(frozen=True, slots=True)
class StepCount:
    """How the steps of a plan stand on a day."""

    total: int
    done: int
    overdue: int


def count_steps(steps: Iterable[StepOn], today: date) -> StepCount:
    """A step is overdue from the day after its due day on, until it is done."""
    all_of_them = list(steps)
    return StepCount(
        len(all_of_them),
        sum(step.is_done for step in all_of_them),
        sum(not step.is_done and step.due_on < today for step in all_of_them),
    )


def next_review(open_days: Sequence[date]) -> date | None:
    """The earliest day of a review that was not held, though it may be over; None: there is none."""
    return min(open_days, default=None)


def say_plan(
    standing: Standing,
    skills: Sequence[SkillProgress],
    steps: StepCount,
    review_on: date | None,
    target_on: date,
    today: date,
) -> list[str]:
    """A plan's progress in sentences for a brief: what is worked on first, then what is to be done."""
    said: list[str | None] = []
    if standing.state in {PlanState.PROPOSED, PlanState.AGREED}:
        agreed = (standing.rep_agreed_at is not None, standing.manager_agreed_at is not None)
        said.append(say_waiting(rep_agreed=agreed[0], manager_agreed=agreed[1]))
    for one in skills:
        said.append(f"{one.name}, to level {one.target_level}: {one.reason}")
        said.append(None if one.kpi is None else one.kpi.reason)
    said.append(say_steps(steps.total, steps.done, steps.overdue))
    said.append(say_review(review_on, today))
    said.append(say_days(target_on, today))
    return [one for one in said if one is not None]


def judge_skill(focus: Focus, linked: LinkedKpi | None) -> SkillProgress:
    """Whether the level moved, and how sure that is."""
    then, now = None if focus.baseline is None else focus.baseline.skill, focus.newest
    way = SkillWay(then, now, focus.target_level)
    gained = None if then is None or now is None else difference(estimate_level(then), estimate_level(now))
    verdict = _V.CANNOT_TELL
    if gained is not None and then is not None:
        if gained.low > 0:
            verdict = _V.MOVED
        elif gained.high < float(focus.target_level - then.level):
            verdict = _V.NOT_YET
    return SkillProgress(
        skill=focus.skill,
        name=focus.name,
        target_level=focus.target_level,
        at_start=then,
        newest=now,
        gain=None if gained is None else rounded(gained.value, 2),
        gain_low=None if gained is None else rounded(gained.low, 2),
        gain_high=None if gained is None else rounded(gained.high, 2),
        probability_reached=None if now is None else rounded(chance_of(now, Decimal(focus.target_level))),
        method=None if gained is None else ProgressMethod.NORMAL,
        verdict=verdict,
        reason=say_skill(way, gained, verdict),
        kpi=None if linked is None else judge_kpi(linked, None if focus.baseline is None else focus.baseline.kpi),
    )


def judge_kpi(linked: LinkedKpi, at_start: KpiReading | None) -> KpiProgress:
    """Whether the KPI became better or worse beyond chance; of sums, durations and levels nobody can tell."""
    then = None if at_start is None else estimate_kpi(linked.basis, at_start)
    now = None if linked.newest is None else estimate_kpi(linked.basis, linked.newest)
    verdict, change, method = _V.CANNOT_TELL, None, None
    if then is not None and now is not None:
        method, change = now[0], difference(then[1], now[1])
        up, down = change.low > 0, change.high < 0
        better, worse = (up, down) if linked.polarity is Polarity.HIGHER else (down, up)
        verdict = _V.MOVED if better else _V.NOT_YET if worse else _V.CANNOT_TELL
    return KpiProgress(
        kpi=linked.key,
        name=linked.name,
        at_start=at_start,
        newest=linked.newest,
        change=None if change is None else rounded(change.value),
        change_low=None if change is None else rounded(change.low),
        change_high=None if change is None else rounded(change.high),
        method=method,
        verdict=verdict,
        reason=say_kpi(linked.name, at_start, linked.newest, change, verdict, linked.whole_month_ends_on),
    )
