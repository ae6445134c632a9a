"""What the worker does for topics and commitments: settle and review organizations in which something moved."""

from uuid import UUID

from service.coaching_sessions.use_cases.topic_review import review_topics_if_due
from service.core.database import Database
from service.core.principal import Principal


async def keep_up_agenda(database: Database, org_id: UUID) -> int:
    """One review, if one is due; 0 always, as there is nothing left to do after it."""
    async with database.tenant(org_id) as session:
        await review_topics_if_due(session, Principal.system(org_id))
    return 0
