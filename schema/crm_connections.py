"""CRM connections and their state."""

import datetime as dt
from uuid import UUID

import strawberry
from strawberry.scalars import JSON
from strawberry.types.unset import UNSET

from schema.context import Info
from schema.describing import NEEDS, describe, describe_enum
from schema.inputs import precondition, row_id, to_dto
from schema.mutations import DeletedPayload, mutation, to_deleted
from schema.relay import Connection, Node, page_request, to_connection, to_global_id
from service.core.database import TenantSession
from service.core.etags import etag_of
from service.crm.dto.connections import (
    CreateCrmConnection,
    CreatedCrmConnectionDTO,
    CrmConnectionCounts,
    CrmConnectionDTO,
    CrmConnectionStatusDTO,
    CrmSystem,
    ReplayDTO,
    ReplayRequest,
    RotatedCrmSecretDTO,
    UpdateCrmConnection,
)
from service.crm.permissions import Permission
from service.crm.use_cases import connections, events

READ, WRITE = Permission.CRM_CONNECTIONS_READ, Permission.CRM_CONNECTIONS_WRITE

describe_enum(
    CrmSystem,
    "The CRMs that have a receiver.",
    hubspot="HubSpot.",
    salesforce="Salesforce.",
    other="Any other, which sends CloudEvents.",
)


@strawberry.type(description="What a connection has delivered, by what became of it.")
class CrmCounts:
    """Deliveries and events."""

    deliveries: int
    pending_deliveries: int
    applied_events: int
    ignored_events: int
    quarantined_events: int


@strawberry.type(description="The state of a connection.")
class CrmConnectionStatus:
    """What came last, what went wrong, and what is not mapped."""

    last_delivery_at: dt.datetime | None
    last_error: str | None
    last_error_at: dt.datetime | None
    counts: CrmCounts
    unmapped_stages: JSON
    unmapped_owners: JSON


@strawberry.type(description="An account of a CRM that delivers webhooks.")
class CrmConnection(Node):
    """A connection without its secret."""

    row: strawberry.Private[CrmConnectionDTO]
    system: CrmSystem
    name: str
    account_id: str
    app_id: str | None
    rotating_secret: bool
    mapping: JSON
    created_at: dt.datetime
    updated_at: dt.datetime

    @strawberry.field(description="What it has delivered, and what became of it.", metadata={NEEDS: READ})
    async def status(self, info: Info) -> CrmConnectionStatus:
        """Of one connection: its counts are counted."""
        async with info.context.session() as session:
            found = await connections.get_crm_connection_status(session, info.context.principal, self.row.id)
        return to_status(found)

    @strawberry.field(description="Changes with every edit; give it as `ifMatch`.")
    def etag(self) -> str:
        """The same as over REST."""
        return etag_of(self.row)


describe(CrmCounts, CrmConnectionCounts)
describe(CrmConnectionStatus, CrmConnectionStatusDTO)
describe(CrmConnection, CrmConnectionDTO)


def to_status(dto: CrmConnectionStatusDTO) -> CrmConnectionStatus:
    """The GraphQL view of a state."""
    fields = dto.model_dump(exclude={"connection_id", "counts"})
    return CrmConnectionStatus(counts=CrmCounts(**dto.counts.model_dump()), **fields)


def to_crm_connection(dto: CrmConnectionDTO) -> CrmConnection:
    """The GraphQL view of a connection."""
    row = CrmConnectionDTO.model_validate(dto.model_dump(include=set(CrmConnectionDTO.model_fields)))
    fields = row.model_dump(exclude={"id", "mapping"})
    mapping = JSON(row.mapping.model_dump(mode="json"))
    return CrmConnection(id=to_global_id("CrmConnection", row.id), row=row, mapping=mapping, **fields)


async def load_crm_connection(info: Info, id_: UUID) -> CrmConnection:
    """By row id."""
    async with info.context.session() as session:
        return to_crm_connection(await connections.get_crm_connection(session, info.context.principal, id_))


@strawberry.type
class CrmQuery:
    """Queries of this slice."""

    @strawberry.field(description="One connection.", metadata={NEEDS: READ})
    async def crm_connection(self, info: Info, id: strawberry.ID) -> CrmConnection:  # noqa: A002 - the argument's name in the schema
        """By global id."""
        return await load_crm_connection(info, row_id(id, "CrmConnection"))

    @strawberry.field(description="Connections; `sort` takes createdAt and name.", metadata={NEEDS: READ})
    async def crm_connections(
        self, info: Info, first: int | None = None, after: str | None = None, sort: str | None = None
    ) -> Connection[CrmConnection]:
        """One page."""
        page = page_request(first, after, sort)
        async with info.context.session() as session:
            found = await connections.list_crm_connections(session, info.context.principal, page)
        return to_connection(found, to_crm_connection, after)


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


@strawberry.type(description="What will be processed again.")
class ReplayPayload:
    """The answer to a replay."""

    deliveries: int = strawberry.field(description="How many deliveries are processed again.")


@strawberry.input(description="One account of one CRM.")
class CreateCrmConnectionInput:
    """All that a connection begins with."""

    system: CrmSystem
    name: str
    account_id: str
    app_id: str | None = UNSET
    secret: str | None = UNSET
    mapping: JSON | None = UNSET
    idempotency_key: str | None = None


@strawberry.input(description="Which connection gets a new secret.")
class RotateCrmConnectionSecretInput:
    """Nothing else is asked."""

    id: strawberry.ID
    idempotency_key: str | None = None


@strawberry.input(description="What is absent stays. A new secret leaves the one before valid until `endRotation`.")
class UpdateCrmConnectionInput:
    """A merge-patch."""

    id: strawberry.ID
    if_match: str | None = None
    name: str | None = UNSET
    secret: str | None = UNSET
    end_rotation: bool | None = UNSET
    mapping: JSON | None = UNSET
    idempotency_key: str | None = None


@strawberry.input(description="Which connection to disconnect.")
class DeleteCrmConnectionInput:
    """A deletion."""

    id: strawberry.ID
    if_match: str | None = None
    idempotency_key: str | None = None


@strawberry.input(description="Deliveries received from one instant to before another; all of them by default.")
class ReplayCrmConnectionInput:
    """A replay."""

    id: strawberry.ID
    received_from: dt.datetime | None = UNSET
    received_until: dt.datetime | None = UNSET
    idempotency_key: str | None = None


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
