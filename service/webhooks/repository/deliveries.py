"""Every query of deliveries and their attempts: what is due, who has it, what came of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.keyset import fetch_page
from service.core.pagination import Page, PageRequest
from service.webhooks.dto import DELIVERY_SORTING, DeliveryFilter
from service.webhooks.models import WebhookAttempt, WebhookDelivery


class Target(NamedTuple):
    """An endpoint with something due; the secrets are sealed."""

    id: UUID
    url: str
    secret: bytes
    previous_secret: bytes | None
    previous_secret_until: datetime | None


class Claimed(NamedTuple):
    """A delivery that is ours until its lease ends, with the event it carries (`data` is JSON text)."""

    id: UUID
    endpoint_id: UUID
    attempt_count: int
    event_id: UUID
    sequence: int
    type: str
    occurred_at: datetime
    data: str
    traceparent: str | None


async def list_targets(connection: asyncpg.Connection, org_id: UUID, now: datetime) -> list[Target]:
    """The enabled endpoints for which something is due, the one that waits longest first."""
    rows = await connection.fetch(
        "SELECT w.id, w.url, w.secret, w.previous_secret, w.previous_secret_until FROM webhook_endpoint w"
        " CROSS JOIN LATERAL (SELECT next_attempt_at FROM webhook_delivery WHERE org_id = $1"
        " AND endpoint_id = w.id AND state = 'pending' AND next_attempt_at <= $2"
        " ORDER BY next_attempt_at LIMIT 1) d WHERE w.org_id = $1 AND w.disabled_at IS NULL ORDER BY d.next_attempt_at",
        org_id,
        now,
    )
    return [Target(*row) for row in rows]


async def claim(
    connection: asyncpg.Connection, org_id: UUID, shares: Mapping[UUID, int], now: datetime, until: datetime
) -> list[Claimed]:
    """Take so many due deliveries of each endpoint, the longest due first, on a lease that ends at `until`."""
    rows = await connection.fetch(
        "WITH chosen AS MATERIALIZED ("
        "  SELECT d.id FROM unnest($2::uuid[], $3::int[]) AS s(endpoint_id, places) CROSS JOIN LATERAL ("
        "    SELECT id FROM webhook_delivery WHERE org_id = $1 AND endpoint_id = s.endpoint_id"
        "    AND state = 'pending' AND next_attempt_at <= $4"
        "    ORDER BY next_attempt_at LIMIT s.places FOR UPDATE SKIP LOCKED) AS d)"
        " UPDATE webhook_delivery d SET next_attempt_at = $5 FROM chosen, outbox_event e"
        " WHERE d.org_id = $1 AND d.id = chosen.id AND e.org_id = $1 AND e.id = d.event_id"
        " RETURNING d.id, d.endpoint_id, d.attempt_count, e.id, e.sequence, e.type, e.occurred_at, e.data::text,"
        " e.traceparent",
        org_id,
        list(shares),
        list(shares.values()),
        now,
        until,
    )
    return [Claimed(*row) for row in rows]


async def get_delivery(
    session: AsyncSession, org_id: UUID, delivery_id: UUID, *, lock: bool = False
) -> WebhookDelivery | None:
    """One delivery, locked for an update on request."""
    query = select(WebhookDelivery).where(col(WebhookDelivery.org_id) == org_id, col(WebhookDelivery.id) == delivery_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return (await session.exec(query)).first()


async def list_deliveries(
    session: AsyncSession, org_id: UUID, filters: DeliveryFilter, page: PageRequest
) -> Page[WebhookDelivery]:
    """One page of deliveries."""
    query = select(WebhookDelivery).where(col(WebhookDelivery.org_id) == org_id)
    for name, value in filters.model_dump(exclude_none=True).items():
        query = query.where(col(getattr(WebhookDelivery, name)) == value)
    return await fetch_page(session, query, WebhookDelivery, DELIVERY_SORTING, page)


async def list_attempts(session: AsyncSession, org_id: UUID, delivery_id: UUID) -> list[WebhookAttempt]:
    """The attempts of a delivery, the first one first."""
    query = select(WebhookAttempt).where(
        col(WebhookAttempt.org_id) == org_id, col(WebhookAttempt.delivery_id) == delivery_id
    )
    return list((await session.exec(query.order_by(col(WebhookAttempt.number)))).all())


async def clear_failures(connection: asyncpg.Connection, org_id: UUID, endpoint_id: UUID) -> None:
    """The endpoint works; nothing is written if it did before."""
    await connection.fetch(
        "UPDATE webhook_endpoint SET failing_since = NULL, last_failed_at = NULL"
        " WHERE org_id = $1 AND id = $2 AND failing_since IS NOT NULL",
        org_id,
        endpoint_id,
    )


async def fail_pending(connection: asyncpg.Connection, org_id: UUID, endpoint_id: UUID, now: datetime) -> None:
    """Give up what waits for an endpoint that was disabled; a replay brings it back."""
    await connection.fetch(
        "UPDATE webhook_delivery SET state = 'failed', next_attempt_at = NULL, finished_at = $3"
        " WHERE org_id = $1 AND endpoint_id = $2 AND state = 'pending'",
        org_id,
        endpoint_id,
        now,
    )


async def requeue_failed(
    connection: asyncpg.Connection, org_id: UUID, endpoint_id: UUID, span: tuple[datetime, datetime], now: datetime
) -> int:
    """Make an endpoint's failed deliveries of a span due again, from the start of the schedule; how many."""
    rows = await connection.fetch(
        "UPDATE webhook_delivery SET state = 'pending', step = 0, next_attempt_at = $5, finished_at = NULL"
        " WHERE org_id = $1 AND endpoint_id = $2 AND state = 'failed' AND created_at >= $3 AND created_at <= $4"
        " RETURNING id",
        org_id,
        endpoint_id,
        *span,
        now,
    )
    return len(rows)
