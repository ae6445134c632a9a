"""Weeks, months, quarters and years of an organization's own calendar; pure, each day in exactly one of each."""

from dataclasses import dataclass
from datetime import date, timedelta

from service.success_models.targets import PeriodKind

MONTHS = {PeriodKind.MONTH: 1, PeriodKind.QUARTER: 3, PeriodKind.YEAR: 12}


@dataclass(frozen=True, slots=True)
class Period:
    """A span of local days, both ends included."""

    kind: PeriodKind
    start: date
    end: date


@dataclass(frozen=True, slots=True)
class Calendar:
    """`week_start` is an ISO weekday (1 = Monday); `fiscal_month` is the month a fiscal year begins with."""

    week_start: int = 1
    fiscal_month: int = 1

    def period_of(self, kind: PeriodKind, day: date) -> Period:
        """Find the period of a kind that holds a day; months are calendar months, quarters and years fiscal."""
        if kind is PeriodKind.WEEK:
            start = day - timedelta(days=(day.isoweekday() - self.week_start) % 7)
            return Period(kind, start, start + timedelta(days=6))
        length = MONTHS[kind]
        months = day.year * 12 + day.month - 1
        first = months - (months - (self.fiscal_month - 1)) % length
        return Period(kind, _first_of(first), _first_of(first + length) - timedelta(days=1))


def _first_of(months: int) -> date:
    """Give the first day of a month counted from year 0."""
    return date(months // 12, months % 12 + 1, 1)
