"""`/v1/webhook-endpoints` and `/v1/webhook-deliveries`: where events are sent, and what became of each."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from service.api.deps import PreconditionDep, PrincipalDep, RuntimeDep, SessionDep
from service.api.operation import operation
from service.api.paging import ListEnvelope, ListRequest, sorted_by
from service.api.route import resource_router
from service.webhooks.dto import (
    DELIVERY_SORTING,
    ENDPOINT_SORTING,
    CreatedWebhookEndpointDTO,
    CreateWebhookEndpoint,
    DeliveryFilter,
    EndpointTestDTO,
    ReplayDeliveries,
    ReplayedDTO,
    RotatedSecretDTO,
    RotateSecret,
    UpdateWebhookEndpoint,
    WebhookDeliveryDetailDTO,
    WebhookDeliveryDTO,
    WebhookEndpointDTO,
)
from service.webhooks.event_types import EventType
from service.webhooks.permissions import Permission
from service.webhooks.retries import State
from service.webhooks.use_cases import deliveries, endpoints

READ, WRITE = Permission.WEBHOOKS_READ, Permission.WEBHOOKS_WRITE

endpoint_router = resource_router("/v1/webhook-endpoints", "webhooks")
delivery_router = resource_router("/v1/webhook-deliveries", "webhooks")


@endpoint_router.get("", **operation("listWebhookEndpoints", "List webhook endpoints", READ))
async def list_webhook_endpoints(
    session: SessionDep, principal: PrincipalDep, page: Annotated[ListRequest, sorted_by(ENDPOINT_SORTING)]
) -> ListEnvelope[WebhookEndpointDTO]:
    """Without their secrets."""
    return page.answer(await endpoints.list_webhook_endpoints(session, principal, page))


@endpoint_router.post("", status_code=201, **operation("createWebhookEndpoint", "Add a webhook endpoint", WRITE, 409))
async def create_webhook_endpoint(
    data: CreateWebhookEndpoint, session: SessionDep, principal: PrincipalDep, runtime: RuntimeDep
) -> CreatedWebhookEndpointDTO:
    """The answer, and no other, holds the secret that messages are signed with (Standard Webhooks)."""
    box, policy = runtime.secret_box, endpoints.url_policy(runtime.settings)
    return await endpoints.create_webhook_endpoint(session, principal, data, box, policy)


@endpoint_router.get("/{endpoint_id}", **operation("getWebhookEndpoint", "Read a webhook endpoint", READ, 404))
async def get_webhook_endpoint(endpoint_id: UUID, session: SessionDep, principal: PrincipalDep) -> WebhookEndpointDTO:
    """Without its secret."""
    return await endpoints.get_webhook_endpoint(session, principal, endpoint_id)


@endpoint_router.patch("/{endpoint_id}", **operation("updateWebhookEndpoint", "Change a webhook endpoint", WRITE, 404))
async def update_webhook_endpoint(
    endpoint_id: UUID,
    data: UpdateWebhookEndpoint,
    expected: PreconditionDep,
    session: SessionDep,
    principal: PrincipalDep,
    runtime: RuntimeDep,
) -> WebhookEndpointDTO:
    """Merge-patch. `enabled: false` gives up what waits for it; `true` revives one that was disabled."""
    policy = endpoints.url_policy(runtime.settings)
    return await endpoints.update_webhook_endpoint(session, principal, endpoint_id, data, policy, expected)


@endpoint_router.delete(
    "/{endpoint_id}", status_code=204, **operation("deleteWebhookEndpoint", "Delete a webhook endpoint", WRITE, 404)
)
async def delete_webhook_endpoint(
    endpoint_id: UUID, expected: PreconditionDep, session: SessionDep, principal: PrincipalDep
) -> None:
    """With its deliveries; the events stay."""
    await endpoints.delete_webhook_endpoint(session, principal, endpoint_id, expected)


@endpoint_router.post(
    "/{endpoint_id}/rotate-secret", **operation("rotateWebhookSecret", "Replace an endpoint's secret", WRITE, 404)
)
async def rotate_webhook_secret(
    endpoint_id: UUID, data: RotateSecret, session: SessionDep, principal: PrincipalDep, runtime: RuntimeDep
) -> RotatedSecretDTO:
    """The answer holds the new secret. While the two overlap, every message carries both signatures."""
    return await endpoints.rotate_webhook_secret(session, principal, endpoint_id, data, runtime.secret_box)


@endpoint_router.post(
    "/{endpoint_id}/test",
    status_code=202,
    **operation("testWebhookEndpoint", "Send a test event to an endpoint", WRITE, 404, 409),
)
async def test_webhook_endpoint(endpoint_id: UUID, session: SessionDep, principal: PrincipalDep) -> EndpointTestDTO:
    """To this endpoint only, whatever its filter; the delivery log shows what came of it."""
    return await endpoints.request_webhook_test(session, principal, endpoint_id)


@endpoint_router.post(
    "/{endpoint_id}/replay",
    status_code=202,
    **operation("replayWebhookEndpoint", "Send an endpoint's failed deliveries again", WRITE, 404, 409),
)
async def replay_webhook_endpoint(
    endpoint_id: UUID, data: ReplayDeliveries, session: SessionDep, principal: PrincipalDep
) -> ReplayedDTO:
    """Those of a span, from the start of the schedule, each under its former `webhook-id`."""
    return await deliveries.replay_failed_deliveries(session, principal, endpoint_id, data)


@delivery_router.get("", **operation("listWebhookDeliveries", "List webhook deliveries", READ))
async def list_webhook_deliveries(
    session: SessionDep,
    principal: PrincipalDep,
    page: Annotated[ListRequest, sorted_by(DELIVERY_SORTING)],
    endpoint_id: Annotated[UUID | None, Query(description="Only those to this endpoint.")] = None,
    event_id: Annotated[UUID | None, Query(description="Only those of this event.")] = None,
    event_type: Annotated[EventType | None, Query(description="Only those of events of this type.")] = None,
    state: Annotated[State | None, Query(description="`failed` shows what can be replayed.")] = None,
) -> ListEnvelope[WebhookDeliveryDTO]:
    """The newest first; kept as long as their events, 30 days."""
    filters = DeliveryFilter(endpoint_id=endpoint_id, event_id=event_id, event_type=event_type, state=state)
    return page.answer(await deliveries.list_webhook_deliveries(session, principal, filters, page))


@delivery_router.get("/{delivery_id}", **operation("getWebhookDelivery", "Read a webhook delivery", READ, 404))
async def get_webhook_delivery(
    delivery_id: UUID, session: SessionDep, principal: PrincipalDep
) -> WebhookDeliveryDetailDTO:
    """With every attempt: status, latency, and the beginning of the answer."""
    return await deliveries.get_webhook_delivery(session, principal, delivery_id)


@delivery_router.post(
    "/{delivery_id}/replay",
    status_code=202,
    **operation("replayWebhookDelivery", "Send one delivery again", WRITE, 404, 409),
)
async def replay_webhook_delivery(delivery_id: UUID, session: SessionDep, principal: PrincipalDep) -> ReplayedDTO:
    """Whatever became of it; receivers know it by its `webhook-id`."""
    return await deliveries.replay_webhook_delivery(session, principal, delivery_id)


router = APIRouter()
router.include_router(endpoint_router)
router.include_router(delivery_router)
