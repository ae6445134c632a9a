"""The outermost layer of the REST and GraphQL surface: a request id, its trace, and limits on body and time."""

import asyncio
from collections.abc import Iterable

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bind_contextvars, clear_contextvars

from service.api.bodies import BodyLimit, body_arriving, too_large, too_slow, whole_body
from service.api.operation import UPLOAD
from service.api.problems import flat_routes, problem
from service.core.admission import STANDINGS, limit_headers
from service.core.ids import new_id
from service.core.settings import Settings
from service.core.tracing import continue_trace

COMMON_HEADERS = ((b"x-content-type-options", b"nosniff"), (b"cache-control", b"private, no-cache"))
"""Answers are for their caller alone, and are asked for again with `If-None-Match`."""


class RequestBounds:
    """Pure ASGI: binds request id and trace for logs and answers; a body may be too large (413) or too slow (408).

    A request that is not answered within its time gets 503, and its transaction is undone. Bodies are read
    whole before the application sees them, but for uploads: those arrive while their handler reads.
    """

    def __init__(self, app: ASGIApp, settings: Settings, routes: Iterable[BaseRoute] = ()) -> None:
        self._app = app
        self._body = BodyLimit(settings.api_body_bytes, settings.api_body_seconds)
        self._upload = BodyLimit(settings.upload_body_bytes, settings.upload_body_seconds)
        self._request_seconds = settings.api_request_seconds
        self._uploads = frozenset(_uploads(routes))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        clear_contextvars()
        request_id = str(new_id())
        bind_contextvars(request_id=request_id)
        continue_trace(Headers(scope=scope).get("traceparent"))
        answer = _Answer(scope, send, request_id)
        upload = (scope["method"], scope["path"]) in self._uploads
        limit = self._upload if upload else self._body
        try:
            if upload and not limit.declares_more(scope):
                await self._serve(scope, body_arriving(receive, limit), answer, self._request_seconds + limit.seconds)
                return
            async with asyncio.timeout(limit.seconds):
                body = await whole_body(scope, receive, limit)
        except ClientDisconnect:
            return  # half a request is none, and nobody waits for an answer
        except TimeoutError:
            await too_slow(limit)(scope, receive, answer)
            return
        if body is None:
            await too_large(limit)(scope, receive, answer)
            return
        await self._serve(scope, _replay(body, receive), answer, self._request_seconds)

    async def _serve(self, scope: Scope, receive: Receive, answer: "_Answer", seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._app(scope, receive, answer)
        except TimeoutError:
            if answer.begun:
                raise
            headers = {"Retry-After": "5"}
            given_up = problem(503, "request_timeout", "This took too long and was given up.", headers=headers)
            await given_up(scope, receive, answer)


class _Answer:
    """The send channel of one request: adds what every answer carries."""

    def __init__(self, scope: Scope, send: Send, request_id: str) -> None:
        self._scope = scope
        self._send = send
        self._request_id = request_id
        self.begun = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.begun = True
            headers = message.get("headers", [])
            given = {name.lower() for name, _ in headers}
            common = [header for header in COMMON_HEADERS if header[0] not in given]
            common += limit_headers(self._scope.get("state", {}).get(STANDINGS, ()))
            message["headers"] = [*headers, *common, (b"x-request-id", self._request_id.encode())]
        await self._send(message)


def _uploads(routes: Iterable[BaseRoute]) -> Iterable[tuple[str, str]]:
    """Method and path of the operations that read their bodies themselves."""
    for route in flat_routes(routes):
        if UPLOAD in (getattr(route, "openapi_extra", None) or {}):
            for method in getattr(route, "methods", ()):
                yield method, getattr(route, "path", "")


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
