"""Signed HubSpot requests, Salesforce messages, and the receivers on the real database, called over ASGI."""

import base64
import hashlib
import hmac
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import orjson
from sqlmodel import col, select
from standardwebhooks import Webhook

from service.activities.dto.sources import SourceMapping
from service.api.integrations.dispatch import HUBSPOT_PATH, IntegrationsDispatcher
from service.core.database import Database
from service.core.principal import Principal
from service.core.runtime import Runtime
from service.crm.dto.connections import CreateCrmConnection, CreatedCrmConnectionDTO, CrmSystem, UpdateCrmConnection
from service.crm.models import Delivery, UnclaimedDelivery
from service.crm.use_cases.connections import create_crm_connection, delete_crm_connection, update_crm_connection

SOAP_HEADERS = {"content-type": "text/xml; charset=utf-8", "soapaction": '""'}


def new_portal() -> int:
    """A portal (or application) id that no other test uses."""
    return uuid4().int % 10**15 + 1


def new_salesforce_org() -> str:
    """A Salesforce organization id (15 characters) that no other test uses."""
    return "00D" + uuid4().hex[:12].upper()


def now_ms() -> int:
    """Epoch milliseconds."""
    return time.time_ns() // 1_000_000


def sign_v3(secret: str, uri: str, body: bytes, timestamp: int | None = None) -> dict[str, str]:
    """The headers of a HubSpot request, signed independently of the service's own verifier."""
    stamp = str(now_ms() if timestamp is None else timestamp)
    message = b"POST" + uri.encode() + body + stamp.encode()
    signature = base64.b64encode(hmac.new(secret.encode(), message, hashlib.sha256).digest()).decode()
    return {
        "content-type": "application/json",
        "x-hubspot-request-timestamp": stamp,
        "x-hubspot-signature-v3": signature,
    }


def sign_standard(secret: str, body: bytes, seconds: int | None = None, id_: str | None = None) -> dict[str, str]:
    """The headers of a Standard Webhooks request, by the official library."""
    at = datetime.fromtimestamp(int(time.time()) if seconds is None else seconds, UTC)
    message_id = id_ or f"msg_{uuid4().hex}"
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(message_id, at, body.decode("utf-8", "surrogateescape")),
    }


def deal_event(portal: int, app: int | None, object_id: int = 1, **changes: Any) -> dict[str, Any]:
    """A property change as HubSpot sends it."""
    event = {
        "eventId": uuid4().int % 10**9,
        "subscriptionId": 1,
        "portalId": portal,
        "appId": app,
        "occurredAt": now_ms(),
        "subscriptionType": "deal.propertyChange",
        "attemptNumber": 0,
        "objectId": object_id,
        "propertyName": "amount",
        "propertyValue": "100",
        "changeSource": "CRM",
        **changes,
    }
    return {name: value for name, value in event.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Receivers:
    """The receivers of one process, with the database behind them."""

    client: httpx.AsyncClient
    dispatcher: IntegrationsDispatcher
    runtime: Runtime
    base_url: str

    @property
    def database(self) -> Database:
        return self.runtime.database

    @property
    def hubspot_url(self) -> str:
        return f"{self.base_url}{HUBSPOT_PATH}"

    async def connect(
        self, org_id: UUID, mapping: SourceMapping | None = None, **fields: Any
    ) -> CreatedCrmConnectionDTO:
        """A connection; by default HubSpot's, with ids of its own."""
        values = {"system": CrmSystem.HUBSPOT, "name": "CRM", **fields}
        if values["system"] is CrmSystem.HUBSPOT:
            values = {"account_id": str(new_portal()), "app_id": str(new_portal()), "secret": uuid4().hex, **values}
        data = CreateCrmConnection.model_validate({**values, "mapping": mapping})
        async with self.database.tenant(org_id) as session:
            return await create_crm_connection(
                session, Principal.system(org_id), data, self.runtime.secret_box, self.base_url
            )

    async def update(self, org_id: UUID, connection_id: UUID, **changes: Any) -> None:
        """A merge-patch of a connection."""
        async with self.database.tenant(org_id) as session:
            data = UpdateCrmConnection.model_validate(changes)
            box = self.runtime.secret_box
            await update_crm_connection(session, Principal.system(org_id), connection_id, data, box)

    async def disconnect(self, org_id: UUID, connection_id: UUID) -> None:
        """Delete a connection."""
        async with self.database.tenant(org_id) as session:
            await delete_crm_connection(session, Principal.system(org_id), connection_id)

    async def post_hubspot(self, secret: str, events: Any, **request: Any) -> httpx.Response:
        """A delivery signed now; `events` is JSON or raw bytes, `headers` replaces single headers."""
        body = events if isinstance(events, bytes) else orjson.dumps(events)
        headers: Mapping[str, str] = request.pop("headers", {})
        url = request.pop("url", self.hubspot_url)
        signed = {**sign_v3(secret, url, body), **headers}
        return await self.client.post(url, content=body, headers=signed, **request)

    async def post_salesforce(self, url: str, body: bytes, **headers: str) -> httpx.Response:
        """An outbound message to a receiver's URL."""
        return await self.client.post(url, content=body, headers={**SOAP_HEADERS, **headers})

    async def post_events(
        self, url: str | None, secret: str | None, body: Any, content_type: str = "application/json", **headers: str
    ) -> httpx.Response:
        """JSON events signed now; `headers` (with `_` for `-`) replaces single headers, an empty one takes it out."""
        raw = body if isinstance(body, bytes) else orjson.dumps(body)
        signed = sign_standard(secret, raw) if secret else {}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {"content-type": content_type, **signed, **named}
        return await self.client.post(
            url or "", content=raw, headers={name: value for name, value in sent.items() if value}
        )

    async def deliveries(self, org_id: UUID, connection_id: UUID) -> list[bytes]:
        """The bodies stored for a connection, oldest first."""
        async with self.database.tenant(org_id) as session:
            query = select(Delivery.body).where(
                col(Delivery.org_id) == org_id, col(Delivery.connection_id) == connection_id
            )
            return list((await session.exec(query.order_by(col(Delivery.id)))).all())

    async def unclaimed(self, account_id: int | str) -> list[bytes]:
        """The bodies that wait for an account to be connected."""
        async with self.database.directory() as session:
            query = select(UnclaimedDelivery.body).where(col(UnclaimedDelivery.account_id) == str(account_id))
            return list((await session.exec(query)).all())
