"""Privacy deletions: what is stored of an object goes, the raw payloads included."""

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from service.activities.dto.sources import RecordSourceDTO
from service.activities.use_cases.applying import purge_record
from service.core.principal import Principal
from service.crm.events import Purge
from service.crm.models import CrmConnection
from service.crm.repository import events as repository


async def purge_object(session: AsyncSession, connection: CrmConnection, source: RecordSourceDTO, purge: Purge) -> None:
    """Remove an object's record and facts, and empty the places of its events in the stored deliveries.

    A purged event leaves `null` behind, so that the positions of the others stay true.
    """
    principal = Principal.system(connection.org_id)
    await purge_record(session, principal, source, purge.object_type, purge.object_id)
    places = await repository.list_deliveries_of_object(
        session, connection.org_id, connection.id, purge.object_type, purge.object_id
    )
    by_delivery: dict[object, set[int]] = {}
    for delivery_id, position in places:
        by_delivery.setdefault(delivery_id, set()).add(position)
    for delivery_id in {place[0] for place in places}:
        delivery = await repository.get_delivery(session, connection.org_id, delivery_id)
        if delivery is not None:
            delivery.body = blank_events(delivery.body, by_delivery[delivery_id])
    await session.flush()


def blank_events(body: bytes, positions: set[int]) -> bytes:
    """A JSON array with some of its items replaced by `null`."""
    items: list[msgspec.Raw | None] = list(msgspec.json.decode(body, type=list[msgspec.Raw]))
    for position in positions:
        items[position] = None
    return msgspec.json.encode(items)
