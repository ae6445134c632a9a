"""What the worker does for coaching capability: tell of trees that fall below the standard, once a day."""

from uuid import UUID

from service.coaching_capability.use_cases.falling import tell_falls
from service.core.clock import utc_now
from service.core.database import Database
from service.core.principal import Principal


async def watch_standards(database: Database, org_id: UUID) -> int:
    """One look; 0 always, as there is nothing left to do after it."""
    async with database.tenant(org_id) as session:
        await tell_falls(session, Principal.system(org_id), utc_now())
    return 0
