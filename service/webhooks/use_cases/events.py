"""The event stream: published after the commit, read by cursor in order, kept for 30 days."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.database import raw_connection
from service.core.errors import invalid
from service.core.pagination import Page, PageRequest, encode_cursor
from service.core.principal import Principal, require
from service.webhooks.dto import EventDTO
from service.webhooks.event_types import EventType
from service.webhooks.permissions import Permission
from service.webhooks.repository import events as repository

KEPT_FOR = timedelta(days=30)
PURGED_AT_ONCE = 5000
PUBLISHED_AT_ONCE = 1000


async def list_events(
    session: AsyncSession, principal: Principal, types: Collection[EventType], page: PageRequest
) -> Page[EventDTO]:
    """Events in order, after the cursor; there is always a next cursor, to poll on with.

    `invalid` (`cursor_expired`) for a cursor whose next event is gone: the caller missed some.
    """
    require(principal, Permission.EVENTS_READ)
    # The position is read before the events: what is published in between is left to the next page.
    position = await repository.get_position(session, principal.org_id)
    last, purged = (position.last_sequence, position.purged_sequence) if position else (0, 0)
    after = _sequence(page)
    if after is not None and after < purged:
        raise invalid("cursor", "is older than the events that are kept; start without one", "cursor_expired")
    wanted = [type_.value for type_ in types]
    rows = await repository.list_events(session, principal.org_id, wanted, after or 0, last, page.limit)
    cursors = [encode_cursor(str(row.sequence)) for row in rows]
    further = cursors[-1] if len(rows) == page.limit else encode_cursor(str(max(last, after or 0)))
    return Page([EventDTO.model_validate(row) for row in rows], cursors, further)


def _sequence(page: PageRequest) -> int | None:
    position = page.position(1)
    if position is None:
        return None
    if not (position[0].isascii() and position[0].isdigit() and len(position[0]) < 19):
        raise invalid("cursor", "is not a cursor of this list", "invalid_cursor")
    return int(position[0])


async def publish_events(session: AsyncSession, org_id: UUID, now: datetime) -> int:
    """Give waiting events their places and every subscribed endpoint its deliveries; returns how many events."""
    connection = await raw_connection(session)
    if not await repository.has_unpublished(connection, org_id):
        return 0
    published = await repository.publish(connection, org_id, PUBLISHED_AT_ONCE)
    subscribers = await repository.list_subscribers(connection, org_id)
    pairs = [
        (event, endpoint.id)
        for event in published
        for endpoint in subscribers
        if (event.endpoint_id is None and (endpoint.event_types is None or event.type in endpoint.event_types))
        or event.endpoint_id == endpoint.id
    ]
    await repository.add_deliveries(connection, org_id, pairs, now)
    return len(published)


async def purge_events(session: AsyncSession, org_id: UUID, now: datetime) -> int:
    """Forget events that are older than 30 days, with their deliveries; returns how many (0: none left)."""
    connection = await raw_connection(session)
    return await repository.purge(connection, org_id, now - KEPT_FOR, PURGED_AT_ONCE)
