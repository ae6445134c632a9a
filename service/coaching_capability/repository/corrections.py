"""The query of what became of opportunities within their grace time."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_opportunities.models import CoachingOpportunity


@dataclass(frozen=True, slots=True)
class RaisedOpportunity:
    """When it was raised and closed, the day from which others saw it, and how it was closed."""

    person_id: UUID
    raised_at: datetime
    manager_sees_on: date
    closed_at: datetime | None
    self_corrected: bool
    closed_because: str | None


async def list_decided(session: AsyncSession, org_id: UUID, days: tuple[date, date]) -> list[RaisedOpportunity]:
    """Those whose grace time ended on some days, the last included."""
    row = CoachingOpportunity
    columns = [col(getattr(row, name)) for name in RaisedOpportunity.__slots__]
    query = select(*columns).where(col(row.org_id) == org_id, col(row.manager_sees_on).between(*days))
    return [RaisedOpportunity(*values) for values in (await (await session.connection()).execute(query)).all()]
