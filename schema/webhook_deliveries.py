"""Webhook deliveries: what became of each event at each endpoint, and sending it again."""

import datetime as dt
from uuid import UUID

import strawberry
from strawberry.types.unset import UNSET

from schema.context import Info
from schema.describing import NEEDS, describe, describe_enum
from schema.event_types import EventType
from schema.inputs import row_id, to_dto
from schema.mutations import ReplayPayload, mutation
from schema.paging import Paged, orders
from schema.relay import Connection, Node, NullIfAbsent, id_of, part_of_list, to_connection, to_global_id
from service.core.database import TenantSession
from service.core.errors import not_found
from service.core.pagination import PageRequest
from service.webhooks.dto import (
    DELIVERY_SORTING,
    DeliveryFilter,
    ReplayDeliveries,
    ReplayedDTO,
    WebhookAttemptDTO,
    WebhookDeliveryDTO,
)
from service.webhooks.permissions import Permission
from service.webhooks.retries import State
from service.webhooks.use_cases import deliveries

READ, WRITE = Permission.WEBHOOKS_READ, Permission.WEBHOOKS_WRITE

describe_enum(
    State,
    "Where a delivery stands.",
    name="WebhookDeliveryState",
    pending="It is tried, or tried again.",
    succeeded="The endpoint answered with a 2xx status.",
    failed="It is given up; a replay brings it back.",
)


@strawberry.type(description="One request and what came of it.")
class WebhookAttempt(Node):
    """An attempt."""

    number: int = strawberry.field(description="From 1.")
    attempted_at: dt.datetime = strawberry.field(description="When it began.")
    latency_ms: int = strawberry.field(description="How long it took, in milliseconds.")
    status: int | None
    answer: str | None
    error: str | None = strawberry.field(description="Why there was no complete answer.")


@strawberry.type(description="One event on its way to one endpoint.")
class WebhookDelivery(Node):
    """A delivery."""

    row_id: strawberry.Private[UUID]
    endpoint_id: strawberry.ID = strawberry.field(description="Where it goes.")
    event_id: UUID
    event_type: EventType = strawberry.field(description="What it tells.")
    state: State = strawberry.field(description="Where it stands.")
    attempt_count: int = strawberry.field(description="How often it was tried.")
    next_attempt_at: dt.datetime | None
    created_at: dt.datetime
    finished_at: dt.datetime | None = strawberry.field(description="When it succeeded or was given up.")

    @strawberry.field(
        description="Every attempt, the first one first.", metadata={NEEDS: READ}, extensions=[Paged(whole=True)]
    )
    async def attempts(self, info: Info, page: PageRequest) -> Connection[WebhookAttempt]:
        """Of one delivery."""
        return part_of_list(await _load_attempts(info, self.row_id), lambda attempt: attempt, page)


describe(WebhookAttempt, WebhookAttemptDTO)
describe(WebhookDelivery, WebhookDeliveryDTO)


def to_webhook_delivery(dto: WebhookDeliveryDTO) -> WebhookDelivery:
    """The GraphQL view of a delivery."""
    return WebhookDelivery(
        id=to_global_id("WebhookDelivery", dto.id),
        row_id=dto.id,
        endpoint_id=to_global_id("WebhookEndpoint", dto.endpoint_id),
        **dto.model_dump(exclude={"id", "endpoint_id", "attempts"}),
    )


async def _load_attempts(info: Info, delivery_id: UUID) -> list[WebhookAttempt]:
    async with info.context.session() as session:
        found = await deliveries.get_webhook_delivery(session, info.context.principal, delivery_id)
    return [
        WebhookAttempt(id=to_global_id("WebhookAttempt", f"{delivery_id}:{attempt.number}"), **attempt.model_dump())
        for attempt in found.attempts
    ]


async def load_webhook_attempt(info: Info, key: str) -> WebhookAttempt:
    """By the delivery's row id and the number."""
    delivery_id, _, number = key.partition(":")
    for attempt in await _load_attempts(info, UUID(delivery_id)):
        if str(attempt.number) == number:
            return attempt
    raise not_found("webhook_attempt")


async def load_webhook_delivery(info: Info, id_: UUID) -> WebhookDelivery:
    """By row id."""
    async with info.context.session() as session:
        return to_webhook_delivery(await deliveries.get_webhook_delivery(session, info.context.principal, id_))


@strawberry.type
class WebhookDeliveriesQuery:
    """Queries of deliveries."""

    @strawberry.field(description="One delivery.", metadata={NEEDS: READ}, extensions=[NullIfAbsent()])
    async def webhook_delivery(self, info: Info, id: strawberry.ID) -> WebhookDelivery | None:  # noqa: A002 - the argument's name in the schema
        """By global id."""
        return await load_webhook_delivery(info, row_id(id, "WebhookDelivery"))

    @strawberry.field(
        description="Deliveries, the newest first.",
        metadata={NEEDS: READ},
        extensions=[Paged(orders("WebhookDeliverySort", DELIVERY_SORTING))],
    )
    async def webhook_deliveries(
        self,
        info: Info,
        page: PageRequest,
        endpoint_id: strawberry.ID | None = None,
        event_type: EventType | None = None,
        state: State | None = None,
    ) -> Connection[WebhookDelivery]:
        """One page."""
        endpoint = id_of(endpoint_id, "WebhookEndpoint")
        filters = DeliveryFilter(endpoint_id=endpoint, event_type=event_type, state=state)
        async with info.context.session() as session:
            found = await deliveries.list_webhook_deliveries(session, info.context.principal, filters, page)
        return to_connection(found, to_webhook_delivery, page)


@strawberry.input(description="Which delivery to send again.")
class ReplayWebhookDeliveryInput:
    """A replay of one."""

    id: strawberry.ID
    idempotency_key: str | None = None


@strawberry.input(description="Failed deliveries from one instant to another, until now by default.")
class ReplayWebhookEndpointInput:
    """A replay of many."""

    id: strawberry.ID
    since: dt.datetime
    until: dt.datetime | None = UNSET
    idempotency_key: str | None = None


def _replayed(dto: ReplayedDTO, _data: object) -> ReplayPayload:
    return ReplayPayload(deliveries=dto.deliveries)


@mutation("Send one delivery again.", needs=WRITE, payload=ReplayPayload, render=_replayed)
async def replay_webhook_delivery(session: TenantSession, info: Info, data: ReplayWebhookDeliveryInput) -> ReplayedDTO:
    """`POST /v1/webhook-deliveries/{id}/replay`."""
    id_ = row_id(data.id, "WebhookDelivery")
    return await deliveries.replay_webhook_delivery(session, info.context.principal, id_)


@mutation("Send an endpoint's failed deliveries again.", needs=WRITE, payload=ReplayPayload, render=_replayed)
async def replay_webhook_endpoint(session: TenantSession, info: Info, data: ReplayWebhookEndpointInput) -> ReplayedDTO:
    """`POST /v1/webhook-endpoints/{id}/replay`."""
    id_, span = row_id(data.id, "WebhookEndpoint"), to_dto(ReplayDeliveries, data)
    return await deliveries.replay_failed_deliveries(session, info.context.principal, id_, span)


@strawberry.type
class WebhookDeliveriesMutation:
    """Mutations of deliveries."""

    replay_webhook_delivery = replay_webhook_delivery
    replay_webhook_endpoint = replay_webhook_endpoint
