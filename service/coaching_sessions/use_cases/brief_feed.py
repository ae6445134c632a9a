"""Live briefs: whoever watches a session hears when its brief says something else, until the session starts.

Snapshots, opportunities, topics and sessions tell of changes with their commits; what a hint says is not believed. Each
watcher reads the brief that it may see, and is told of it where more than its `as_of` differs from what it was told
last. The brief that is kept when the session starts is the last message; of a session that ends otherwise there is
none.
"""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from uuid import UUID

from service.coaching_sessions.dto.brief import BriefDTO
from service.coaching_sessions.permissions import Permission
from service.coaching_sessions.use_cases.briefs import get_brief
from service.core.database import Database
from service.core.errors import ErrorKind, ServiceError
from service.core.principal import Principal, require

GATHER_SECONDS = 0.05
CONCURRENT_READS = 4


@dataclass(eq=False, slots=True)
class _Watcher:
    """Whom and what a watched brief is about, and whether there may be news."""

    concerns: frozenset[UUID]
    news: asyncio.Event = field(default_factory=asyncio.Event)


class BriefFeed:
    """The watchers of one process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._watchers: dict[UUID, set[_Watcher]] = {}
        self._reads = asyncio.Semaphore(CONCURRENT_READS)

    def notified(self, payload: str) -> None:
        """Hear of changed people or sessions: `org_id:id,id…`."""
        org_id, _, ids = payload.partition(":")
        changed = {UUID(id_) for id_ in ids.split(",")}
        for watcher in self._watchers.get(UUID(org_id), ()):
            if watcher.concerns & changed:
                watcher.news.set()

    def notified_of_anybody(self, payload: str) -> None:
        """Hear of what does not say whom it concerns: `org_id:…`."""
        for watcher in self._watchers.get(UUID(payload.partition(":")[0]), ()):
            watcher.news.set()

    def reconnected(self) -> None:
        """Read everything watched again: what was sent while nobody listened is lost."""
        for watchers in self._watchers.values():
            for watcher in watchers:
                watcher.news.set()

    async def watch(
        self, principal: Principal, session_id: UUID, rep_id: UUID | None = None
    ) -> AsyncGenerator[BriefDTO, None]:
        """The brief about a rep, as `get_brief` has it, whenever it says something else; never as it was at first.

        It ends with the kept one.

        `not_found` for a brief that the caller may not read.
        """
        require(principal, Permission.COACHING_SESSIONS_READ)
        told = await self._read(principal, session_id, rep_id)
        if told.is_frozen:
            return
        watcher = _Watcher(frozenset({session_id, told.rep.id}))
        watchers = self._watchers.setdefault(principal.org_id, set())
        watchers.add(watcher)
        watcher.news.set()  # what changed between the first read and now is told
        try:
            while True:
                await watcher.news.wait()
                await asyncio.sleep(GATHER_SECONDS)
                watcher.news.clear()
                brief = await self._read_if_there(principal, session_id, rep_id)
                if brief is None:
                    return
                if _said(brief) != _said(told):
                    told = brief
                    yield brief
                if brief.is_frozen:
                    return
        finally:
            watchers.discard(watcher)
            if not watchers:
                self._watchers.pop(principal.org_id, None)

    async def _read(
        self, principal: Principal, session_id: UUID, rep_id: UUID | None, *, audited: bool = True
    ) -> BriefDTO:
        async with self._reads, self._database.tenant(principal.org_id, surface="graphql") as session:
            return await get_brief(session, principal, session_id, rep_id, audited=audited)

    async def _read_if_there(self, principal: Principal, session_id: UUID, rep_id: UUID | None) -> BriefDTO | None:
        """None where the session was called off, or the caller may not see it any more."""
        try:
            return await self._read(principal, session_id, rep_id, audited=False)
        except ServiceError as error:
            if error.kind is ErrorKind.NOT_FOUND:
                return None
            raise


def _said(brief: BriefDTO) -> str:
    """What makes a brief another one: all but the instant that it was read at."""
    return brief.model_dump_json(exclude={"as_of"})
