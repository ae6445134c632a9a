"""Tells every process whose numbers have changed."""

from collections.abc import Iterable
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.notifications import SNAPSHOTS, notify

ANNOUNCED_TOGETHER = 200
"""Ids in one payload, which holds less than 8000 bytes."""


async def announce(session: AsyncSession, org_id: UUID, people: Iterable[UUID]) -> None:
    """Say it at commit: `org_id:person_id,person_id…`."""
    ids = [person_id.hex for person_id in people]
    for start in range(0, len(ids), ANNOUNCED_TOGETHER):
        await notify(session, SNAPSHOTS, f"{org_id}:{','.join(ids[start : start + ANNOUNCED_TOGETHER])}")
