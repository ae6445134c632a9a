"""Sessions of one series gathered into what RFC 5545 calls a recurring event: a rule, exceptions and overrides; pure.

A calendar that expands it has the sessions that are there and no other: the rule ends with the last that is laid down.
Only rules that programs read alike become one; of others each session is shown by itself (docs/decisions/0029).
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from service.coaching_sessions.calendar_entries import CalendarEntry, SeriesRule
from service.coaching_sessions.recurrence import Recurrence, occurrences
from service.coaching_sessions.recurrence_rules import Rule, format_rule, parse_rule


@dataclass(frozen=True, slots=True)
class ShownSeries:
    """One series, `id` its cadence's: `like` is its first occurrence as all are but the `moved` ones.

    `rule` is an RRULE's value, `last` the start of the last occurrence, `excluded` the starts of those that have no
    session, and `moved` are the sessions that are otherwise, each with the start that its occurrence would have.
    """

    id: UUID
    like: CalendarEntry
    rule: str
    last: datetime
    excluded: tuple[datetime, ...]
    moved: tuple[tuple[datetime, CalendarEntry], ...]


def gather(entries: Iterable[CalendarEntry]) -> tuple[list[ShownSeries], list[CalendarEntry]]:
    """The series among some sessions by their ids, and the sessions that are shown by themselves.

    A series of which every session is cancelled is gone.
    """
    alone: list[CalendarEntry] = []
    members: dict[SeriesRule, list[CalendarEntry]] = {}
    for entry in entries:
        if entry.series is None or entry.occurs_on is None:
            alone.append(entry)
        else:
            members.setdefault(entry.series, []).append(entry)
    found = []
    for series in sorted(members, key=lambda one: one.id):
        of_it = sorted(members[series], key=lambda one: (one.occurs_on or date.min, one.session_id))
        if all(one.is_cancelled for one in of_it):
            continue
        shown = _gather_one(series, of_it)
        if shown is None:
            alone += of_it
        else:
            found.append(shown)
    return found, alone


def is_read_alike(rule: Rule) -> bool:
    """Whether libraries agree about a rule's days: see the table of `tests/unit/coaching_sessions/recurrences.py`."""
    if rule.frequency == "YEARLY" or rule.positions or rule.months:
        return False
    if rule.frequency == "DAILY":
        return not rule.month_days and not rule.weekdays
    if rule.frequency == "WEEKLY":
        return True
    numbers = {number for number, _ in rule.weekdays}
    return not (rule.month_days and rule.weekdays) and (0 not in numbers or numbers == {0})


def _gather_one(series: SeriesRule, of_it: Sequence[CalendarEntry]) -> ShownSeries | None:
    """The series of its sessions in the order of their days; None where it cannot be told so that all read it alike."""
    rule = parse_rule(series.rule)
    there = {one.occurs_on: one for one in of_it if one.occurs_on is not None and not one.is_cancelled}
    model = _commonest(list(there.values()))
    days = list(there)
    recurrence = Recurrence(series.rule, series.starts_on, series.at, model.time_zone)
    starts = {one.on: one.starts_at for one in occurrences(recurrence, days[0], days[-1])}
    if not is_read_alike(rule) or not there.keys() <= starts.keys() or _is_odd(model, starts.values(), series.at):
        return None
    last = starts[days[-1]]
    bounded = replace(rule.completed(series.starts_on), count=None, until=last)
    like = replace(
        model,
        starts_at=starts[days[0]],
        ends_at=starts[days[0]] + (model.ends_at - model.starts_at),
        sequence=0,
        url=series.url,
        created_at=min(one.created_at for one in of_it),
        updated_at=max(one.updated_at for one in of_it),
    )
    moved = [
        (starts[day], one) for day, one in there.items() if one.starts_at != starts[day] or _shape(one) != _shape(model)
    ]
    excluded = tuple(at for day, at in starts.items() if day not in there)
    return ShownSeries(series.id, like, format_rule(bounded), last, excluded, tuple(moved))


def _shape(entry: CalendarEntry) -> tuple[object, ...]:
    """All that sessions of one series share unless something was done to one of them."""
    length = entry.ends_at - entry.starts_at
    people = (entry.manager, entry.rep, entry.others)
    return (entry.time_zone, length, entry.summary, entry.description, people, entry.alarm_minutes)


def _commonest(entries: Sequence[CalendarEntry]) -> CalendarEntry:
    """One that is as most are; of equally many the latest."""
    counts = Counter(map(_shape, entries))
    return max(enumerate(entries), key=lambda one: (counts[_shape(one[1])], one[0]))[1]


def _is_odd(model: CalendarEntry, starts: Iterable[datetime], at: time) -> bool:
    """Whether one begins at a local time that the clocks skip, or begins or ends at one that they show twice.

    Programs differ about those.
    """
    zone, length = ZoneInfo(model.time_zone), model.ends_at - model.starts_at

    def is_twice(instant: datetime) -> bool:
        local = instant.astimezone(zone)
        return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()

    return any(is_twice(start) or is_twice(start + length) or start.astimezone(zone).time() != at for start in starts)
