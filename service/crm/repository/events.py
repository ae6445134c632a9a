"""Every query of deliveries and the events split from them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
from sqlmodel import col, delete, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.bulk import fetch_inserted
from service.core.keyset import fetch_page
from service.core.pagination import Page, PageRequest
from service.crm.dto.connections import EVENT_SORTING
from service.crm.models import CrmEvent, Delivery, UnclaimedDelivery

EVENT_COLUMNS = (
    "org_id", "connection_id", "dedup_key", "delivery_id", "position", "object_type", "object_id", "occurred_at",
    "received_at", "status", "reason",
)  # fmt: skip
CLAIM_EVENT = (
    "ON CONFLICT (org_id, connection_id, dedup_key) DO UPDATE SET delivery_id = EXCLUDED.delivery_id,"
    " position = EXCLUDED.position, status = EXCLUDED.status, reason = EXCLUDED.reason"
    " WHERE crm_event.status = 'quarantined' RETURNING connection_id, dedup_key"
)
"""A duplicate of an applied event changes nothing; one that failed before is tried again."""

PENDING = """
SELECT d.id, d.connection_id, d.received_at, d.body FROM delivery d
WHERE d.org_id = $1 AND d.processed_at IS NULL AND d.id IN (
    SELECT sized.id FROM (
        SELECT p.id, sum(octet_length(p.body)) OVER w AS bytes, row_number() OVER w AS place
        FROM (SELECT id, body FROM delivery
              WHERE org_id = $1 AND processed_at IS NULL ORDER BY id LIMIT $2) p
        WINDOW w AS (ORDER BY p.id)
    ) sized WHERE sized.bytes <= $3 OR sized.place = 1)
ORDER BY d.id FOR UPDATE SKIP LOCKED
"""


class PendingDelivery(NamedTuple):
    """A raw delivery that waits to be split."""

    id: UUID
    connection_id: UUID
    received_at: datetime
    body: bytes


async def take_pending(
    connection: asyncpg.Connection, org_id: UUID, limit: int, max_bytes: int
) -> list[PendingDelivery]:
    """The oldest waiting deliveries that no other worker holds, within a number and a volume (at least one)."""
    rows = await connection.fetch(PENDING, org_id, limit, max_bytes)
    return [PendingDelivery(*row) for row in rows]


async def claim_events(connection: asyncpg.Connection, rows: Sequence[tuple[Any, ...]]) -> set[tuple[UUID, bytes]]:
    """Record events; returns (connection, key) of those that are new or failed before. Keys are unique in `rows`."""
    returned = await fetch_inserted(connection, "crm_event", EVENT_COLUMNS, rows, CLAIM_EVENT)
    return {(row["connection_id"], row["dedup_key"]) for row in returned}


async def mark_processed(
    connection: asyncpg.Connection, org_id: UUID, ids: Sequence[UUID], errors: Sequence[str | None], now: datetime
) -> None:
    """Take deliveries off the queue, each with the reason if it could not be read as a whole."""
    await connection.execute(
        "UPDATE delivery d SET processed_at = $4, error = k.error"
        " FROM unnest($2::uuid[], $3::text[]) AS k(id, error) WHERE d.org_id = $1 AND d.id = k.id",
        org_id,
        ids,
        errors,
        now,
    )


async def get_event(session: AsyncSession, org_id: UUID, key: bytes) -> CrmEvent | None:
    """An event by its deduplication key."""
    query = select(CrmEvent).where(col(CrmEvent.org_id) == org_id, col(CrmEvent.dedup_key) == key)
    return (await session.exec(query.limit(1))).first()


async def list_events(
    session: AsyncSession, org_id: UUID, connection_id: UUID | None, status: str | None, page: PageRequest
) -> Page[CrmEvent]:
    """One page of events."""
    query = select(CrmEvent).where(col(CrmEvent.org_id) == org_id)
    if connection_id is not None:
        query = query.where(col(CrmEvent.connection_id) == connection_id)
    if status is not None:
        query = query.where(col(CrmEvent.status) == status)
    return await fetch_page(session, query, CrmEvent, EVENT_SORTING, page)


async def requeue(session: AsyncSession, org_id: UUID, ids: Sequence[UUID]) -> None:
    """Process deliveries again from scratch: their events count as never seen."""
    await session.exec(delete(CrmEvent).where(col(CrmEvent.org_id) == org_id, col(CrmEvent.delivery_id).in_(ids)))
    await session.exec(
        update(Delivery)
        .where(col(Delivery.org_id) == org_id, col(Delivery.id).in_(ids))
        .values(processed_at=None, error=None)
    )


async def list_delivery_ids(
    session: AsyncSession,
    org_id: UUID,
    connection_id: UUID,
    received_from: datetime | None,
    received_until: datetime | None,
) -> list[UUID]:
    """The deliveries a connection received in a span."""
    query = select(Delivery.id).where(col(Delivery.org_id) == org_id, col(Delivery.connection_id) == connection_id)
    if received_from is not None:
        query = query.where(col(Delivery.received_at) >= received_from)
    if received_until is not None:
        query = query.where(col(Delivery.received_at) < received_until)
    return list((await session.exec(query)).all())


async def list_deliveries_of_object(
    session: AsyncSession, org_id: UUID, connection_id: UUID, object_type: str, object_id: str
) -> list[tuple[UUID, int]]:
    """(delivery, position) of every event about an object."""
    query = select(CrmEvent.delivery_id, CrmEvent.position).where(
        col(CrmEvent.org_id) == org_id,
        col(CrmEvent.connection_id) == connection_id,
        col(CrmEvent.object_type) == object_type,
        col(CrmEvent.object_id) == object_id,
    )
    return list((await session.exec(query)).all())


async def get_delivery(session: AsyncSession, org_id: UUID, delivery_id: UUID) -> Delivery | None:
    """One delivery, locked for an update."""
    query = select(Delivery).where(col(Delivery.org_id) == org_id, col(Delivery.id) == delivery_id)
    return (await session.exec(query.with_for_update())).first()


async def take_unclaimed(
    session: AsyncSession, system: str, account_id: str, fingerprints: Sequence[bytes]
) -> list[UnclaimedDelivery]:
    """Remove and return what an account sent, of that which one of these secrets verified."""
    query = (
        delete(UnclaimedDelivery)
        .where(
            col(UnclaimedDelivery.system) == system,
            col(UnclaimedDelivery.account_id) == account_id,
            col(UnclaimedDelivery.secret_fingerprint).in_(fingerprints),
        )
        .returning(UnclaimedDelivery)
    )
    return list((await session.exec(query)).scalars().all())


async def purge_unclaimed(session: AsyncSession, before: datetime) -> None:
    """Forget what nobody claimed in time."""
    await session.exec(delete(UnclaimedDelivery).where(col(UnclaimedDelivery.received_at) < before))


async def list_unclaimed(session: AsyncSession) -> list[UnclaimedDelivery]:
    """Everything unclaimed, oldest first."""
    query = select(UnclaimedDelivery).order_by(col(UnclaimedDelivery.received_at))
    return list((await session.exec(query)).all())
