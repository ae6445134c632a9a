"""Webhook endpoints: where an organization receives events."""

import datetime as dt
from uuid import UUID

import strawberry
from strawberry.types.unset import UNSET

from schema.context import Info
from schema.describing import NEEDS, describe, describe_enum
from schema.event_types import EventType
from schema.inputs import precondition, row_id, to_dto
from schema.mutations import DeletedPayload, mutation, to_deleted
from schema.paging import Paged, orders
from schema.relay import Connection, Node, NullIfAbsent, part_of_list, to_connection, to_global_id
from service.core.database import TenantSession
from service.core.etags import etag_of
from service.core.pagination import PageRequest
from service.webhooks.dto import (
    ENDPOINT_SORTING,
    CreatedWebhookEndpointDTO,
    CreateWebhookEndpoint,
    EndpointTestDTO,
    RotatedSecretDTO,
    RotateSecret,
    UpdateWebhookEndpoint,
    WebhookEndpointDTO,
)
from service.webhooks.permissions import Permission
from service.webhooks.retries import DisabledReason
from service.webhooks.use_cases import endpoints

READ, WRITE = Permission.WEBHOOKS_READ, Permission.WEBHOOKS_WRITE

describe_enum(
    DisabledReason,
    "Why an endpoint receives nothing.",
    name="WebhookDisabledReason",
    by_hand="Somebody paused it.",
    gone="It answered 410.",
    failing="It failed for five days without one success.",
)


@strawberry.type(description="Where events are sent.")
class WebhookEndpoint(Node):
    """An endpoint without its secret."""

    row: strawberry.Private[WebhookEndpointDTO]
    url: str = strawberry.field(description="An https URL.")
    description: str | None = strawberry.field(description="For people.")
    enabled: bool = strawberry.field(description="Whether it receives events.")
    disabled_reason: DisabledReason | None = strawberry.field(description="Why it does not.")
    disabled_at: dt.datetime | None = strawberry.field(description="Since when it does not.")
    previous_secret_until: dt.datetime | None
    created_at: dt.datetime
    updated_at: dt.datetime

    @strawberry.field(description="Null: every type, future ones included.", extensions=[Paged(whole=True)])
    def event_types(self, page: PageRequest) -> Connection[EventType] | None:
        """As they were given."""
        if self.row.event_types is None:
            return None
        return part_of_list(self.row.event_types, EventType, page)

    @strawberry.field(description="Changes with every edit; give it as `ifMatch`.")
    def etag(self) -> str:
        """The same as over REST."""
        return etag_of(self.row)


describe(WebhookEndpoint, WebhookEndpointDTO)


def to_webhook_endpoint(dto: WebhookEndpointDTO) -> WebhookEndpoint:
    """The GraphQL view of an endpoint."""
    row = WebhookEndpointDTO.model_validate(dto.model_dump(include=set(WebhookEndpointDTO.model_fields)))
    fields = row.model_dump(exclude={"id", "event_types"})
    return WebhookEndpoint(id=to_global_id("WebhookEndpoint", row.id), row=row, **fields)


async def load_webhook_endpoint(info: Info, id_: UUID) -> WebhookEndpoint:
    """By row id."""
    async with info.context.session() as session:
        return to_webhook_endpoint(await endpoints.get_webhook_endpoint(session, info.context.principal, id_))


@strawberry.type
class WebhookEndpointsQuery:
    """Queries of endpoints."""

    @strawberry.field(description="One endpoint.", metadata={NEEDS: READ}, extensions=[NullIfAbsent()])
    async def webhook_endpoint(self, info: Info, id: strawberry.ID) -> WebhookEndpoint | None:  # noqa: A002 - the argument's name in the schema
        """By global id."""
        return await load_webhook_endpoint(info, row_id(id, "WebhookEndpoint"))

    @strawberry.field(
        description="Every endpoint.",
        metadata={NEEDS: READ},
        extensions=[Paged(orders("WebhookEndpointSort", ENDPOINT_SORTING))],
    )
    async def webhook_endpoints(self, info: Info, page: PageRequest) -> Connection[WebhookEndpoint]:
        """One page."""
        async with info.context.session() as session:
            found = await endpoints.list_webhook_endpoints(session, info.context.principal, page)
        return to_connection(found, to_webhook_endpoint, page)


@strawberry.type(description="An endpoint as it is now.")
class WebhookEndpointPayload:
    """The answer to a change of an endpoint."""

    webhook_endpoint: WebhookEndpoint = strawberry.field(description="The endpoint.")


@strawberry.type(description="A new endpoint with its secret.")
class CreatedWebhookEndpointPayload:
    """The answer to a creation."""

    webhook_endpoint: WebhookEndpoint = strawberry.field(description="The endpoint.")
    secret: str = strawberry.field(description="What messages are signed with; shown this once.")


@strawberry.type(description="The new secret of an endpoint.")
class RotatedSecretPayload:
    """The answer to a rotation."""

    secret: str = strawberry.field(description="What messages are signed with; shown this once.")
    previous_secret_until: dt.datetime | None = strawberry.field(description="Until then they carry both signatures.")


@strawberry.type(description="The test event that was asked for.")
class WebhookTestPayload:
    """The answer to a test."""

    event_id: UUID = strawberry.field(description="Sent as `webhook-id`; finds its delivery.")


@strawberry.input(description="Where to send which events.")
class CreateWebhookEndpointInput:
    """All that an endpoint begins with."""

    url: str
    description: str | None = UNSET
    event_types: list[EventType] | None = UNSET
    secret: str | None = UNSET
    idempotency_key: str | None = None


@strawberry.input(description="What is absent stays. `enabled` false pauses it; true revives one that was disabled.")
class UpdateWebhookEndpointInput:
    """A merge-patch."""

    id: strawberry.ID
    if_match: str | None = None
    url: str | None = UNSET
    description: str | None = UNSET
    event_types: list[EventType] | None = UNSET
    enabled: bool | None = UNSET
    idempotency_key: str | None = None


@strawberry.input(description="Which endpoint to delete.")
class DeleteWebhookEndpointInput:
    """A deletion."""

    id: strawberry.ID
    if_match: str | None = None
    idempotency_key: str | None = None


@strawberry.input(description="What replaces the secret, and for how many hours both sign (24 by default).")
class RotateWebhookSecretInput:
    """A rotation."""

    id: strawberry.ID
    secret: str | None = UNSET
    overlap_hours: int | None = UNSET
    idempotency_key: str | None = None


@strawberry.input(description="Which endpoint to test.")
class TestWebhookEndpointInput:
    """A test."""

    id: strawberry.ID
    idempotency_key: str | None = None


@mutation(
    "Add a webhook endpoint; its secret is shown this once.",
    needs=WRITE,
    payload=CreatedWebhookEndpointPayload,
    render=lambda dto, _data: CreatedWebhookEndpointPayload(
        webhook_endpoint=to_webhook_endpoint(dto), secret=dto.secret
    ),
)
async def create_webhook_endpoint(
    session: TenantSession, info: Info, data: CreateWebhookEndpointInput
) -> CreatedWebhookEndpointDTO:
    """`POST /v1/webhook-endpoints`."""
    runtime, asked = info.context.runtime, to_dto(CreateWebhookEndpoint, data)
    box, policy = runtime.secret_box, endpoints.url_policy(runtime.settings)
    return await endpoints.create_webhook_endpoint(session, info.context.principal, asked, box, policy)


@mutation(
    "Change a webhook endpoint: what is absent stays.",
    needs=WRITE,
    payload=WebhookEndpointPayload,
    render=lambda dto, _data: WebhookEndpointPayload(webhook_endpoint=to_webhook_endpoint(dto)),
)
async def update_webhook_endpoint(
    session: TenantSession, info: Info, data: UpdateWebhookEndpointInput
) -> WebhookEndpointDTO:
    """`PATCH /v1/webhook-endpoints/{id}`."""
    id_, changes = row_id(data.id, "WebhookEndpoint"), to_dto(UpdateWebhookEndpoint, data)
    policy, expected = endpoints.url_policy(info.context.runtime.settings), precondition(data.if_match)
    return await endpoints.update_webhook_endpoint(session, info.context.principal, id_, changes, policy, expected)


@mutation("Delete a webhook endpoint; events stay.", needs=WRITE, payload=DeletedPayload, render=to_deleted)
async def delete_webhook_endpoint(session: TenantSession, info: Info, data: DeleteWebhookEndpointInput) -> None:
    """`DELETE /v1/webhook-endpoints/{id}`."""
    id_, expected = row_id(data.id, "WebhookEndpoint"), precondition(data.if_match)
    await endpoints.delete_webhook_endpoint(session, info.context.principal, id_, expected)


@mutation(
    "Replace an endpoint's secret.",
    needs=WRITE,
    payload=RotatedSecretPayload,
    render=lambda dto, _data: RotatedSecretPayload(**dto.model_dump()),
)
async def rotate_webhook_secret(session: TenantSession, info: Info, data: RotateWebhookSecretInput) -> RotatedSecretDTO:
    """`POST /v1/webhook-endpoints/{id}/rotate-secret`."""
    id_, asked = row_id(data.id, "WebhookEndpoint"), to_dto(RotateSecret, data)
    box = info.context.runtime.secret_box
    return await endpoints.rotate_webhook_secret(session, info.context.principal, id_, asked, box)


@mutation(
    "Send a test event to an endpoint.",
    needs=WRITE,
    payload=WebhookTestPayload,
    render=lambda dto, _data: WebhookTestPayload(event_id=dto.event_id),
)
async def test_webhook_endpoint(session: TenantSession, info: Info, data: TestWebhookEndpointInput) -> EndpointTestDTO:
    """`POST /v1/webhook-endpoints/{id}/test`."""
    return await endpoints.request_webhook_test(session, info.context.principal, row_id(data.id, "WebhookEndpoint"))


@strawberry.type
class WebhookEndpointsMutation:
    """Mutations of endpoints."""

    create_webhook_endpoint = create_webhook_endpoint
    update_webhook_endpoint = update_webhook_endpoint
    delete_webhook_endpoint = delete_webhook_endpoint
    rotate_webhook_secret = rotate_webhook_secret
    test_webhook_endpoint = test_webhook_endpoint
