"""Database access: every tenant session carries its organization from BEGIN on, by construction."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import event
from sqlalchemy.engine import AdaptedConnection, Connection
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.orm import SessionTransaction
from sqlmodel import Session
from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.errors import ErrorKind, ServiceError, conflict
from service.core.tenancy import SETTING

TenantSession = AsyncSession
"""The session type under a name that the surfaces may use: they hand it on and never query with it."""


class TenantConnection(asyncpg.Connection):
    """An asyncpg connection that sends `SET LOCAL app.org_id` in the same message as BEGIN.

    The simple protocol carries both in one round trip and leaves nothing in the statement cache; a
    Citus coordinator forwards `SET LOCAL` (and not `set_config()`). With `org_id` None the
    transaction has no organization and row-level security hides every tenant row.
    """

    org_id: UUID | None = None

    async def execute(self, query: str, *args: Any, timeout: float | None = None) -> str:  # noqa: ASYNC109 - asyncpg's signature
        """Send statements; a BEGIN carries the organization with it."""
        if self.org_id is not None and not args and query.startswith("BEGIN"):
            org_id = UUID(str(self.org_id))
            query = f"{query.rstrip(';')}; SET LOCAL {SETTING} = '{org_id}'"
        return str(await super().execute(query, *args, timeout=timeout))


class _OrgSession(Session):
    """The sync core of a session; `info['org_id']` decides what each of its transactions may see."""


@event.listens_for(_OrgSession, "after_begin")
def _bind_organization(session: Session, _transaction: SessionTransaction, connection: Connection) -> None:
    """Hand the organization to the raw connection before its lazy BEGIN is sent."""
    raw = connection.connection.driver_connection
    assert isinstance(raw, TenantConnection)  # noqa: S101 - the engine is built below with this class
    raw.org_id = session.info.get("org_id")


class Database:
    """One role's pool. Sessions commit when their block ends well and roll back otherwise."""

    def __init__(self, url: str, *, pool_size: int = 6, application_name: str = "touchline") -> None:
        self.url = url
        self._driver: asyncpg.Pool | None = None
        self._opening = asyncio.Lock()
        self.engine: AsyncEngine = create_async_engine(
            "postgresql+asyncpg://",
            async_creator=lambda: asyncpg.connect(
                url,
                connection_class=TenantConnection,
                # Without the last, set-based work on a few thousand keys would scan whole tables.
                server_settings={"application_name": application_name, "jit": "off", "random_page_cost": "1.1"},
                statement_cache_size=512,
            ),
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=10,
            hide_parameters=True,  # an error that is logged must not carry somebody's private words
        )
        event.listen(self.engine.sync_engine, "checkout", _refuse_closed)

    @asynccontextmanager
    async def tenant(self, org_id: UUID, surface: str = "rest") -> AsyncIterator[AsyncSession]:
        """A transaction that sees exactly one organization; the audit log names the `surface` that it is for."""
        async with self._session(org_id) as session:
            session.info["surface"] = surface
            yield session

    @asynccontextmanager
    async def directory(self) -> AsyncIterator[AsyncSession]:
        """A transaction without an organization: sees the non-tenant tables only."""
        async with self._session(None) as session:
            yield session

    @asynccontextmanager
    async def _session(self, org_id: UUID | None) -> AsyncIterator[AsyncSession]:
        async with (
            _translated_faults(),
            AsyncSession(
                self.engine, sync_session_class=_OrgSession, expire_on_commit=False, info={"org_id": org_id}
            ) as session,
            session.begin(),
        ):
            yield session

    @asynccontextmanager
    async def driver(self, org_id: UUID) -> AsyncIterator[asyncpg.pool.PoolConnectionProxy]:
        """A transaction that sees exactly one organization, on the bare driver and one of two connections of its own.

        For what is asked so often that the session around it would cost more than the question.
        """
        async with _translated_faults():
            pool = await self._driver_pool()
            async with pool.acquire(timeout=10) as connection:
                await connection.execute(f"BEGIN; SET LOCAL {SETTING} = '{UUID(str(org_id))}'")
                try:
                    yield connection
                finally:
                    # It only read. Where this fails too the pool throws the connection away.
                    await connection.execute("ROLLBACK")

    async def _driver_pool(self) -> asyncpg.Pool:
        async with self._opening:
            if self._driver is None:
                self._driver = await asyncpg.create_pool(
                    self.url, min_size=0, max_size=2, reset=_keep_as_it_is, server_settings={"jit": "off"}
                )
        return self._driver

    async def close(self) -> None:
        """Close every pooled connection."""
        await self.engine.dispose()
        if self._driver is not None:
            await self._driver.close()


async def _keep_as_it_is(_connection: asyncpg.Connection) -> None:
    """Nothing of a session outlives a transaction here, so that none is to be reset."""


UNAVAILABLE = (
    OSError,
    TimeoutError,
    PoolTimeoutError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
)
"""The database is out of reach or busy: nothing is wrong with the request, and nothing was written."""


def _refuse_closed(connection: AdaptedConnection, *_of_the_pool: object) -> None:
    """The pool replaces a connection whose end has come in; a ping would ask each time, in three round trips."""
    if connection.driver_connection.is_closed():
        raise DisconnectionError


@asynccontextmanager
async def _translated_faults() -> AsyncIterator[None]:
    """Faults of the database as expected failures: `unavailable`, or `conflict` when two writes collide."""
    try:
        yield
    except (DBAPIError, asyncpg.IntegrityConstraintViolationError, *UNAVAILABLE) as error:
        original = error.orig.__cause__ if isinstance(error, DBAPIError) and error.orig is not None else error
        if isinstance(original, asyncpg.IntegrityConstraintViolationError):
            raise conflict("concurrent_write", "Another write of the same came in between; read again.") from error
        if isinstance(error, DBAPIError) and not (error.connection_invalidated or isinstance(original, UNAVAILABLE)):
            raise
        raise ServiceError(
            ErrorKind.UNAVAILABLE, "database_unavailable", "The database is out of reach or busy; try again."
        ) from error


async def raw_connection(session: AsyncSession) -> asyncpg.Connection:
    """The asyncpg connection of the session's own transaction, begun, for set-based statements.

    What is sent on it is part of the session's transaction; flush ORM changes first.
    """
    connection = await session.connection()
    raw = (await connection.get_raw_connection()).driver_connection
    assert isinstance(raw, asyncpg.Connection)  # noqa: S101 - narrows the driver's type
    if not raw.is_in_transaction():
        await connection.exec_driver_sql("SELECT 1")  # makes the lazy BEGIN happen
    return raw
