"""CRM connections and their state."""

import datetime as dt
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from schema.context import Info
from schema.relay import Connection, Node, page_request, to_connection, to_global_id
from service.crm.dto import CrmConnectionDTO, CrmSystem
from service.crm.use_cases import connections

strawberry.enum(CrmSystem, name="CrmSystem", description="The CRMs that have a receiver.")


@strawberry.type(description="An account of a CRM that delivers webhooks.")
class CrmConnection(Node):
    """A connection without its secret."""

    system: CrmSystem
    name: str
    account_id: str
    app_id: str | None
    rotating_secret: bool
    mapping: JSON = strawberry.field(description="Stages, dispositions and fields.")
    created_at: dt.datetime
    updated_at: dt.datetime


def to_crm_connection(dto: CrmConnectionDTO) -> CrmConnection:
    """The GraphQL view of a connection."""
    return CrmConnection(
        id=to_global_id("CrmConnection", dto.id),
        system=dto.system,
        name=dto.name,
        account_id=dto.account_id,
        app_id=dto.app_id,
        rotating_secret=dto.rotating_secret,
        mapping=JSON(dto.mapping.model_dump(mode="json")),
        created_at=dto.created_at,
        updated_at=dto.updated_at,
    )


async def load_crm_connection(info: Info, id_: UUID) -> CrmConnection:
    """For `node(id)`."""
    async with info.context.session() as session:
        return to_crm_connection(await connections.get_crm_connection(session, info.context.principal, id_))


@strawberry.type
class CrmQuery:
    """Queries of this slice."""

    @strawberry.field(description="Connections in order of creation.")
    async def crm_connections(
        self, info: Info, first: int | None = None, after: str | None = None
    ) -> Connection[CrmConnection]:
        """One page."""
        page = page_request(first, after)
        async with info.context.session() as session:
            found = await connections.list_crm_connections(session, info.context.principal, page)
        return to_connection(found, to_crm_connection, after)
