"""The audit log's rows of who read what is said of a person."""

from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.audit import AuditEvent
from service.core.keyset import fetch_page
from service.core.pagination import Page, PageRequest
from service.skill_assessments.dto.readers import ACCESS_SORTING


async def list_reads(
    session: AsyncSession, org_id: UUID, person_id: UUID, action: str, page: PageRequest
) -> Page[AuditEvent]:
    """One page of the readings of what is said of a person."""
    row = AuditEvent
    query = select(row).where(
        col(row.org_id) == org_id, col(row.target_id) == str(person_id), col(row.action) == action
    )
    return await fetch_page(session, query, row, ACCESS_SORTING, page)


async def get_read(
    session: AsyncSession, org_id: UUID, person_id: UUID, action: str, access_id: UUID
) -> AuditEvent | None:
    """One reading of what is said of a person."""
    row = AuditEvent
    query = select(row).where(
        col(row.org_id) == org_id,
        col(row.id) == access_id,
        col(row.target_id) == str(person_id),
        col(row.action) == action,
    )
    return (await session.exec(query)).first()
