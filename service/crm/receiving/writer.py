"""Group commit: deliveries that arrive together are one multi-row INSERT and one commit.

A writer takes whatever has arrived, so a lone request never waits for company. If a group fails,
each of its members is tried alone; nobody is answered before their own rows are durable.
"""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg

from service.core.bulk import insert_statement
from service.core.database import UNAVAILABLE
from service.core.errors import ErrorKind, ServiceError
from service.core.logging import get_logger

logger = get_logger(__name__)

CONNECT_SECONDS = 2.0
STATEMENT_SECONDS = 3.0
GROUP_BYTES = 32 * 1024 * 1024
GROUP_SIZES = (512, 384, 256, 192, 128, 96, 64, 48, 32, 24, 16, 12, 8, 7, 6, 5, 4, 3, 2, 1)
"""Few distinct statement texts, so that each is prepared once per connection; the rest is the next group."""

BROKEN = (*UNAVAILABLE, asyncpg.InternalClientError)
"""The database is out of reach, or went away in the middle of a statement (the driver then loses its place)."""


class DeliveryRow(NamedTuple):
    """A verified delivery of one connection."""

    org_id: UUID
    id: UUID
    connection_id: UUID
    received_at: datetime
    body: bytes


class UnclaimedRow(NamedTuple):
    """A verified delivery of an account that no connection claims."""

    id: UUID
    system: str
    app_id: str
    account_id: str
    secret_fingerprint: bytes
    received_at: datetime
    body: bytes


DELIVERY_COLUMNS = DeliveryRow._fields
UNCLAIMED_COLUMNS = UnclaimedRow._fields


@dataclass(slots=True)
class _Request:
    """What one HTTP request wants written, and where its answer waits."""

    deliveries: list[DeliveryRow]
    unclaimed: list[UnclaimedRow]
    done: "asyncio.Future[None]"


class DeliveryWriter:
    """Writer tasks, one connection each, as the role that can do nothing but insert deliveries."""

    def __init__(self, url: str, writers: int, group_size: int, on_stored: Callable[[UUID], None]) -> None:
        self._url = url
        self._writers = writers
        self._group_size = group_size
        self._on_stored = on_stored
        self._waiting: list[_Request] = []
        self._arrived = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Start the writers; they connect when they have something to write."""
        self._tasks = [
            asyncio.create_task(self._run(), name=f"delivery-writer-{number}") for number in range(self._writers)
        ]

    async def stop(self) -> None:
        """Finish what has arrived, then stop."""
        while self._waiting:  # noqa: ASYNC110 - an event for this would cost the path of every request
            await asyncio.sleep(0.01)
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        self._tasks = []

    async def store(self, deliveries: list[DeliveryRow], unclaimed: list[UnclaimedRow]) -> None:
        """Return when the rows are committed; `unavailable` when the database is out of reach."""
        request = _Request(deliveries, unclaimed, asyncio.get_running_loop().create_future())
        self._waiting.append(request)
        self._arrived.set()
        await request.done

    async def _run(self) -> None:
        link = _Link(self._url)
        group: list[_Request] = []
        try:
            while True:
                group = await self._next_group()
                try:
                    await self._write_group(link, group)
                except Exception:
                    # A fault of ours must not end the writer, nor leave anybody waiting for ever.
                    logger.exception("delivery_writer_fault", requests=len(group))
                    _refuse(group)
                    link.drop()
                group = []
        finally:
            _refuse(group)
            await close_quietly(link.connection)

    async def _next_group(self) -> list[_Request]:
        while not self._waiting:
            self._arrived.clear()
            await self._arrived.wait()
        group = self._waiting[: _group_length(self._waiting, self._group_size)]
        del self._waiting[: len(group)]
        return group

    async def _write_group(self, link: "_Link", group: list[_Request]) -> None:
        """Write and answer a group."""
        try:
            await _insert(await link.open(), group)
        except (*BROKEN, asyncpg.PostgresError, ValueError) as error:
            logger.warning("delivery_group_failed", requests=len(group), error=str(error))
            await self._write_each(link, group)
        else:
            self._stored(group)

    async def _write_each(self, link: "_Link", group: list[_Request]) -> None:
        """After a failed group: every request alone. A database out of reach fails them all at once."""
        for position, request in enumerate(group):
            try:
                await _insert(await link.open(), [request])
            except BROKEN:
                _refuse(group[position:])
                link.drop()
                return
            except asyncpg.UniqueViolationError:
                # Ids are new and ours: the group was committed, and only the answer to it got lost.
                self._stored([request])
            except (asyncpg.PostgresError, ValueError):
                logger.exception("delivery_refused_by_database")
                _refuse([request])
            else:
                self._stored([request])

    def _stored(self, group: list[_Request]) -> None:
        for request in group:
            if not request.done.done():
                request.done.set_result(None)
        for org_id in {row.org_id for request in group for row in request.deliveries}:
            self._on_stored(org_id)


@dataclass(slots=True)
class _Link:
    """A writer's connection: opened when it is needed, and again after it was lost."""

    url: str
    connection: asyncpg.Connection | None = None

    async def open(self) -> asyncpg.Connection:
        """The connection, in bounded time."""
        if self.connection is None or self.connection.is_closed():
            self.connection = await asyncpg.connect(
                self.url,
                timeout=CONNECT_SECONDS,
                command_timeout=STATEMENT_SECONDS,
                server_settings={"application_name": "touchline-ingest", "plan_cache_mode": "force_generic_plan"},
            )
        return self.connection

    def drop(self) -> None:
        """Give up a connection that did not answer."""
        if self.connection is not None:
            self.connection.terminate()
        self.connection = None


async def close_quietly(connection: asyncpg.Connection | None) -> None:
    """Close a connection that may be broken already; in bounded time."""
    if connection is not None:
        with contextlib.suppress(*BROKEN):
            await connection.close(timeout=1)


def _group_length(waiting: list[_Request], limit: int) -> int:
    """How many of the waiting requests the next group holds: one of `GROUP_SIZES`, bounded in bytes."""
    most = min(len(waiting), limit)
    volume = 0
    for position, request in enumerate(waiting[:most]):
        volume += sum(len(row.body) for row in request.deliveries)
        volume += sum(len(row.body) for row in request.unclaimed)
        if volume > GROUP_BYTES:
            most = max(1, position)
            break
    return next(size for size in GROUP_SIZES if size <= most)


def _refuse(group: list[_Request]) -> None:
    message = "The delivery could not be stored; send it again."
    for request in group:
        if not request.done.done():
            request.done.set_exception(ServiceError(ErrorKind.UNAVAILABLE, "database_unavailable", message))


async def _insert(connection: asyncpg.Connection, group: list[_Request]) -> None:
    """One autocommitted statement for the deliveries, sorted by key so that the index grows in order."""
    rows = sorted((row for request in group for row in request.deliveries), key=_key)
    unclaimed = [row for request in group for row in request.unclaimed]
    if rows and unclaimed:
        async with connection.transaction():
            await _insert_deliveries(connection, rows)
            await _insert_unclaimed(connection, unclaimed)
    elif rows:
        await _insert_deliveries(connection, rows)
    elif unclaimed:
        await _insert_unclaimed(connection, unclaimed)


def _key(row: DeliveryRow) -> tuple[int, int]:
    return row.org_id.int, row.id.int


async def _insert_deliveries(connection: asyncpg.Connection, rows: list[DeliveryRow]) -> None:
    values = [value for row in rows for value in row]
    await connection.fetch(insert_statement("delivery", DELIVERY_COLUMNS, len(rows), ""), *values)


async def _insert_unclaimed(connection: asyncpg.Connection, rows: list[UnclaimedRow]) -> None:
    values = [value for row in rows for value in row]
    await connection.fetch(insert_statement("unclaimed_delivery", UNCLAIMED_COLUMNS, len(rows), ""), *values)
