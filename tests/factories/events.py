"""The outbox of one organization as tests read it."""

from typing import Any

from sqlmodel import col, select

from service.core.pagination import PageRequest
from service.webhooks.dto import EventDTO
from service.webhooks.event_types import EventType
from service.webhooks.models import OutboxEvent
from service.webhooks.tasks import publish_outbox
from service.webhooks.use_cases.events import list_events
from tests.factories.sales_org import SalesOrg


async def emitted(org: SalesOrg, type_: EventType | None = None) -> list[tuple[str, dict[str, Any]]]:
    """(type, data) of everything in the outbox, published or not, in order of emission."""
    query = select(OutboxEvent).where(col(OutboxEvent.org_id) == org.id).order_by(col(OutboxEvent.id))
    if type_ is not None:
        query = query.where(col(OutboxEvent.type) == type_.value)
    async with org.database.tenant(org.id) as session:
        return [(row.type, row.data) for row in (await session.exec(query)).all()]


async def publish(org: SalesOrg) -> int:
    """Publish everything that waits, as the worker would; how many events there were."""
    done = 0
    while published := await publish_outbox(org.database, org.id):
        done += published
    return done


async def read_events(
    org: SalesOrg, cursor: str | None = None, limit: int = 200, types: tuple[EventType, ...] = ()
) -> tuple[list[EventDTO], str]:
    """One page of the stream and the cursor after it."""
    async with org.database.tenant(org.id) as session:
        page = await list_events(session, org.system, types, PageRequest(limit, cursor))
    assert page.next_cursor is not None
    return page.items, page.next_cursor
