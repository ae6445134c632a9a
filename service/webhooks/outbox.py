"""Domain events as rows of the transaction that causes them: an event exists exactly if its change does.

Upper slices call `emit` inside their own transaction. The row has no place in the order yet: the worker
gives it one when it publishes it, after the commit, so that no reader can step over an event that commits
late, and no writer waits for another (docs/decisions/0006).
"""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import orjson
from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.bulk import insert_rows
from service.core.clock import utc_now
from service.core.database import raw_connection
from service.core.ids import new_id
from service.core.notifications import OUTBOX
from service.core.tracing import current_traceparent
from service.webhooks.event_types import EVENTS, EventType

__all__ = ["EventType", "emit", "emit_for", "emit_many"]

COLUMNS = ("org_id", "id", "type", "occurred_at", "data", "traceparent", "endpoint_id")


async def emit(session: AsyncSession, org_id: UUID, type_: EventType, data: Mapping[str, Any]) -> None:
    """Record one event in the session's transaction; `data` must fit the type's model."""
    await emit_many(session, org_id, [(type_, data)])


async def emit_many(session: AsyncSession, org_id: UUID, events: Iterable[tuple[EventType, Mapping[str, Any]]]) -> None:
    """Record many events with one multi-row INSERT."""
    await _write(session, org_id, events)


async def emit_for(
    session: AsyncSession, org_id: UUID, endpoint_id: UUID, type_: EventType, data: Mapping[str, Any]
) -> UUID:
    """Record an event that goes to one endpoint only, whatever it subscribes to; returns its id."""
    (id_,) = await _write(session, org_id, [(type_, data)], endpoint_id)
    return id_


async def _write(
    session: AsyncSession,
    org_id: UUID,
    events: Iterable[tuple[EventType, Mapping[str, Any]]],
    endpoint_id: UUID | None = None,
) -> list[UUID]:
    now, traceparent = utc_now(), current_traceparent()
    rows = [
        (org_id, new_id(), type_.value, now, _checked(type_, data), traceparent, endpoint_id) for type_, data in events
    ]
    if rows:
        connection = await raw_connection(session)
        await insert_rows(connection, "outbox_event", COLUMNS, rows)
        await connection.fetch("SELECT pg_notify($1, $2)", OUTBOX, str(org_id))
    return [row[1] for row in rows]


def _checked(type_: EventType, data: Mapping[str, Any]) -> str:
    """The data as its published model has it; what does not fit is our own bug and fails the transaction."""
    return orjson.dumps(EVENTS[type_].data.model_validate(data).model_dump(mode="json")).decode()
