"""When topics and commitments are to be looked at again: opportunities, facts or commitments moved, or a day began."""

from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_opportunities.use_cases.reviewing import last_change
from service.coaching_sessions.repository import reviewing as repository
from service.core.principal import Principal
from service.kpi_snapshots.use_cases.keeping import newest_snapshot
from service.organizations.use_cases.scope import local_now

OVERLAP = timedelta(seconds=5)
"""What was written so shortly before a review may have been committed after it."""


async def has_moved(session: AsyncSession, principal: Principal, now: datetime) -> bool:
    """Whether a review could find anything that the last one did not; a few indexed look-ups."""
    moved = await repository.last_moves(session, principal.org_id)
    if moved.reviewed_at is None:
        return True
    zone = (await local_now(session, principal.org_id)).tzinfo
    if now.astimezone(zone).date() != moved.reviewed_at.astimezone(zone).date():
        return True
    since = moved.reviewed_at - OVERLAP
    changes = (
        moved.written_at,
        await last_change(session, principal),
        await newest_snapshot(session, principal.org_id),
    )
    return any(at is not None and at > since for at in changes)
