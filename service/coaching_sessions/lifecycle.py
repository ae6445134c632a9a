"""What becomes of a session: its states, the moves between them, and which side may make each; pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from service.core.moves import Rule, moves_from


class SessionState(StrEnum):
    """Where a session is."""

    SCHEDULED = "scheduled"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    MISSED = "missed"


class Side(StrEnum):
    """Who acts, as seen from a session."""

    MANAGER = "manager"
    """The one who coaches."""
    REP = "rep"
    """The one who is coached."""
    OTHER = "other"
    """Somebody above, an administrator, enablement, or a key of the organization."""
    SYSTEM = "system"
    """The clock, or the series that it belongs to."""


class Move(StrEnum):
    """What can be done to a session."""

    START = "start"
    COMPLETE = "complete"
    RESCHEDULE = "reschedule"
    CANCEL = "cancel"
    MISS = "miss"
    WRITE = "write"
    ATTEST = "attest"


_S = SessionState
RULES: Mapping[Move, Rule[SessionState, Side]] = {
    Move.START: Rule(frozenset({_S.SCHEDULED}), _S.IN_PROGRESS, frozenset({Side.MANAGER, Side.REP})),
    Move.COMPLETE: Rule(frozenset({_S.IN_PROGRESS}), _S.COMPLETED, frozenset({Side.MANAGER})),
    Move.RESCHEDULE: Rule(frozenset({_S.SCHEDULED}), None, frozenset(Side)),
    Move.CANCEL: Rule(frozenset({_S.SCHEDULED, _S.IN_PROGRESS}), _S.CANCELLED, frozenset(Side)),
    Move.MISS: Rule(frozenset({_S.SCHEDULED}), _S.MISSED, frozenset({Side.SYSTEM})),
    Move.WRITE: Rule(frozenset({_S.SCHEDULED, _S.IN_PROGRESS}), None, frozenset({Side.MANAGER, Side.REP})),
    Move.ATTEST: Rule(frozenset({_S.IN_PROGRESS, _S.COMPLETED, _S.MISSED}), None, frozenset({Side.MANAGER, Side.REP})),
}
"""The whole state machine. Writing is of shared notes and answers."""


@dataclass(frozen=True, slots=True)
class Participants:
    """Between whom a session is."""

    manager_id: UUID
    rep_id: UUID

    def side_of(self, person_id: UUID | None) -> Side:
        """As which side a person acts; None, a key of the organization, is another."""
        if person_id == self.manager_id:
            return Side.MANAGER
        return Side.REP if person_id == self.rep_id else Side.OTHER


def allowed_moves(state: SessionState, side: Side) -> tuple[Move, ...]:
    """What a side may do now."""
    return moves_from(RULES, state, {side})


def is_overdue(ends_at: datetime, grace_hours: int, now: datetime) -> bool:
    """Whether a session that nobody started counts as missed: its grace time is over."""
    return now >= ends_at + timedelta(hours=grace_hours)


def next_reminder(starts_at: datetime, reminder_minutes: tuple[int, ...], after: datetime) -> datetime | None:
    """When the next reminder is due, strictly after an instant; None: there is none left."""
    due = sorted(starts_at - timedelta(minutes=minutes) for minutes in set(reminder_minutes))
    return next((at for at in due if at > after), None)
