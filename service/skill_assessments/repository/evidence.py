"""Deals and activities as evidence: whose they are that a rater names, and those to look at."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from service.activities.models import Activity, Deal, StageChange


async def owners_of_deals(session: AsyncSession, org_id: UUID, ids: Collection[UUID]) -> dict[UUID, UUID | None]:
    """Who owns each of some deals; those that are not there are left out."""
    query = select(Deal.id, Deal.owner_id).where(col(Deal.org_id) == org_id, col(Deal.id).in_(ids))
    return dict((await session.exec(query)).all())


async def owners_of_activities(session: AsyncSession, org_id: UUID, ids: Collection[UUID]) -> dict[UUID, UUID | None]:
    """Whose each of some activities is; those that are not there are left out."""
    row = Activity
    query = select(row.id, row.person_id).where(col(row.org_id) == org_id, col(row.id).in_(ids))
    return dict((await session.exec(query)).all())


async def recent_deals(
    session: AsyncSession, org_id: UUID, person_id: UUID, stages: Collection[str], since: date, limit: int
) -> list[tuple[Deal, datetime]]:
    """A person's deals that came into or out of some stages since a day, with when they last did; the last first."""
    move = StageChange
    moved = (
        select(col(move.deal_id).label("deal_id"), func.max(col(move.occurred_at)).label("moved_at"))
        .where(col(move.org_id) == org_id, col(move.person_id) == person_id, col(move.occurred_on) >= since)
        .where(or_(col(move.from_stage).in_(stages), col(move.to_stage).in_(stages)))
        .group_by(col(move.deal_id))
        .subquery()
    )
    query = (
        select(Deal, moved.c.moved_at)
        .join(moved, moved.c.deal_id == col(Deal.id))
        .where(col(Deal.org_id) == org_id, col(Deal.owner_id) == person_id)
        .order_by(moved.c.moved_at.desc(), col(Deal.id))
        .limit(limit)
    )
    return list((await session.exec(query)).all())


async def recent_activities(
    session: AsyncSession, org_id: UUID, person_id: UUID, deals: Collection[UUID], since: date, limit: int
) -> list[Activity]:
    """What a person did since a day, about some deals (none: about anything); the last first."""
    row = Activity
    query = select(row).where(col(row.org_id) == org_id, col(row.person_id) == person_id, col(row.occurred_on) >= since)
    if deals:
        query = query.where(col(row.deal_id).in_(deals))
    return list((await session.exec(query.order_by(col(row.occurred_at).desc(), col(row.id)).limit(limit))).all())
