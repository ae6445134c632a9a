"""CRM connections as they are read."""

import strawberry

from schema.context import Info
from schema.crm_connections.types import READ, CrmConnection, load_crm_connection, to_crm_connection
from schema.describing import NEEDS
from schema.inputs import row_id
from schema.paging import Paged, orders
from schema.relay import Connection, NullIfAbsent, to_connection
from service.core.pagination import PageRequest
from service.crm.dto.connections import CONNECTION_SORTING
from service.crm.use_cases import connections


@strawberry.type
class CrmQuery:
    """Queries of this slice."""

    @strawberry.field(description="One connection.", metadata={NEEDS: READ}, extensions=[NullIfAbsent()])
    async def crm_connection(self, info: Info, id: strawberry.ID) -> CrmConnection | None:  # noqa: A002 - the argument's name in the schema
        """By global id."""
        return await load_crm_connection(info, row_id(id, "CrmConnection"))

    @strawberry.field(
        description="Every connection.",
        metadata={NEEDS: READ},
        extensions=[Paged(orders("CrmConnectionSort", CONNECTION_SORTING))],
    )
    async def crm_connections(self, info: Info, page: PageRequest) -> Connection[CrmConnection]:
        """One page."""
        async with info.context.session() as session:
            found = await connections.list_crm_connections(session, info.context.principal, page)
        return to_connection(found, to_crm_connection, page)
