"""Sessions as an iCalendar file (RFC 5545) that calendar programs read or subscribe to: the same state, the same bytes.

Nothing is written but the fields of `CalendarEntry`: what people note about a session never comes near this module.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import chain
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Event, vCalAddress, vDuration, vRecur, vText

from service.coaching_sessions.calendar_entries import CalendarEntry
from service.coaching_sessions.calendar_series import ShownSeries, gather
from service.coaching_sessions.calendar_zones import describe_zone

_PRODUCT = "-//Touchline//Coaching sessions//EN"
_REFRESH = timedelta(hours=1)
"""How often a subscriber should look again."""


def render_calendar(name: str, entries: Sequence[CalendarEntry], method: str = "PUBLISH") -> bytes:
    """The file in UTF-8: zones, then series with their moved sessions, then single sessions, each by their starts.

    Entries of a series become one recurring event; of it a cancelled session is an excluded day. A single session
    that is cancelled stays in the file, so that calendars take it away. `ZoneInfoNotFoundError` for an unknown zone.
    """
    is_asking = method != "PUBLISH"
    series, alone = gather(entries)
    calendar = _calendar(method)
    if not is_asking:
        # The standard's names first, then those that programs of before RFC 7986 know.
        calendar.add("name", vText(_line(name)))
        calendar.add("x-wr-calname", vText(_line(name)))
        calendar.add("refresh-interval", vDuration(_REFRESH), parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", vDuration(_REFRESH))
    for one in sorted(series, key=lambda one: (one.like.starts_at, _uid_of(one))):
        for event in _recurring(one, is_asking=is_asking):
            calendar.add_component(event)
    for entry in sorted(alone, key=lambda one: (one.starts_at, one.session_id)):
        calendar.add_component(_event(entry, f"{entry.session_id}@touchline", is_asking=is_asking))
    shown = [*alone, *chain.from_iterable((one.like, *(moved for _, moved in one.moved)) for one in series)]
    spans = [(one.time_zone, one.starts_at, one.ends_at) for one in shown]
    spans += [(one.like.time_zone, one.last, one.last) for one in series]
    return _finished(calendar, spans)


def render_uninvitation(entry: CalendarEntry, person: tuple[str, str]) -> bytes:
    """A message that calls a session off for one person, (name, e-mail), who was to come; for the others it stays.

    It names this one alone and no status: a status would call off the whole (RFC 5546, 3.2.5).
    """
    calendar = _calendar("CANCEL")
    event = _event(replace(entry, alarm_minutes=None), f"{entry.session_id}@touchline", is_asking=False)
    del event["status"]
    attendee = _address(person)
    attendee.params["ROLE"] = "REQ-PARTICIPANT"
    event.add("attendee", attendee)
    calendar.add_component(event)
    return _finished(calendar, [(entry.time_zone, entry.starts_at, entry.ends_at)])


def _calendar(method: str) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    return calendar


def _finished(calendar: Calendar, shown: Sequence[tuple[str, datetime, datetime]]) -> bytes:
    """The file, with each zone that it names described for the years that are shown in it, from and to."""
    zones = []
    for key in sorted(calendar.get_missing_tzids()):
        spans = [(first, last) for zone, first, last in shown if zone == key]
        zones.append(describe_zone(key, min(first for first, _ in spans), max(last for _, last in spans)))
    calendar.subcomponents = [*zones, *calendar.subcomponents]
    rendered: bytes = calendar.to_ical()
    return rendered


def _recurring(series: ShownSeries, *, is_asking: bool) -> list[Event]:
    """The series as one event, and an override for each of its sessions that is otherwise."""
    zone, uid = ZoneInfo(series.like.time_zone), _uid_of(series)
    main = _event(series.like, uid, is_asking=is_asking)
    main.add("rrule", vRecur.from_ical(series.rule))
    if series.excluded:
        main.add("exdate", [at.astimezone(zone) for at in series.excluded])
    events = [main]
    for at, entry in series.moved:
        override = _event(entry, uid, is_asking=is_asking)
        override.add("recurrence-id", at.astimezone(zone))
        events.append(override)
    return events


def _uid_of(series: ShownSeries) -> str:
    return f"{series.id}@touchline"


def _event(entry: CalendarEntry, uid: str, *, is_asking: bool) -> Event:
    event = Event()
    event.add("uid", uid)
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
    for attendee in _attendees(entry) if is_asking else ():
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


def _attendees(entry: CalendarEntry) -> list[vCalAddress]:
    """Everybody who takes part: the manager invites and comes, the others are asked, unless it is called off."""
    attendees = []
    for person in (entry.manager, entry.rep, *entry.others):
        attendee, invites = _address(person), person == entry.manager
        attendee.params["ROLE"] = "REQ-PARTICIPANT"
        attendee.params["PARTSTAT"] = "ACCEPTED" if invites else "NEEDS-ACTION"
        if not invites and not entry.is_cancelled:
            attendee.params["RSVP"] = "TRUE"
        attendees.append(attendee)
    return attendees


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


def _line(text: str) -> str:
    """Text on one line."""
    return " ".join(_text(text).split())


def _text(text: str) -> str:
    """Text without the characters that iCalendar has no place for: controls and halves of characters."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(one for one in lines if one in "\n\t" or unicodedata.category(one) not in {"Cc", "Cs"})
