"""`/v1/crm-connections`: accounts of CRMs that deliver webhooks, and their state."""

from uuid import UUID

from fastapi import APIRouter

from service.api.deps import PageDep, PrincipalDep, RuntimeDep, SessionDep
from service.api.problems import problem_responses
from service.api.rendering import ListEnvelope, render_page
from service.crm.dto import (
    CreateCrmConnection,
    CreatedCrmConnectionDTO,
    CrmConnectionDTO,
    CrmConnectionStatusDTO,
    ReplayDTO,
    ReplayRequest,
    UpdateCrmConnection,
)
from service.crm.use_cases import connections, events

router = APIRouter(prefix="/v1/crm-connections", tags=["CRM connections"])


@router.get("", operation_id="listCrmConnections", summary="List CRM connections", responses=problem_responses(403))
async def list_crm_connections(
    session: SessionDep, principal: PrincipalDep, page: PageDep
) -> ListEnvelope[CrmConnectionDTO]:
    """In order of creation. Needs `crm_connections:read`."""
    return render_page(await connections.list_crm_connections(session, principal, page))


@router.post(
    "",
    status_code=201,
    operation_id="createCrmConnection",
    summary="Connect a CRM account",
    responses=problem_responses(403, 409),
)
async def create_crm_connection(
    data: CreateCrmConnection, session: SessionDep, principal: PrincipalDep, runtime: RuntimeDep
) -> CreatedCrmConnectionDTO:
    """Answers the URL to give to the vendor; Salesforce's holds a token. Needs `crm_connections:write`."""
    box, base_url = runtime.secret_box, runtime.settings.base_url
    return await connections.create_crm_connection(session, principal, data, box, base_url)


@router.get(
    "/{connection_id}",
    operation_id="getCrmConnection",
    summary="Read a CRM connection's state",
    responses=problem_responses(403, 404),
)
async def get_crm_connection(
    connection_id: UUID, session: SessionDep, principal: PrincipalDep
) -> CrmConnectionStatusDTO:
    """Last delivery, last error, counts, unmapped stages and owners. Needs `crm_connections:read`."""
    return await connections.get_crm_connection(session, principal, connection_id)


@router.patch(
    "/{connection_id}",
    operation_id="updateCrmConnection",
    summary="Change a CRM connection",
    responses=problem_responses(403, 404),
)
async def update_crm_connection(
    connection_id: UUID,
    data: UpdateCrmConnection,
    session: SessionDep,
    principal: PrincipalDep,
    runtime: RuntimeDep,
) -> CrmConnectionDTO:
    """Rename, rotate the secret, map anew (over the vendor's defaults). Needs `crm_connections:write`."""
    box = runtime.secret_box
    return await connections.update_crm_connection(session, principal, connection_id, data, box)


@router.delete(
    "/{connection_id}",
    status_code=204,
    operation_id="deleteCrmConnection",
    summary="Disconnect a CRM account",
    responses=problem_responses(403, 404),
)
async def delete_crm_connection(connection_id: UUID, session: SessionDep, principal: PrincipalDep) -> None:
    """Deliveries and events go, facts stay. Needs `crm_connections:write`."""
    await connections.delete_crm_connection(session, principal, connection_id)


@router.post(
    "/{connection_id}/replay",
    status_code=202,
    operation_id="replayCrmConnection",
    summary="Process a connection's deliveries again",
    responses=problem_responses(403, 404),
)
async def replay_crm_connection(
    connection_id: UUID, data: ReplayRequest, session: SessionDep, principal: PrincipalDep
) -> ReplayDTO:
    """From the raw bytes; facts end the same however often this is done. Needs `crm_events:replay`."""
    return await events.replay_connection(session, principal, connection_id, data)
