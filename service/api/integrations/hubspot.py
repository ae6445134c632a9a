"""`POST /integrations/hubspot/webhooks`: v3 signatures alone; anything but 200 makes HubSpot send again."""

import time

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
    signed_uri,
    text_of,
)
from service.core.errors import ServiceError
from service.core.logging import get_logger
from service.crm.receiving.hubspot import SignedRequest, receive_hubspot
from service.crm.receiving.receipt import Receipt
from service.crm.receiving.runtime import ReceiverRuntime

logger = get_logger(__name__)


ACCEPTED = Answer(200, b"", b"text/plain")
WRONG_METHOD = problem(405, "Method Not Allowed", "Webhooks are POSTed.", (b"allow", b"POST"), CLOSE)
WRONG_TYPE = problem(415, "Unsupported Media Type", "Webhooks are application/json.", CLOSE)
TOO_LARGE = problem(413, "Content Too Large", "The delivery is larger than the limit.", CLOSE)
TOO_SLOW = problem(408, "Request Timeout", "The body did not arrive in time.", CLOSE)
UNAVAILABLE = problem(503, "Service Unavailable", "The delivery could not be stored; send it again.")
ANSWERS = {
    Receipt.STORED: ACCEPTED,
    Receipt.UNREADABLE: problem(400, "Bad Request", "The verified body is not a JSON array."),
    Receipt.UNVERIFIED: problem(
        401,
        "Unauthorized",
        "The v3 signature is missing, stale or not of this app's secret.",
        (b"www-authenticate", b"X-HubSpot-Signature-v3"),
    ),
}


async def hubspot_webhooks(receivers: ReceiverRuntime, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one request after its events are durable."""
    answer = await _answer(receivers, scope, receive)
    if answer is not None:
        await answer.send(send)


async def _answer(receivers: ReceiverRuntime, scope: Scope, receive: Receive) -> Answer | None:
    if scope["method"] != "POST":
        return WRONG_METHOD
    headers: Headers = dict(scope["headers"])
    if media_type(headers) != "application/json":
        return WRONG_TYPE
    try:
        request = SignedRequest(
            "POST",
            signed_uri(receivers.base_url, scope),
            await read_body(headers, receive, receivers.settings.hubspot_body_bytes),
            text_of(headers, b"x-hubspot-request-timestamp"),
            text_of(headers, b"x-hubspot-signature-v3"),
        )
        return ANSWERS[await receive_hubspot(receivers.routes, receivers.writer, request, time.time_ns() // 1_000_000)]
    except BodyTooLarge:
        return TOO_LARGE
    except BodyCut:
        return None
    except TimeoutError:
        return TOO_SLOW
    except ServiceError as error:
        logger.warning("hubspot_delivery_not_stored", code=error.code)
        return UNAVAILABLE
