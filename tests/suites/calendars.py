"""npm's `rrule` and `ical.js` expand the table of recurrences; `ical.js` reads feeds as programs do, series too."""

import json
from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Any

from service.coaching_sessions.calendar import render_calendar
from service.coaching_sessions.calendar_entries import CalendarEntry
from service.coaching_sessions.recurrence import instant, occurrences
from tests.suites.outcome import Outcome
from tests.suites.stage import Stage
from tests.unit.coaching_sessions.calendar_series import SERIES_CASES
from tests.unit.coaching_sessions.calendars import FEED, PLANNED, entry
from tests.unit.coaching_sessions.recurrences import CASES, Case


def calendar(stage: Stage) -> Outcome:
    """Every instance of every case and of every series, and the sessions of a feed before and after changes."""
    cases, feeds = [*map(_case, CASES)], [_feed(sessions) for sessions in (PLANNED, FEED)]
    instances, sessions = sum(len(case["ours"]) for case in cases), len(PLANNED) + len(FEED)
    series = [
        {"name": one.name, "file": render_calendar("Ada", one.entries).decode(), "ours": one.instances}
        for one in SERIES_CASES
    ]
    shown = sum(len(one.instances) for one in SERIES_CASES)
    written = json.dumps({"cases": cases, "feeds": feeds, "series": series})
    (stage.folder / "calendar.json").write_text(written)
    done = stage.run("node", "calendar.mjs", "calendar.json", seconds=120)
    seen: dict[str, Any] = json.loads(done.stdout or '{"wrong": ["it did not run"]}')
    complete = [seen.get(name) for name in ("instances", "sessions", "shown")] == [instances, sessions, shown]
    score = (
        f"{instances} instances of {len(cases)} rules, {sessions} sessions, "
        f"{shown} of {len(series)} series, {len(seen['wrong'])} wrong"
    )
    return Outcome(done.returncode == 0 and complete and not seen["wrong"], score, done.stdout + done.stderr)


def _case(case: Case) -> dict[str, Any]:
    """The case with what we make of it; its zone as our own file describes it, for a library that brings none."""
    series = case.recurrence
    ends = [instant(day, time(12), series.time_zone) for day in (series.starts_on, case.window[1])]
    zone = render_calendar(
        "", [replace(entry(1, f"{at:%Y-%m-%dT%H:%MZ}", series.time_zone), alarm_minutes=None) for at in ends]
    )
    return {
        "name": case.name,
        "rule": series.rule,
        "start": datetime.combine(series.starts_on, series.at).isoformat(),
        "zone": series.time_zone,
        "zoneFile": zone.decode(),
        "excluded": sorted(day.isoformat() for day in series.excluded),
        "first": case.window[0].isoformat(),
        "last": case.window[1].isoformat(),
        "ours": [f"{one.on} {_zulu(one.starts_at)}" for one in occurrences(series, *case.window)],
        "differs": dict(case.differs),
    }


def _feed(sessions: tuple[CalendarEntry, ...]) -> dict[str, Any]:
    return {
        "file": render_calendar("Ada's coaching", sessions).decode(),
        "sessions": sorted(
            f"{one.session_id}@touchline {_zulu(one.starts_at)} {_zulu(one.ends_at)} {one.sequence} "
            f"{'CANCELLED' if one.is_cancelled else 'CONFIRMED'}"
            for one in sessions
        ),
    }


def _zulu(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
