"""What becomes of a topic: its states, and what a review of the data makes of what is open; pure.

What the data say is a list of proposals. A proposal without an open topic raises one, one with a topic brings it up to
date, and a topic that was raised by the data and is proposed no more is resolved. What people raised ends by people.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from service.coaching_sessions.concerns import Concern


class TopicSource(StrEnum):
    """Who or what raised a topic."""

    OPPORTUNITY = "opportunity"
    DEAL = "deal"
    COMMITMENT = "commitment"
    ASSESSMENT = "assessment"
    REP = "rep"
    MANAGER = "manager"


class TopicState(StrEnum):
    """What became of a topic."""

    OPEN = "open"
    DISCUSSED = "discussed"
    DISMISSED = "dismissed"
    RESOLVED = "resolved"


ALLOWED: dict[TopicState, tuple[TopicState, ...]] = {
    TopicState.OPEN: (TopicState.DISMISSED,),
    TopicState.DISMISSED: (TopicState.OPEN,),
    TopicState.DISCUSSED: (),
    TopicState.RESOLVED: (),
}
"""What people may make of each outside of a session; discussing is a session's, resolving the data's own."""
BY_PEOPLE = frozenset({TopicSource.REP, TopicSource.MANAGER})
REST = timedelta(days=28)
"""What was discussed and lasts comes up again after so long; until then its commitments are followed."""
MARKS = ("stage", "slips", "due_on", "own", "manager")
"""Parts of the evidence that make the same subject another matter: a deal that moved on or slipped once more, a
commitment that was put off, ratings that are other ones."""
ASKED_IMPACT, ASKED_CONFIDENCE = Decimal("0.5"), Decimal(1)
"""What somebody asks to talk about weighs as much as half of a target that is surely missed."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """Something the data say is worth talking about; of a rep and a subject there is one at most."""

    rep_id: UUID
    subject: str
    source: TopicSource
    title: str
    reason: str
    evidence: Mapping[str, Any]
    concerns: Concern
    impact: Decimal
    confidence: Decimal
    visible_on: date
    kpi: str | None = None
    deal_id: UUID | None = None
    criterion: str | None = None
    skill: str | None = None
    opportunity_id: UUID | None = None
    commitment_id: UUID | None = None

    @property
    def key(self) -> tuple[UUID, str]:
        """Whose it is and what about."""
        return self.rep_id, self.subject


@dataclass(frozen=True, slots=True)
class Kept:
    """An open topic, as far as a review looks at it."""

    id: UUID
    rep_id: UUID
    subject: str
    source: TopicSource


@dataclass(frozen=True, slots=True)
class Ended:
    """How the last topic of a rep about a subject was discussed or dismissed."""

    rep_id: UUID
    subject: str
    state: TopicState
    ended_at: datetime
    evidence: Mapping[str, Any]


@dataclass(slots=True)
class Changes:
    """What a review does: to raise, to bring up to date, to resolve."""

    raised: list[Proposal]
    updated: list[tuple[Kept, Proposal]]
    resolved: list[Kept]


def review(
    kept: Iterable[Kept],
    ended: Iterable[Ended],
    proposals: Iterable[Proposal],
    present: Collection[UUID],
    now: datetime,
) -> Changes:
    """Decide what becomes of every subject; with those who are not `present` any more nobody talks."""
    wanted = {one.key: one for one in proposals if one.rep_id in present}
    last = {(one.rep_id, one.subject): one for one in ended}
    changes = Changes([], [], [])
    seen: set[tuple[UUID, str]] = set()
    for topic in kept:
        key = (topic.rep_id, topic.subject)
        seen.add(key)
        if key in wanted:
            changes.updated.append((topic, wanted[key]))
        elif topic.source not in BY_PEOPLE or topic.rep_id not in present:
            changes.resolved.append(topic)
    changes.raised += [one for key, one in wanted.items() if key not in seen and _is_news(one, last.get(key), now)]
    return changes


def _is_news(proposal: Proposal, last: Ended | None, now: datetime) -> bool:
    """Whether what was talked about or dismissed is another matter by now, or has rested for long enough."""
    if last is None or any(proposal.evidence.get(mark) != last.evidence.get(mark) for mark in MARKS):
        return True
    return last.state is TopicState.DISCUSSED and now - last.ended_at >= REST


def visible_from(current: date, proposed: date, today: date) -> date:
    """From when others see an open topic: a day in the past stays the one that it was."""
    return current if max(current, proposed) <= today else proposed
