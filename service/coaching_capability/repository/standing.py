"""Every query of how trees stood when they were looked at last."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_capability.models import CapabilityReview, CapabilityStanding

Place = tuple[UUID, str]
"""A manager and a key."""


async def last_review(session: AsyncSession, org_id: UUID) -> date | None:
    """The day of the last review."""
    query = select(col(CapabilityReview.reviewed_on)).where(col(CapabilityReview.org_id) == org_id)
    return (await session.exec(query)).first()


async def claim_review(session: AsyncSession, org_id: UUID, day: date) -> bool:
    """Whether the review of a day is the caller's; another worker's waits here, and finds that it is done."""
    row = insert(CapabilityReview).values(org_id=org_id, reviewed_on=day)
    claimed = row.on_conflict_do_update(
        index_elements=["org_id"], set_={"reviewed_on": day}, where=col(CapabilityReview.reviewed_on) < day
    ).returning(col(CapabilityReview.org_id))
    return (await (await session.connection()).execute(claimed)).first() is not None


async def list_below(session: AsyncSession, org_id: UUID) -> set[Place]:
    """What was below the standard when it was looked at last."""
    standing = CapabilityStanding
    query = select(standing.manager_id, standing.key).where(col(standing.org_id) == org_id, col(standing.is_below))
    return {(manager_id, key) for manager_id, key in (await session.exec(query)).all()}


async def note_standing(
    session: AsyncSession, org_id: UUID, places: Sequence[Place], at: datetime, *, is_below: bool
) -> None:
    """Remember what has fallen below, or is above again."""
    if not places:
        return
    values = [
        {"org_id": org_id, "manager_id": manager_id, "key": key, "is_below": is_below, "changed_at": at}
        for manager_id, key in places
    ]
    rows = insert(CapabilityStanding).values(values)
    changed = {"is_below": rows.excluded.is_below, "changed_at": rows.excluded.changed_at}
    await (await session.connection()).execute(
        rows.on_conflict_do_update(index_elements=["org_id", "manager_id", "key"], set_=changed)
    )
