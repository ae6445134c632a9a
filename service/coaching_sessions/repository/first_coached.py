"""When people were first coached in a KPI: in sessions that were held."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, func, select, union_all
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_sessions.models import CoachingCommitment, CoachingSession, CoachingTopic


async def list_first_coached(
    session: AsyncSession, org_id: UUID, kpis: Collection[str], known_at: datetime
) -> list[tuple[UUID, str, datetime]]:
    """Person, KPI and the start of the first session in which it was discussed or committed to, in one statement.

    Of sessions completed by an instant; what was written about them later does not count.
    """
    topic, made, held = CoachingTopic, CoachingCommitment, CoachingSession
    discussed: Select[*tuple[Any, ...]] = select(
        col(topic.rep_id).label("rep_id"),
        col(topic.kpi).label("kpi"),
        col(topic.discussed_in).label("session_id"),
    ).where(col(topic.org_id) == org_id, col(topic.kpi).in_(kpis), col(topic.ended_at) <= known_at)
    agreed = select(col(made.rep_id), col(made.kpi), col(made.session_id)).where(
        col(made.org_id) == org_id, col(made.kpi).in_(kpis), col(made.created_at) <= known_at
    )
    subjects = union_all(discussed, agreed).subquery()
    began = func.min(func.coalesce(col(held.started_at), col(held.starts_at)))
    query = (
        select(subjects.c.rep_id, subjects.c.kpi, began)
        .join(held, and_(col(held.org_id) == org_id, col(held.id) == subjects.c.session_id))
        .where(col(held.status) == "completed", col(held.completed_at) <= known_at)
        .group_by(subjects.c.rep_id, subjects.c.kpi)
    )
    return [tuple(row) for row in (await (await session.connection()).execute(query)).all()]
