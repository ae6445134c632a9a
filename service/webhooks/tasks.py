"""What the worker does for events: publish them, and forget the old ones."""

from uuid import UUID

from service.core.clock import utc_now
from service.core.database import Database
from service.webhooks.use_cases.events import PUBLISHED_AT_ONCE, publish_events, purge_events

__all__ = ["PUBLISHED_AT_ONCE", "publish_outbox", "purge_outbox"]


async def publish_outbox(database: Database, org_id: UUID) -> int:
    """One transaction's worth of waiting events; returns how many there were (0: none left)."""
    async with database.tenant(org_id) as session:
        return await publish_events(session, org_id, utc_now())


async def purge_outbox(database: Database, org_id: UUID) -> None:
    """Forget what is older than 30 days, some thousands per transaction."""
    while True:
        async with database.tenant(org_id) as session:
            if not await purge_events(session, org_id, utc_now()):
                return
