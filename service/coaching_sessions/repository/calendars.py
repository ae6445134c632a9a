"""Every query of calendar feeds and of the way from a token to its organization."""

from collections.abc import Collection
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_sessions.dto.calendars import FEED_SORTING, CalendarFeedFilter
from service.coaching_sessions.models import CalendarFeed, CalendarFeedRoute
from service.core.keyset import fetch_page
from service.core.pagination import Page, PageRequest

Row = CalendarFeed


async def find_route(session: AsyncSession, token_hash: bytes) -> CalendarFeedRoute | None:
    """The organization of a feed."""
    query = select(CalendarFeedRoute).where(col(CalendarFeedRoute.token_hash) == token_hash)
    return (await session.exec(query)).first()


async def list_feeds(
    session: AsyncSession,
    org_id: UUID,
    people: Collection[UUID] | None,
    filters: CalendarFeedFilter,
    page: PageRequest,
) -> Page[CalendarFeed]:
    """One page of the feeds of some people (None: of everybody)."""
    query = select(Row).where(col(Row.org_id) == org_id)
    if people is not None:
        query = query.where(col(Row.person_id).in_(people))
    if filters.person_id is not None:
        query = query.where(col(Row.person_id) == filters.person_id)
    return await fetch_page(session, query, Row, FEED_SORTING, page)


async def get_feed(session: AsyncSession, org_id: UUID, feed_id: UUID) -> CalendarFeed | None:
    """One feed."""
    return (await session.exec(select(Row).where(col(Row.org_id) == org_id, col(Row.id) == feed_id))).first()


async def add_feed(session: AsyncSession, row: CalendarFeed) -> None:
    """Store a feed and the way to it."""
    session.add(row)
    session.add(CalendarFeedRoute(token_hash=row.token_hash, org_id=row.org_id, feed_id=row.id))
    await session.flush()


async def delete_feed(session: AsyncSession, row: CalendarFeed) -> None:
    """Forget a feed; the way from its token stays, and leads to nothing."""
    await session.delete(row)
    await session.flush()
