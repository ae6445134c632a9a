"""The outermost layer of the REST and GraphQL surface: a request id, and a limit on the body."""

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bind_contextvars, clear_contextvars

from service.api.problems import problem
from service.core.ids import new_id

DRAINED_BYTES = 1024 * 1024
"""How much of a refused body is read before the answer, so that a client sees it rather than a reset."""


class RequestBounds:
    """Pure ASGI: binds a request id for logs and answers, refuses bodies over `max_body_bytes` with 413."""

    def __init__(self, app: ASGIApp, max_body_bytes: int) -> None:
        self._app = app
        self._max_body_bytes = max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        clear_contextvars()
        request_id = str(new_id())
        bind_contextvars(request_id=request_id)

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), (b"x-request-id", request_id.encode())]
            await send(message)

        try:
            body = await self._read(scope, receive)
        except ClientDisconnect:
            return  # half a request is none, and nobody waits for an answer
        if body is None:
            answer = problem(413, "body_too_large", f"A body has at most {self._max_body_bytes} bytes.")
            await answer(scope, receive, send_with_id)
            return
        await self._app(scope, _replay(body, receive), send_with_id)

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
