"""A request of JSON events: its connection's own secret verifies it, by signature or as a header.

The connection is named by the URL, so what is stored belongs to it alone; what the events are is
for the splitter to read.
"""

from collections.abc import Callable, Collection
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from service.core.ids import new_id
from service.core.secrets import same
from service.crm.dto.connections import CrmSystem
from service.crm.envelope import REFUSED, wrap
from service.crm.events import UnreadableDelivery
from service.crm.receiving.receipt import Receipt
from service.crm.receiving.routes import LIFETIME_SECONDS, REFRESHED_SECONDS, Routes, SignedConnection
from service.crm.receiving.writer import DeliveryRow, DeliveryWriter
from service.crm.standard_webhooks import MAX_ID_LENGTH, is_fresh, matches, signed_message
from service.organizations.external_ids import salesforce_id

CLAIM = b"rganizationId"
"""In no body without a claim: most are not decoded before they are stored."""


class EventsRequest(NamedTuple):
    """A request as it came; of the credentials, those that are absent are empty."""

    connection_id: str
    body: bytes
    webhook_id: str
    timestamp: str
    signature: str
    secret: str
    """The secret itself, where the endpoint takes one from senders that cannot sign."""


class _Claim(msgspec.Struct):
    """The organization that an event says it is of."""

    organization_id: str | None = msgspec.field(default=None, name="organizationId")
    salesforce_id: str | None = msgspec.field(default=None, name="OrganizationId")


async def receive_events(
    routes: Routes,
    writer: DeliveryWriter,
    request: EventsRequest,
    systems: Collection[CrmSystem],
    read: Callable[[bytes], bytes],
    now: float,
) -> Receipt:
    """Verify, read into an array of events, store; returns after the commit.

    `now` in seconds since the epoch; `unavailable` when the database is out of reach.
    """
    connection = await _verify(routes, request, now)
    if connection is None:
        return Receipt.UNVERIFIED
    if connection.system not in systems:
        return Receipt.UNKNOWN_ACCOUNT
    try:
        items = read(request.body)
    except UnreadableDelivery:
        return Receipt.UNREADABLE
    owner = connection.candidate
    if connection.system is CrmSystem.SALESFORCE and _claims_another(items, owner.account_id):
        return Receipt.UNKNOWN_ACCOUNT
    webhook_id = request.webhook_id if request.signature else None
    stored = wrap(int(now * 1000), webhook_id, items)
    row = DeliveryRow(owner.org_id, new_id(), owner.connection_id, datetime.fromtimestamp(now, UTC), stored)
    await writer.store([row], [])
    return Receipt.STORED


async def _verify(routes: Routes, request: EventsRequest, now: float) -> SignedConnection | None:
    """The connection, if the request is its own; one that looks unverified is judged by fresh routes."""
    try:
        connection_id = UUID(request.connection_id)
    except ValueError:
        return None
    signed = bool(request.signature)
    if signed and (not 0 < len(request.webhook_id) <= MAX_ID_LENGTH or not is_fresh(request.timestamp, now)):
        return None
    if not signed and not request.secret:
        return None
    message = signed_message(request.webhook_id, request.timestamp, request.body) if signed else b""
    for max_age in (LIFETIME_SECONDS, REFRESHED_SECONDS):
        connection = await routes.of_connection(connection_id, max_age)
        if connection is None:
            return None
        for secret in connection.secrets:
            if matches(secret, message, request.signature) if signed else same(secret, request.secret):
                return connection
    return None


def _claims_another(items: bytes, account_id: str) -> bool:
    """Whether an event names a Salesforce organization that is not the connection's."""
    if CLAIM not in items:
        return False
    try:
        claims = msgspec.json.decode(items, type=list[_Claim])
    except REFUSED:
        return False
    named = {name for claim in claims for name in (claim.organization_id, claim.salesforce_id) if name}
    return any(salesforce_id(name) != account_id for name in named)
