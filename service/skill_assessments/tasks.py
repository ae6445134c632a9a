"""What the worker does for skill assessments, organization by organization; where nothing is due, two statements."""

from uuid import UUID

from service.core.clock import utc_now
from service.core.database import Database
from service.core.principal import Principal
from service.skill_assessments.use_cases.due_days import remind_due_assessments

ASSESSMENTS_PER_TRANSACTION = 200


async def watch_due_days(database: Database, org_id: UUID) -> int:
    """Tell of drafts that are due or overdue; 0: there are no more."""
    async with database.tenant(org_id) as session:
        done = await remind_due_assessments(session, Principal.system(org_id), utc_now(), ASSESSMENTS_PER_TRANSACTION)
    return int(done >= ASSESSMENTS_PER_TRANSACTION)
