"""What others hear of a session: an event in its transaction, and a hint to whoever watches it live."""

from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_sessions.dto.sessions import invitation_to
from service.coaching_sessions.models import CoachingSession
from service.core.notifications import SESSIONS, notify
from service.webhooks.outbox import EventType, emit


def event_data(row: CoachingSession, **more: Any) -> dict[str, Any]:
    """The data of an event about a session as it is now."""
    return {
        "session_id": row.id,
        "manager_id": row.manager_id,
        "rep_id": row.rep_id,
        "coach_ids": row.coach_ids,
        "rep_ids": row.rep_ids,
        "substitute_id": row.substitute_id,
        "uninvited_ids": row.uninvited_ids,
        "starts_at": row.starts_at,
        "sequence": row.sequence,
        "invitation": invitation_to(row.id),
        **more,
    }


async def tell(session: AsyncSession, row: CoachingSession, type_: EventType, **more: Any) -> None:
    """Emit an event about a session, and wake those who watch."""
    await emit(session, row.org_id, type_, event_data(row, **more))
    await wake(session, row)


async def wake(session: AsyncSession, row: CoachingSession) -> None:
    """Those who watch read it again once the transaction commits."""
    await notify(session, SESSIONS, f"{row.org_id}:{row.id}")
