"""Working time: parts of a span add up to the whole, hours only ever go by, no day counts twice or never."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.organizations.holiday_calendars import holidays_in
from service.organizations.working_time import Away, CompanyCalendar, WorkingCalendar, no_holidays

DAY = timedelta(days=1)
HALF = Fraction(1, 2)
ZONES = (
    "UTC", "America/New_York", "Europe/London", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe",
    "Asia/Kolkata", "Asia/Kathmandu", "America/Sao_Paulo", "Antarctica/Troll", "Pacific/Apia", "Africa/Casablanca",
    "America/Havana", "Asia/Beirut", "Pacific/Chatham",
)  # fmt: skip
"""Among them: clocks put back at midnight, one minute after it, by half an hour and by two, and a skipped day."""

days = st.dates(date(1996, 1, 1), date(2060, 12, 31))
hours = st.integers(0, 23).flatmap(lambda first: st.tuples(st.just(first), st.integers(first + 1, 24)))
holidays = st.sampled_from([None, "DE-BY", "US", "JP", "GB-SCT"])


@st.composite
def spans(draw: st.DrawFn, longest: int = 800) -> tuple[date, date]:
    start = draw(days)
    return start, start + timedelta(days=draw(st.integers(0, longest)))


@st.composite
def calendars(draw: st.DrawFn, around: date = date(2028, 2, 20)) -> WorkingCalendar:
    """People of all sorts; what they are away for lies within two years or so of a day, and may overlap."""
    near = st.integers(-400, 400).map(lambda count: around + timedelta(days=count))
    name = draw(holidays)
    first, last = draw(hours)
    company = CompanyCalendar(
        weekdays=draw(st.frozensets(st.integers(1, 7), min_size=1)),
        holidays=no_holidays if name is None else partial(holidays_in, name),
        days_off=draw(st.frozensets(near, max_size=5)),
        working_days=draw(st.frozensets(near, max_size=5)),
        day_starts=first,
        day_ends=last,
    )
    absences = tuple(
        Away(start, start + timedelta(days=length), share)
        for start, length, share in draw(
            st.lists(st.tuples(near, st.integers(0, 60), st.sampled_from([HALF, Fraction(1)])), max_size=6)
        )
    )
    hired_on = draw(st.none() | near)
    left_on = draw(st.none() | near)
    return WorkingCalendar(company, absences, hired_on, left_on)


def counted(calendar: WorkingCalendar, day: date) -> Fraction:
    """A day's share, worked out from the words of the rule."""
    company = calendar.company
    works = day.isoweekday() in company.weekdays and day not in company.days_off
    works = works and day not in company.holidays(day.year)
    if not (works or day in company.working_days):
        return Fraction(0)
    if (calendar.hired_on and day < calendar.hired_on) or (calendar.left_on and day > calendar.left_on):
        return Fraction(0)
    away = [one for one in sorted(calendar.absences, key=lambda one: one.start) if one.start <= day <= one.end]
    return 1 - (away[0].share if away else Fraction(0))


def every_day(start: date, end: date) -> list[date]:
    return [start + timedelta(days=count) for count in range((end - start).days + 1)]


@given(calendars(), st.integers(-450, 450), st.integers(0, 300))
def test_days_are_those_one_counts_by_hand(calendar: WorkingCalendar, shift: int, length: int) -> None:
    start = date(2028, 2, 20) + timedelta(days=shift)
    end = start + timedelta(days=length)
    by_hand = [counted(calendar, day) for day in every_day(start, end)]
    assert calendar.days(start, end) == sum(by_hand)
    assert [calendar.is_working(day) for day in every_day(start, end)] == [share > 0 for share in by_hand]
    whole = replace(calendar, absences=(), hired_on=None, left_on=None)
    assert calendar.days(start, end) <= whole.days(start, end) == calendar.company.days(start, end)


@given(calendars(), st.integers(-450, 450), st.lists(st.integers(1, 100), min_size=1, max_size=12))
def test_parts_add_up_to_the_whole(calendar: WorkingCalendar, shift: int, lengths: list[int]) -> None:
    start = first = date(2028, 2, 20) + timedelta(days=shift)
    found = Fraction(0)
    for length in lengths:
        found += calendar.days(start, start + timedelta(days=length - 1))
        start += timedelta(days=length)
    assert found == calendar.days(first, start - DAY)


@given(spans(), st.frozensets(st.integers(1, 7), min_size=1), holidays)
def test_years_of_any_length(span: tuple[date, date], weekdays: frozenset[int], name: str | None) -> None:
    company = CompanyCalendar(weekdays, no_holidays if name is None else partial(holidays_in, name))
    assert company.days(*span) == sum(map(company.is_working, every_day(*span)))


@given(
    calendars(),
    st.sampled_from(ZONES),
    st.integers(-380, 380),
    st.integers(0, 120),
    st.lists(st.integers(-3 * 86400, 125 * 86400), min_size=2, max_size=30),
)
def test_what_is_over_only_grows(
    calendar: WorkingCalendar, zone: str, shift: int, length: int, seconds: list[int]
) -> None:
    start = date(2028, 2, 20) + timedelta(days=shift)
    end = start + timedelta(days=length)
    midnight = datetime(start.year, start.month, start.day, tzinfo=UTC)
    instants = [(midnight + timedelta(seconds=count)).astimezone(ZoneInfo(zone)) for count in sorted(seconds)]
    over = [calendar.elapsed(start, end, at) for at in instants]
    assert over == sorted(over)
    assert all(0 <= part <= calendar.days(start, end) for part in over)
    for at, part in zip(instants, over, strict=True):
        if at.date() > end:
            assert part == calendar.days(start, end)
        if at.date() < start:
            assert part == 0
        cut = start + timedelta(days=length // 2)
        assert part == calendar.elapsed(start, cut, at) + calendar.elapsed(cut + DAY, end, at)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("around", [(2007, 11, 4), (2011, 12, 30), (2026, 3, 29), (2026, 10, 25), (2018, 2, 18)])
@pytest.mark.parametrize("opening", [(0, 24), (0, 5), (8, 18), (22, 24), (1, 2)])
def test_no_hour_of_a_clock_that_is_put_on_or_back_is_lost_or_given_twice(
    zone: str, around: tuple[int, int, int], opening: tuple[int, int]
) -> None:
    """Every half hour of ten days, in order of time, around days on which one zone or another changes its clocks."""
    company = CompanyCalendar(frozenset(range(1, 8)), day_starts=opening[0], day_ends=opening[1])
    calendar = WorkingCalendar(company)
    middle = datetime(*around, tzinfo=UTC)
    start, end = (middle + timedelta(days=count) for count in (-5, 5))
    instants = [(start + timedelta(minutes=30 * count)).astimezone(ZoneInfo(zone)) for count in range(481)]
    over = [calendar.elapsed(start.date(), end.date(), at) for at in instants]
    assert over == sorted(over)
    # A day that is over counts wholly, however many hours it had.
    for at, part in zip(instants, over, strict=True):
        days_over = (at.date() - start.date()).days
        assert days_over <= part <= days_over + 1


@pytest.mark.parametrize(
    ("at", "over"),
    [
        ((2026, 3, 4, 7, 59), 2),
        ((2026, 3, 4, 8, 0), 2),
        ((2026, 3, 4, 8, 59), 2),
        ((2026, 3, 4, 9, 0), Fraction(21, 10)),
        ((2026, 3, 4, 17, 59), Fraction(29, 10)),
        ((2026, 3, 4, 18, 0), 3),
        ((2026, 3, 4, 23, 59), 3),
        ((2026, 3, 5, 8, 0), 3),
        ((2026, 3, 7, 12, 0), 5),
        ((2026, 3, 8, 23, 0), 5),
        ((2026, 3, 1, 12, 0), 0),
        ((2026, 4, 1, 0, 0), 5),
    ],
)
def test_the_running_day_counts_by_whole_hours(at: tuple[int, ...], over: Fraction) -> None:
    calendar = WorkingCalendar(CompanyCalendar())
    instant = datetime(*at, tzinfo=ZoneInfo("Europe/Berlin"))  # type: ignore[misc, arg-type]
    assert calendar.elapsed(date(2026, 3, 2), date(2026, 3, 8), instant) == over


def test_half_a_day_goes_by_over_the_whole_day() -> None:
    wednesday = Away(date(2026, 3, 4), date(2026, 3, 4), HALF)
    calendar = WorkingCalendar(CompanyCalendar(), (wednesday,))
    noon = datetime(2026, 3, 4, 13, tzinfo=ZoneInfo("Europe/Berlin"))
    assert calendar.elapsed(date(2026, 3, 2), date(2026, 3, 8), noon) == 2 + HALF * HALF
    assert calendar.days(date(2026, 3, 2), date(2026, 3, 8)) == 4 + HALF


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, 22),
        ({"hired_on": date(2026, 3, 16)}, 12),
        ({"left_on": date(2026, 3, 13)}, 10),
        ({"hired_on": date(2026, 3, 13), "left_on": date(2026, 3, 16)}, 2),
        ({"hired_on": date(2026, 3, 14), "left_on": date(2026, 3, 15)}, 0),
        ({"hired_on": date(2026, 4, 1)}, 0),
        ({"left_on": date(2026, 2, 27)}, 0),
        ({"absences": (Away(date(2026, 2, 20), date(2026, 3, 3)),)}, 20),
        ({"absences": (Away(date(2026, 3, 6), date(2026, 3, 9), HALF),)}, 21),
        ({"absences": (Away(date(2026, 3, 2), date(2026, 3, 4)), Away(date(2026, 3, 4), date(2026, 3, 5)))}, 18),
        ({"absences": (Away(date(2026, 3, 10), date(2026, 3, 20)),), "hired_on": date(2026, 3, 16)}, 7),
    ],
)
def test_march_2026_of_somebody(fields: dict[str, object], expected: int) -> None:
    calendar = WorkingCalendar(CompanyCalendar(), **fields)  # type: ignore[arg-type]
    assert calendar.days(date(2026, 3, 1), date(2026, 3, 31)) == expected


def test_what_the_company_adds_to_its_calendar() -> None:
    company = CompanyCalendar(
        holidays=partial(holidays_in, "DE-BY"),
        days_off=frozenset({date(2026, 12, 24)}),
        working_days=frozenset({date(2026, 1, 6), date(2026, 3, 7)}),
    )
    assert not company.is_working(date(2026, 12, 24))
    assert not company.is_working(date(2026, 12, 25))
    assert company.is_working(date(2026, 1, 6))
    assert company.is_working(date(2026, 3, 7))
    assert company.days(date(2026, 1, 1), date(2026, 1, 11)) == 6
    assert company.days(date(2026, 1, 11), date(2026, 1, 1)) == 0


@pytest.mark.parametrize(("starts", "ends"), [(8, 8), (18, 8), (-1, 8), (8, 25)])
def test_a_day_without_hours_is_refused(starts: int, ends: int) -> None:
    with pytest.raises(ValueError, match="must start before it ends"):
        CompanyCalendar(day_starts=starts, day_ends=ends)
