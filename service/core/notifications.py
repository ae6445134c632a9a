"""LISTEN/NOTIFY as a hint: payloads carry ids only, and every consumer polls as well."""

import asyncio
import contextlib
from collections.abc import Callable, Iterable

import asyncpg
from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.database import raw_connection
from service.core.logging import get_logger

DELIVERIES = "touchline_deliveries"
DIRTY_CELLS = "touchline_dirty_cells"
ROUTES = "touchline_routes"
SNAPSHOTS = "touchline_snapshots"
PRINCIPALS = "touchline_principals"
"""An organization's keys, people or roles changed."""
OPPORTUNITIES = "touchline_opportunities"
SESSIONS = "touchline_sessions"
"""A coaching session is another one now: `org_id:session_id`."""
TOPICS = "touchline_topics"
"""Topics or commitments of some reps changed: `org_id:rep_id,rep_id…`."""
SESSIONS = "touchline_sessions"
"""A coaching session is another one now: `org_id:session_id`."""
OUTBOX = "touchline_outbox"
WEBHOOKS = "touchline_webhooks"

RECONNECT_SECONDS = 1.0
HEARTBEAT_SECONDS = 5.0
"""How often a quiet connection is asked whether it still lives: a dead peer sends nothing, not even its end."""

logger = get_logger(__name__)


class Listener:
    """One direct LISTEN connection per process; reconnects for ever.

    `on_reconnect` runs after every (re)connection, because hints sent in between are lost: drop
    caches and look for work there. `on_disconnect` runs when the connection is lost: from then on no
    hint comes in, and what needs hints to be right must not be relied on.
    """

    def __init__(
        self,
        url: str,
        handlers: dict[str, Callable[[str], None]],
        on_reconnect: Callable[[], None],
        on_disconnect: Callable[[], None] = lambda: None,
    ) -> None:
        self._url = url
        self._handlers = handlers
        self._on_reconnect = on_reconnect
        self._on_disconnect = on_disconnect

    async def run(self) -> None:
        """Listen until cancelled."""
        while True:
            try:
                await self._listen_once()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                logger.warning("listen_connection_lost", error=str(error))
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _listen_once(self) -> None:
        closed = asyncio.Event()
        connection = await asyncpg.connect(self._url, server_settings={"application_name": "touchline-listen"})
        try:
            connection.add_termination_listener(lambda _connection: closed.set())
            for channel, handler in self._handlers.items():
                await connection.add_listener(channel, _callback(handler))
            self._on_reconnect()
            await _until_lost(connection, closed)
        finally:
            self._on_disconnect()
            with contextlib.suppress(OSError, asyncpg.InterfaceError):
                await connection.close(timeout=1)


async def _until_lost(connection: asyncpg.Connection, closed: asyncio.Event) -> None:
    """Wait for the connection's end, asking now and then whether it has come unnoticed."""
    while not closed.is_set():
        try:
            async with asyncio.timeout(HEARTBEAT_SECONDS):
                await closed.wait()
        except TimeoutError:
            await connection.execute("SELECT 1", timeout=HEARTBEAT_SECONDS)


def _callback(handler: Callable[[str], None]) -> Callable[[object, int, str, object], None]:
    return lambda _connection, _pid, _channel, payload: handler(str(payload))


async def notify(session: AsyncSession, channel: str, payload: str) -> None:
    """Hint with the session's commit: no commit, no hint."""
    await (await raw_connection(session)).fetch("SELECT pg_notify($1, $2)", channel, payload)


async def notify_all(session: AsyncSession, channel: str, payloads: Iterable[str]) -> None:
    """The same of several at once."""
    statement = "SELECT pg_notify($1, payload) FROM unnest($2::text[]) AS payload"
    await (await raw_connection(session)).fetch(statement, channel, list(payloads))
