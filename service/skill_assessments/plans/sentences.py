"""What is said of a plan's progress, in plain words; pure."""

from dataclasses import dataclass
from datetime import date

from service.skill_assessments.plans.comparing import Estimate, ProgressVerdict
from service.skill_assessments.plans.readings import KpiReading, SkillReading

_V = ProgressVerdict


@dataclass(frozen=True, slots=True)
class SkillWay:
    """Where a skill was, where it is, and where it is to be."""

    then: SkillReading | None
    now: SkillReading | None
    target: int


def say_skill(way: SkillWay, gained: Estimate | None, verdict: ProgressVerdict) -> str:
    """Why the verdict on a skill is what it is, and what it would take to tell."""
    if way.now is None:
        return "Nobody else has rated this skill since the plan started; an assessment would tell."
    if way.then is None or gained is None:
        return f"It is at {way.now.level:.1f} now, but nobody else had rated it when the plan started."
    moved = f"From {way.then.level:.1f} to {way.now.level:.1f}"
    gain = f"the gain of {gained.value:.1f} levels ({_range(gained, 1)})"
    if verdict is _V.MOVED:
        return f"{moved}: {gain} is beyond chance."
    if verdict is _V.NOT_YET:
        return f"{moved}: {gain} is within chance, and level {way.target} is not reached by it."
    return f"{moved}: {gain} may be nothing or all of the way to {way.target}; more raters would tell."


def say_kpi(
    name: str | None,
    then: KpiReading | None,
    now: KpiReading | None,
    change: Estimate | None,
    verdict: ProgressVerdict,
    whole_month_ends_on: date,
) -> str:
    """Why the verdict on a linked KPI is what it is."""
    if name is None:
        return "The success model has no such KPI any more."
    if now is None:
        return f"The first whole month since the start ends on {whole_month_ends_on}."
    if then is None or then.value is None or now.value is None:
        when = "at the start" if then is None or then.value is None else "since the start"
        return f"{name} had no value {when}."
    moved = f"{name} went from {_number(then.value)} to {_number(now.value)}"
    if change is None:
        return f"{moved}; how much of that is chance cannot be told of this kind of KPI."
    by = f"a change of {change.value:.3g} ({_range(change, 3)})"
    if verdict is _V.MOVED:
        return f"{moved}: {by}, better beyond chance."
    if verdict is _V.NOT_YET:
        return f"{moved}: {by}, worse beyond chance."
    return (
        f"{moved}: {by} is within chance; {max(change.high - change.value, change.value - change.low):.3g} would show."
    )


def say_steps(total: int, done: int, overdue: int) -> str | None:
    """How the steps stand; None without any."""
    if not total:
        return None
    late = f", {overdue} overdue" if overdue else ""
    return f"{done} of {total} steps done{late}."


def say_review(review_on: date | None, today: date) -> str | None:
    """When to look at it next; None without a review."""
    if review_on is None:
        return None
    if review_on < today:
        return f"The review of {review_on} was not held."
    return f"The next review is on {review_on}."


def say_days(target_on: date, today: date) -> str:
    """How much time there is."""
    left = (target_on - today).days
    if left < 0:
        return f"The target day, {target_on}, is over."
    return f"The target day is {target_on}: {left} {'day' if left == 1 else 'days'} left."


def say_waiting(*, rep_agreed: bool, manager_agreed: bool) -> str:
    """What a plan that has not started waits for."""
    missing = [who for who, agreed in (("the rep", rep_agreed), ("the manager", manager_agreed)) if not agreed]
    if not missing:
        return "Both have agreed; it has not started."
    return f"It waits for the agreement of {' and '.join(missing)}."


def _range(estimate: Estimate, digits: int) -> str:
    return f"90 % interval {estimate.low:.{digits}f} to {estimate.high:.{digits}f}"


def _number(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else f"{float(str(value)):.4g}"
