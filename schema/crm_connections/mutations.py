"""CRM connections: made, mapped, rotated, replayed and cut."""

import strawberry

from schema.context import Info
from schema.crm_connections.inputs import (
    CreateCrmConnectionInput,
    DeleteCrmConnectionInput,
    ReplayCrmConnectionInput,
    RotateCrmConnectionSecretInput,
    UpdateCrmConnectionInput,
)
from schema.crm_connections.types import CrmConnection, to_crm_connection
from schema.inputs import precondition, row_id, to_dto
from schema.mutations import DeletedPayload, ReplayPayload, mutation, to_deleted
from service.core.database import TenantSession
from service.crm.dto.connections import (
    CreateCrmConnection,
    CreatedCrmConnectionDTO,
    CrmConnectionDTO,
    ReplayDTO,
    ReplayRequest,
    RotatedCrmSecretDTO,
    UpdateCrmConnection,
)
from service.crm.permissions import Permission
from service.crm.use_cases import connections, events

WRITE = Permission.CRM_CONNECTIONS_WRITE


@strawberry.type(description="A connection as it is now.")
class CrmConnectionPayload:
    """The answer to a change of a connection."""

    crm_connection: CrmConnection = strawberry.field(description="The connection.")


@strawberry.type(description="A new connection with what its CRM must be told.")
class CreatedCrmConnectionPayload:
    """The answer to a creation."""

    crm_connection: CrmConnection = strawberry.field(description="The connection.")
    receiver_url: str = strawberry.field(description="Where the CRM delivers; Salesforce's holds a token, shown once.")
    events_url: str | None = strawberry.field(description="Where JSON events are sent; null for HubSpot.")
    signing_secret: str | None = strawberry.field(
        description="What signs JSON events (Standard Webhooks), shown once; null for HubSpot."
    )


@strawberry.type(description="A connection's new secret.")
class RotatedCrmSecretPayload:
    """The answer to a rotation."""

    signing_secret: str = strawberry.field(description="Shown once; the one before stays valid until `endRotation`.")


@mutation(
    "Connect a CRM account.",
    needs=WRITE,
    payload=CreatedCrmConnectionPayload,
    render=lambda dto, _data: CreatedCrmConnectionPayload(
        crm_connection=to_crm_connection(dto),
        receiver_url=dto.receiver_url,
        events_url=dto.events_url,
        signing_secret=dto.signing_secret,
    ),
)
async def create_crm_connection(
    session: TenantSession, info: Info, data: CreateCrmConnectionInput
) -> CreatedCrmConnectionDTO:
    """`POST /v1/crm-connections`."""
    runtime, asked = info.context.runtime, to_dto(CreateCrmConnection, data)
    box, base_url = runtime.secret_box, runtime.settings.base_url
    return await connections.create_crm_connection(session, info.context.principal, asked, box, base_url)


@mutation(
    "Rename a connection, rotate its secret, or map anew.",
    needs=WRITE,
    payload=CrmConnectionPayload,
    render=lambda dto, _data: CrmConnectionPayload(crm_connection=to_crm_connection(dto)),
)
async def update_crm_connection(session: TenantSession, info: Info, data: UpdateCrmConnectionInput) -> CrmConnectionDTO:
    """`PATCH /v1/crm-connections/{id}`."""
    id_, box, expected = row_id(data.id, "CrmConnection"), info.context.runtime.secret_box, precondition(data.if_match)
    changes = to_dto(UpdateCrmConnection, data)
    return await connections.update_crm_connection(session, info.context.principal, id_, changes, box, expected)


@mutation(
    "Make a connection's new secret for JSON events; the one before stays valid until `endRotation`.",
    needs=WRITE,
    payload=RotatedCrmSecretPayload,
    render=lambda dto, _data: RotatedCrmSecretPayload(signing_secret=dto.signing_secret),
)
async def rotate_crm_connection_secret(
    session: TenantSession, info: Info, data: RotateCrmConnectionSecretInput
) -> RotatedCrmSecretDTO:
    """`POST /v1/crm-connections/{id}/rotate-secret`."""
    id_, box = row_id(data.id, "CrmConnection"), info.context.runtime.secret_box
    return await connections.rotate_crm_secret(session, info.context.principal, id_, box)


@mutation("Disconnect an account; facts stay.", needs=WRITE, payload=DeletedPayload, render=to_deleted)
async def delete_crm_connection(session: TenantSession, info: Info, data: DeleteCrmConnectionInput) -> None:
    """`DELETE /v1/crm-connections/{id}`."""
    id_, expected = row_id(data.id, "CrmConnection"), precondition(data.if_match)
    await connections.delete_crm_connection(session, info.context.principal, id_, expected)


@mutation(
    "Process a connection's deliveries again, from the raw bytes.",
    needs=Permission.CRM_EVENTS_REPLAY,
    payload=ReplayPayload,
    render=lambda dto, _data: ReplayPayload(deliveries=dto.deliveries),
)
async def replay_crm_connection(session: TenantSession, info: Info, data: ReplayCrmConnectionInput) -> ReplayDTO:
    """`POST /v1/crm-connections/{id}/replay`."""
    id_, span = row_id(data.id, "CrmConnection"), to_dto(ReplayRequest, data)
    return await events.replay_connection(session, info.context.principal, id_, span)


@strawberry.type
class CrmMutation:
    """Mutations of this slice."""

    create_crm_connection = create_crm_connection
    update_crm_connection = update_crm_connection
    rotate_crm_connection_secret = rotate_crm_connection_secret
    delete_crm_connection = delete_crm_connection
    replay_crm_connection = replay_crm_connection
