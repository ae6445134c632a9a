"""When people were first coached in KPIs, for the layers above."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_sessions.permissions import Permission
from service.coaching_sessions.repository import first_coached as repository
from service.core.principal import Principal, require


async def first_coached(
    session: AsyncSession, principal: Principal, kpis: Collection[str], known_at: datetime
) -> dict[str, dict[UUID, datetime]]:
    """By KPI and person, when the first session held in which it was a topic or a commitment began."""
    require(principal, Permission.COACHING_SESSIONS_READ)
    found: dict[str, dict[UUID, datetime]] = defaultdict(dict)
    for rep_id, kpi, began in await repository.list_first_coached(session, principal.org_id, kpis, known_at):
        found[kpi][rep_id] = began
    return dict(found)
