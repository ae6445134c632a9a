"""The outermost layer of the REST and GraphQL surface: a request id, its trace, and limits on body and time."""

import asyncio

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bind_contextvars, clear_contextvars

from service.api.problems import problem
from service.core.admission import STANDINGS, limit_headers
from service.core.ids import new_id
from service.core.settings import Settings
from service.core.tracing import continue_trace

CLOSE = {"Connection": "close"}
DRAINED_BYTES = 1024 * 1024
"""How much of a refused body is read before the answer, so that a client sees it rather than a reset."""


COMMON_HEADERS = ((b"x-content-type-options", b"nosniff"), (b"cache-control", b"private, no-cache"))
"""Answers are for their caller alone, and are asked for again with `If-None-Match`."""


class RequestBounds:
    """Pure ASGI: binds request id and trace for logs and answers; a body may be too large (413) or too slow (408).

    A request that is not answered within its time gets 503, and its transaction is undone.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._max_body_bytes = settings.api_body_bytes
        self._body_seconds = settings.api_body_seconds
        self._request_seconds = settings.api_request_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        clear_contextvars()
        request_id = str(new_id())
        bind_contextvars(request_id=request_id)
        continue_trace(Headers(scope=scope).get("traceparent"))
        answered = False

        async def send_with_id(message: Message) -> None:
            nonlocal answered
            if message["type"] == "http.response.start":
                answered = True
                headers = message.get("headers", [])
                given = {name.lower() for name, _ in headers}
                common = [header for header in COMMON_HEADERS if header[0] not in given]
                common += limit_headers(scope.get("state", {}).get(STANDINGS, ()))
                message["headers"] = [*headers, *common, (b"x-request-id", request_id.encode())]
            await send(message)

        try:
            async with asyncio.timeout(self._body_seconds):
                body = await self._read(scope, receive)
        except ClientDisconnect:
            return  # half a request is none, and nobody waits for an answer
        except TimeoutError:
            answer = problem(
                408, "body_too_slow", f"A body arrives within {self._body_seconds:g} seconds.", headers=CLOSE
            )
            await answer(scope, receive, send_with_id)
            return
        if body is None:
            answer = problem(413, "body_too_large", f"A body has at most {self._max_body_bytes} bytes.", headers=CLOSE)
            await answer(scope, receive, send_with_id)
            return
        try:
            async with asyncio.timeout(self._request_seconds):
                await self._app(scope, _replay(body, receive), send_with_id)
        except TimeoutError:
            if answered:
                raise
            answer = problem(
                503, "request_timeout", "This took too long and was given up.", headers={"Retry-After": "5"}
            )
            await answer(scope, receive, send_with_id)

    async def _read(self, scope: Scope, receive: Receive) -> bytes | None:
        """The whole body, or None if it is too large (a bounded amount of it is drained)."""
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        too_large = declared.isdigit() and int(declared) > self._max_body_bytes
        chunks: list[bytes] = []
        size = 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            chunk = message.get("body", b"")
            size += len(chunk)
            too_large = too_large or size > self._max_body_bytes
            if not too_large:
                chunks.append(chunk)
            elif size > self._max_body_bytes + DRAINED_BYTES:
                return None
            if not message.get("more_body", False):
                return None if too_large else b"".join(chunks)


def _replay(body: bytes, receive: Receive) -> Receive:
    """A receive channel that gives the body once and then what the connection says."""
    given = False

    async def replayed() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replayed
