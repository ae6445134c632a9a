"""Whoever watches a rep is told that there is news about topics or commitments."""

from collections.abc import Iterable
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.notifications import TOPICS, notify

AT_ONCE = 200
"""A hint has room for so many ids."""


async def hint_topics(session: AsyncSession, org_id: UUID, rep_ids: Iterable[UUID]) -> None:
    """With the session's commit."""
    reps = sorted(set(rep_ids))
    for start in range(0, len(reps), AT_ONCE):
        ids = ",".join(id_.hex for id_ in reps[start : start + AT_ONCE])
        await notify(session, TOPICS, f"{org_id}:{ids}")
