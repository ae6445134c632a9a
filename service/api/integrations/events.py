"""JSON events: `/integrations/salesforce/events/{connection_id}` and `/integrations/events/{connection_id}`.

The former takes change events and what Flow and Apex send, bare or in CloudEvents; the latter CloudEvents
in each content mode. 202 means durable; anything else is the sender's to send again.
"""

import functools
import time
from collections.abc import Callable, Collection
from typing import NamedTuple

from starlette.types import Receive, Scope, Send

from service.api.integrations.asgi import (
    CLOSE,
    Answer,
    BodyCut,
    BodyTooLarge,
    Headers,
    media_type,
    problem,
    read_body,
    text_of,
)
from service.core.errors import ServiceError
from service.core.logging import get_logger
from service.crm.cloudevents import BATCH, HEADER_PREFIX, STRUCTURED, from_batch, from_binary, from_structured
from service.crm.dto.connections import CrmSystem
from service.crm.envelope import checked_items
from service.crm.receiving.events import EventsRequest, receive_events
from service.crm.receiving.receipt import Receipt
from service.crm.receiving.runtime import ReceiverRuntime

logger = get_logger(__name__)

SALESFORCE_PREFIX = "/integrations/salesforce/events/"
PREFIX = "/integrations/events/"
SECRET_HEADER = b"x-touchline-secret"
CLOUDEVENTS = "application/cloudevents"

WRONG_METHOD = problem(405, "Method Not Allowed", "Events are POSTed.", (b"allow", b"POST"), CLOSE)
WRONG_TYPE = problem(415, "Unsupported Media Type", "The content type is none that is taken here.", CLOSE)
TOO_LARGE = problem(413, "Content Too Large", "The delivery is larger than the limit.", CLOSE)
TOO_SLOW = problem(408, "Request Timeout", "The body did not arrive in time.", CLOSE)
UNAVAILABLE = problem(
    503, "Service Unavailable", "The delivery could not be stored; send it again.", (b"retry-after", b"5")
)
ANSWERS = {
    Receipt.STORED: Answer(202, b"", b"text/plain"),
    Receipt.UNREADABLE: problem(400, "Bad Request", "The verified body is not the JSON that its type promises."),
    Receipt.UNVERIFIED: problem(
        401,
        "Unauthorized",
        "The signature or secret is missing, stale or not of the connection in the URL.",
        (b"www-authenticate", b"Webhook-Signature"),
    ),
    Receipt.UNKNOWN_ACCOUNT: problem(403, "Forbidden", "The events are not of the connection's organization or CRM."),
}


class _Endpoint(NamedTuple):
    """What differs between the two: whose connections, which header besides a signature, and how a body is read."""

    prefix: str
    systems: Collection[CrmSystem]
    secret_header: bytes
    reader: Callable[[Headers], Callable[[bytes], bytes] | None]


async def json_events(receivers: ReceiverRuntime, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one request after its events are durable."""
    endpoint = _SALESFORCE if scope["path"].startswith(SALESFORCE_PREFIX) else _ANY
    answer = await _answer(endpoint, receivers, scope, receive)
    if answer is not None:
        await answer.send(send)


async def _answer(endpoint: _Endpoint, receivers: ReceiverRuntime, scope: Scope, receive: Receive) -> Answer | None:
    if scope["method"] != "POST":
        return WRONG_METHOD
    headers: Headers = dict(scope["headers"])
    read = endpoint.reader(headers)
    if read is None:
        return WRONG_TYPE
    try:
        request = EventsRequest(
            scope["path"].removeprefix(endpoint.prefix),
            await read_body(headers, receive, receivers.settings.receiver_body_bytes),
            text_of(headers, b"webhook-id"),
            text_of(headers, b"webhook-timestamp"),
            text_of(headers, b"webhook-signature"),
            text_of(headers, endpoint.secret_header) if endpoint.secret_header else "",
        )
        return ANSWERS[
            await receive_events(receivers.routes, receivers.writer, request, endpoint.systems, read, time.time())
        ]
    except BodyTooLarge:
        return TOO_LARGE
    except BodyCut:
        return None
    except TimeoutError:
        return TOO_SLOW
    except ServiceError as error:
        logger.warning("events_not_stored", code=error.code)
        return UNAVAILABLE


def _read_any_json(headers: Headers) -> Callable[[bytes], bytes] | None:
    return checked_items if media_type(headers) in {"application/json", STRUCTURED, BATCH} else None


def _read_cloudevents(headers: Headers) -> Callable[[bytes], bytes] | None:
    """By content mode: the media type tells structured and batch, the `ce-` headers binary."""
    kind = media_type(headers)
    if kind == STRUCTURED:
        return from_structured
    if kind == BATCH:
        return from_batch
    if kind.startswith(CLOUDEVENTS) or b"ce-specversion" not in headers:
        return None
    prefix = HEADER_PREFIX.encode()
    attributes = {
        name.decode("latin-1"): value.decode("latin-1") for name, value in headers.items() if name.startswith(prefix)
    }
    return functools.partial(from_binary, attributes, text_of(headers, b"content-type"))


_SALESFORCE = _Endpoint(SALESFORCE_PREFIX, {CrmSystem.SALESFORCE}, SECRET_HEADER, _read_any_json)
_ANY = _Endpoint(PREFIX, {CrmSystem.OTHER, CrmSystem.SALESFORCE}, b"", _read_cloudevents)
