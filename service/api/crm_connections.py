"""`/v1/crm-connections`: accounts of CRMs that deliver webhooks, and their state."""

from typing import Annotated
from uuid import UUID

from service.api.deps import PreconditionDep, PrincipalDep, RuntimeDep, SessionDep
from service.api.operation import operation
from service.api.paging import ListEnvelope, ListRequest, sorted_by
from service.api.route import resource_router
from service.crm.dto.connections import (
    CONNECTION_SORTING,
    CreateCrmConnection,
    CreatedCrmConnectionDTO,
    CrmConnectionDTO,
    CrmConnectionStatusDTO,
    ReplayDTO,
    ReplayRequest,
    RotatedCrmSecretDTO,
    UpdateCrmConnection,
)
from service.crm.permissions import Permission
from service.crm.use_cases import connections, events

router = resource_router("/v1/crm-connections", "CRM connections")


@router.get("", **operation("listCrmConnections", "List CRM connections", Permission.CRM_CONNECTIONS_READ))
async def list_crm_connections(
    session: SessionDep, principal: PrincipalDep, page: Annotated[ListRequest, sorted_by(CONNECTION_SORTING)]
) -> ListEnvelope[CrmConnectionDTO]:
    """In order of creation."""
    return page.answer(await connections.list_crm_connections(session, principal, page))


@router.post(
    "",
    status_code=201,
    **operation("createCrmConnection", "Connect a CRM account", Permission.CRM_CONNECTIONS_WRITE, 409),
)
async def create_crm_connection(
    data: CreateCrmConnection, session: SessionDep, principal: PrincipalDep, runtime: RuntimeDep
) -> CreatedCrmConnectionDTO:
    """Answers the URLs to give to the vendor, and the secret that signs JSON events; both are shown this once."""
    box, base_url = runtime.secret_box, runtime.settings.base_url
    return await connections.create_crm_connection(session, principal, data, box, base_url)


@router.get(
    "/{connection_id}",
    **operation("getCrmConnection", "Read a CRM connection", Permission.CRM_CONNECTIONS_READ, 404),
)
async def get_crm_connection(connection_id: UUID, session: SessionDep, principal: PrincipalDep) -> CrmConnectionDTO:
    """How the account is connected and mapped, without its secret."""
    return await connections.get_crm_connection(session, principal, connection_id)


@router.get(
    "/{connection_id}/status",
    **operation("getCrmConnectionStatus", "Read a CRM connection's state", Permission.CRM_CONNECTIONS_READ, 404),
)
async def get_crm_connection_status(
    connection_id: UUID, session: SessionDep, principal: PrincipalDep
) -> CrmConnectionStatusDTO:
    """Last delivery, last error, counts, unmapped stages and owners."""
    return await connections.get_crm_connection_status(session, principal, connection_id)


@router.patch(
    "/{connection_id}",
    **operation("updateCrmConnection", "Change a CRM connection", Permission.CRM_CONNECTIONS_WRITE, 404),
)
async def update_crm_connection(
    connection_id: UUID,
    data: UpdateCrmConnection,
    expected: PreconditionDep,
    session: SessionDep,
    principal: PrincipalDep,
    runtime: RuntimeDep,
) -> CrmConnectionDTO:
    """Rename, rotate the secret, map anew (over the vendor's defaults)."""
    box = runtime.secret_box
    return await connections.update_crm_connection(session, principal, connection_id, data, box, expected)


@router.post(
    "/{connection_id}/rotate-secret",
    **operation(
        "rotateCrmConnectionSecret", "Make a connection's new secret", Permission.CRM_CONNECTIONS_WRITE, 404, 409
    ),
)
async def rotate_crm_connection_secret(
    connection_id: UUID, session: SessionDep, principal: PrincipalDep, runtime: RuntimeDep
) -> RotatedCrmSecretDTO:
    """For JSON events. Shown this once; the one before stays valid until a PATCH says `end_rotation`."""
    return await connections.rotate_crm_secret(session, principal, connection_id, runtime.secret_box)


@router.delete(
    "/{connection_id}",
    status_code=204,
    **operation("deleteCrmConnection", "Disconnect a CRM account", Permission.CRM_CONNECTIONS_WRITE, 404),
)
async def delete_crm_connection(
    connection_id: UUID, expected: PreconditionDep, session: SessionDep, principal: PrincipalDep
) -> None:
    """Deliveries and events go, facts stay."""
    await connections.delete_crm_connection(session, principal, connection_id, expected)


@router.post(
    "/{connection_id}/replay",
    status_code=202,
    **operation("replayCrmConnection", "Process a connection's deliveries again", Permission.CRM_EVENTS_REPLAY, 404),
)
async def replay_crm_connection(
    connection_id: UUID, data: ReplayRequest, session: SessionDep, principal: PrincipalDep
) -> ReplayDTO:
    """From the raw bytes; facts end the same however often this is done."""
    return await events.replay_connection(session, principal, connection_id, data)
