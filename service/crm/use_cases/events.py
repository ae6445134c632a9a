"""Events as the operator of a connection sees them, and running them again."""

import binascii
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.database import raw_connection
from service.core.errors import not_found
from service.core.notifications import DELIVERIES
from service.core.pagination import Page, PageRequest
from service.core.principal import Principal, require
from service.crm.dto.connections import CrmEventDTO, EventStatus, ReplayDTO, ReplayRequest
from service.crm.models import CrmEvent
from service.crm.permissions import Permission
from service.crm.repository import connections as connection_repository
from service.crm.repository import events as repository


async def list_crm_events(
    session: AsyncSession,
    principal: Principal,
    connection_id: UUID | None,
    status: EventStatus | None,
    page: PageRequest,
) -> Page[CrmEventDTO]:
    """Events in order of arrival."""
    require(principal, Permission.CRM_EVENTS_READ)
    found = await repository.list_events(session, principal.org_id, connection_id, status, page)
    return found.with_items([_to_dto(row) for row in found.items])


async def get_crm_event(session: AsyncSession, principal: Principal, event_id: str) -> CrmEventDTO:
    """One event."""
    require(principal, Permission.CRM_EVENTS_READ)
    row = await repository.get_event(session, principal.org_id, _key(event_id))
    if row is None:
        raise not_found("crm_event")
    return _to_dto(row)


async def replay_event(session: AsyncSession, principal: Principal, event_id: str) -> ReplayDTO:
    """Process the delivery of an event again; facts end the same however often this is done."""
    require(principal, Permission.CRM_EVENTS_REPLAY)
    row = await repository.get_event(session, principal.org_id, _key(event_id))
    if row is None:
        raise not_found("crm_event")
    return await _replay(session, principal, [row.delivery_id])


async def replay_connection(
    session: AsyncSession, principal: Principal, connection_id: UUID, data: ReplayRequest
) -> ReplayDTO:
    """Process a connection's deliveries of a span again, from the raw bytes."""
    require(principal, Permission.CRM_EVENTS_REPLAY)
    if await connection_repository.get_connection(session, principal.org_id, connection_id) is None:
        raise not_found("crm_connection")
    ids = await repository.list_delivery_ids(
        session, principal.org_id, connection_id, data.received_from, data.received_until
    )
    return await _replay(session, principal, ids)


async def _replay(session: AsyncSession, principal: Principal, ids: list[UUID]) -> ReplayDTO:
    await repository.requeue(session, principal.org_id, ids)
    connection = await raw_connection(session)
    await connection.fetch("SELECT pg_notify($1, $2)", DELIVERIES, str(principal.org_id))
    return ReplayDTO(deliveries=len(ids))


def _to_dto(row: CrmEvent) -> CrmEventDTO:
    return CrmEventDTO.model_validate({**row.model_dump(), "id": row.dedup_key.hex()})


def _key(event_id: str) -> bytes:
    try:
        return binascii.unhexlify(event_id)
    except (binascii.Error, ValueError) as error:
        raise not_found("crm_event") from error
