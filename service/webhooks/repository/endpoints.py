"""Every query of endpoints."""

from uuid import UUID

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.keyset import fetch_page
from service.core.pagination import Page, PageRequest
from service.webhooks.dto import ENDPOINT_SORTING
from service.webhooks.models import WebhookEndpoint


async def get_endpoint(
    session: AsyncSession, org_id: UUID, endpoint_id: UUID, *, lock: bool = False
) -> WebhookEndpoint | None:
    """One endpoint, locked for an update on request and then as it is now, not as the session knew it."""
    query = select(WebhookEndpoint).where(col(WebhookEndpoint.org_id) == org_id, col(WebhookEndpoint.id) == endpoint_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return (await session.exec(query)).first()


async def list_endpoints(session: AsyncSession, org_id: UUID, page: PageRequest) -> Page[WebhookEndpoint]:
    """One page of endpoints."""
    query = select(WebhookEndpoint).where(col(WebhookEndpoint.org_id) == org_id)
    return await fetch_page(session, query, WebhookEndpoint, ENDPOINT_SORTING, page)


async def count_endpoints(session: AsyncSession, org_id: UUID) -> int:
    """How many there are; creations take turns until the end of their transactions."""
    await session.exec(select(func.pg_advisory_xact_lock(func.hashtextextended(f"webhook_endpoints:{org_id}", 0))))
    query = select(func.count()).select_from(WebhookEndpoint).where(col(WebhookEndpoint.org_id) == org_id)
    return (await session.exec(query)).one()
