"""The delivery log as an operator reads it, and sending again what failed."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.clock import utc_now
from service.core.database import raw_connection
from service.core.errors import not_found
from service.core.notifications import WEBHOOKS
from service.core.pagination import Page, PageRequest
from service.core.principal import Principal, require
from service.webhooks.dto import (
    DeliveryFilter,
    ReplayDeliveries,
    ReplayedDTO,
    WebhookAttemptDTO,
    WebhookDeliveryDetailDTO,
    WebhookDeliveryDTO,
)
from service.webhooks.permissions import Permission
from service.webhooks.repository import deliveries as repository
from service.webhooks.retries import State
from service.webhooks.use_cases.endpoints import existing_endpoint, require_enabled


async def list_webhook_deliveries(
    session: AsyncSession, principal: Principal, filters: DeliveryFilter, page: PageRequest
) -> Page[WebhookDeliveryDTO]:
    """Deliveries, the newest first unless the page asks otherwise."""
    require(principal, Permission.WEBHOOKS_READ)
    found = await repository.list_deliveries(session, principal.org_id, filters, page)
    return found.with_items([WebhookDeliveryDTO.model_validate(row) for row in found.items])


async def get_webhook_delivery(
    session: AsyncSession, principal: Principal, delivery_id: UUID
) -> WebhookDeliveryDetailDTO:
    """One delivery with every attempt."""
    require(principal, Permission.WEBHOOKS_READ)
    row = await repository.get_delivery(session, principal.org_id, delivery_id)
    if row is None:
        raise not_found("webhook_delivery")
    attempts = await repository.list_attempts(session, principal.org_id, delivery_id)
    shown = [WebhookAttemptDTO.model_validate(attempt) for attempt in attempts]
    return WebhookDeliveryDetailDTO.model_validate({**row.model_dump(), "attempts": shown})


async def replay_webhook_delivery(session: AsyncSession, principal: Principal, delivery_id: UUID) -> ReplayedDTO:
    """Send one delivery again, whatever became of it, under the same `webhook-id`."""
    require(principal, Permission.WEBHOOKS_WRITE)
    row = await repository.get_delivery(session, principal.org_id, delivery_id)
    if row is None:
        raise not_found("webhook_delivery")
    require_enabled(await existing_endpoint(session, principal, row.endpoint_id, lock=True))
    locked = await repository.get_delivery(session, principal.org_id, delivery_id, lock=True)
    if locked is None:
        raise not_found("webhook_delivery")
    locked.state, locked.step, locked.finished_at = State.PENDING.value, 0, None
    locked.next_attempt_at = utc_now()
    await session.flush()
    await _wake(session, principal.org_id)
    return ReplayedDTO(deliveries=1)


async def replay_failed_deliveries(
    session: AsyncSession, principal: Principal, endpoint_id: UUID, data: ReplayDeliveries
) -> ReplayedDTO:
    """Send again what failed at an endpoint within a span."""
    require(principal, Permission.WEBHOOKS_WRITE)
    require_enabled(await existing_endpoint(session, principal, endpoint_id, lock=True))
    now = utc_now()
    span = (data.since, data.until or now)
    count = await repository.requeue_failed(await raw_connection(session), principal.org_id, endpoint_id, span, now)
    await _wake(session, principal.org_id)
    return ReplayedDTO(deliveries=count)


async def _wake(session: AsyncSession, org_id: UUID) -> None:
    """Hint the dispatchers, when the transaction commits."""
    await (await raw_connection(session)).fetch("SELECT pg_notify($1, $2)", WEBHOOKS, str(org_id))
