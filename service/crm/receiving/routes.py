"""Which secrets may verify a delivery and which connection it is for, cached for a few seconds per process."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from service.core.database import Database
from service.core.secrets import SecretBox
from service.crm.models import ConnectionRoute, CrmConnection
from service.crm.repository import connections as repository

LIFETIME_SECONDS = 5.0
MAX_ENTRIES = 20_000

K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A connection with the secrets that are valid for it now (two while one is being rotated)."""

    org_id: UUID
    connection_id: UUID
    account_id: str
    secrets: tuple[str, ...]


class TimedCache(Generic[K, V]):
    """Keeps what was found for a few seconds; what was not found is looked up again each time."""

    def __init__(self, load: Callable[[K], Awaitable[V | None]]) -> None:
        self._load = load
        self._entries: dict[K, tuple[float, V]] = {}

    async def get(self, key: K) -> V | None:
        """The value of a key, loaded if it is not known or too old."""
        entry = self._entries.get(key)
        if entry is not None and entry[0] > time.monotonic():
            return entry[1]
        value = await self._load(key)
        if value is None:
            self._entries.pop(key, None)
            return None
        if len(self._entries) >= MAX_ENTRIES:
            self._entries.clear()
        self._entries[key] = (time.monotonic() + LIFETIME_SECONDS, value)
        return value

    def clear(self) -> None:
        """Forget everything."""
        self._entries.clear()


class Routes:
    """Finds candidates by HubSpot application, by HubSpot account, or by Salesforce URL token."""

    def __init__(self, database: Database, box: SecretBox) -> None:
        self._database = database
        self._box = box
        self._apps: TimedCache[str, list[Candidate]] = TimedCache(self._load_app)
        self._accounts: TimedCache[str, list[Candidate]] = TimedCache(self._load_account)
        self._tokens: TimedCache[bytes, Candidate] = TimedCache(self._load_token)

    async def of_app(self, app_id: str) -> list[Candidate]:
        """Every connection of a HubSpot application, in all organizations."""
        return await self._apps.get(app_id) or []

    async def of_account(self, account_id: str) -> list[Candidate]:
        """The connections that share an application with a HubSpot account: for events without `appId`."""
        return await self._accounts.get(account_id) or []

    async def of_token(self, token_hash: bytes) -> Candidate | None:
        """The Salesforce connection whose URL holds a token."""
        return await self._tokens.get(token_hash)

    def clear(self) -> None:
        """Forget everything: a connection changed, or hints may have been lost."""
        for cache in (self._apps, self._accounts, self._tokens):
            cache.clear()

    async def _load_app(self, app_id: str) -> list[Candidate] | None:
        async with self._database.directory() as session:
            routes = await repository.list_routes_of_app(session, "hubspot", app_id)
        return await self._candidates(routes) or None

    async def _load_account(self, account_id: str) -> list[Candidate] | None:
        async with self._database.directory() as session:
            route = await repository.find_route(session, "hubspot", account_id)
        return None if route is None or route.app_id is None else await self._load_app(route.app_id)

    async def _load_token(self, token_hash: bytes) -> Candidate | None:
        async with self._database.directory() as session:
            route = await repository.find_route_of_token(session, token_hash)
        found = [] if route is None else await self._candidates([route])
        return found[0] if found else None

    async def _candidates(self, routes: list[ConnectionRoute]) -> list[Candidate]:
        """Secrets are content: they are read under each organization's own setting."""
        by_org: dict[UUID, list[UUID]] = {}
        for route in routes:
            by_org.setdefault(route.org_id, []).append(route.connection_id)
        candidates = []
        for org_id, ids in by_org.items():
            async with self._database.tenant(org_id) as session:
                rows = await repository.get_connections(session, org_id, ids)
            candidates += [self._candidate(row) for row in rows]
        return candidates

    def _candidate(self, row: CrmConnection) -> Candidate:
        sealed = (row.secret, row.previous_secret)
        secrets = tuple(self._box.open(secret) for secret in sealed if secret is not None)
        return Candidate(row.org_id, row.id, row.account_id, secrets)
