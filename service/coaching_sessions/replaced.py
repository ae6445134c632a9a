"""Which one-to-ones a group session takes the place of: of each rep the nearest of its period; pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from service.coaching_sessions.recurrence_rules import parse_rule


@dataclass(frozen=True, slots=True)
class OneToOne:
    """A session of a series that is still to come; `occurs_on` is the day in the series that it is of."""

    id: UUID
    rep_id: UUID
    occurs_on: date
    starts_at: datetime
    rule: str


def choose_replaced(several: Iterable[OneToOne], starts_at: datetime, day: date, week_start: int) -> list[UUID]:
    """One for each rep who has any in the period of the group session, which starts at an instant on a local day.

    The period is what the rule repeats by: the day, week, month or year. `week_start` is an ISO weekday.
    """
    nearest: dict[UUID, OneToOne] = {}
    for one in several:
        if _period(one.rule, one.occurs_on, week_start) != _period(one.rule, day, week_start):
            continue
        best = nearest.get(one.rep_id)
        if best is None or _distance(one, starts_at) < _distance(best, starts_at):
            nearest[one.rep_id] = one
    return [one.id for one in nearest.values()]


def _distance(one: OneToOne, starts_at: datetime) -> tuple[timedelta, datetime]:
    return abs(one.starts_at - starts_at), one.starts_at


def _period(rule: str, day: date, week_start: int) -> date:
    """The first day of the period that holds a day."""
    frequency = parse_rule(rule).frequency
    if frequency == "WEEKLY":
        return day - timedelta(days=(day.isoweekday() - week_start) % 7)
    if frequency == "MONTHLY":
        return day.replace(day=1)
    return day.replace(month=1, day=1) if frequency == "YEARLY" else day
