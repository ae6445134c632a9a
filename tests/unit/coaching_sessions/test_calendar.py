"""Calendar files: read back, they show the same sessions; long, odd and hostile text comes through; bytes repeat."""

import random
import re
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar, Timezone
from icalendar.timezone import TZP

from service.coaching_sessions.calendar import render_calendar
from service.coaching_sessions.calendar_entries import CalendarEntry
from tests.unit.coaching_sessions.calendars import (
    AWKWARD,
    CHANGED,
    FEED,
    PLANNED,
    WRITTEN_AT,
    cancelled,
    entry,
)

HOUR = timedelta(hours=1)
ZONES = sorted({one.time_zone for one in FEED})


def read(rendered: bytes) -> list[Any]:
    """The events; which type a property has is the library's to say."""
    return [*Calendar.from_ical(rendered).walk("VEVENT")]


def seen(event: Any) -> tuple[str, datetime, datetime, int, str]:
    """What a reader takes from an event."""
    start, end = event["dtstart"].dt, event["dtend"].dt
    return str(event["uid"]), start.astimezone(UTC), end.astimezone(UTC), int(event["sequence"]), str(event["status"])


def meant(one: CalendarEntry) -> tuple[str, datetime, datetime, int, str]:
    status = "CANCELLED" if one.is_cancelled else "CONFIRMED"
    return f"{one.session_id}@touchline", one.starts_at, one.ends_at, one.sequence, status


def unfolded(rendered: bytes) -> list[str]:
    return rendered.replace(b"\r\n ", b"").decode().splitlines()


@pytest.mark.parametrize("feed", [PLANNED, FEED], ids=["as planned", "moved and cancelled"])
def test_the_same_sessions_are_read_back(feed: tuple[CalendarEntry, ...]) -> None:
    in_order = sorted(feed, key=lambda one: (one.starts_at, one.session_id))
    assert [seen(event) for event in read(render_calendar("Ada", feed))] == [meant(one) for one in in_order]


def test_moves_and_cancellations_keep_the_uid_and_raise_the_sequence() -> None:
    before = {str(event["uid"]): event for event in read(render_calendar("Ada", PLANNED))}
    after = {str(event["uid"]): event for event in read(render_calendar("Ada", FEED))}
    assert before.keys() == after.keys()
    changed = {uid for uid, event in after.items() if event.to_ical() != before[uid].to_ical()}
    assert changed == {f"{one.session_id}@touchline" for one in CHANGED}
    for one in CHANGED:
        old, new = (events[f"{one.session_id}@touchline"] for events in (before, after))
        assert new["sequence"] > old["sequence"]
        assert new["last-modified"].dt > old["last-modified"].dt
        assert new["dtstamp"].dt == new["last-modified"].dt == one.updated_at.replace(microsecond=0)
        assert new["created"].dt == old["created"].dt == WRITTEN_AT.replace(microsecond=0)


def test_times_stand_in_the_sessions_zone_and_in_utc_only_where_its_clocks_show_them_twice() -> None:
    zones = {
        UUID(str(event["uid"])[:36]): event["dtstart"].params.get("TZID") for event in read(render_calendar("", FEED))
    }
    shown_twice = {UUID(int=number) for number in (4, 5, 6, 10, 17)}
    in_utc = {*shown_twice, UUID(int=16)}
    assert zones == {one.session_id: None if one.session_id in in_utc else one.time_zone for one in FEED}


def test_every_zone_used_is_described_once_and_before_the_sessions() -> None:
    calendar = Calendar.from_ical(render_calendar("Ada", FEED))
    names = [one.name for one in calendar.subcomponents]
    assert names == ["VTIMEZONE"] * (len(ZONES) - 1) + ["VEVENT"] * len(FEED)
    assert [str(zone["tzid"]) for zone in calendar.walk("VTIMEZONE")] == [zone for zone in ZONES if zone != "UTC"]


@pytest.mark.parametrize("key", [zone for zone in ZONES if zone != "UTC"])
def test_the_description_of_a_zone_gives_the_same_instants(key: str) -> None:
    """A zone made of nothing but the file's own VTIMEZONE, on every hour of the years it covers."""
    used = [one for one in FEED if one.time_zone == key]
    [component] = Calendar.from_ical(render_calendar("Ada", used)).walk("VTIMEZONE")
    assert isinstance(component, Timezone)
    described, zone = component.to_tz(TZP("zoneinfo"), lookup_tzid=False), ZoneInfo(key)
    at = min(one.starts_at for one in used).replace(month=1, day=2, hour=0, minute=0, second=0)
    last = max(one.ends_at for one in used).replace(month=12, day=30)
    while at < last:
        local = at.astimezone(zone)
        wall = local.replace(tzinfo=None)
        if not local.fold:
            assert wall.replace(tzinfo=described).astimezone(UTC) == at, local
        at += HOUR / 2


def test_changes_of_the_clocks_are_told_in_the_time_that_they_end() -> None:
    lines = unfolded(render_calendar("Ada", [PLANNED[0]]))
    onsets = [line.removeprefix("DTSTART:") for line in lines if line.startswith("DTSTART:")]
    assert onsets == ["20251231T190000", "20260308T020000", "20261101T020000"]


def test_lines_are_folded_at_75_octets_between_characters_and_end_in_crlf() -> None:
    rendered = render_calendar(AWKWARD, FEED)
    lines = rendered.split(b"\r\n")
    assert lines[-1] == b""
    assert max(map(len, lines)) <= 75
    assert not any(re.search(rb"[\r\n]", line) for line in lines)
    assert all(line.decode() for line in lines[:-1])
    assert any(line.startswith(b" ") for line in lines)


def test_text_is_escaped_and_read_back() -> None:
    rendered = render_calendar("Team; North, \\ 🎯", FEED)
    lines = unfolded(rendered)
    assert r"X-WR-CALNAME:Team\; North\, \\ 🎯" in lines
    [event] = [one for one in read(rendered) if str(one["uid"]).startswith(str(UUID(int=18)))]
    assert str(event["description"]) == AWKWARD.replace("\r\n", "\n")
    assert str(event["summary"]) == " ".join(AWKWARD.split())
    assert "url" not in event
    [named] = [one for one in read(rendered) if str(one["uid"]).startswith(str(UUID(int=19)))]
    assert named["organizer"].params["CN"] == 'Ann "A.", Q; ^R: 🎯 X'


def test_no_text_opens_a_line_of_its_own() -> None:
    hostile = "x\r\nEND:VEVENT\r\nBEGIN:VEVENT\nUID:forged\x0b\x0c\x85\u2028\x00\ud800end"
    one = replace(
        PLANNED[0],
        summary=hostile,
        description=hostile,
        url=hostile,
        manager=(hostile, hostile),
        rep=(hostile, hostile),
    )
    rendered = render_calendar(hostile, [one])
    assert [str(event["uid"]) for event in read(rendered)] == [f"{one.session_id}@touchline"]
    assert not re.search(rb"[\x00-\x09\x0b\x0c\x0e-\x1f]", rendered)


@settings(deadline=None)
@given(st.text(max_size=300), st.text(max_size=300))
def test_any_text_is_read_back_as_one_session(summary: str, name: str) -> None:
    one = replace(PLANNED[0], summary=summary, description=summary, manager=(name, "ada@example.com"))
    [event] = read(render_calendar(name, [one], method="REQUEST"))
    assert seen(event) == meant(one)
    assert len(event["attendee"]) == 2


def test_the_same_state_is_the_same_file_in_whatever_order() -> None:
    shuffled = random.Random(1).sample(FEED, len(FEED))
    assert render_calendar("Ada", shuffled) == render_calendar("Ada", FEED)


def test_people_reminders_and_the_calendar_itself() -> None:
    rendered = render_calendar("Ada", FEED)
    calendar: Any = Calendar.from_ical(rendered)
    heading = {key: calendar[key].to_ical() for key in ("version", "calscale", "method", "x-wr-calname", "name")}
    assert heading == {"version": b"2.0", "calscale": b"GREGORIAN", "method": b"PUBLISH", "x-wr-calname": b"Ada",
                       "name": b"Ada"}  # fmt: skip
    assert calendar["refresh-interval"].to_ical() == calendar["x-published-ttl"].to_ical() == b"PT1H"
    alarms = {}
    for event in read(rendered):
        assert "attendee" not in event
        alarms[str(event["uid"])] = [alarm["trigger"].dt for alarm in event.walk("VALARM")]
    for one in FEED:
        expected = [] if one.is_cancelled or one.alarm_minutes is None else [-timedelta(minutes=one.alarm_minutes)]
        assert alarms[f"{one.session_id}@touchline"] == expected


def test_who_is_asked_is_named_where_a_file_asks_somebody() -> None:
    [event] = read(render_calendar("Ada", PLANNED[:1], method="REQUEST"))
    assert [*map(str, event["attendee"])] == [str(event["organizer"]), "mailto:bo@example.com"]


def test_nothing_is_written_but_the_fields_of_an_entry() -> None:
    """A new field of an entry, or a new property of the file, is a decision: no note may get in."""
    assert {field.name for field in fields(CalendarEntry)} == {
        "session_id", "starts_at", "ends_at", "time_zone", "sequence", "is_cancelled", "summary", "description", "url",
        "created_at", "updated_at", "manager", "rep", "others", "alarm_minutes", "series", "occurs_on",
    }  # fmt: skip
    properties = {name for event in read(render_calendar("Ada", FEED)) for name in event}
    assert properties == {
        "UID", "SEQUENCE", "STATUS", "DTSTART", "DTEND", "DTSTAMP", "LAST-MODIFIED", "CREATED", "SUMMARY",
        "DESCRIPTION", "URL", "ORGANIZER",
    }  # fmt: skip


def test_a_calendar_without_sessions() -> None:
    assert read(render_calendar("Ada", [])) == []


def test_another_method() -> None:
    assert b"METHOD:CANCEL\r\n" in render_calendar("Ada", [cancelled(PLANNED[0])], method="CANCEL")


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(ZoneInfoNotFoundError):
        render_calendar("Ada", [entry(1, "2026-01-06T15:00Z", "Mars/Olympus")])
