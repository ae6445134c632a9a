"""What the receivers of one process share: routes, writers, and the hint that wakes the workers."""

import asyncio
import contextlib
from collections.abc import Callable
from uuid import UUID

import asyncpg

from service.core.database import UNAVAILABLE, Database
from service.core.logging import get_logger
from service.core.notifications import DELIVERIES, ROUTES, Listener
from service.core.runtime import Runtime
from service.crm.receiving.routes import Routes
from service.crm.receiving.writer import DeliveryWriter, close_quietly

logger = get_logger(__name__)

HINT_SECONDS = 0.02
"""Hints are gathered this long, off the acknowledged path: a NOTIFY per request would serialise commits."""

ROUTE_CONNECTIONS = 2
"""A pool of their own: however busy REST is, a vendor's call does not wait behind it."""


class ReceiverRuntime:
    """Started and stopped with the application."""

    def __init__(self, runtime: Runtime) -> None:
        settings = runtime.settings
        self.settings = settings
        self.base_url = settings.base_url
        self._database = Database(runtime.urls.app, pool_size=ROUTE_CONNECTIONS, application_name="touchline-routes")
        self.routes = Routes(self._database, runtime.secret_box)
        self.writer = DeliveryWriter(
            runtime.urls.ingest, settings.ingest_writers, settings.ingest_group_size, self._hint
        )
        self.wake: Callable[[UUID], None] | None = None
        """Set by the application when a worker runs in this process."""
        self._url = runtime.urls.app
        self._hinted: set[UUID] = set()
        self._has_hints = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Start the writers, the hints and the listener that drops stale routes."""
        await self.writer.start()
        listener = Listener(self._url, {ROUTES: lambda _payload: self.routes.clear()}, self.routes.clear)
        self._tasks = [
            asyncio.create_task(listener.run(), name="routes-listener"),
            asyncio.create_task(self._send_hints(), name="delivery-hints"),
        ]

    async def stop(self) -> None:
        """Store what has arrived, then stop."""
        await self.writer.stop()
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await self._database.close()

    def _hint(self, org_id: UUID) -> None:
        if self.wake is not None:
            self.wake(org_id)
        elif org_id not in self._hinted:
            self._hinted.add(org_id)
            self._has_hints.set()

    async def _send_hints(self) -> None:
        """NOTIFY workers of other processes; a lost hint costs them a poll interval, never an event."""
        connection: asyncpg.Connection | None = None
        try:
            while True:
                await self._has_hints.wait()
                await asyncio.sleep(HINT_SECONDS)
                self._has_hints.clear()
                hinted, self._hinted = self._hinted, set()
                try:
                    if connection is None or connection.is_closed():
                        connection = await asyncpg.connect(self._url, timeout=2)
                    for org_id in hinted:
                        await connection.fetch("SELECT pg_notify($1, $2)", DELIVERIES, str(org_id))
                except (*UNAVAILABLE, asyncpg.PostgresError) as error:
                    logger.warning("hint_not_sent", error=str(error))
        finally:
            await close_quietly(connection)
