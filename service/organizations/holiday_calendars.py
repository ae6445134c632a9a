"""Public holidays by name of their calendar, `DE`, `DE-BY`, `US-CA`: a year of one is worked out once; pure.

The days come from the library `holidays`: public ones, moved to the day on which they are observed.
"""

from collections.abc import Callable
from datetime import date
from functools import lru_cache

import holidays

HolidaysOf = Callable[[int], frozenset[date]]
"""The days off of a year."""

LONGEST_NAME = 40


@lru_cache(maxsize=1)
def _countries() -> dict[str, list[str]]:
    """Read once: the library looks into each of its 250 modules. ISO 3166-1 code → subdivisions."""
    return holidays.list_supported_countries(include_aliases=False)


def is_known_calendar(name: str) -> bool:
    """Whether a name is a country's ISO 3166-1 code, or that with `-` and a subdivision's ISO 3166-2 code."""
    country, dash, subdivision = name.partition("-")
    found = _countries().get(country)
    return found is not None and (not dash or subdivision in found)


@lru_cache(maxsize=4096)
def holidays_in(name: str, year: int) -> frozenset[date]:
    """The public holidays of a calendar in a year; `ValueError` for a calendar that nobody knows."""
    if not is_known_calendar(name):
        raise ValueError(f"{name} is no calendar of holidays")
    country, _, subdivision = name.partition("-")
    # A day may be observed in another year than its own: the library is asked for the neighbours, too.
    years = range(year - 1, year + 2)
    found = holidays.country_holidays(country, subdiv=subdivision or None, years=years)
    return frozenset(day for day in found if day.year == year)
