"""What a rep was owed, received and has ahead; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from service.coaching_sessions.cadence_adherence import Rate, tally
from service.coaching_sessions.ledger import LedgerGap, LedgerSession, Moment, Standing
from service.coaching_sessions.lifecycle import SessionState

SKIPPED, UNSCHEDULED = "skipped", "unscheduled"
STATES = {
    Standing.HELD: SessionState.COMPLETED,
    Standing.CANCELLED: SessionState.CANCELLED,
    Standing.MISSED: SessionState.MISSED,
    Standing.UNFINISHED: SessionState.IN_PROGRESS,
}


@dataclass(frozen=True, slots=True)
class EntitledSession:
    """One session or occurrence; `status` of a session, or `skipped` and `unscheduled`."""

    session_id: UUID | None
    manager_id: UUID
    due_at: datetime
    starts_at: datetime | None
    status: str
    owed: bool
    reason: str | None


@dataclass(frozen=True, slots=True)
class Entitlement:
    """The account of one rep."""

    owed: int
    received: Rate
    ahead: int
    next_session_at: datetime | None
    alert: str | None
    sessions: tuple[EntitledSession, ...]


def account_for(
    sessions: Sequence[LedgerSession],
    gaps: Sequence[LedgerGap],
    ahead: Sequence[LedgerSession],
    moment: Moment,
    days: int,
) -> Entitlement:
    """A rep's account: `sessions` and `gaps` are those due in the span, `ahead` whatever may be to come.

    The alert speaks of the `days` from the moment on.
    """
    numbers = tally(sessions, gaps, ())
    coming = sorted(one.starts_at for one in ahead if is_to_come(one, moment))
    following = coming[0] if coming else None
    listed = [*map(_of_session, sessions), *map(_of_gap, gaps)]
    return Entitlement(
        owed=numbers.owed,
        received=numbers.held,
        ahead=len(coming),
        next_session_at=following,
        alert=alert_of(following, moment, days),
        sessions=tuple(sorted(listed, key=lambda one: (one.due_at, str(one.session_id)))),
    )


def is_to_come(session: LedgerSession, moment: Moment) -> bool:
    """Whether a session is planned for later than the moment."""
    return session.standing is Standing.AHEAD and not session.is_running and session.starts_at >= moment.at


def alert_of(next_session_at: datetime | None, moment: Moment, days: int) -> str | None:
    """Why somebody should act; None where a session is planned within the days."""
    if next_session_at is None:
        return "No session is planned at all."
    if next_session_at <= moment.at + timedelta(days=days):
        return None
    return f"No session is planned in the next {days} days; the next one is on {moment.day_of(next_session_at)}."


def _of_session(session: LedgerSession) -> EntitledSession:
    running = SessionState.IN_PROGRESS if session.is_running else SessionState.SCHEDULED
    return EntitledSession(
        session_id=session.id,
        manager_id=session.manager_id,
        due_at=session.due_at,
        starts_at=session.starts_at,
        status=STATES.get(session.standing, running).value,
        owed=session.owed,
        reason=session.cancel_reason,
    )


def _of_gap(gap: LedgerGap) -> EntitledSession:
    return EntitledSession(
        session_id=None,
        manager_id=gap.manager_id,
        due_at=gap.due_at,
        starts_at=None,
        status=UNSCHEDULED if gap.owed else SKIPPED,
        owed=gap.owed,
        reason=gap.reason,
    )
