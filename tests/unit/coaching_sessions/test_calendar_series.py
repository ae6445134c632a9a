"""Series in calendar files: libraries expand them to the sessions that are there, and to no other."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import recurring_ical_events
from dateutil.rrule import rrulestr
from icalendar import Calendar

from service.coaching_sessions.calendar import render_calendar
from tests.unit.coaching_sessions.calendar_series import (
    AFTER,
    AUTUMN,
    BEFORE,
    GAPS,
    SERIES_CASES,
    SPRING,
    SeriesCase,
    zulu,
)
from tests.unit.coaching_sessions.calendars import cancelled, moved

every_case = pytest.mark.parametrize("case", SERIES_CASES, ids=[case.name for case in SERIES_CASES])


def read(*entries: Any) -> list[Any]:
    """The events of the file; which type a property has is the library's to say."""
    return [*Calendar.from_ical(render_calendar("Ada", entries)).walk("VEVENT")]


def shown(start: datetime, end: datetime, event: Any) -> str:
    return f"{zulu(start)} {zulu(end)} {event['summary']}"


def by_icalendar(rendered: bytes) -> list[str]:
    """`icalendar`'s own reading of each property, put together as RFC 5545 says, with dateutil's rules."""
    events: list[Any] = [*Calendar.from_ical(rendered).walk("VEVENT")]
    overrides = {(event["uid"], event["recurrence-id"].dt) for event in events if "recurrence-id" in event}
    found = []
    for event in events:
        if event["status"] == "CANCELLED":
            continue
        start, length = event["dtstart"].dt, event["dtend"].dt - event["dtstart"].dt
        starts = [start]
        if "rrule" in event:
            excluded = {one.dt for one in event["exdate"].dts} if "exdate" in event else set()
            starts = [
                at
                for at in rrulestr(event["rrule"].to_ical().decode(), dtstart=start)
                if at not in excluded and (event["uid"], at) not in overrides
            ]
        found += [shown(at, at.astimezone(UTC) + length, event) for at in starts]
    return sorted(found)


def by_recurring_ical_events(rendered: bytes) -> list[str]:
    """What the library says there is at any time of the table."""
    events = recurring_ical_events.of(Calendar.from_ical(rendered)).between((2024, 1, 1), (2030, 1, 1))
    return sorted(
        shown(event["dtstart"].dt, event["dtend"].dt, event) for event in events if event["status"] != "CANCELLED"
    )


@every_case
def test_libraries_expand_to_the_sessions_that_are_there(case: SeriesCase) -> None:
    rendered = render_calendar("Ada", case.entries)
    assert by_icalendar(rendered) == case.instances
    assert by_recurring_ical_events(rendered) == case.instances


@every_case
def test_a_series_is_one_event_with_overrides(case: SeriesCase) -> None:
    events = read(*case.entries)
    rules = [event for event in events if "rrule" in event]
    assert len(rules) == case.recurring
    for event in events:
        assert ("recurrence-id" in event) == (event["uid"] in {one["uid"] for one in rules} and "rrule" not in event)
    if not case.recurring:
        assert len(events) == (0 if all(one.is_cancelled for one in case.entries) else len(case.entries))


def test_a_series_keeps_its_uid_and_a_moved_session_names_its_place_in_it() -> None:
    sessions = dict(GAPS)
    sessions[date(2026, 6, 2)] = moved(sessions[date(2026, 6, 2)], timedelta(hours=3))
    sessions[date(2026, 6, 9)] = cancelled(sessions[date(2026, 6, 9)])
    main, override = read(*sessions.values())
    assert main["uid"] == override["uid"] == "00000000-0000-0000-0000-000000000003@touchline"
    assert main["rrule"].to_ical() == b"FREQ=WEEKLY;UNTIL=20260714T080000Z;BYDAY=TU"
    assert main["url"] == "https://touchline.example/3"
    assert [at.dt.replace(tzinfo=None).isoformat() for at in main["exdate"].dts] == [
        "2026-05-26T10:00:00",
        "2026-06-09T10:00:00",
        "2026-06-23T10:00:00",
    ]
    assert main["exdate"].params["TZID"] == override["recurrence-id"].params["TZID"] == "Europe/Vienna"
    assert override["recurrence-id"].dt.replace(tzinfo=None) == datetime(2026, 6, 2, 10)  # noqa: DTZ001 - its zone is above
    assert (override["sequence"], override["url"]) == (1, "https://touchline.example/3/2026-06-02")
    assert main["last-modified"].dt > override["last-modified"].dt > main["created"].dt


def test_who_attends_besides_is_told_of_that_session_alone() -> None:
    """Nothing else of it differs: without them in its shape it would be one of the series like all others."""
    cid, day = ("Cid", "cid@example.com"), date(2026, 6, 2)
    sessions = dict(GAPS) | {day: replace(GAPS[day], others=(cid,))}
    rendered = render_calendar("Ada", [*sessions.values()], method="REQUEST")
    events: list[Any] = [*Calendar.from_ical(rendered).walk("VEVENT")]
    main, override = events
    assert override["recurrence-id"].dt.date() == day
    asked = [{str(one) for one in event["attendee"]} for event in (main, override)]
    assert asked[1] - asked[0] == {"mailto:cid@example.com"}
    assert len(read(*sessions.values())) == 2


def test_who_is_elsewhere_has_the_right_hour_through_both_changes_of_clocks() -> None:
    """Three o'clock in Vienna is nine in New York, and ten in the weeks in which only New York has changed."""
    vienna, new_york = ZoneInfo("Europe/Vienna"), ZoneInfo("America/New_York")

    def hours(sessions: Any, zone: ZoneInfo) -> list[time]:
        calendar = Calendar.from_ical(render_calendar("Ada", tuple(sessions.values())))
        events = recurring_ical_events.of(calendar).between((2026, 1, 1), (2027, 1, 1))
        return [at.astimezone(zone).time() for at in sorted(event["dtstart"].dt for event in events)]

    assert set(hours(SPRING, vienna)) == {time(15)}
    assert hours(SPRING, new_york) == [time(9)] * 2 + [time(10)] * 3 + [time(9)] * 4
    assert set(hours(AUTUMN, new_york)) == {time(9, 30)}
    assert hours(AUTUMN, vienna) == [time(15, 30)] * 4 + [time(14, 30)] + [time(15, 30)] * 4


def test_a_series_changed_from_a_day_on_ends_and_another_begins() -> None:
    alone = read(*BEFORE.values())
    before, after = read(*BEFORE.values(), *AFTER.values())
    assert before.to_ical() == alone[0].to_ical()
    assert b"UNTIL=20260608T080000Z" in before["rrule"].to_ical()
    assert after["uid"] != before["uid"]
    assert after["dtstart"].dt > datetime(2026, 6, 8, 8, tzinfo=UTC)
