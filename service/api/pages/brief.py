"""A brief as one page for a phone, a screen and paper: no script, nothing from elsewhere, styles of its own."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from service.coaching_sessions.concerns import Concern
from service.coaching_sessions.dto.brief import BriefDTO, StatementDTO
from service.coaching_sessions.dto.commitments import CommitmentDTO

HERE = Path(__file__).parent
STYLE = (HERE / "brief.css").read_text("utf-8")
_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY = f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
"""The browser itself refuses whatever the page would load or run."""

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
        sections=_sections(brief, _day(brief.since.astimezone(zone).date())),
    )


def _sections(brief: BriefDTO, since: str) -> list[Section]:
    changes = brief.changes[:MOST_CHANGES]
    more = len(brief.changes) - len(changes)
    return [
        Section("behind", "Behind pace", _grouped(brief.kpis_behind), "No KPI is behind pace or at risk."),
        Section(
            "process",
            "How the process was kept",
            [("", brief.process_adherence)] if brief.process_adherence else [],
            "There is nothing to tell.",
        ),
        Section(
            "deals",
            "Deals to inspect",
            [("", brief.deals_to_inspect)] if brief.deals_to_inspect else [],
            "No open deal breaks a standard, stays too long in its stage or was put off.",
        ),
        Section("changes", f"Since {since}", _grouped(changes), "Nothing worth telling has changed.", more),
        Section("wins", "Wins, and what earned them", [("", brief.wins)] if brief.wins else [], "No deal was won."),
    ]


def _grouped(statements: Sequence[StatementDTO]) -> list[tuple[str, Sequence[StatementDTO]]]:
    """By what they concern, in the order that they have."""
    kinds = dict.fromkeys(one.concerns for one in statements)
    return [(TITLES[kind], [one for one in statements if one.concerns is kind]) for kind in kinds]


def _commitment(one: CommitmentDTO, names: dict[Any, str], today: date) -> dict[str, Any]:
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
