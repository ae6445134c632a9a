"""Every query of the audit log."""

from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.audit import AuditEvent
from service.core.keyset import fetch_page
from service.core.pagination import Page, PageRequest
from service.organizations.dto.audit import AUDIT_SORTING, AuditEventFilter


async def list_audit_events(
    session: AsyncSession, org_id: UUID, filters: AuditEventFilter, page: PageRequest
) -> Page[AuditEvent]:
    """One page of the log."""
    query = select(AuditEvent).where(col(AuditEvent.org_id) == org_id)
    for name, value in filters.model_dump(exclude={"since", "until"}, exclude_none=True).items():
        query = query.where(col(getattr(AuditEvent, name)) == value)
    if filters.since is not None:
        query = query.where(col(AuditEvent.occurred_at) >= filters.since)
    if filters.until is not None:
        query = query.where(col(AuditEvent.occurred_at) < filters.until)
    return await fetch_page(session, query, AuditEvent, AUDIT_SORTING, page)


async def get_audit_event(session: AsyncSession, org_id: UUID, event_id: UUID) -> AuditEvent | None:
    """One row."""
    query = select(AuditEvent).where(col(AuditEvent.org_id) == org_id, col(AuditEvent.id) == event_id)
    return (await session.exec(query)).first()
