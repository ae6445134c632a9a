"""The audit log as administrators read it."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.errors import not_found
from service.core.pagination import Page, PageRequest
from service.core.principal import Principal, require
from service.organizations.dto.audit import AuditEventDTO, AuditEventFilter
from service.organizations.permissions import Permission
from service.organizations.repository import audit as repository


async def list_audit_events(
    session: AsyncSession, principal: Principal, filters: AuditEventFilter, page: PageRequest
) -> Page[AuditEventDTO]:
    """Who did what, the last first."""
    require(principal, Permission.AUDIT_READ)
    found = await repository.list_audit_events(session, principal.org_id, filters, page)
    return found.with_items([AuditEventDTO.model_validate(row) for row in found.items])


async def get_audit_event(session: AsyncSession, principal: Principal, event_id: UUID) -> AuditEventDTO:
    """One row of the log."""
    require(principal, Permission.AUDIT_READ)
    row = await repository.get_audit_event(session, principal.org_id, event_id)
    if row is None:
        raise not_found("audit_event")
    return AuditEventDTO.model_validate(row)
