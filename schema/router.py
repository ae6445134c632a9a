"""The GraphQL endpoint: one schema from every slice, the caller's context, and GraphiQL without the internet."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, cast

import orjson
import strawberry
from fastapi import FastAPI, WebSocket
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from graphql import GraphQLError
from starlette.requests import HTTPConnection
from strawberry.exceptions import ConnectionRejectionError
from strawberry.extensions import DisableIntrospection, MaxTokensLimiter, SchemaExtension
from strawberry.fastapi import GraphQLRouter
from strawberry.schema.config import StrawberryConfig
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types import ExecutionContext
from strawberry.types.unset import UNSET

from schema.context import GraphQLContext
from schema.endpoint import answer
from schema.errors import RenderErrors
from schema.limits import MAX_TOKENS, DocumentLimits
from schema.roots import Mutation, Query, Subscription
from schema.scalars import SCALARS
from schema.sockets import INIT_WAIT, MAX_SUBSCRIPTIONS, SocketHandler
from service.core.authentication import unauthenticated
from service.core.errors import ServiceError
from service.core.settings import Settings

STATIC = Path(__file__).parent / "static" / "graphiql"
PAGE_POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:"
"""The browser itself refuses whatever the page would load from elsewhere."""


class _Schema(strawberry.Schema):
    """Leaves logging to `RenderErrors`: expected failures are no news, and the rest is logged with its request id."""

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Nothing."""


def build_schema(settings: Settings) -> strawberry.Schema:
    """The schema with its limits; introspection by setting. It keeps nothing of a request, so applications share it."""
    return _schema(introspection=settings.graphql_introspection)


@cache
def _schema(*, introspection: bool) -> strawberry.Schema:
    extensions: list[type[SchemaExtension] | Callable[[], SchemaExtension]] = [
        lambda: MaxTokensLimiter(max_token_count=MAX_TOKENS),
        DocumentLimits,
        RenderErrors,
    ]
    if not introspection:
        extensions.append(DisableIntrospection)
    # Suggestions would tell names one by one what introspection must not tell.
    config = StrawberryConfig(disable_field_suggestions=not introspection, scalar_map=SCALARS)
    return _Schema(Query, Mutation, Subscription, extensions=extensions, config=config)


class _Router(GraphQLRouter[GraphQLContext, None]):
    """Strawberry's routes and WebSocket protocol; plain HTTP is `endpoint.py`, and the page is our own."""

    graphql_transport_ws_handler_class = SocketHandler

    def __init__(self, max_connections: int, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._free = max_connections

    def encode_json(self, data: object) -> str:
        """A message: the protocol wants text frames."""
        return orjson.dumps(data, default=str).decode()

    def decode_json(self, data: str | bytes) -> object:
        """A message; what is nested too deeply is no JSON at all."""
        return orjson.loads(data)

    async def on_ws_connect(self, context: GraphQLContext) -> Any:
        """`connection_init` holds what a header would: `{"authorization": "Bearer …"}`."""
        parameters = context.connection_params or {}
        given = {str(name).lower(): value for name, value in parameters.items()}
        token = bearer_token(given["authorization"]) if isinstance(given.get("authorization"), str) else None
        try:
            await context.admit(token or "")
        except ServiceError as error:
            raise ConnectionRejectionError from error
        return UNSET

    async def _connect(self, socket: WebSocket, context: GraphQLContext, root_value: Any) -> WebSocket:
        """One connection, if there is room; the handshake is refused otherwise."""
        if self._free <= 0:
            await socket.close(1013)
            return socket
        self._free -= 1
        try:
            connected: WebSocket = await super().run(socket, context, root_value)
        finally:
            self._free += 1
        return connected

    async def run(self, request: Any, context: Any = UNSET, root_value: Any = UNSET) -> Any:
        """The page, an answer, or a WebSocket for as long as it lasts."""
        if request.scope["type"] == "websocket":
            return await self._connect(request, context, root_value)
        if self.graphql_ide and _wants_page(request):
            page = (STATIC / "index.html").read_text("utf-8")
            return HTMLResponse(page, headers={"Content-Security-Policy": PAGE_POLICY})
        assert isinstance(self.schema, strawberry.Schema)  # noqa: S101 - it is the one given below
        return await answer(self.schema, request, context)


def _wants_page(request: HTTPConnection) -> bool:
    """A browser gets the page even with `?query=…`, which then fills the editor."""
    return request.scope["method"] == "GET" and "text/html" in request.headers.get("accept", "")


def bearer_token(text: str | None) -> str | None:
    """The token of an `Authorization` header, or None."""
    scheme, _, token = (text or "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


async def get_context(connection: HTTPConnection) -> GraphQLContext:
    """The caller's context; the page is served without a key, and a WebSocket says later who it is."""
    context = GraphQLContext(connection.app.state.runtime, None)
    context.request = cast("Any", connection)
    if connection.scope["type"] == "websocket":
        return context
    token = bearer_token(connection.headers.get("authorization"))
    if token is not None:
        await context.admit(token)
    elif not _wants_page(connection):
        raise unauthenticated()
    return context


def mount_graphql(api: FastAPI, settings: Settings) -> None:
    """Serve `/graphql`, and GraphiQL with its assets where introspection is on."""
    graphql = _Router(
        settings.websocket_connections,
        build_schema(settings),
        path="/graphql",
        graphql_ide="graphiql" if settings.graphql_introspection else None,
        context_getter=get_context,
        subscription_protocols=[GRAPHQL_TRANSPORT_WS_PROTOCOL],
        connection_init_wait_timeout=INIT_WAIT,
        max_subscriptions_per_connection=MAX_SUBSCRIPTIONS,
        allowed_origins=settings.cors_origins,
        include_in_schema=False,
    )
    if settings.graphql_introspection:
        api.mount("/graphql/static", StaticFiles(directory=STATIC), name="graphiql")
    api.include_router(graphql, include_in_schema=False)


def export_sdl() -> str:
    """The SDL as it is committed."""
    return build_schema(Settings(_env_file=None)).as_str() + "\n"
