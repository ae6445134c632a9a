"""What a calendar shows of a session and of the series that it is of; pure."""

from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID


@dataclass(frozen=True, slots=True)
class SeriesRule:
    """A series as it was laid down: an RRULE's value, the local day of its DTSTART and its wall-clock time.

    `url` is where the series is read.
    """

    id: UUID
    rule: str
    starts_on: date
    at: time
    url: str


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """What a calendar shows of a session. Instants are in UTC, `time_zone` is the IANA zone in which it is shown.

    People are (name, e-mail): `manager` holds it, `others` attend besides these two. `alarm_minutes` before the start
    the calendar reminds of it; a cancelled session reminds of nothing. `occurs_on` is the local day of its `series`
    that it is of, wherever it was moved.
    """

    session_id: UUID
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    sequence: int
    is_cancelled: bool
    summary: str
    description: str
    url: str | None
    created_at: datetime
    updated_at: datetime
    manager: tuple[str, str]
    rep: tuple[str, str]
    alarm_minutes: int | None = None
    others: tuple[tuple[str, str], ...] = ()
    series: SeriesRule | None = None
    occurs_on: date | None = None
