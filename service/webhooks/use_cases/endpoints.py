"""Endpoints: where an organization receives events, with secrets that are shown once and can be rotated."""

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from pydantic import SecretStr
from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.clock import utc_now
from service.core.database import raw_connection
from service.core.errors import conflict, invalid, not_found
from service.core.etags import UNCONDITIONAL, Precondition
from service.core.ids import new_id
from service.core.pagination import Page, PageRequest
from service.core.principal import Principal, require
from service.core.secrets import SecretBox
from service.core.settings import Settings
from service.webhooks.addresses import UrlPolicy
from service.webhooks.dto import (
    CreatedWebhookEndpointDTO,
    CreateWebhookEndpoint,
    EndpointTestDTO,
    RotatedSecretDTO,
    RotateSecret,
    UpdateWebhookEndpoint,
    WebhookEndpointDTO,
)
from service.webhooks.models import WebhookEndpoint
from service.webhooks.outbox import EventType, emit_for
from service.webhooks.permissions import Permission
from service.webhooks.repository import deliveries
from service.webhooks.repository import endpoints as repository
from service.webhooks.retries import DisabledReason
from service.webhooks.signing import NEW_BYTES, format_secret

MOST_ENDPOINTS = 50


def url_policy(settings: Settings) -> UrlPolicy:
    """What the operator allows."""
    return UrlPolicy(settings.webhook_allow_http, tuple(settings.webhook_allowed_networks))


async def create_webhook_endpoint(
    session: AsyncSession, principal: Principal, data: CreateWebhookEndpoint, box: SecretBox, policy: UrlPolicy
) -> CreatedWebhookEndpointDTO:
    """Add an endpoint; it receives what is published from now on. `invalid` for a URL that is not deliverable."""
    require(principal, Permission.WEBHOOKS_WRITE)
    _check_url(data.url, policy)
    if await repository.count_endpoints(session, principal.org_id) >= MOST_ENDPOINTS:
        raise conflict("too_many_webhook_endpoints", f"An organization has at most {MOST_ENDPOINTS} endpoints.")
    now, secret = utc_now(), _given_or_new(data.secret)
    row = WebhookEndpoint(
        org_id=principal.org_id,
        id=new_id(),
        url=data.url,
        description=data.description,
        event_types=_names(data.event_types),
        secret=box.seal(secret),
        created_at=now,
        updated_at=now,
    )
    session.add(row)
    await session.flush()
    return CreatedWebhookEndpointDTO(**_to_dto(row, now).model_dump(), secret=secret)


async def list_webhook_endpoints(
    session: AsyncSession, principal: Principal, page: PageRequest
) -> Page[WebhookEndpointDTO]:
    """Endpoints in order of creation."""
    require(principal, Permission.WEBHOOKS_READ)
    found, now = await repository.list_endpoints(session, principal.org_id, page), utc_now()
    return found.with_items([_to_dto(row, now) for row in found.items])


async def get_webhook_endpoint(session: AsyncSession, principal: Principal, endpoint_id: UUID) -> WebhookEndpointDTO:
    """One endpoint without its secret."""
    require(principal, Permission.WEBHOOKS_READ)
    return _to_dto(await existing_endpoint(session, principal, endpoint_id), utc_now())


async def update_webhook_endpoint(
    session: AsyncSession,
    principal: Principal,
    endpoint_id: UUID,
    data: UpdateWebhookEndpoint,
    policy: UrlPolicy,
    expected: Precondition = UNCONDITIONAL,
) -> WebhookEndpointDTO:
    """Change an endpoint; disabling it gives up what waits for it, which a replay brings back."""
    require(principal, Permission.WEBHOOKS_WRITE)
    row, now = await existing_endpoint(session, principal, endpoint_id, lock=True), utc_now()
    expected.check(_to_dto(row, now))
    given = data.model_fields_set
    if data.url is not None:
        _check_url(data.url, policy)
        row.url = data.url
    if "description" in given:
        row.description = data.description
    if "event_types" in given:
        row.event_types = _names(data.event_types)
    if data.enabled is not None and data.enabled != (row.disabled_at is None):
        await _switch(session, row, now, on=data.enabled)
    row.updated_at = now
    await session.flush()
    return _to_dto(row, now)


async def delete_webhook_endpoint(
    session: AsyncSession, principal: Principal, endpoint_id: UUID, expected: Precondition = UNCONDITIONAL
) -> None:
    """Remove an endpoint with its deliveries."""
    require(principal, Permission.WEBHOOKS_WRITE)
    row = await existing_endpoint(session, principal, endpoint_id, lock=True)
    expected.check(_to_dto(row, utc_now()))
    await session.delete(row)
    await session.flush()


async def rotate_webhook_secret(
    session: AsyncSession, principal: Principal, endpoint_id: UUID, data: RotateSecret, box: SecretBox
) -> RotatedSecretDTO:
    """Replace the secret; while the two overlap, every message carries both signatures."""
    require(principal, Permission.WEBHOOKS_WRITE)
    row, now = await existing_endpoint(session, principal, endpoint_id, lock=True), utc_now()
    secret = _given_or_new(data.secret)
    overlaps = data.overlap_hours > 0
    row.previous_secret = row.secret if overlaps else None
    row.previous_secret_until = now + timedelta(hours=data.overlap_hours) if overlaps else None
    row.secret = box.seal(secret)
    row.updated_at = now
    await session.flush()
    return RotatedSecretDTO(secret=secret, previous_secret_until=row.previous_secret_until)


async def request_webhook_test(session: AsyncSession, principal: Principal, endpoint_id: UUID) -> EndpointTestDTO:
    """Send a test event to this endpoint only, whatever its filter; `conflict` while it is disabled."""
    require(principal, Permission.WEBHOOKS_WRITE)
    row = await existing_endpoint(session, principal, endpoint_id)
    require_enabled(row)
    told = {"webhook_endpoint_id": row.id}
    return EndpointTestDTO(
        event_id=await emit_for(session, principal.org_id, row.id, EventType.WEBHOOK_ENDPOINT_TEST, told)
    )


async def existing_endpoint(
    session: AsyncSession, principal: Principal, endpoint_id: UUID, *, lock: bool = False
) -> WebhookEndpoint:
    """The row; `not_found` where there is none."""
    row = await repository.get_endpoint(session, principal.org_id, endpoint_id, lock=lock)
    if row is None:
        raise not_found("webhook_endpoint")
    return row


def require_enabled(row: WebhookEndpoint) -> None:
    """`conflict` for an endpoint that receives nothing."""
    if row.disabled_at is not None:
        raise conflict("webhook_endpoint_disabled", "The endpoint is disabled; enable it first.")


async def _switch(session: AsyncSession, row: WebhookEndpoint, now: datetime, *, on: bool) -> None:
    """By hand: a revived endpoint starts with a clean record."""
    if on:
        row.disabled_at = row.disabled_reason = row.failing_since = row.last_failed_at = None
    else:
        row.disabled_at, row.disabled_reason = now, DisabledReason.BY_HAND.value
        await deliveries.fail_pending(await raw_connection(session), row.org_id, row.id, now)


def _check_url(url: str, policy: UrlPolicy) -> None:
    """An early hint; what counts is the check of the address at every connection."""
    fault = policy.find_fault(url)
    if fault is not None:
        raise invalid("/url", fault)


def _given_or_new(given: SecretStr | None) -> str:
    return given.get_secret_value() if given else format_secret(secrets.token_bytes(NEW_BYTES))


def _names(types: list[EventType] | None) -> list[str] | None:
    return None if types is None else [type_.value for type_ in types]


def _to_dto(row: WebhookEndpoint, now: datetime) -> WebhookEndpointDTO:
    until = row.previous_secret_until
    shown = {"enabled": row.disabled_at is None, "previous_secret_until": until if until and until > now else None}
    return WebhookEndpointDTO.model_validate({**row.model_dump(), **shown})
