"""`/v1/audit-events`: who wrote what, and who read what is private."""

from typing import Annotated

from fastapi import Query

from service.api.deps import PrincipalDep, SessionDep
from service.api.operation import operation
from service.api.paging import ListEnvelope, ListRequest, sorted_by
from service.api.route import resource_router
from service.organizations.dto.audit import AUDIT_SORTING, AuditEventDTO, AuditEventFilter
from service.organizations.permissions import Permission
from service.organizations.use_cases import audit

router = resource_router("/v1/audit-events", "audit events")


@router.get("", **operation("listAuditEvents", "List audit events", Permission.AUDIT_READ))
async def list_audit_events(
    session: SessionDep,
    principal: PrincipalDep,
    page: Annotated[ListRequest, sorted_by(AUDIT_SORTING)],
    filters: Annotated[AuditEventFilter, Query()],
) -> ListEnvelope[AuditEventDTO]:
    """Every write of both surfaces and every read of private records, the last first."""
    return page.answer(await audit.list_audit_events(session, principal, filters, page))
