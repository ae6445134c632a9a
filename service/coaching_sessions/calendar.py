"""Sessions as an iCalendar file (RFC 5545) that calendar programs read or subscribe to: the same state, the same bytes.

Nothing is written but the fields of `CalendarEntry`: what people note about a session never comes near this module.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from icalendar import (
    Alarm,
    Calendar,
    Component,
    Event,
    Timezone,
    TimezoneDaylight,
    TimezoneStandard,
    vCalAddress,
    vDuration,
    vText,
)

_PRODUCT = "-//Touchline//Coaching sessions//EN"
_REFRESH = timedelta(hours=1)
"""How often a subscriber should look again."""

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """What a calendar shows of a session. Instants are in UTC, `time_zone` is the IANA zone in which it is shown.

    People are (name, e-mail): `manager` holds it, `others` attend besides these two. `alarm_minutes` before the start
    the calendar reminds of it; a cancelled session reminds of nothing.
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


def render_calendar(name: str, entries: Sequence[CalendarEntry], method: str = "PUBLISH") -> bytes:
    """The file in UTF-8; entries come in the order of their starts, zones before them.

    A cancelled session stays in it, so that calendars take it away. `ZoneInfoNotFoundError` for an unknown zone.
    """
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    # The standard's names first, then those that programs of before RFC 7986 know.
    calendar.add("name", vText(_line(name)))
    calendar.add("x-wr-calname", vText(_line(name)))
    calendar.add("refresh-interval", vDuration(_REFRESH), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(_REFRESH))
    for entry in sorted(entries, key=lambda one: (one.starts_at, one.session_id)):
        calendar.add_component(_event(entry, is_asking=method != "PUBLISH"))
    zones = [
        _zone(key, [one for one in entries if one.time_zone == key]) for key in sorted(calendar.get_missing_tzids())
    ]
    calendar.subcomponents = [*zones, *calendar.subcomponents]
    rendered: bytes = calendar.to_ical()
    return rendered


def _event(entry: CalendarEntry, *, is_asking: bool) -> Event:
    event = Event()
    event.add("uid", f"{entry.session_id}@touchline")
    event.add("sequence", entry.sequence)
    event.add("status", "CANCELLED" if entry.is_cancelled else "CONFIRMED")
    starts_at, ends_at = _local(entry)
    event.add("dtstart", starts_at)
    event.add("dtend", ends_at)
    # Not the time of rendering: the same state is the same file.
    event.add("dtstamp", entry.updated_at.astimezone(UTC))
    event.add("last-modified", entry.updated_at.astimezone(UTC))
    event.add("created", entry.created_at.astimezone(UTC))
    event.add("summary", _line(entry.summary))
    if description := _text(entry.description):
        event.add("description", description)
    if entry.url is not None:
        event.add("url", _line(entry.url))
    event.add("organizer", _address(entry.manager))
    # What is published asks nobody, and names no attendees (RFC 5546, 3.2.1).
    for person in (entry.manager, entry.rep, *entry.others) if is_asking else ():
        # A session stands without anybody's answer; unanswered, calendars would show it as tentative.
        attendee = _address(person)
        attendee.params["ROLE"] = "REQ-PARTICIPANT"
        attendee.params["PARTSTAT"] = "ACCEPTED"
        event.add("attendee", attendee)
    if entry.alarm_minutes is not None and not entry.is_cancelled:
        event.add_component(_alarm(entry.alarm_minutes, _line(entry.summary)))
    return event


def _alarm(minutes: int, text: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", text)
    alarm.add("trigger", -timedelta(minutes=minutes))
    return alarm


def _address(person: tuple[str, str]) -> vCalAddress:
    name, email = person
    address = vCalAddress(f"mailto:{_line(email)}")
    address.params["CN"] = _line(name)
    return address


def _local(entry: CalendarEntry) -> tuple[datetime, datetime]:
    """Start and end in the session's zone; in UTC where its clocks show one of the two twice.

    Such a local time means the first (3.3.5), so that the second has no name at all, and programs get it wrong.
    """
    zone = ZoneInfo(entry.time_zone)
    times = entry.starts_at.astimezone(zone), entry.ends_at.astimezone(zone)
    if any(at.replace(fold=0).utcoffset() != at.replace(fold=1).utcoffset() for at in times):
        return entry.starts_at.astimezone(UTC), entry.ends_at.astimezone(UTC)
    return times


def _zone(key: str, entries: Sequence[CalendarEntry]) -> Timezone:
    """The VTIMEZONE of a zone for the years of its sessions, one observance for each change of its clocks.

    `icalendar` makes one too, but takes each gap's end for its beginning: a spring's change comes an hour late.
    """
    zone = ZoneInfo(key)
    # A day off on either side, because a zone's new year is not that of UTC.
    begin = datetime((min(one.starts_at for one in entries) - _DAY).year, 1, 1, tzinfo=UTC)
    end = datetime((max(one.ends_at for one in entries) + _DAY).year + 1, 1, 1, tzinfo=UTC)
    component = Timezone()
    component.add("tzid", key)
    component.add_component(_observance(begin.astimezone(zone), begin.astimezone(zone)))
    for change in _changes(zone, begin, end):
        before = change - timedelta(seconds=1)
        component.add_component(_observance(before.astimezone(zone), change.astimezone(zone)))
    return component


def _observance(before: datetime, since: datetime) -> Component:
    """From an instant on, told by the local time just before and at it."""
    observance = TimezoneDaylight() if since.dst() else TimezoneStandard()
    old, new = before.utcoffset() or timedelta(), since.utcoffset() or timedelta()
    # An onset is written in the time that it ends.
    observance.add("dtstart", since.astimezone(UTC).replace(tzinfo=None) + old)
    observance.add("tzoffsetfrom", old)
    observance.add("tzoffsetto", new)
    observance.add("tzname", since.tzname() or "")
    return observance


def _changes(zone: ZoneInfo, begin: datetime, end: datetime) -> Iterator[datetime]:
    """The instants of a span, to the second, from which on a zone's clocks are another time or called otherwise."""

    def shown(at: datetime) -> tuple[timedelta | None, str | None]:
        local = at.astimezone(zone)
        return local.utcoffset(), local.tzname()

    while begin < end:
        low, high = begin, begin + _DAY
        if shown(low) != shown(high):
            while high - low > timedelta(seconds=1):
                middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
                low, high = (middle, high) if shown(middle) == shown(begin) else (low, middle)
            yield high
        begin += _DAY


def _line(text: str) -> str:
    """Text on one line."""
    return " ".join(_text(text).split())


def _text(text: str) -> str:
    """Text without the characters that iCalendar has no place for: controls and halves of characters."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(one for one in lines if one in "\n\t" or unicodedata.category(one) not in {"Cc", "Cs"})
