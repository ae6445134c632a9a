"""Subscriptions over `graphql-transport-ws`: who may connect, for how long, and how much.

A connection is authenticated by its `connection_init` and again whenever its organization's keys,
people or roles change, and when its key or token ends. The close codes are documented in `docs/graphql.md`.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator
from datetime import timedelta
from typing import Any, cast

from strawberry.http.async_base_view import AsyncBaseHTTPView, AsyncWebSocketAdapter
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler
from strawberry.subscriptions.protocols.graphql_transport_ws.types import ConnectionInitMessage, Message

from schema.context import GraphQLContext
from schema.errors import render
from service.core.clock import utc_now
from service.core.errors import ErrorKind, ServiceError
from service.core.logging import get_logger

logger = get_logger(__name__)

INIT_WAIT = timedelta(seconds=5)
MAX_SUBSCRIPTIONS = 25
MAX_MESSAGES_PER_SECOND = 50
MAX_MESSAGE_BYTES = 64 * 1024
RECHECK_SECONDS = 30.0
"""A net below the notices of changes: no connection outlives its key by more, whatever is lost."""

UNAUTHENTICATED = (4403, "The key or token is not valid, or not any more.")
CHANGED = (4403, "What you may do has changed: connect again.")
FLOOD = (4429, "Too many messages.")


class SocketHandler(BaseGraphQLTransportWSHandler[GraphQLContext, None]):
    """One connection."""

    def __init__(
        self,
        view: AsyncBaseHTTPView[Any, Any, Any, Any, Any, GraphQLContext, None],
        websocket: AsyncWebSocketAdapter,
        context: GraphQLContext,
        **options: Any,
    ) -> None:
        self._first = context
        super().__init__(view, websocket, context, **options)
        self._watch: asyncio.Task[None] | None = None
        self._second = 0
        self._messages = 0

    @property
    def context(self) -> GraphQLContext:
        """A context of its own for each operation: loaders remember, and a connection lasts."""
        return self._first.renewed() if self.connection_acknowledged else self._first

    @context.setter
    def context(self, context: GraphQLContext) -> None:
        """Set by the base class once."""

    async def handle_message(self, message: Message) -> None:
        """One message of the client, which may be anything that JSON holds."""
        if self._floods():
            await self.websocket.close(*FLOOD)
            return
        if not isinstance(message, dict) or not isinstance(message.get("id", ""), str):
            await self.handle_invalid_message("A message is an object whose id is a string.")
            return
        payload = cast("dict[str, Any]", message).get("payload", {})
        if message.get("type") == "subscribe" and not _is_operation(payload):
            await self.handle_invalid_message("The payload of a subscribe message is a GraphQL request.")
            return
        await super().handle_message(message)

    async def handle_connection_init(self, message: ConnectionInitMessage) -> None:
        """Authenticate, and keep watching."""
        await super().handle_connection_init(message)
        if self.connection_acknowledged and self._watch is None:
            self._watch = asyncio.create_task(self._keep_watching(), name="socket-watch")

    async def shutdown(self) -> None:
        """The connection has ended, from whichever side."""
        if self._watch is not None:
            self._watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watch
        await super().shutdown()

    async def _send_result_stream(self, operation: Any, result_source: Any) -> None:
        """As over HTTP: expected failures with their code, others masked."""
        await super()._send_result_stream(operation, _rendered(result_source))

    def _floods(self) -> bool:
        second = int(asyncio.get_running_loop().time())
        if second != self._second:
            self._second, self._messages = second, 0
        self._messages += 1
        return self._messages > MAX_MESSAGES_PER_SECOND

    async def _keep_watching(self) -> None:
        """Close the connection as soon as its caller is no longer who was let in."""
        principal, authenticator = self._first.principal, self._first.runtime.authenticator
        changed = asyncio.Event()
        stop = authenticator.subscribe(lambda org_id: changed.set() if org_id == principal.org_id else None)
        try:
            while True:
                seconds = RECHECK_SECONDS
                if principal.expires_at is not None:
                    seconds = min(seconds, max(0.0, (principal.expires_at - utc_now()).total_seconds()))
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(seconds):
                        await changed.wait()
                changed.clear()
                try:
                    now = await authenticator.authenticate(self._first.token)
                except ServiceError as error:
                    if error.kind is ErrorKind.UNAVAILABLE:
                        await asyncio.sleep(1)
                        changed.set()
                        continue
                    await self.websocket.close(*UNAUTHENTICATED)
                    return
                if now != principal:
                    await self.websocket.close(*CHANGED)
                    return
        finally:
            stop()


async def _rendered(results: AsyncIterator[Any]) -> AsyncGenerator[Any, None]:
    async for result in results:
        if getattr(result, "errors", None):
            result.errors = [render(error) for error in result.errors]
        yield result


def _is_operation(payload: Any) -> bool:
    return (
        isinstance(payload, dict)
        and isinstance(payload.get("query"), str)
        and isinstance(payload.get("variables"), dict | None)
        and isinstance(payload.get("operationName"), str | None)
    )
