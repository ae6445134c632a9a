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
    """One who coaches."""
    REP = "rep"
    """One who is coached."""
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
    INVITE = "invite"
    ATTEST = "attest"


_S = SessionState
RULES: Mapping[Move, Rule[SessionState, Side]] = {
    Move.START: Rule(frozenset({_S.SCHEDULED}), _S.IN_PROGRESS, frozenset({Side.MANAGER, Side.REP})),
    Move.COMPLETE: Rule(frozenset({_S.IN_PROGRESS}), _S.COMPLETED, frozenset({Side.MANAGER})),
    Move.RESCHEDULE: Rule(frozenset({_S.SCHEDULED}), None, frozenset(Side)),
    Move.CANCEL: Rule(frozenset({_S.SCHEDULED, _S.IN_PROGRESS}), _S.CANCELLED, frozenset(Side)),
    Move.MISS: Rule(frozenset({_S.SCHEDULED}), _S.MISSED, frozenset({Side.SYSTEM})),
    Move.WRITE: Rule(frozenset({_S.SCHEDULED, _S.IN_PROGRESS}), None, frozenset({Side.MANAGER, Side.REP})),
    Move.INVITE: Rule(frozenset({_S.SCHEDULED}), None, frozenset(Side) - {Side.REP}),
    Move.ATTEST: Rule(frozenset({_S.IN_PROGRESS, _S.COMPLETED, _S.MISSED}), None, frozenset({Side.MANAGER, Side.REP})),
}
"""The whole state machine. Writing is of shared notes and answers, inviting changes who takes part beside the two."""


@dataclass(frozen=True, slots=True)
class Participants:
    """Who takes part in a session: the one who owes it and the rep it is for, and everybody beside them.

    `substitute_id` holds it in the manager's place, who has that time for themself.
    """

    manager_id: UUID
    rep_id: UUID
    coach_ids: tuple[UUID, ...] = ()
    rep_ids: tuple[UUID, ...] = ()
    substitute_id: UUID | None = None

    @property
    def coaches(self) -> tuple[UUID, ...]:
        """Everybody on the coaching side, the one who owes it first, the substitute last."""
        substitute = () if self.substitute_id is None else (self.substitute_id,)
        return (self.manager_id, *self.coach_ids, *substitute)

    @property
    def reps(self) -> tuple[UUID, ...]:
        """Everybody who is coached, the rep that it is for first."""
        return (self.rep_id, *self.rep_ids)

    @property
    def everybody(self) -> tuple[UUID, ...]:
        """Both sides."""
        return (*self.coaches, *self.reps)

    @property
    def attending(self) -> tuple[UUID, ...]:
        """Whose time it takes."""
        return (self.substitute_id or self.manager_id, *self.coach_ids, *self.reps)

    def side_of(self, person_id: UUID | None) -> Side:
        """As which side a person acts; None, a key of the organization, is another."""
        if person_id in self.coaches:
            return Side.MANAGER
        return Side.REP if person_id in self.reps else Side.OTHER


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
