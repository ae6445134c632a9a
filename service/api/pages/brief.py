"""A brief as one page for a phone, a screen and paper: no script, nothing from elsewhere, styles of its own."""

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from service.coaching_sessions.concerns import Concern
from service.coaching_sessions.dto.brief import BriefDTO, StatementDTO, StatementKind
from service.coaching_sessions.dto.commitments import CommitmentDTO

HERE = Path(__file__).parent
STYLE = (HERE / "brief.css").read_text("utf-8")
_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY = f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
"""The browser itself refuses whatever the page would load or run."""

LONGEST_LEAD = 90
_UNIT = re.compile(r"(?<=\d) (?=%|[A-Z]{3}\b|days?\b)")
MOST_TOPICS, MOST_COMMITMENTS, MOST_CHANGES = 6, 6, 10
TITLES = {Concern.PROCESS: "Process", Concern.OUTCOME: "Outcome", Concern.OTHER: "Other"}

_templates = Environment(
    loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)


@dataclass(frozen=True, slots=True)
class Section:
    """Statements of one kind; `empty` is said where there are none."""

    id: str
    title: str
    groups: Sequence[tuple[str, Sequence[StatementDTO]]]
    empty: str
    more: int = 0


def render_brief(brief: BriefDTO) -> str:
    """The whole document."""
    zone = ZoneInfo(brief.time_zone)
    today = brief.as_of.astimezone(zone).date()
    names = {brief.rep.id: brief.rep.name, brief.manager.id: brief.manager.name}
    return _templates.get_template(
        "brief.html.j2"
    ).render(
        style=Markup(STYLE),  # noqa: S704 - a file of this package, no text of anybody's
        brief=brief,
        starts=brief.starts_at.astimezone(zone),
        ends=brief.ends_at.astimezone(zone),
        as_of=brief.as_of.astimezone(zone),
        since=brief.since.astimezone(zone),
        zone=_zone(brief),
        day=_day,
        clock=_clock,
        topics=brief.topics[:MOST_TOPICS],
        more_topics=max(len(brief.topics) - MOST_TOPICS, 0),
        commitments=[_commitment(one, names, today) for one in brief.commitments[:MOST_COMMITMENTS]],
        more_commitments=max(len(brief.commitments) - MOST_COMMITMENTS, 0),
        first=[*_behind(brief)],
        second=[*_since(brief, _day(brief.since.astimezone(zone).date()))],
        split=_split,
    )


def _behind(brief: BriefDTO) -> Iterator[Section]:
    """What stands now."""
    yield Section("behind", "Behind pace", _grouped(brief.kpis_behind), "No KPI is behind pace or at risk.")
    told = brief.quadrant
    title = "Process apart from outcome"
    if told.period_start is not None and told.period_end is not None:
        title += f", {_day(told.period_start)} to {_day(told.period_end)}"
    yield Section("quadrant", title, _whole(told.statements), told.reason or "There is nothing to tell.")
    skills = brief.focus_gaps
    nothing = skills.reason or "There is nothing to tell."
    yield Section("skills", "Skills that matter most, and plans", _whole(skills.statements), nothing)
    adherence = brief.process_adherence
    yield Section("process", "How the process was kept", _whole(adherence), "There is nothing to tell.")
    nothing = "No open deal breaks a standard, stays too long in its stage or was put off."
    yield Section("deals", "Deals to inspect", _whole(brief.deals_to_inspect), nothing)


def _since(brief: BriefDTO, day: str) -> Iterator[Section]:
    """What came of the time since the last session."""
    told = brief.changes[:MOST_CHANGES]
    more = len(brief.changes) - len(told)
    yield Section("changes", f"Since {day}", _grouped(told), "Nothing worth telling has changed.", more)
    yield Section("wins", "Wins, and what earned them", _whole(brief.wins), "No deal was won.")


def _whole(statements: Sequence[StatementDTO]) -> list[tuple[str, Sequence[StatementDTO]]]:
    return [("", statements)] if statements else []


def _grouped(statements: Sequence[StatementDTO]) -> list[tuple[str, Sequence[StatementDTO]]]:
    """By what they concern, in the order that they have."""
    kinds = dict.fromkeys(one.concerns for one in statements)
    return [(TITLES[kind], [one for one in statements if one.concerns is kind]) for kind in kinds]


def _split(one: StatementDTO) -> tuple[str, str]:
    """What a statement is about, to be set apart, and what it says of it."""
    if one.kind is StatementKind.WIN:
        lead, between, rest = one.text.partition(" was won")
    else:
        lead, between, rest = one.text.partition(":")
    return (lead, between + rest) if rest and len(lead) <= LONGEST_LEAD else ("", one.text)


def _kept(text: str) -> str:
    """A number and its unit stay on one line."""
    return _UNIT.sub("\u00a0", text)


def _commitment(one: CommitmentDTO, names: Mapping[UUID, str], today: date) -> dict[str, Any]:
    return {
        "id": one.id,
        "text": one.description,
        "owner": names.get(one.owner_id, "Somebody else"),
        "due": _day(one.due_on),
        "is_overdue": one.due_on < today,
    }


def _zone(brief: BriefDTO) -> str:
    """The zone by its name, and by what the clock there is called on that day."""
    short = brief.starts_at.astimezone(ZoneInfo(brief.time_zone)).tzname() or ""
    return f"{brief.time_zone} ({short})" if short[:1].isalpha() and short != brief.time_zone else brief.time_zone


def _day(on: date) -> str:
    return f"{on.day} {on:%B %Y}"


def _clock(at: datetime) -> str:
    return f"{at:%H:%M}"


_templates.filters["kept"] = _kept
