"""Working time: a company's working days, and a person's share of each; pure, no day counts twice or never.

Everything is an exact fraction of days, so that the parts of a span add up to the whole.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from fractions import Fraction
from itertools import accumulate

from service.organizations.holiday_calendars import HolidaysOf

DAY = timedelta(days=1)
NOTHING = Fraction(0)
WHOLE = Fraction(1)


def no_holidays(_year: int) -> frozenset[date]:
    """The days off of a company without a calendar of holidays."""
    return frozenset()


@dataclass(frozen=True, slots=True, eq=False)
class CompanyCalendar:
    """Which days everybody works, and between which of their hours.

    `weekdays` are ISO numbers (1 = Monday). Of a year's days those are worked that fall on one of them,
    without holidays and `days_off`, and with `working_days` whatever else they are. The hours are local,
    `day_starts` 0 to 23 and `day_ends` 1 to 24. One is made for many people, and is equal to itself only.
    """

    weekdays: frozenset[int] = frozenset({1, 2, 3, 4, 5})
    holidays: HolidaysOf = no_holidays
    days_off: frozenset[date] = frozenset()
    working_days: frozenset[date] = frozenset()
    day_starts: int = 8
    day_ends: int = 18
    _years: dict[int, tuple[int, ...]] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        """`ValueError` for hours between which there is none."""
        if not 0 <= self.day_starts < self.day_ends <= 24:
            raise ValueError("the day must start before it ends")

    def is_working(self, day: date) -> bool:
        """Whether the company works on a day."""
        if day in self.working_days:
            return True
        if day.isoweekday() not in self.weekdays or day in self.days_off:
            return False
        return day not in self.holidays(day.year)

    def days(self, start: date, end: date) -> int:
        """How many days of a span, both ends included, are worked; none of one that ends before it starts."""
        if end < start:
            return 0
        years = sum(self._worked(year)[-1] for year in range(start.year, end.year))
        return years + self._before(end) + self.is_working(end) - self._before(start)

    def hours_gone(self, at: datetime) -> Fraction:
        """Which part of its own local day is over at an instant, in whole hours since the day starts.

        `at` carries the company's zone. Hours are counted as they pass: a clock that is put back does not
        give any of them again.
        """
        starts = datetime.combine(at.date(), time(self.day_starts), tzinfo=at.tzinfo)
        passed = int((at.timestamp() - starts.timestamp()) // 3600)
        length = self.day_ends - self.day_starts
        return Fraction(min(max(passed, 0), length), length)

    def _before(self, day: date) -> int:
        """How many days of a day's year are worked before it."""
        return self._worked(day.year)[day.timetuple().tm_yday - 1]

    def _worked(self, year: int) -> tuple[int, ...]:
        """By day of the year how many were worked before; the last is the year's sum."""
        found = self._years.get(year)
        if found is None:
            first = date(year, 1, 1)
            length = 366 if (first + timedelta(days=365)).year == year else 365
            works = (int(self.is_working(first + timedelta(days=index))) for index in range(length))
            found = self._years[year] = tuple(accumulate(works, initial=0))
        return found


@dataclass(frozen=True, slots=True)
class Away:
    """Days, both ends included, on which a person is away for `share` of the day."""

    start: date
    end: date
    share: Fraction = WHOLE


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """A person's working time: the company's days from the first to the last of their employment, absences off.

    `absences` may stand in any order; of one that overlaps an earlier one only the rest counts.
    """

    company: CompanyCalendar
    absences: tuple[Away, ...] = ()
    hired_on: date | None = None
    left_on: date | None = None
    _spans: dict[tuple[date, date], Fraction] = field(default_factory=dict, init=False, repr=False, compare=False)
    _elapsed: dict[tuple[date, date, float, tzinfo | None], Fraction] = field(
        default_factory=dict, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        """Make each day one absence's at most."""
        object.__setattr__(self, "absences", tuple(_disjoint(self.absences)))

    def is_working(self, day: date) -> bool:
        """Whether the person works on a day, or on half of it."""
        return self.days(day, day) > 0

    def days(self, start: date, end: date) -> Fraction:
        """How many days of a span, both ends included, the person works; a day half off is half a day."""
        found = self._spans.get((start, end))
        if found is None:
            found = self._spans[start, end] = self._count(start, end)
        return found

    def elapsed(self, start: date, end: date, at: datetime) -> Fraction:
        """How much of `days(start, end)` is over at an instant; never less at a later one.

        The running day counts by whole local hours between the company's hours. `at` carries the company's zone.
        """
        # Not by `at` itself: the two halves of an hour that a clock gives twice would be equal.
        asked = (start, end, at.timestamp(), at.tzinfo)
        found = self._elapsed.get(asked)
        if found is None:
            found = self._elapsed[asked] = self._count_elapsed(start, end, at)
        return found

    def _count_elapsed(self, start: date, end: date, at: datetime) -> Fraction:
        today = at.date()
        if today < start:
            return NOTHING
        if today > end:
            return self.days(start, end)
        running = self.days(today, today)
        return self.days(start, today - DAY) + (running * self.company.hours_gone(at) if running else NOTHING)

    def _count(self, start: date, end: date) -> Fraction:
        first = max(start, self.hired_on or start)
        last = min(end, self.left_on or end)
        away = sum((self._away(one, first, last) for one in self.absences), NOTHING)
        return self.company.days(first, last) - away

    def _away(self, absence: Away, first: date, last: date) -> Fraction:
        return absence.share * self.company.days(max(first, absence.start), min(last, absence.end))


def _disjoint(absences: Iterable[Away]) -> Iterator[Away]:
    free = date.min
    for one in sorted(absences, key=lambda away: (away.start, away.end)):
        if one.end >= free:
            yield one if one.start >= free else Away(free, one.end, one.share)
            free = one.end + DAY
