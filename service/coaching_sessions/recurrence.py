"""Recurrence rules of RFC 5545 over local wall-clock time: the days of a series and their instants; pure.

The rule decides about local days, the zone turns each day's wall-clock time into an instant: ten o'clock stays ten
o'clock when the clocks change. `python-dateutil` is the oracle of the tests and not the engine: it searches on to
the year 9999 where a rule yields nothing, which for a hostile rule takes many seconds, it takes a plain weekday and
a numbered one together for both at once, and of the week in which a series starts it forgets the first days.
"""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from service.coaching_sessions.recurrence_rules import Rule, format_rule, parse_rule

LONGEST_SERIES = timedelta(days=36525)
"""A hundred years: no calendar plans further, and it bounds the search, however rarely a rule yields a day."""

_FIRST_YEAR, _LAST_YEAR = 1900, 2200
_CYCLE = (date(2000, 1, 1), date(2027, 12, 31))
"""28 years, which is each kind of year on each weekday: what does not occur in them never does."""


@dataclass(frozen=True, slots=True)
class Recurrence:
    """A series: an RRULE's value without `RRULE:`, and its DTSTART as local day, local time and IANA zone.

    `excluded` are local days (EXDATE). `ValueError` for a start outside of the years 1900 to 2200 or a time that
    carries a zone of its own.
    """

    rule: str
    starts_on: date
    at: time
    time_zone: str
    excluded: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        """Keep away what arithmetic on dates cannot do."""
        if not _FIRST_YEAR <= self.starts_on.year <= _LAST_YEAR:
            raise ValueError(f"a series starts in the years {_FIRST_YEAR} to {_LAST_YEAR}")
        if self.at.tzinfo is not None:
            raise ValueError("the time of a series is local: its zone is told apart")


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One of a series: the local day, its key within the series, and the start in UTC."""

    on: date
    starts_at: datetime


def check_rule(text: str) -> str:
    """The rule in one spelling: capitals, RFC 5545's order of parts, sorted values, no part that says the default.

    `ValueError` names the part that is wrong, or says that no year has such a day. Whether a series has a day at all
    may also depend on its start, as with every fourth year's 29 February: its occurrences tell.
    """
    rule = _parsed(text)
    first, last = _CYCLE
    if next(_days(rule.every_period(), first, first, last), None) is None:
        raise ValueError("The rule never occurs: no day of any year is one of its days")
    return format_rule(rule)


def occurrences(recurrence: Recurrence, first: date, last: date) -> list[Occurrence]:
    """The occurrences on the local days `first` to `last`, both included, in order; `ValueError` for a bad rule.

    COUNT counts from DTSTART and before `excluded`. A DTSTART that is not one of the rule's days is none of the
    occurrences and not counted; RFC 5545 leaves that case open, this is what dateutil does. UNTIL as a day includes
    that local day, UNTIL in UTC is compared as an instant. A day or time that the zone's clocks leave out altogether
    (Apia's 30 December 2011) is ignored and not counted (3.3.10); a time within a gap moves as `instant` says.
    A series ends `LONGEST_SERIES` after its start.
    """
    rule = _parsed(recurrence.rule)
    start = recurrence.starts_on
    last = min(last, start + LONGEST_SERIES)
    since = start if rule.count else max(first, start)
    zone = ZoneInfo(recurrence.time_zone)
    found, counted = [], 0
    for day in _days(rule, start, since, last):
        starts_at = instant(day, recurrence.at, recurrence.time_zone)
        if starts_at.astimezone(zone).date() != day:
            continue
        counted += 1
        if rule.is_over(counted, day, starts_at):
            break
        if day >= first and day not in recurrence.excluded:
            found.append(Occurrence(day, starts_at))
    return found


def instant(day: date, at: time, time_zone: str) -> datetime:
    """The UTC instant of a wall-clock time; `ZoneInfoNotFoundError` for a zone that nobody knows.

    A time that the clocks skip is taken at the offset before the gap, so that 02:30 in a gap of an hour becomes
    03:30; of one that they show twice the first is meant (RFC 5545, 3.3.5).
    """
    return datetime.combine(day, at, ZoneInfo(time_zone)).astimezone(UTC)


@lru_cache(maxsize=4096)
def _parsed(text: str) -> Rule:
    return parse_rule(text)


def _days(rule: Rule, start: date, first: date, last: date) -> Iterator[date]:
    """The rule's days from `first`, which is not before `start`, to `last`."""
    rule = rule.completed(start)
    for period in _periods(rule, start, first, last):
        days = [day for day in map(date.fromordinal, period) if _fits(rule, day)]
        if rule.positions:
            days = [day for at, day in enumerate(days, 1) if _ends(at, len(days)) & rule.positions]
        for day in days:
            if day > last:
                return
            if day >= first:
                yield day


def _periods(rule: Rule, start: date, first: date, last: date) -> Iterator[range]:
    """Every `interval`-th day, week, month or year from that of `start`, as ordinals; those before `first` left out."""
    if rule.frequency in {"DAILY", "WEEKLY"}:
        length = 1 if rule.frequency == "DAILY" else 7
        begin = start.toordinal() - (start.weekday() - rule.week_start) % 7 * (length == 7)
        for at in _steps(begin, length * rule.interval, first.toordinal(), last.toordinal()):
            yield range(at, at + length)
    else:
        length = 1 if rule.frequency == "MONTHLY" else 12
        begin = (_month(start) // length) * length
        for at in _steps(begin, length * rule.interval, _month(first), _month(last)):
            yield range(_ordinal(at), _ordinal(at + length))


def _steps(begin: int, step: int, first: int, last: int) -> range:
    return range(begin + max(0, (first - begin) // step) * step, last + 1, step)


def _month(day: date) -> int:
    return day.year * 12 + day.month - 1


def _ordinal(month: int) -> int:
    year, index = divmod(month, 12)
    return date(year, index + 1, 1).toordinal()


def _fits(rule: Rule, day: date) -> bool:
    """Whether a day of a period is one of the rule's: each part that is there has it."""
    if rule.months and day.month not in rule.months:
        return False
    if rule.month_days and not _ends(*_in_month(day)) & rule.month_days:
        return False
    if rule.year_days and not _ends(*_in_year(day)) & rule.year_days:
        return False
    if rule.week_numbers and not _week(day, rule.week_start) & rule.week_numbers:
        return False
    if not rule.weekdays or (0, day.weekday()) in rule.weekdays:
        return True
    # A numbered weekday counts within the month where the rule speaks of months, else within the year.
    within = _in_month(day) if rule.counts_in_months else _in_year(day)
    return any((number, day.weekday()) in rule.weekdays for number in _numbers(*within))


def _in_month(day: date) -> tuple[int, int]:
    return day.day, calendar.monthrange(day.year, day.month)[1]


def _in_year(day: date) -> tuple[int, int]:
    return day.timetuple().tm_yday, 366 if calendar.isleap(day.year) else 365


def _ends(place: int, length: int) -> set[int]:
    """A place among `length`, counted from the start and from the end."""
    return {place, place - length - 1}


def _week(day: date, week_start: int) -> set[int]:
    """A week's number from the start and from the end of the year that has most of its days."""
    middle = day - timedelta(days=(day.weekday() - week_start) % 7) + timedelta(days=3)
    return _numbers(*_in_year(middle))


def _numbers(place: int, length: int) -> set[int]:
    """Which of its weekday the `place`-th of `length` days is, from the start and from the end."""
    return {(place - 1) // 7 + 1, -((length - place) // 7 + 1)}
