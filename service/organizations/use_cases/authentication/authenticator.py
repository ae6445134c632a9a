"""The one step from a bearer token to a principal, from memory where nothing has been heard to the contrary.

What is remembered is dropped by the NOTIFY that every change of keys, people and roles sends with its
commit, and is not relied on while this process cannot hear it.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service.core.authentication import unauthenticated
from service.core.clock import utc_now
from service.core.notifications import PRINCIPALS, Listener
from service.core.principal import Principal
from service.core.secrets import digest
from service.organizations.use_cases.authentication.usage import FLUSH_SECONDS, KeyUsage

LIFETIME_SECONDS = 30.0
MAX_ENTRIES = 20_000
MAX_TOKEN_CHARACTERS = 16_384

Load = Callable[[str, datetime], Awaitable[Principal]]
"""Finds a token's principal in the database as of an instant, or raises."""


@dataclass(frozen=True, slots=True)
class _Entry:
    principal: Principal
    until: float


class PrincipalCache:
    """Implements `core.authentication.Authenticator`; without `listening` it remembers nothing."""

    def __init__(self, load: Load, usage: KeyUsage) -> None:
        self._load = load
        self._usage = usage
        self._entries: dict[bytes, _Entry] = {}
        self._loading: dict[bytes, asyncio.Task[Principal]] = {}
        self._organizations: set[UUID] = set()
        self._callbacks: list[Callable[[UUID], None]] = []
        self._hears = False

    async def authenticate(self, token: str) -> Principal:
        """Who presents this API key or JWT; `unauthenticated` for none that is valid now."""
        if len(token) > MAX_TOKEN_CHARACTERS:
            raise unauthenticated()
        key, now = digest(token), utc_now()
        principal = self._remembered(key, now)
        if principal is None:
            principal = await asyncio.shield(self._start_load(key, token, now))
        self._organizations.add(principal.org_id)
        if principal.key_id is not None:
            self._usage.note(principal.org_id, principal.key_id, now)
        return principal

    def is_known(self, token: str) -> bool:
        """Whether the token was valid a moment ago and nothing has been heard since."""
        return self._remembered(digest(token), utc_now()) is not None

    def subscribe(self, callback: Callable[[UUID], None]) -> Callable[[], None]:
        """Call back with an organization whose principals changed, or may have; returns how to stop."""
        self._callbacks.append(callback)
        return lambda: self._callbacks.remove(callback)

    def _remembered(self, key: bytes, now: datetime) -> Principal | None:
        entry = self._entries.get(key)
        if entry is None or not self._hears or entry.until <= time.monotonic():
            return None
        expires_at = entry.principal.expires_at
        return entry.principal if expires_at is None or expires_at > now else None

    def _start_load(self, key: bytes, token: str, now: datetime) -> "asyncio.Task[Principal]":
        """Requests with one token share a load; one that began before a change does not serve those after it."""
        task = self._loading.get(key)
        if task is None:
            task = asyncio.create_task(self._load_and_keep(key, token, now))
            task.add_done_callback(_retrieve)
            self._loading[key] = task
        return task

    async def _load_and_keep(self, key: bytes, token: str, now: datetime) -> Principal:
        this = asyncio.current_task()
        try:
            principal = await self._load(token, now)
            if self._hears and self._loading.get(key) is this:
                self._keep(key, principal)
            return principal
        finally:
            if self._loading.get(key) is this:
                del self._loading[key]

    def _keep(self, key: bytes, principal: Principal) -> None:
        self._entries.pop(key, None)
        if len(self._entries) >= MAX_ENTRIES:
            del self._entries[next(iter(self._entries))]
        self._entries[key] = _Entry(principal, time.monotonic() + LIFETIME_SECONDS)

    def _changed(self, payload: str) -> None:
        org_id = UUID(payload)
        self._loading.clear()
        self._entries = {key: entry for key, entry in self._entries.items() if entry.principal.org_id != org_id}
        self._tell(org_id)

    def _connected(self) -> None:
        """What happened in between was not heard: everything may have changed."""
        self._loading.clear()
        self._entries.clear()
        self._hears = True
        for org_id in tuple(self._organizations):
            self._tell(org_id)

    def _disconnected(self) -> None:
        self._hears = False

    def _tell(self, org_id: UUID) -> None:
        for callback in tuple(self._callbacks):
            callback(org_id)

    @contextlib.asynccontextmanager
    async def listening(self, url: str) -> AsyncIterator[None]:
        """Hear changes and write key usage for as long as the block lasts."""
        listener = Listener(url, {PRINCIPALS: self._changed}, self._connected, self._disconnected)
        tasks = [
            asyncio.create_task(listener.run(), name="principals-listener"),
            asyncio.create_task(self._flush_usage(), name="key-usage"),
        ]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._usage.flush()

    async def _flush_usage(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            await self._usage.flush()


def _retrieve(task: "asyncio.Task[Principal]") -> None:
    """Whoever waited has the failure; if nobody did, it is nobody's."""
    if not task.cancelled():
        task.exception()
