"""CRM connections and their state."""

import datetime as dt
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from schema.context import Info
from schema.crm_connections.systems import CrmSystem
from schema.describing import NEEDS, describe
from schema.relay import Node, to_global_id
from service.core.etags import etag_of
from service.crm.dto.connections import CrmConnectionCounts, CrmConnectionDTO, CrmConnectionStatusDTO
from service.crm.permissions import Permission
from service.crm.use_cases import connections

READ = Permission.CRM_CONNECTIONS_READ


@strawberry.type(description="The state of a connection.")
class CrmConnectionStatus(Node):
    """What came last, what went wrong, what was delivered and became of it, and what is not mapped."""

    last_delivery_at: dt.datetime | None
    last_error: str | None
    last_error_at: dt.datetime | None
    deliveries: int
    pending_deliveries: int
    applied_events: int
    ignored_events: int
    quarantined_events: int
    unmapped_stages: JSON
    unmapped_owners: JSON


@strawberry.type(name="CrmLink", description="A connection: an account of a CRM that delivers webhooks.")
class CrmConnection(Node):
    """A connection without its secret. In GraphQL a type named `…Connection` is a page of a list."""

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
        return await load_crm_connection_status(info, self.row.id)

    @strawberry.field(description="Changes with every edit; give it as `ifMatch`.")
    def etag(self) -> str:
        """The same as over REST."""
        return etag_of(self.row)


describe(CrmConnectionStatus, CrmConnectionCounts)
describe(CrmConnectionStatus, CrmConnectionStatusDTO)
describe(CrmConnection, CrmConnectionDTO)


async def load_crm_connection_status(info: Info, id_: UUID) -> CrmConnectionStatus:
    """By the connection's row id."""
    async with info.context.session() as session:
        found = await connections.get_crm_connection_status(session, info.context.principal, id_)
    fields = found.counts.model_dump() | found.model_dump(exclude={"connection_id", "counts"})
    return CrmConnectionStatus(id=to_global_id("CrmConnectionStatus", id_), **fields)


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
