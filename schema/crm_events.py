"""CRM events: what deliveries were split into, and what is quarantined with which reason."""

import datetime as dt

import strawberry

from schema.context import Info
from schema.describing import NEEDS, describe, describe_enum
from schema.mutations import ReplayPayload, mutation
from schema.paging import Paged
from schema.relay import Connection, Node, NullIfAbsent, id_of, key_of, to_connection, to_global_id
from service.core.database import TenantSession
from service.core.pagination import PageRequest
from service.crm.dto.connections import CrmEventDTO, EventStatus, ReplayDTO
from service.crm.permissions import Permission
from service.crm.use_cases import events

describe_enum(
    EventStatus,
    "What became of an event.",
    applied="Part of the facts.",
    ignored="Of no meaning here.",
    quarantined="Set aside with a reason.",
)


@strawberry.type(description="One event of a delivery.")
class CrmEvent(Node):
    """An event."""

    object_type: str
    object_id: str
    occurred_at: dt.datetime
    received_at: dt.datetime
    status: EventStatus
    reason: str | None
    connection_id: strawberry.ID = strawberry.field(description="The connection that delivered it.")


describe(CrmEvent, CrmEventDTO)


def to_crm_event(dto: CrmEventDTO) -> CrmEvent:
    """The GraphQL view of an event."""
    fields = dto.model_dump(exclude={"id", "connection_id", "delivery_id", "position"})
    connection_id = to_global_id("CrmConnection", dto.connection_id)
    return CrmEvent(id=to_global_id("CrmEvent", dto.id), connection_id=connection_id, **fields)


async def load_crm_event(info: Info, key: str) -> CrmEvent:
    """By its deduplication key."""
    async with info.context.session() as session:
        return to_crm_event(await events.get_crm_event(session, info.context.principal, key))


@strawberry.type
class CrmEventsQuery:
    """Queries of events."""

    @strawberry.field(
        description="One event.", metadata={NEEDS: Permission.CRM_EVENTS_READ}, extensions=[NullIfAbsent()]
    )
    async def crm_event(self, info: Info, id: strawberry.ID) -> CrmEvent | None:  # noqa: A002 - the argument's name in the schema
        """By global id."""
        return await load_crm_event(info, key_of(id, "CrmEvent"))

    @strawberry.field(
        description="In order of arrival.", metadata={NEEDS: Permission.CRM_EVENTS_READ}, extensions=[Paged()]
    )
    async def crm_events(
        self,
        info: Info,
        page: PageRequest,
        connection_id: strawberry.ID | None = None,
        status: EventStatus | None = None,
    ) -> Connection[CrmEvent]:
        """One page."""
        connection = id_of(connection_id, "CrmConnection")
        async with info.context.session() as session:
            found = await events.list_crm_events(session, info.context.principal, connection, status, page)
        return to_connection(found, to_crm_event, page)


@strawberry.input(description="Which event's delivery to process again.")
class ReplayCrmEventInput:
    """A replay."""

    id: strawberry.ID
    idempotency_key: str | None = None


@mutation(
    "Process the delivery of an event again, after its cause is mended.",
    needs=Permission.CRM_EVENTS_REPLAY,
    payload=ReplayPayload,
    render=lambda dto, _data: ReplayPayload(deliveries=dto.deliveries),
)
async def replay_crm_event(session: TenantSession, info: Info, data: ReplayCrmEventInput) -> ReplayDTO:
    """`POST /v1/crm-events/{id}/replay`."""
    return await events.replay_event(session, info.context.principal, key_of(data.id, "CrmEvent"))


@strawberry.type
class CrmEventsMutation:
    """Mutations of events."""

    replay_crm_event = replay_crm_event
