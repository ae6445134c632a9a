"""What the worker does for development plans, organization by organization."""

from uuid import UUID

from service.core.clock import utc_now
from service.core.database import Database
from service.core.principal import Principal
from service.skill_assessments.use_cases.plan_clock import tell_due

DUE_PER_TRANSACTION = 200


async def watch_plans(database: Database, org_id: UUID) -> int:
    """Tell of steps and reviews whose day has come; 0: there are no more."""
    async with database.tenant(org_id) as session:
        told = await tell_due(session, Principal.system(org_id), utc_now(), DUE_PER_TRANSACTION)
    return int(told >= DUE_PER_TRANSACTION)
