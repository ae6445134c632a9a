"""`/v1/events`: the stream that webhooks carry, for those who cannot receive."""

from typing import Annotated

from fastapi import Query

from service.api.deps import PrincipalDep, SessionDep
from service.api.operation import operation
from service.api.paging import ListEnvelope, PageDep
from service.api.route import resource_router
from service.webhooks.dto import EventDTO
from service.webhooks.event_types import EventType
from service.webhooks.permissions import Permission
from service.webhooks.use_cases import events

router = resource_router("/v1/events", "events")


@router.get("", **operation("listEvents", "Read the event stream", Permission.EVENTS_READ))
async def list_events(
    session: SessionDep,
    principal: PrincipalDep,
    page: PageDep,
    types: Annotated[
        list[EventType] | None, Query(alias="type", max_length=50, description="Only these; repeat it for several.")
    ] = None,
) -> ListEnvelope[EventDTO]:
    """In order, kept for 30 days. `next_cursor` is never null: poll on with it, also when a page is empty."""
    return page.answer(await events.list_events(session, principal, types or (), page))
