"""What others hear of a session or its agenda: an event in the transaction, and a hint to whoever watches it live."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_sessions.models import CoachingSession
from service.core.notifications import SESSIONS, TOPICS, notify
from service.webhooks.outbox import EventType, emit

AT_ONCE = 200
"""A hint has room for so many ids."""


def event_data(row: CoachingSession, **more: Any) -> dict[str, Any]:
    """The data of an event about a session as it is now."""
    return {
        "session_id": row.id,
        "manager_id": row.manager_id,
        "rep_id": row.rep_id,
        "starts_at": row.starts_at,
        "sequence": row.sequence,
        **more,
    }


async def tell(session: AsyncSession, row: CoachingSession, type_: EventType, **more: Any) -> None:
    """Emit an event about a session, and wake those who watch."""
    await emit(session, row.org_id, type_, event_data(row, **more))
    await wake(session, row)


async def wake(session: AsyncSession, row: CoachingSession) -> None:
    """Those who watch read it again once the transaction commits."""
    await notify(session, SESSIONS, f"{row.org_id}:{row.id}")


async def hint_topics(session: AsyncSession, org_id: UUID, rep_ids: Iterable[UUID]) -> None:
    """Those who watch these reps read their topics and commitments again once the transaction commits."""
    reps = sorted(set(rep_ids))
    for start in range(0, len(reps), AT_ONCE):
        ids = ",".join(id_.hex for id_ in reps[start : start + AT_ONCE])
        await notify(session, TOPICS, f"{org_id}:{ids}")
