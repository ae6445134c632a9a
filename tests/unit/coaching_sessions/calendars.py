"""A feed to read back: sessions of several zones before and after moves and cancellations, at awkward times too."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from service.coaching_sessions.calendar_entries import CalendarEntry

HALF_HOUR = timedelta(minutes=30)
WRITTEN_AT = datetime(2026, 1, 2, 8, 15, 30, 123456, tzinfo=UTC)
AWKWARD = 'Ünïcode, semi;colon: back\\slash "quoted" 🎯\nsecond line\r\nthird ' + "🧗" * 60


def entry(number: int, starts_at: str, time_zone: str) -> CalendarEntry:
    """A session of half an hour; `starts_at` is in UTC."""
    start = datetime.fromisoformat(starts_at)
    return CalendarEntry(
        session_id=UUID(int=number),
        starts_at=start,
        ends_at=start + HALF_HOUR,
        time_zone=time_zone,
        sequence=0,
        is_cancelled=False,
        summary=f"One-to-one {number}",
        description="Agenda: pipeline, one skill, commitments",
        url=f"https://touchline.example/coaching-sessions/{number}?from=calendar,feed;v=1",
        created_at=WRITTEN_AT,
        updated_at=WRITTEN_AT,
        manager=("Ada Lovelace", "ada@example.com"),
        rep=("Bo Diddley", "bo@example.com"),
        alarm_minutes=15,
    )


def moved(before: CalendarEntry, by: timedelta) -> CalendarEntry:
    """The session at another time, which is a change that calendars must take over."""
    return replace(
        before,
        starts_at=before.starts_at + by,
        ends_at=before.ends_at + by,
        sequence=before.sequence + 1,
        updated_at=before.updated_at + timedelta(hours=1),
    )


def cancelled(before: CalendarEntry) -> CalendarEntry:
    """The session called off."""
    changed = before.updated_at + timedelta(hours=2)
    return replace(before, is_cancelled=True, sequence=before.sequence + 1, updated_at=changed)


PLANNED = (
    entry(1, "2026-01-06T15:00Z", "America/New_York"),
    entry(2, "2026-03-08T06:59:30Z", "America/New_York"),  # half a minute before the clocks are put forward
    entry(3, "2026-03-08T07:00Z", "America/New_York"),  # as they are
    entry(4, "2026-11-01T05:30Z", "America/New_York"),  # the first half past one of that night, and ends with it
    entry(5, "2026-11-01T06:30Z", "America/New_York"),  # and the second, which has no local name
    entry(6, "2026-11-01T04:45Z", "America/New_York"),  # ends in what comes twice
    entry(7, "2025-12-31T20:00Z", "Pacific/Auckland"),  # in the new year already
    entry(8, "2026-04-03T22:00Z", "Australia/Sydney"),
    entry(9, "2026-04-05T22:00Z", "Australia/Sydney"),
    entry(10, "2026-04-04T14:15Z", "Australia/Lord_Howe"),  # ends in the half hour that comes twice
    entry(11, "2026-10-03T15:30Z", "Australia/Lord_Howe"),
    entry(12, "2011-12-30T10:00Z", "Pacific/Apia"),  # the first minute after the day that never was
    entry(13, "2026-05-05T04:30Z", "Asia/Kathmandu"),
    entry(14, "2026-03-29T00:30Z", "Europe/Dublin"),
    entry(15, "2026-02-18T09:00Z", "Africa/Casablanca"),
    entry(16, "2026-06-01T12:00Z", "UTC"),
    entry(17, "2019-02-17T01:00Z", "America/Sao_Paulo"),  # on an evening with two last hours
    entry(22, "2019-02-20T12:00Z", "America/Sao_Paulo"),
    replace(entry(18, "2026-06-02T12:00Z", "Europe/Berlin"), summary=AWKWARD, description=AWKWARD, url=None),
    replace(entry(19, "2026-06-03T12:00Z", "Europe/Berlin"), manager=('Ann "A.", Q; ^R: 🎯\nX', "ann@example.com")),
    replace(entry(20, "2026-06-04T12:00Z", "Europe/Berlin"), description="", alarm_minutes=None),
    replace(entry(21, "2026-06-05T12:00Z", "Europe/Berlin"), alarm_minutes=0),
)
CHANGED = (
    moved(PLANNED[0], timedelta(days=2, hours=3)),
    cancelled(PLANNED[1]),
    cancelled(moved(PLANNED[7], timedelta(days=3))),
    moved(moved(PLANNED[12], timedelta(days=-1)), timedelta(days=7)),
)
FEED = tuple({one.session_id: one for one in (*PLANNED, *CHANGED)}.values())
"""As planned, then changed: four sessions were moved or cancelled, one of them both."""
