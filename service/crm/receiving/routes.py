"""Which secrets may verify a delivery and which connection it is for, cached for a few seconds per process."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from service.core.database import Database
from service.core.errors import ErrorKind, ServiceError
from service.core.logging import get_logger
from service.core.secrets import SecretBox
from service.crm.dto.connections import CrmSystem
from service.crm.models import ConnectionRoute, CrmConnection
from service.crm.repository import connections as repository

logger = get_logger(__name__)

LIFETIME_SECONDS = 5.0
REFRESH_SECONDS = 2.5
REFRESHED_SECONDS = 0.05
"""What looks unverified or unclaimed is judged by routes at most this old: a new secret or portal counts at once."""

LOAD_SECONDS = 2.0
MAX_ENTRIES = 20_000
MAX_ANONYMOUS_ROUTES = 20
"""Connections whose secrets are tried on a body that names neither an application nor a portal."""

HUBSPOT = "hubspot"

K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A connection that a delivery may be for."""

    org_id: UUID
    connection_id: UUID
    account_id: str


@dataclass(frozen=True, slots=True)
class App:
    """A HubSpot application: secret → account → connection. Two secrets of one are valid while it is rotated.

    Organizations that share an application share its secret as a rule; one that claims it with another
    secret receives only what that other secret verifies.
    """

    app_id: str
    by_secret: Mapping[str, Mapping[str, Candidate]]


@dataclass(frozen=True, slots=True)
class SignedConnection:
    """A connection that is named by its own URL, with its secrets: two while one is rotated."""

    candidate: Candidate
    system: CrmSystem
    secrets: tuple[str, ...]


class TimedCache(Generic[K, V]):
    """Keeps what was found for a few seconds; what was not found is looked up again each time.

    Callers that ask for the same key at the same time share one load. A load that began before
    `clear` answers those who waited for it, and is not kept.
    """

    def __init__(self, load: Callable[[K], Awaitable[V | None]]) -> None:
        self._load = load
        self._entries: dict[K, tuple[float, V]] = {}
        self._loading: dict[K, asyncio.Task[V | None]] = {}

    async def get(self, key: K, max_age: float = LIFETIME_SECONDS) -> V | None:
        """Give the value of a key, loaded if it is not known or older than `max_age` seconds.

        One that is in use is loaded again ahead of time, so that no request waits for it.
        """
        entry = self._entries.get(key)
        if entry is not None:
            age = time.monotonic() - entry[0]
            if age < max_age:
                if age > REFRESH_SECONDS:
                    self._start_load(key)
                return entry[1]
        return await asyncio.shield(self._start_load(key))

    def _start_load(self, key: K) -> "asyncio.Task[V | None]":
        task = self._loading.get(key)
        if task is None:
            task = asyncio.create_task(self._load_entry(key))
            task.add_done_callback(_note_failure)
            self._loading[key] = task
        return task

    async def _load_entry(self, key: K) -> V | None:
        began, this = time.monotonic(), asyncio.current_task()
        try:
            async with asyncio.timeout(LOAD_SECONDS):
                value = await self._load(key)
        except TimeoutError as error:
            raise ServiceError(
                ErrorKind.UNAVAILABLE, "database_unavailable", "The database did not answer in time."
            ) from error
        finally:
            current = self._loading.get(key) is this
            if current:
                del self._loading[key]
        if current:
            self._keep(key, began, value)
        return value

    def _keep(self, key: K, began: float, value: V | None) -> None:
        self._entries.pop(key, None)
        if value is not None:
            if len(self._entries) >= MAX_ENTRIES:
                self._entries.clear()
            self._entries[key] = (began, value)

    def clear(self) -> None:
        """Forget everything, and keep nothing of what is being loaded."""
        self._entries.clear()
        self._loading.clear()


def _note_failure(task: "asyncio.Task[V | None]") -> None:
    """Log a load that failed: ahead of time, nobody may be waiting for it."""
    if not task.cancelled() and (error := task.exception()) is not None:
        logger.warning("routes_not_loaded", error=str(error))


class Routes:
    """Finds HubSpot applications by id or account, Salesforce connections by token, and connections by id."""

    def __init__(self, database: Database, box: SecretBox) -> None:
        self._database = database
        self._box = box
        self._apps: TimedCache[str, App] = TimedCache(self._load_app)
        self._accounts: TimedCache[str, App] = TimedCache(self._load_app_of_account)
        self._tokens: TimedCache[bytes, Candidate] = TimedCache(self._load_token)
        self._connections: TimedCache[UUID, SignedConnection] = TimedCache(self._load_connection)
        self._anonymous: TimedCache[None, Sequence[App]] = TimedCache(self._load_anonymous)

    async def of_app(self, app_id: str, max_age: float = LIFETIME_SECONDS) -> Sequence[App]:
        """The application with this id, if anybody connected one."""
        app = await self._apps.get(app_id, max_age)
        return () if app is None else (app,)

    async def of_account(self, account_id: str, max_age: float = LIFETIME_SECONDS) -> Sequence[App]:
        """The application that a HubSpot account is connected with: for events without `appId`."""
        app = await self._accounts.get(account_id, max_age)
        return () if app is None else (app,)

    async def of_anybody(self, max_age: float = LIFETIME_SECONDS) -> Sequence[App]:
        """A few applications: for a body that names none, so that a signed one gets the right refusal."""
        return await self._anonymous.get(None, max_age) or ()

    async def of_token(self, token_hash: bytes) -> Candidate | None:
        """The Salesforce connection whose URL holds a token."""
        return await self._tokens.get(token_hash)

    async def of_connection(self, connection_id: UUID, max_age: float = LIFETIME_SECONDS) -> SignedConnection | None:
        """The connection with this id, if it has a secret of ours."""
        return await self._connections.get(connection_id, max_age)

    def clear(self) -> None:
        """Forget everything: a connection changed, or hints may have been lost."""
        for cache in (self._apps, self._accounts, self._tokens, self._connections, self._anonymous):
            cache.clear()

    async def _load_app(self, app_id: str) -> App | None:
        async with self._database.directory() as session:
            routes = await repository.list_routes_of_app(session, HUBSPOT, app_id)
        return await self._app(app_id, routes) if routes else None

    async def _load_app_of_account(self, account_id: str) -> App | None:
        async with self._database.directory() as session:
            route = await repository.find_route(session, HUBSPOT, account_id)
        return None if route is None or route.app_id is None else await self._load_app(route.app_id)

    async def _load_anonymous(self, _key: None) -> Sequence[App]:
        async with self._database.directory() as session:
            routes = await repository.list_some_routes(session, HUBSPOT, MAX_ANONYMOUS_ROUTES)
        by_app: dict[str, list[ConnectionRoute]] = {}
        for route in routes:
            by_app.setdefault(route.app_id or "", []).append(route)
        return [await self._app(app_id, of_app) for app_id, of_app in by_app.items()]

    async def _load_token(self, token_hash: bytes) -> Candidate | None:
        async with self._database.directory() as session:
            route = await repository.find_route_of_token(session, token_hash)
        return None if route is None else Candidate(route.org_id, route.connection_id, route.account_id)

    async def _load_connection(self, connection_id: UUID) -> SignedConnection | None:
        async with self._database.directory() as session:
            route = await repository.find_route_of_connection(session, connection_id)
        if route is None or route.system == HUBSPOT:  # its secret is its app's, and signs nothing here
            return None
        async with self._database.tenant(route.org_id) as session:
            row = await repository.get_connection(session, route.org_id, connection_id)
        if row is None or row.secret is None:
            return None
        candidate = Candidate(row.org_id, row.id, row.account_id)
        return SignedConnection(candidate, CrmSystem(row.system), tuple(self._secrets(row)))

    async def _app(self, app_id: str, routes: Sequence[ConnectionRoute]) -> App:
        """Secrets are content: they are read under each organization's own setting."""
        by_org: dict[UUID, list[UUID]] = {}
        for route in routes:
            by_org.setdefault(route.org_id, []).append(route.connection_id)
        by_secret: dict[str, dict[str, Candidate]] = {}
        for org_id, ids in by_org.items():
            async with self._database.tenant(org_id) as session:
                rows = await repository.get_connections(session, org_id, ids)
            for row in rows:
                for secret in self._secrets(row):
                    by_secret.setdefault(secret, {})[row.account_id] = Candidate(row.org_id, row.id, row.account_id)
        return App(app_id, by_secret)

    def _secrets(self, row: CrmConnection) -> list[str]:
        return [self._box.open(sealed) for sealed in (row.secret, row.previous_secret) if sealed is not None]
