"""Calendars of public holidays by name."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.organizations.holiday_calendars import holidays_in, is_known_calendar


@pytest.mark.parametrize("name", ["DE", "DE-BY", "US", "US-CA", "GB", "GB-SCT", "JP", "AE", "IL", "BR-SP"])
def test_known_calendars(name: str) -> None:
    assert is_known_calendar(name)
    assert holidays_in(name, 2026)


@pytest.mark.parametrize(
    "name", ["", "-", "de", "DE-", "DE-XX", "DE-by", "DEU", "XX", "Germany", "DE-BY-", "DE_BY", "US-CA-", "-BY", "NYSE"]
)
def test_unknown_calendars(name: str) -> None:
    assert not is_known_calendar(name)
    with pytest.raises(ValueError, match="is no calendar of holidays"):
        holidays_in(name, 2026)


@pytest.mark.parametrize(
    ("name", "day", "is_off"),
    [
        ("DE", date(2026, 10, 3), True),
        ("DE", date(2026, 1, 6), False),
        ("DE-BY", date(2026, 1, 6), True),
        ("DE-BE", date(2026, 3, 8), True),
        ("US", date(2026, 7, 3), True),  # the fourth is a Saturday: observed on Friday
        ("US", date(2026, 11, 26), True),
        ("US", date(2021, 12, 31), True),  # New Year's Day of 2022 is a Saturday, observed in the year before
        ("US-CA", date(2026, 3, 31), True),
        ("US-NY", date(2026, 3, 31), False),
        ("GB-SCT", date(2026, 11, 30), True),
        ("GB", date(2026, 12, 28), True),
        ("JP", date(2026, 2, 23), True),
    ],
)
def test_days_off(name: str, day: date, *, is_off: bool) -> None:
    assert (day in holidays_in(name, day.year)) is is_off


@given(st.sampled_from(["DE-BY", "US", "GB", "JP"]), st.integers(1991, 2090))
def test_a_year_holds_its_own_days(name: str, year: int) -> None:
    found = holidays_in(name, year)
    assert {day.year for day in found} == {year}
    assert date(year, 1, 1) - timedelta(days=1) not in found
