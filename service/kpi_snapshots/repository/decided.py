"""Decided deals, page by page."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, literal
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from service.activities.models import Deal
from service.core.keyset import fetch_page
from service.core.pagination import Page, PageRequest
from service.kpi_snapshots.quadrants.dto import DEAL_VERDICT_SORTING, DealVerdictsQuery


async def list_decided_deals(
    session: AsyncSession,
    org_id: UUID,
    people: Collection[UUID] | None,
    query: DealVerdictsQuery,
    as_of: datetime,
    page: PageRequest,
) -> Page[Deal]:
    """Those of some people (None: everybody's, and nobody's) that were decided by an instant."""
    found = _decided(org_id, people, as_of)
    if query.outcome is not None:
        found = found.where(col(Deal.outcome) == query.outcome.value)
    if query.closed_from is not None:
        found = found.where(col(Deal.closed_on) >= query.closed_from)
    if query.closed_until is not None:
        found = found.where(col(Deal.closed_on) < query.closed_until)
    return await fetch_page(session, found, Deal, DEAL_VERDICT_SORTING, page)


async def get_decided_deal(
    session: AsyncSession, org_id: UUID, people: Collection[UUID] | None, deal_id: UUID, as_of: datetime
) -> Deal | None:
    """One of them."""
    return (await session.exec(_decided(org_id, people, as_of).where(col(Deal.id) == deal_id))).first()


def _decided(org_id: UUID, people: Collection[UUID] | None, as_of: datetime) -> SelectOfScalar[Deal]:
    decided = select(Deal).where(col(Deal.org_id) == org_id, col(Deal.outcome) != "open")
    decided = decided.where(col(Deal.closed_at).is_not(None), col(Deal.closed_at) <= as_of)
    if people is None:
        return decided
    return decided.where(col(Deal.closed_owner_id) == any_(literal(list(people), ARRAY(Uuid))))
