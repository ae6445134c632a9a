"""Recurrence: every case, and rules at random, as dateutil has them; the important ones by hand; windows join."""

import time as clock
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from dateutil import rrule, tz
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from service.coaching_sessions.recurrence import LONGEST_SERIES, Recurrence, check_rule, instant, occurrences
from tests.unit.coaching_sessions.recurrences import CASES, Case

DAY = timedelta(days=1)
ZONES = (
    "UTC", "America/New_York", "Europe/Berlin", "Australia/Sydney", "Australia/Lord_Howe", "America/Sao_Paulo",
    "Pacific/Apia", "Asia/Kathmandu", "America/Scoresbysund", "Africa/Casablanca", "Pacific/Kwajalein",
)  # fmt: skip
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")

by_name = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


def by_dateutil(case: Case) -> Iterator[datetime]:
    """The instants that dateutil comes to, with its own zones; days that never were and excluded ones left out."""
    series = case.recurrence
    zone = tz.gettz(series.time_zone)
    start = datetime.combine(series.starts_on, series.at, zone)
    parts = dict(part.split("=") for part in series.rule.split(";"))
    if len(parts.get("UNTIL", "")) == 8:  # dateutil takes no local day beside a zone
        end = datetime.strptime(parts["UNTIL"], "%Y%m%d").replace(hour=23, minute=59, second=59, tzinfo=zone)
        parts["UNTIL"] = end.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    rule = rrule.rrulestr(";".join("=".join(part) for part in parts.items()), dtstart=start)
    first, last = case.window
    for local in rule.xafter(start, inc=True):
        if local.date() > last:
            return
        found = tz.resolve_imaginary(local)
        if first <= local.date() == found.date() and local.date() not in series.excluded:
            yield found.astimezone(UTC)


def starts(case: Case) -> list[datetime]:
    return [one.starts_at for one in occurrences(case.recurrence, *case.window)]


def test_the_table_is_large_and_wide() -> None:
    assert len({case.name for case in CASES}) == len(CASES) >= 75
    assert len({case.recurrence.time_zone for case in CASES}) >= 10
    assert sum(case.instants is not None for case in CASES) >= 45
    assert all(check_rule(case.recurrence.rule) for case in CASES)
    # What no library confirms is worked out by hand.
    assert all(case.instants is not None for case in CASES if len(case.differs) == 3)


@by_name
def test_as_dateutil_has_it(case: Case) -> None:
    assert (starts(case) != [*by_dateutil(case)]) == ("dateutil" in case.differs)


@by_name
def test_as_worked_out_by_hand(case: Case) -> None:
    found = starts(case)
    if case.instants is None:
        assert len(found) >= 3
    else:
        assert found == [*case.instants]


def lists(least: int, most: int, *, signed: bool = True) -> st.SearchStrategy[str]:
    number = st.integers(least, most)
    either = number | number.map(lambda value: -value) if signed else number
    return st.lists(either.map(str), min_size=1, max_size=4, unique=True).map(",".join)


@st.composite
def rules(draw: st.DrawFn) -> str:
    """Rules of every kind; many never occur, or hardly ever."""
    frequency = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    parts = [f"FREQ={frequency}"]
    if draw(st.booleans()):
        parts.append(f"INTERVAL={draw(st.integers(1, 30))}")
    end = draw(st.sampled_from(["", "", "COUNT", "UNTIL"]))
    if end == "COUNT":
        parts.append(f"COUNT={draw(st.integers(1, 60))}")
    if end == "UNTIL":
        until = draw(st.dates(date(2008, 1, 1), date(2013, 1, 1)))
        parts.append(f"UNTIL={until:%Y%m%d}" + draw(st.sampled_from(["", "T093000Z"])))
    if draw(st.booleans()):
        parts.append(f"BYMONTH={draw(lists(1, 12, signed=False))}")
    day = st.sampled_from(WEEKDAYS)
    numbered = st.tuples(st.sampled_from(["", "1", "2", "-1", "-2", "5"]), day).map("".join)
    days = draw(st.lists(numbered if frequency in {"MONTHLY", "YEARLY"} else day, max_size=4, unique=True))
    if days:
        parts.append(f"BYDAY={','.join(days)}")
    if frequency != "WEEKLY" and draw(st.booleans()):
        parts.append(f"BYMONTHDAY={draw(lists(1, 31))}")
    if len(parts) > 1 and any(part.startswith("BY") for part in parts) and draw(st.booleans()):
        parts.append(f"BYSETPOS={draw(lists(1, 5))}")
    if draw(st.booleans()):
        parts.append(f"WKST={draw(day)}")
    return ";".join(parts)


@st.composite
def series(draw: st.DrawFn) -> Recurrence:
    near = st.dates(date(2008, 1, 1), date(2013, 1, 1))
    return Recurrence(
        draw(rules()),
        draw(near),
        time(draw(st.integers(0, 23)), draw(st.sampled_from([0, 15, 30, 59]))),
        draw(st.sampled_from(ZONES)),
        draw(st.frozensets(near, max_size=3)),
    )


@settings(deadline=None)
@given(series(), st.dates(date(2007, 6, 1), date(2013, 1, 1)), st.integers(0, 500), st.integers(0, 500))
def test_windows_join_and_days_are_kept(recurrence: Recurrence, first: date, one: int, other: int) -> None:
    middle, last = first + one * DAY, first + (one + 1 + other) * DAY
    whole = occurrences(recurrence, first, last)
    assert occurrences(recurrence, first, middle) + occurrences(recurrence, middle + DAY, last) == whole
    assert all(a.on < b.on and a.starts_at < b.starts_at for a, b in pairwise(whole))
    zone = ZoneInfo(recurrence.time_zone)
    for found in whole:
        assert max(first, recurrence.starts_on) <= found.on <= last
        assert found.on not in recurrence.excluded
        assert found.starts_at.tzinfo is UTC
        assert found.starts_at.astimezone(zone).date() == found.on


@settings(deadline=None)
@given(rules(), st.dates(date(2008, 1, 1), date(2013, 1, 1)))
def test_any_rule_as_dateutil_has_it(rule: str, start: date) -> None:
    parts = dict(part.split("=") for part in rule.split(";"))
    assume(not (parts["FREQ"] == "WEEKLY" and "BYSETPOS" in parts))  # FIRST_WEEK
    days = parts.get("BYDAY", "").split(",")
    assume(len({len(day) > 2 for day in days}) == 1)  # MIXED_DAYS
    assume(len(parts.get("UNTIL", "")) != 8)
    found = occurrences(Recurrence(rule, start, time(9), "UTC"), start, start + 12000 * DAY)[:60]
    # Where there is nothing to find dateutil looks for it up to the year 9999.
    expected = rrule.rrulestr(rule, dtstart=datetime.combine(start, time(9), UTC))
    assert [one.starts_at for one in found] == [*islice(expected, len(found))]


@settings(deadline=None)
@given(series())
def test_wall_clock_time_is_kept_except_in_gaps(recurrence: Recurrence) -> None:
    zone = ZoneInfo(recurrence.time_zone)
    for found in occurrences(recurrence, recurrence.starts_on, recurrence.starts_on + 400 * DAY):
        local = found.starts_at.astimezone(zone)
        assert not local.fold
        if local.time() != recurrence.at:
            jump = found.starts_at - timedelta(hours=3), found.starts_at + timedelta(hours=3)
            assert len({at.astimezone(zone).utcoffset() for at in jump}) == 2


@pytest.mark.parametrize("rule", [
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=5", "FREQ=DAILY;COUNT=9999",
    "FREQ=WEEKLY;BYMONTH=2;BYDAY=MO;BYSETPOS=9", "FREQ=YEARLY;BYYEARDAY=-366;BYDAY=MO;COUNT=9999",
    "FREQ=DAILY;INTERVAL=9999;BYMONTHDAY=31;BYMONTH=2", "FREQ=YEARLY;INTERVAL=9999",
])  # fmt: skip
def test_work_is_bounded_whatever_the_rule(rule: str) -> None:
    recurrence = Recurrence(rule, date(1900, 1, 1), time(9), "UTC")
    began = clock.process_time()
    found = occurrences(recurrence, date.min, date.max)
    assert clock.process_time() - began < 2
    assert all(one.on <= recurrence.starts_on + LONGEST_SERIES for one in found)


def test_a_series_of_the_leap_day_that_its_interval_never_meets() -> None:
    recurrence = Recurrence("FREQ=YEARLY;INTERVAL=4;BYMONTH=2;BYMONTHDAY=29", date(2025, 1, 1), time(9), "UTC")
    assert check_rule(recurrence.rule) == recurrence.rule
    assert occurrences(recurrence, date(2025, 1, 1), date(2124, 12, 31)) == []


def test_a_time_that_its_day_does_not_have_at_all_is_ignored() -> None:
    # Ittoqqortoormiit's clocks go from 23:00 to midnight: that Saturday has no 23:30, and Sunday's is its own.
    recurrence = Recurrence("FREQ=DAILY;COUNT=3", date(2026, 3, 27), time(23, 30), "America/Scoresbysund")
    assert [one.on.day for one in occurrences(recurrence, date(2026, 3, 1), date(2026, 4, 30))] == [27, 29, 30]


def test_instants_of_gaps_and_of_times_that_come_twice() -> None:
    assert instant(date(2026, 3, 8), time(2, 30), "America/New_York") == datetime(2026, 3, 8, 7, 30, tzinfo=UTC)
    assert instant(date(2026, 11, 1), time(1, 30), "America/New_York") == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    assert instant(date(2026, 7, 1), time(9, 0, 30), "UTC") == datetime(2026, 7, 1, 9, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize("start", [date(1899, 12, 31), date(2201, 1, 1)])
def test_a_start_out_of_bounds_is_refused(start: date) -> None:
    with pytest.raises(ValueError, match="1900 to 2200"):
        Recurrence("FREQ=DAILY", start, time(9), "UTC")


def test_a_time_with_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="local"):
        Recurrence("FREQ=DAILY", date(2026, 1, 1), time(9, tzinfo=UTC), "UTC")
