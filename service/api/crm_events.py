"""`/v1/crm-events`: what deliveries were split into, and what is quarantined with which reason."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query

from service.api.deps import PrincipalDep, SessionDep
from service.api.operation import operation
from service.api.paging import ListEnvelope, PageDep
from service.api.route import resource_router
from service.crm.dto.connections import CrmEventDTO, EventStatus, ReplayDTO
from service.crm.permissions import Permission
from service.crm.use_cases import events

router = resource_router("/v1/crm-events", "CRM events")

EventId = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$", description="Its deduplication key.")]


@router.get("", **operation("listCrmEvents", "List CRM events", Permission.CRM_EVENTS_READ))
async def list_crm_events(
    session: SessionDep,
    principal: PrincipalDep,
    page: PageDep,
    connection_id: Annotated[UUID | None, Query(description="Only one connection's.")] = None,
    status: Annotated[EventStatus | None, Query(description="`quarantined` shows what could not be read.")] = None,
) -> ListEnvelope[CrmEventDTO]:
    """In order of arrival."""
    return page.answer(await events.list_crm_events(session, principal, connection_id, status, page))


@router.get("/{event_id}", **operation("getCrmEvent", "Read a CRM event", Permission.CRM_EVENTS_READ, 404))
async def get_crm_event(event_id: EventId, session: SessionDep, principal: PrincipalDep) -> CrmEventDTO:
    """What became of it, and why."""
    return await events.get_crm_event(session, principal, event_id)


@router.post(
    "/{event_id}/replay",
    status_code=202,
    **operation("replayCrmEvent", "Process the delivery of an event again", Permission.CRM_EVENTS_REPLAY, 404),
)
async def replay_crm_event(event_id: EventId, session: SessionDep, principal: PrincipalDep) -> ReplayDTO:
    """After its cause is mended, a mapping for example."""
    return await events.replay_event(session, principal, event_id)
