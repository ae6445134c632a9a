"""Periods of an organization's calendar tile it: each day lies in exactly one period of each kind."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.kpi_snapshots.periods import Calendar, Period
from service.success_models.targets import PeriodKind

calendars = st.builds(Calendar, week_start=st.integers(1, 7), fiscal_month=st.integers(1, 12))
days = st.dates(date(1970, 1, 1), date(2200, 12, 31))
kinds = st.sampled_from(PeriodKind)


@given(calendars, kinds, days)
def test_a_period_holds_its_day_and_every_day_of_it_finds_it(calendar: Calendar, kind: PeriodKind, day: date) -> None:
    period = calendar.period_of(kind, day)
    assert period.start <= day <= period.end
    assert calendar.period_of(kind, period.start) == calendar.period_of(kind, period.end) == period


@given(calendars, kinds, days)
def test_neighbours_touch_without_gap_or_overlap(calendar: Calendar, kind: PeriodKind, day: date) -> None:
    period = calendar.period_of(kind, day)
    following = calendar.period_of(kind, period.end + timedelta(days=1))
    assert following.start == period.end + timedelta(days=1)
    assert calendar.period_of(kind, period.start - timedelta(days=1)).end == period.start - timedelta(days=1)


@given(calendars, days)
def test_shapes(calendar: Calendar, day: date) -> None:
    week, month, quarter, year = (calendar.period_of(kind, day) for kind in PeriodKind)
    assert week.start.isoweekday() == calendar.week_start
    assert (week.end - week.start).days == 6
    assert (month.start.day, year.start.month, year.start.day) == (1, calendar.fiscal_month, 1)
    assert year.start <= quarter.start <= month.start
    assert month.end <= quarter.end <= year.end
    assert (year.end - year.start).days in {364, 365}


@pytest.mark.parametrize(
    ("calendar", "kind", "day", "start", "end"),
    [
        (Calendar(), PeriodKind.WEEK, date(2026, 1, 1), date(2025, 12, 29), date(2026, 1, 4)),
        (Calendar(week_start=7), PeriodKind.WEEK, date(2026, 1, 4), date(2026, 1, 4), date(2026, 1, 10)),
        (Calendar(), PeriodKind.MONTH, date(2024, 2, 29), date(2024, 2, 1), date(2024, 2, 29)),
        (Calendar(), PeriodKind.QUARTER, date(2017, 12, 31), date(2017, 10, 1), date(2017, 12, 31)),
        (Calendar(fiscal_month=2), PeriodKind.QUARTER, date(2026, 1, 31), date(2025, 11, 1), date(2026, 1, 31)),
        (Calendar(fiscal_month=2), PeriodKind.YEAR, date(2026, 1, 31), date(2025, 2, 1), date(2026, 1, 31)),
        (Calendar(fiscal_month=12), PeriodKind.YEAR, date(2026, 12, 1), date(2026, 12, 1), date(2027, 11, 30)),
        (Calendar(fiscal_month=5), PeriodKind.MONTH, date(2026, 4, 30), date(2026, 4, 1), date(2026, 4, 30)),
    ],
)
def test_known_periods(calendar: Calendar, kind: PeriodKind, day: date, start: date, end: date) -> None:
    assert calendar.period_of(kind, day) == Period(kind, start, end)
