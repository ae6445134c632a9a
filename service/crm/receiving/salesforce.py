"""A Salesforce outbound message: the URL's token finds the connection, which belongs to one organization."""

import asyncio

from service.core.clock import utc_now
from service.core.ids import new_id
from service.core.secrets import digest
from service.crm.events import UnreadableDelivery
from service.crm.receiving.receipt import Receipt
from service.crm.receiving.routes import Routes
from service.crm.receiving.writer import DeliveryRow, DeliveryWriter
from service.crm.salesforce.soap import parse, without_credentials

INLINE_BYTES = 256 * 1024
"""A larger message is parsed in a thread: it would hold up every other request."""


async def receive_salesforce(routes: Routes, writer: DeliveryWriter, token: str, body: bytes) -> Receipt:
    """Verify, route and store; returns after the commit. `unavailable` when the database is out of reach.

    The token is found by its SHA-256, so no comparison of its text can leak through timing.
    """
    candidate = await routes.of_token(digest(token))
    if candidate is None:
        return Receipt.UNVERIFIED
    try:
        if len(body) <= INLINE_BYTES:
            organization_id, stored = _read(body)
        else:
            organization_id, stored = await asyncio.to_thread(_read, body)
    except UnreadableDelivery:
        return Receipt.UNREADABLE
    if organization_id != candidate.account_id:
        return Receipt.UNKNOWN_ACCOUNT
    row = DeliveryRow(candidate.org_id, new_id(), candidate.connection_id, utc_now(), stored)
    await writer.store([row], [])
    return Receipt.STORED


def _read(body: bytes) -> tuple[str, bytes]:
    """The sending organization and the bytes to store, without the SessionId (a credential)."""
    message = parse(body)
    return message.organization_id, without_credentials(message, body)
