"""Monday goes on to the next session: who, when, what to talk about first and why, and where its brief is."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo


def next_session(session: Mapping[str, Any], brief: Mapping[str, Any]) -> list[str]:
    """Lines about a session and its brief, as the REST surface gives them."""
    zone = ZoneInfo(session["time_zone"])
    starts, ends = (datetime.fromisoformat(session[name]).astimezone(zone) for name in ("starts_at", "ends_at"))
    minutes = round((ends - starts).total_seconds() / 60)
    lines = [
        f"{brief['rep']['name']}, {starts:%A} {starts.day} {starts:%B}, {starts:%H:%M} ({zone.key}), {minutes} min"
    ]
    topics = brief["topics"]
    if topics:
        lines.append(f"Top topic: {topics[0]['title']}. {topics[0]['reason']}")
    else:
        lines.append("No topic is open: ask what works, and what is worth keeping.")
    open_ones = len(brief["commitments"])
    lines.append(
        f"{len(topics)} topics and {open_ones} commitments are open; "
        f"{len(brief['kpis_behind'])} KPIs behind pace, {len(brief['deals_to_inspect'])} deals to inspect."
    )
    return lines


def brief_command(base_url: str, session_id: str, key: str) -> str:
    """How to open the brief: a page of its own, for one's key."""
    url = f"{base_url}/v1/coaching-sessions/{session_id}/brief"
    return f'curl -H "Authorization: Bearer {key}" -H "Accept: text/html" -o brief.html "{url}"'
