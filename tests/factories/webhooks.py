"""Endpoints of one organization and a dispatcher whose clock a test moves."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import ip_network
from typing import Any
from uuid import UUID

from service.core.clock import utc_now
from service.core.embedded import DatabaseUrls
from service.core.ids import new_id
from service.core.pagination import PageRequest
from service.core.runtime import Runtime
from service.core.secrets import SecretBox
from service.core.settings import Settings
from service.webhooks.dispatching import Dispatcher
from service.webhooks.dto import (
    CreatedWebhookEndpointDTO,
    CreateWebhookEndpoint,
    DeliveryFilter,
    WebhookDeliveryDetailDTO,
    WebhookEndpointDTO,
)
from service.webhooks.outbox import EventType, emit_many
from service.webhooks.sending import Sender
from service.webhooks.use_cases import deliveries, endpoints
from service.webhooks.use_cases.events import publish_events
from tests.factories.sales_org import SalesOrg

LOOPBACK = (ip_network("127.0.0.0/8"),)


@dataclass(slots=True)
class Webhooks:
    """Short verbs over the use cases; `now` is the dispatcher's clock."""

    org: SalesOrg
    runtime: Runtime
    sender: Sender | None = None
    now: datetime = field(default_factory=utc_now)

    async def add(self, url: str, **fields: Any) -> CreatedWebhookEndpointDTO:
        data = CreateWebhookEndpoint.model_validate({"url": url, **fields})
        policy = endpoints.url_policy(self.runtime.settings)
        async with self.org.database.tenant(self.org.id) as session:
            box = self.runtime.secret_box
            return await endpoints.create_webhook_endpoint(session, self.org.system, data, box, policy)

    async def get(self, endpoint_id: UUID) -> WebhookEndpointDTO:
        async with self.org.database.tenant(self.org.id) as session:
            return await endpoints.get_webhook_endpoint(session, self.org.system, endpoint_id)

    async def emit(self, count: int = 1) -> list[str]:
        """Publish so many events; the ids they carry."""
        ids = [new_id() for _ in range(count)]
        async with self.org.database.tenant(self.org.id) as session:
            events = [(EventType.PERSON_DELETED, {"person_id": id_}) for id_ in ids]
            await emit_many(session, self.org.id, events)
        await self.publish()
        return [str(id_) for id_ in ids]

    async def publish(self) -> None:
        async with self.org.database.tenant(self.org.id) as session:
            while await publish_events(session, self.org.id, self.now):
                pass

    def dispatcher(self) -> Dispatcher:
        async def only_us() -> list[UUID]:
            return [self.org.id]

        return Dispatcher(self.runtime, only_us, sender=self.sender, clock=lambda: self.now)

    async def deliver(self) -> int:
        """Send everything that is due by the clock; how many requests that were."""
        done, dispatcher = 0, self.dispatcher()
        while sent := await dispatcher.deliver_due(self.org.id):
            done += sent
        return done

    async def pass_time(self, **span: float) -> None:
        """Move the clock and deliver what fell due."""
        self.now += timedelta(**span)
        await self.deliver()

    async def log(self, **filters: Any) -> list[WebhookDeliveryDetailDTO]:
        """Deliveries with their attempts, the oldest first."""
        page = PageRequest(200, sort="created_at")
        async with self.org.database.tenant(self.org.id) as session:
            found = await deliveries.list_webhook_deliveries(session, self.org.system, DeliveryFilter(**filters), page)
            return [await deliveries.get_webhook_delivery(session, self.org.system, one.id) for one in found.items]


def make_webhooks(
    org: SalesOrg, settings: Settings, urls: DatabaseUrls, box: SecretBox, sender: Sender | None = None, **changed: Any
) -> Webhooks:
    """With http to loopback allowed, as an operator would for development, unless `changed` says otherwise."""
    allowed = {"webhook_allow_http": True, "webhook_allowed_networks": list(LOOPBACK), "webhook_timeout_seconds": 1.0}
    runtime = Runtime(settings.model_copy(update={**allowed, **changed}), urls, org.database, box)
    return Webhooks(org, runtime, sender)
