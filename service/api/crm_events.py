"""`/v1/crm-events`: what deliveries were split into, and what is quarantined with which reason."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query

from service.api.deps import PageDep, PrincipalDep, SessionDep
from service.api.problems import problem_responses
from service.api.rendering import ListEnvelope, render_page
from service.crm.dto import CrmEventDTO, EventStatus, ReplayDTO
from service.crm.use_cases import events

router = APIRouter(prefix="/v1/crm-events", tags=["CRM events"])


@router.get("", operation_id="listCrmEvents", summary="List CRM events", responses=problem_responses(403))
async def list_crm_events(
    session: SessionDep,
    principal: PrincipalDep,
    page: PageDep,
    connection_id: Annotated[UUID | None, Query(description="Only one connection's.")] = None,
    status: Annotated[EventStatus | None, Query(description="`quarantined` shows what could not be read.")] = None,
) -> ListEnvelope[CrmEventDTO]:
    """In order of arrival. Needs `crm_events:read`."""
    return render_page(await events.list_crm_events(session, principal, connection_id, status, page))


@router.post(
    "/{event_id}/replay",
    status_code=202,
    operation_id="replayCrmEvent",
    summary="Process the delivery of an event again",
    responses=problem_responses(403, 404),
)
async def replay_crm_event(
    event_id: Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")], session: SessionDep, principal: PrincipalDep
) -> ReplayDTO:
    """After its cause is mended, a mapping for example. Needs `crm_events:replay`."""
    return await events.replay_event(session, principal, event_id)
