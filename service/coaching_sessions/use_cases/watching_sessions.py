"""Live sessions: whoever watches a person's or a manager's sessions is told which are other ones now.

Each change sends the session's id with its commit (`SESSIONS`). What a hint says is not believed: each watcher reads
those sessions as they may see them, and is told of what differs from what they were told last.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from service.coaching_sessions.dto.sessions import CoachingSessionDTO
from service.coaching_sessions.permissions import Permission
from service.coaching_sessions.repository import sessions as repository
from service.coaching_sessions.use_cases.access import planned_for, present, visible_to
from service.core.clock import utc_now
from service.core.database import Database
from service.core.errors import invalid
from service.core.principal import Principal, require
from service.organizations.use_cases.scope import local_today, require_visible

GATHER_SECONDS = 0.02
OVERLAP = timedelta(minutes=1)
"""After a reconnection, how far before it changes are read again: clocks differ, and transactions take time."""


@dataclass(slots=True, eq=False)
class _Watcher:
    """What one subscription has heard of and not read yet; `lost_since`: hints from then on may be missing."""

    news: asyncio.Event = field(default_factory=asyncio.Event)
    ids: set[UUID] = field(default_factory=set)
    read_at: datetime = field(default_factory=utc_now)
    lost_since: datetime | None = None

    def hear(self, session_id: UUID) -> None:
        self.ids.add(session_id)
        self.news.set()

    def lose(self) -> None:
        self.lost_since = self.lost_since or self.read_at - OVERLAP
        self.news.set()


class SessionFeed:
    """The watchers of one process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._watchers: dict[UUID, set[_Watcher]] = {}

    def notified(self, payload: str) -> None:
        """Hear of a session: `org_id:session_id`."""
        org_id, _, session_id = payload.partition(":")
        for watcher in self._watchers.get(UUID(org_id), ()):
            watcher.hear(UUID(session_id))

    def reconnected(self) -> None:
        """Read what changed meanwhile: what was sent while nobody listened is lost."""
        for watchers in self._watchers.values():
            for watcher in watchers:
                watcher.lose()

    async def watch(
        self, principal: Principal, person_id: UUID | None, manager_id: UUID | None
    ) -> AsyncGenerator[list[CoachingSessionDTO], None]:
        """Sessions that change from now on, several at a time.

        Give either a person, on whichever side they are, or a manager, whose coaching is meant; `invalid` otherwise,
        `not_found` outside the caller's scope.
        """
        require(principal, Permission.COACHING_SESSIONS_READ)
        if (person_id is None) == (manager_id is None):
            raise invalid("person_id", "give either person_id or manager_id")
        watcher, party = _Watcher(), (person_id, manager_id)
        watchers = self._watchers.setdefault(principal.org_id, set())
        watchers.add(watcher)
        told: dict[UUID, CoachingSessionDTO] = {}
        try:
            await self._read(principal, party, [], None)  # who may not watch is told so at once
            while True:
                await watcher.news.wait()
                await asyncio.sleep(GATHER_SECONDS)
                ids, since = sorted(watcher.ids), watcher.lost_since
                watcher.ids, watcher.lost_since, watcher.read_at = set(), None, utc_now()
                watcher.news.clear()
                seen = await self._read(principal, party, ids, since)
                fresh = [one for one in seen if told.get(one.id) != one]
                told |= {one.id: one for one in fresh}
                if fresh:
                    yield fresh
        finally:
            watchers.discard(watcher)

    async def _read(
        self,
        principal: Principal,
        party: tuple[UUID | None, UUID | None],
        ids: Sequence[UUID],
        since: datetime | None,
    ) -> list[CoachingSessionDTO]:
        watched = party[0] or party[1]
        assert watched is not None  # noqa: S101 - checked when the watch began
        async with self._database.tenant(principal.org_id, "graphql") as session:
            await require_visible(session, principal, watched, await local_today(session, principal.org_id))
            people = await visible_to(session, principal)
            rows = await repository.get_sessions(session, principal.org_id, people, ids) if ids else []
            if since is not None:
                rows += await repository.list_changed(session, principal.org_id, people, party, since)
            mine = {
                row.id: row
                for row in rows
                if party[0] in planned_for(row).everybody or party[1] in planned_for(row).coaches
            }
            return await present(session, principal, list(mine.values())) if mine else []
