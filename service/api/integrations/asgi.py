"""Plain ASGI for the receivers: no framework, no dependency machinery and no log line per request.

Bodies are read with a cap. Of one that is too large a bounded amount is drained, so that the sender
gets to read the answer.
"""

import asyncio
from collections.abc import Iterable
from typing import Any

import orjson
from starlette.types import Receive, Scope, Send

BODY_SECONDS = 30.0
DRAIN_BYTES = 32 * 1024 * 1024


class BodyTooLarge(Exception):  # noqa: N818 - an answer (413), not a fault
    """The body is over the cap."""


class BodyCut(Exception):  # noqa: N818 - an ending, not a fault
    """The sender went away in the middle: there is nobody to answer."""


class Answer:
    """A complete response, built once and sent many times."""

    __slots__ = ("_body", "_start", "status")

    def __init__(
        self, status: int, body: bytes, content_type: bytes, headers: Iterable[tuple[bytes, bytes]] = ()
    ) -> None:
        self.status = status
        self._start: dict[str, Any] = {
            "type": "http.response.start",
            "status": status,
            "headers": [
                (b"content-type", content_type),
                (b"content-length", str(len(body)).encode()),
                *headers,
            ],
        }
        self._body = {"type": "http.response.body", "body": body}

    async def send(self, send: Send) -> None:
        """Send it."""
        await send(self._start)
        await send(self._body)


def problem(status: int, title: str, detail: str, *headers: tuple[bytes, bytes]) -> Answer:
    """A problem+json answer."""
    body = orjson.dumps({"type": "about:blank", "title": title, "status": status, "detail": detail})
    return Answer(status, body, b"application/problem+json", headers)


CLOSE = (b"connection", b"close")

Headers = dict[bytes, bytes]
"""By lower-case name; of a repeated header, the last."""


def text_of(headers: Headers, name: bytes) -> str:
    """A header's value, or an empty string."""
    return headers.get(name, b"").decode("latin-1")


def media_type(headers: Headers) -> str:
    """The content type without its parameters, in lower case."""
    return text_of(headers, b"content-type").partition(";")[0].strip().lower()


def signed_uri(base_url: str, scope: Scope) -> str:
    """The URI that a vendor signed: the configured public URL and the raw path and query, undecoded."""
    path = scope.get("raw_path") or scope["path"].encode()
    query = scope["query_string"]
    target = path + b"?" + query if query else path
    return base_url + str(target.decode("latin-1"))


async def read_body(headers: Headers, receive: Receive, limit: int) -> bytes:
    """The raw body; `BodyTooLarge`, `BodyCut`, or `TimeoutError` for one that does not arrive in time."""
    declared = headers.get(b"content-length", b"")
    if declared.isdigit() and int(declared) > limit:
        await _drain(receive)
        raise BodyTooLarge
    message = await receive()
    if message["type"] == "http.request" and not message.get("more_body", False):
        body: bytes = message.get("body", b"")
        if len(body) > limit:
            raise BodyTooLarge
        return body
    async with asyncio.timeout(BODY_SECONDS):
        return await _read_rest(message, receive, limit)


async def _read_rest(message: Any, receive: Receive, limit: int) -> bytes:
    chunks, size = [], 0
    while True:
        if message["type"] == "http.disconnect":
            raise BodyCut
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            if message.get("more_body", False):
                await _drain(receive)
            raise BodyTooLarge
        chunks.append(chunk)
        if not message.get("more_body", False):
            return b"".join(chunks)
        message = await receive()


async def _drain(receive: Receive) -> None:
    """Read and drop up to a bound, in bounded time."""
    size = 0
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while size <= DRAIN_BYTES:
                message = await receive()
                if message["type"] == "http.disconnect" or not message.get("more_body", False):
                    return
                size += len(message.get("body", b""))
    except TimeoutError:
        return
