"""Every query of session formats."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_sessions.dto.formats import FORMAT_SORTING, SessionFormatFilter
from service.coaching_sessions.models import SessionFormat
from service.core.keyset import fetch_page
from service.core.pagination import Page, PageRequest

Row = SessionFormat


async def list_formats(
    session: AsyncSession, org_id: UUID, filters: SessionFormatFilter, page: PageRequest
) -> Page[SessionFormat]:
    """One page of every version of every format."""
    query = select(Row).where(col(Row.org_id) == org_id)
    if filters.key is not None:
        query = query.where(col(Row.key) == filters.key)
    return await fetch_page(session, query, Row, FORMAT_SORTING, page)


async def get_format(session: AsyncSession, org_id: UUID, format_id: UUID) -> SessionFormat | None:
    """One version of a format."""
    return (await session.exec(select(Row).where(col(Row.org_id) == org_id, col(Row.id) == format_id))).first()


async def get_formats(session: AsyncSession, org_id: UUID, ids: Collection[UUID]) -> dict[UUID, SessionFormat]:
    """Some versions by id."""
    query = select(Row).where(col(Row.org_id) == org_id, col(Row.id).in_(ids))
    return {row.id: row for row in (await session.exec(query)).all()}


async def newest_format(session: AsyncSession, org_id: UUID, key: str) -> SessionFormat | None:
    """The newest version of a format."""
    query = select(Row).where(col(Row.org_id) == org_id, col(Row.key) == key).order_by(col(Row.version).desc())
    return (await session.exec(query.limit(1))).first()


async def lock_formats(session: AsyncSession, org_id: UUID) -> None:
    """Writers of an organization's formats take turns, so that versions follow one another."""
    await session.exec(select(func.pg_advisory_xact_lock(func.hashtextextended(f"session_formats:{org_id}", 0))))


async def add_format(session: AsyncSession, row: SessionFormat) -> None:
    """Store a version."""
    session.add(row)
    await session.flush()
