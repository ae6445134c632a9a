"""What the worker does for coaching opportunities: review organizations whose snapshots have moved on."""

from uuid import UUID

from service.coaching_opportunities.use_cases.reviewing import review_if_due
from service.core.database import Database
from service.core.principal import Principal


async def review(database: Database, org_id: UUID) -> int:
    """One review, if one is due; 0 always, as there is nothing left to do after it."""
    async with database.tenant(org_id) as session:
        await review_if_due(session, Principal.system(org_id))
    return 0
