"""`POST /integrations/salesforce/outbound/{token}`: SOAP in, the Ack out; a fault makes Salesforce send again."""

from starlette.types import Receive, Scope, Send

from service.api.integrations.asgi import CLOSE, Answer, BodyCut, BodyTooLarge, Headers, media_type, read_body
from service.core.errors import ServiceError
from service.core.logging import get_logger
from service.crm.receiving.receipt import Receipt
from service.crm.receiving.runtime import ReceiverRuntime
from service.crm.receiving.salesforce import receive_salesforce
from service.crm.salesforce.soap import ACK, fault

logger = get_logger(__name__)

PREFIX = "/integrations/salesforce/outbound/"
XML = b"text/xml; charset=utf-8"
MEDIA_TYPES = frozenset({"text/xml", "application/xml"})


def _fault(status: int, reason: str, *headers: tuple[bytes, bytes]) -> Answer:
    return Answer(status, fault(reason), XML, headers)


WRONG_METHOD = _fault(405, "Outbound messages are POSTed.", (b"allow", b"POST"), CLOSE)
WRONG_TYPE = _fault(415, "Outbound messages are text/xml.", CLOSE)
TOO_LARGE = _fault(413, "The message is larger than the limit.", CLOSE)
TOO_SLOW = _fault(408, "The body did not arrive in time.", CLOSE)
UNAVAILABLE = _fault(503, "The message could not be stored; send it again.")
ANSWERS = {
    Receipt.STORED: Answer(200, ACK, XML),
    Receipt.UNREADABLE: _fault(400, "The body is not an outbound message."),
    Receipt.UNVERIFIED: _fault(403, "The token in the URL is not known here."),
    Receipt.UNKNOWN_ACCOUNT: _fault(403, "The token belongs to another organization."),
}


async def salesforce_outbound(receivers: ReceiverRuntime, scope: Scope, receive: Receive, send: Send) -> None:
    """Acknowledge one message after it is durable."""
    answer = await _answer(receivers, scope, receive)
    if answer is not None:
        await answer.send(send)


async def _answer(receivers: ReceiverRuntime, scope: Scope, receive: Receive) -> Answer | None:
    if scope["method"] != "POST":
        return WRONG_METHOD
    headers: Headers = dict(scope["headers"])
    if media_type(headers) not in MEDIA_TYPES:
        return WRONG_TYPE
    try:
        body = await read_body(headers, receive, receivers.settings.receiver_body_bytes)
        token = scope["path"].removeprefix(PREFIX)
        return ANSWERS[await receive_salesforce(receivers.routes, receivers.writer, token, body)]
    except BodyTooLarge:
        return TOO_LARGE
    except BodyCut:
        return None
    except TimeoutError:
        return TOO_SLOW
    except ServiceError as error:
        logger.warning("salesforce_message_not_stored", code=error.code)
        return UNAVAILABLE
