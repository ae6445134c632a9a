"""Every query of the outbox: what waits, what is published, what is old."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.bulk import insert_rows
from service.core.ids import new_id
from service.core.notifications import WEBHOOKS
from service.webhooks.models import OutboxEvent, OutboxPosition

DELIVERY_COLUMNS = (
    "org_id", "id", "endpoint_id", "event_id", "event_type", "state", "step", "attempt_count",
    "next_attempt_at", "created_at",
)  # fmt: skip


class Published(NamedTuple):
    """An event that has just been given its place; `endpoint_id` is the only one it goes to, if there is such."""

    id: UUID
    type: str
    endpoint_id: UUID | None


class Subscriber(NamedTuple):
    """An endpoint that receives events; `event_types` None: all."""

    id: UUID
    event_types: Collection[str] | None


async def has_unpublished(connection: asyncpg.Connection, org_id: UUID) -> bool:
    """Whether anything waits; the cheap question a poll asks."""
    query = "SELECT EXISTS (SELECT FROM outbox_event WHERE org_id = $1 AND sequence IS NULL)"
    return bool(await connection.fetchval(query, org_id))


async def publish(connection: asyncpg.Connection, org_id: UUID, limit: int) -> list[Published]:
    """Give up to `limit` committed events their places, in the order of their ids.

    The lock of the position is held until the commit, so that a place is seen only after all before it.
    """
    await connection.fetch(
        "INSERT INTO outbox_position (org_id, last_sequence, purged_sequence) VALUES ($1, 0, 0) ON CONFLICT DO NOTHING",
        org_id,
    )
    last = await connection.fetchval("SELECT last_sequence FROM outbox_position WHERE org_id = $1 FOR UPDATE", org_id)
    rows = await connection.fetch(
        "UPDATE outbox_event e SET sequence = $2 + b.place FROM ("
        "  SELECT id, row_number() OVER (ORDER BY id) AS place FROM ("
        "    SELECT id FROM outbox_event WHERE org_id = $1 AND sequence IS NULL ORDER BY id LIMIT $3) AS first"
        ") AS b WHERE e.org_id = $1 AND e.id = b.id RETURNING e.id, e.type, e.endpoint_id",
        org_id,
        last,
        limit,
    )
    await connection.fetch(
        "UPDATE outbox_position SET last_sequence = last_sequence + $2 WHERE org_id = $1", org_id, len(rows)
    )
    return [Published(*row) for row in rows]


async def list_subscribers(connection: asyncpg.Connection, org_id: UUID) -> list[Subscriber]:
    """The enabled endpoints."""
    query = "SELECT id, event_types FROM webhook_endpoint WHERE org_id = $1 AND disabled_at IS NULL FOR SHARE"
    return [Subscriber(*row) for row in await connection.fetch(query, org_id)]


async def add_deliveries(
    connection: asyncpg.Connection, org_id: UUID, pairs: Sequence[tuple[Published, UUID]], now: datetime
) -> None:
    """One delivery per event and endpoint, due at once."""
    rows = [
        (org_id, new_id(), endpoint_id, event.id, event.type, "pending", 0, 0, now, now) for event, endpoint_id in pairs
    ]
    if rows:
        await insert_rows(connection, "webhook_delivery", DELIVERY_COLUMNS, rows)
        await connection.fetch("SELECT pg_notify($1, $2)", WEBHOOKS, str(org_id))


async def get_position(session: AsyncSession, org_id: UUID) -> OutboxPosition | None:
    """How far the order goes, and up to where it may be gone."""
    return (await session.exec(select(OutboxPosition).where(col(OutboxPosition.org_id) == org_id))).first()


async def list_events(
    session: AsyncSession, org_id: UUID, types: Collection[str], after: int, until: int, limit: int
) -> list[OutboxEvent]:
    """Published events with `after` < sequence ≤ `until`, in order; `types` empty: all."""
    query = select(OutboxEvent).where(
        col(OutboxEvent.org_id) == org_id, col(OutboxEvent.sequence) > after, col(OutboxEvent.sequence) <= until
    )
    if types:
        query = query.where(col(OutboxEvent.type).in_(types))
    return list((await session.exec(query.order_by(col(OutboxEvent.sequence)).limit(limit))).all())


async def purge(connection: asyncpg.Connection, org_id: UUID, before: datetime, limit: int) -> int:
    """Remove up to `limit` published events that occurred before an instant, with their deliveries.

    The position remembers the last of them, so that a reader who was left behind is told.
    """
    gone = await connection.fetch(
        "DELETE FROM outbox_event WHERE org_id = $1 AND id IN ("
        "  SELECT id FROM outbox_event WHERE org_id = $1 AND sequence IS NOT NULL AND occurred_at < $2"
        "  ORDER BY sequence LIMIT $3) RETURNING sequence",
        org_id,
        before,
        limit,
    )
    if gone:
        await connection.fetch(
            "UPDATE outbox_position SET purged_sequence = greatest(purged_sequence, $2) WHERE org_id = $1",
            org_id,
            max(row["sequence"] for row in gone),
        )
    return len(gone)
