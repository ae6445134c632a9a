"""Series to read back: each with its sessions as they are after moves, cancellations, other clocks and other rules."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from service.coaching_sessions.calendar_entries import CalendarEntry, SeriesRule
from service.coaching_sessions.recurrence import Recurrence, occurrences
from tests.unit.coaching_sessions.calendars import HALF_HOUR, cancelled, entry, moved

VIENNA, NEW_YORK, LORD_HOWE = "Europe/Vienna", "America/New_York", "Australia/Lord_Howe"


@dataclass(frozen=True, slots=True)
class SeriesCase:
    """Sessions of one or more series; `recurring` says how many recurring events they become."""

    name: str
    entries: tuple[CalendarEntry, ...]
    recurring: int = 1

    @property
    def instances(self) -> list[str]:
        """What a calendar must show: start, end and title of each session that is not cancelled, in UTC and sorted."""
        live = (one for one in self.entries if not one.is_cancelled)
        return sorted(f"{zulu(one.starts_at)} {zulu(one.ends_at)} {one.summary}" for one in live)


def zulu(at: datetime) -> str:
    """An instant to the second."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def laid_down(
    number: int, rule: str, start: str, until: str, zone: str = VIENNA, *, but: Collection[str] = ()
) -> dict[date, CalendarEntry]:
    """The sessions of a series by their days, from its start until a day; none on the days in `but`."""
    begin = datetime.fromisoformat(start)
    series = SeriesRule(UUID(int=number), rule, begin.date(), begin.time(), f"https://touchline.example/{number}")
    recurrence = Recurrence(rule, series.starts_on, series.at, zone, frozenset(map(date.fromisoformat, but)))
    found = occurrences(recurrence, series.starts_on, date.fromisoformat(until))
    return {
        one.on: replace(
            entry(number * 1000 + index, one.starts_at.isoformat(), zone),
            summary="One-to-one",
            url=f"https://touchline.example/{number}/{one.on}",
            series=series,
            occurs_on=one.on,
        )
        for index, one in enumerate(found, 1)
    }


def _but(laid: Mapping[date, CalendarEntry], **others: CalendarEntry) -> tuple[CalendarEntry, ...]:
    """With some sessions, by `d` and their day without dashes, as they are now."""
    return tuple((dict(laid) | {date.fromisoformat(key[1:]): one for key, one in others.items()}).values())


def _in_zone(laid: Mapping[date, CalendarEntry], first: str, zone: str, at: time) -> tuple[CalendarEntry, ...]:
    """The sessions from a day on by another zone's clock, as when somebody moves there."""
    found = []
    for day, one in laid.items():
        start = occurrences(Recurrence("FREQ=DAILY", day, at, zone), day, day)[0].starts_at
        there = replace(one, starts_at=start, ends_at=start + HALF_HOUR, time_zone=zone, sequence=1)
        found.append(there if day >= date.fromisoformat(first) else one)
    return tuple(found)


DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SPRING = laid_down(1, "FREQ=WEEKLY;BYDAY=TU", "2026-02-24T15:00", "2026-04-21")
AUTUMN = laid_down(2, "FREQ=WEEKLY;BYDAY=TH", "2026-10-01T09:30", "2026-11-26", NEW_YORK)
GAPS = laid_down(3, "FREQ=WEEKLY", "2026-05-05T10:00", "2026-07-14", but=["2026-05-26", "2026-06-23"])
BEFORE = laid_down(4, "FREQ=WEEKLY;BYDAY=MO", "2026-05-04T10:00", "2026-06-08")
AFTER = laid_down(5, "FREQ=WEEKLY;INTERVAL=2;BYDAY=WE", "2026-06-10T14:00", "2026-08-05")
TO_NEW_YORK = laid_down(6, "FREQ=WEEKLY", "2026-03-03T10:00", "2026-05-12")
LENGTHENED = laid_down(7, "FREQ=WEEKLY", "2026-05-04T10:00", "2026-06-15")


def _untouched(
    number: int, name: str, rule: str, start: str, until: str, zone: str = VIENNA, recurring: int = 1
) -> SeriesCase:
    return SeriesCase(name, tuple(laid_down(number, rule, start, until, zone).values()), recurring)


SERIES_CASES = (
    SeriesCase("spring, two zones", tuple(SPRING.values())),
    SeriesCase("autumn, two zones", tuple(AUTUMN.values())),
    SeriesCase(
        "moved, cancelled and left out",
        _but(
            GAPS,
            d20260505=moved(GAPS[date(2026, 5, 5)], 2 * DAY),
            d20260519=cancelled(GAPS[date(2026, 5, 19)]),
            d20260602=moved(moved(GAPS[date(2026, 6, 2)], -DAY), 3 * HOUR),
            d20260616=cancelled(moved(GAPS[date(2026, 6, 16)], DAY)),
            d20260714=moved(GAPS[date(2026, 7, 14)], 9 * DAY),
        ),
    ),
    SeriesCase(
        "the first and the last cancelled",
        _but(
            GAPS,
            d20260505=cancelled(GAPS[date(2026, 5, 5)]),
            d20260512=cancelled(GAPS[date(2026, 5, 12)]),
            d20260714=cancelled(GAPS[date(2026, 7, 14)]),
        ),
    ),
    SeriesCase(
        "two that changed places",
        _but(
            GAPS,
            d20260512=moved(GAPS[date(2026, 5, 12)], 7 * DAY),
            d20260519=moved(GAPS[date(2026, 5, 19)], -7 * DAY),
        ),
    ),
    SeriesCase(
        "another from a day on",
        (*_but(BEFORE, d20260601=moved(BEFORE[date(2026, 6, 1)], DAY)), *AFTER.values()),
        recurring=2,
    ),
    SeriesCase("its clock moves to New York", _in_zone(TO_NEW_YORK, "2026-04-07", NEW_YORK, time(10))),
    SeriesCase(
        "one is longer, one has another title",
        _but(
            LENGTHENED,
            d20260511=replace(LENGTHENED[date(2026, 5, 11)], ends_at=LENGTHENED[date(2026, 5, 11)].ends_at + HOUR),
            d20260525=replace(LENGTHENED[date(2026, 5, 25)], summary="Renamed"),
        ),
    ),
    SeriesCase("one is left", tuple(GAPS.values())[:1]),
    SeriesCase("all are cancelled", tuple(map(cancelled, BEFORE.values())), recurring=0),
    _untouched(11, "every other week", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH", "2026-01-08T08:00", "2026-05-31"),
    _untouched(12, "from Sunday", "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,TU;WKST=SU", "2026-01-06T08:00", "2026-05-31"),
    _untouched(13, "a number of them", "FREQ=WEEKLY;COUNT=7", "2026-03-03T10:00", "2026-12-31"),
    _untouched(14, "until a day", "FREQ=WEEKLY;UNTIL=20260428", "2026-03-03T10:00", "2026-12-31"),
    _untouched(15, "the 31st", "FREQ=MONTHLY", "2026-01-31T10:00", "2026-12-31"),
    _untouched(16, "the month's last day", "FREQ=MONTHLY;BYMONTHDAY=-1", "2026-01-31T10:00", "2026-12-31"),
    _untouched(17, "2nd Tuesday, last Friday", "FREQ=MONTHLY;BYDAY=2TU,-1FR", "2026-01-13T10:00", "2026-12-31"),
    _untouched(18, "1st Monday", "FREQ=MONTHLY;INTERVAL=3;BYDAY=1MO", "2026-01-01T10:00", "2026-12-31", NEW_YORK),
    _untouched(19, "every third day", "FREQ=DAILY;INTERVAL=3", "2026-03-20T10:00", "2026-04-30", LORD_HOWE),
    _untouched(20, "in UTC", "FREQ=WEEKLY", "2026-03-03T10:00", "2026-05-01", "UTC"),
    _untouched(21, "in the hour that comes twice", "FREQ=DAILY", "2026-10-30T01:30", "2026-11-03", NEW_YORK, 0),
    _untouched(22, "in the gap", "FREQ=DAILY", "2026-03-06T02:30", "2026-03-10", NEW_YORK, 0),
    _untouched(23, "ends in what comes twice", "FREQ=DAILY", "2026-10-30T00:45", "2026-11-03", NEW_YORK, 0),
    _untouched(
        24, "the week's last", "FREQ=WEEKLY;BYDAY=MO,FR;BYSETPOS=-1", "2026-03-03T10:00", "2026-04-30", VIENNA, 0
    ),
    _untouched(
        25, "last of the month", "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=-1", "2026-01-30T10:00", "2026-12-31", VIENNA, 0
    ),
    _untouched(26, "once a year", "FREQ=YEARLY", "2024-02-29T10:00", "2029-01-01", VIENNA, 0),
    _untouched(27, "plain and numbered", "FREQ=MONTHLY;BYDAY=MO,-1FR", "2026-03-03T10:00", "2026-06-30", VIENNA, 0),
)
"""Rules that programs read in different ways are shown as single sessions, so that the table ends with some."""
