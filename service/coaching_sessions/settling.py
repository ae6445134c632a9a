"""When the data settle a commitment that has a goal for a KPI; pure.

A sum that only grows has reached its goal as soon as it is there; a rate, a duration, a level, and a sum that is to
stay low are judged when the due day is over. What is not reached then waits for late facts as long as the
organization's periods do before they are closed. A settled commitment stays settled, whatever arrives later.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from service.coaching_opportunities.findings import plain
from service.success_models.kpis import Kpi, KpiKind, Polarity

NO_NUMBER_DAYS = 14
"""So long after its due day a commitment waits for a number; what nobody can measure then counts against nobody."""


class CommitmentState(StrEnum):
    """What came of a commitment."""

    OPEN = "open"
    DONE = "done"
    MISSED = "missed"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Goal:
    """What a KPI is to reach by the end of a day."""

    value: Decimal
    due_on: date


@dataclass(frozen=True, slots=True)
class Reading:
    """Where the KPI stands now, or stood when the due day ended; `value` None: there was nothing to divide by."""

    kpi: Kpi
    value: Decimal | None


def only_grows(kpi: Kpi) -> bool:
    """Whether a goal that was reached stays reached until the day is over."""
    return kpi.kind is KpiKind.FLOW and kpi.polarity is Polarity.HIGHER and kpi.per is None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the data say; an open one may say what it waits for."""

    state: CommitmentState
    value: Decimal | None = None
    reason: str | None = None


def settle(goal: Goal, reading: Reading | None, today: date, grace_days: int) -> Verdict:
    """Judge a goal on a local day; a `reading` of None: the owner's model has no such KPI any more."""
    late = (today - goal.due_on).days
    value = None if reading is None else reading.value
    if reading is None or value is None:
        return _unmeasured(late)
    reached = value >= goal.value if reading.kpi.polarity is Polarity.HIGHER else value <= goal.value
    said = f"{plain(value)} by {goal.due_on}, where {plain(goal.value)} was the goal."
    if reached and (late > 0 or only_grows(reading.kpi)):
        return Verdict(CommitmentState.DONE, value, said)
    if late <= 0:
        return Verdict(CommitmentState.OPEN)
    if late > grace_days:
        return Verdict(CommitmentState.MISSED, value, said)
    return Verdict(CommitmentState.OPEN, reason=f"{said} Late facts may still come.")


def _unmeasured(late: int) -> Verdict:
    if late <= 0:
        return Verdict(CommitmentState.OPEN)
    if late > NO_NUMBER_DAYS:
        return Verdict(CommitmentState.DROPPED, reason="There was no number to judge it by.")
    return Verdict(CommitmentState.OPEN, reason="There is no number to judge it by yet.")
