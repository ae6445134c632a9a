"""`/v1/audit-events`: who wrote what, and who read what is private."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from service.api.deps import PrincipalDep, SessionDep
from service.api.operation import operation
from service.api.paging import ListEnvelope, ListRequest, searched, sorted_by
from service.api.route import resource_router
from service.core.dto import Instant
from service.organizations.dto.audit import AUDIT_SORTING, AuditEventDTO, AuditEventFilter
from service.organizations.permissions import Permission
from service.organizations.use_cases import audit

router = resource_router("/v1/audit-events", "audit events")


@router.get("", **operation("listAuditEvents", "List audit events", Permission.AUDIT_READ))
async def list_audit_events(
    session: SessionDep,
    principal: PrincipalDep,
    page: Annotated[ListRequest, sorted_by(AUDIT_SORTING)],
    action: Annotated[str | None, searched("The operation id.")] = None,
    person_id: Annotated[UUID | None, Query(description="Who did it.")] = None,
    key_id: Annotated[UUID | None, Query(description="With which key.")] = None,
    target_id: Annotated[str | None, searched("The row that it was about.")] = None,
    since: Annotated[Instant | None, Query(description="From this instant on.")] = None,
    until: Annotated[Instant | None, Query(description="Before this instant.")] = None,
) -> ListEnvelope[AuditEventDTO]:
    """Every write of both surfaces and every read of private records, the last first."""
    filters = AuditEventFilter(
        action=action, person_id=person_id, key_id=key_id, target_id=target_id, since=since, until=until
    )
    return page.answer(await audit.list_audit_events(session, principal, filters, page))
