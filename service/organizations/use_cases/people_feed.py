"""Live news about people: whoever watches one, or a manager's reports, hears of what they may see from now on.

What a hint says is not believed: each watcher reads what it may see, and is told what it was not told before.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Collection
from typing import ClassVar, Generic, Protocol, TypeVar
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.database import Database
from service.core.errors import invalid
from service.core.principal import Principal, require
from service.organizations.use_cases.reports import direct_reports
from service.organizations.use_cases.scope import local_today, require_visible

GATHER_SECONDS = 0.05


class Identified(Protocol):
    """What is told once."""

    @property
    def id(self) -> UUID: ...  # noqa: D102 - the row's


ItemT = TypeVar("ItemT", bound=Identified)


class PeopleFeed(ABC, Generic[ItemT]):
    """The watchers of one kind of news in one process."""

    permission: ClassVar[str]
    """What a watcher must be allowed to read."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._news: dict[UUID, set[asyncio.Event]] = {}

    @abstractmethod
    async def read(self, session: AsyncSession, principal: Principal, person_ids: Collection[UUID]) -> list[ItemT]:
        """All that the caller may see about some people now, in the order to tell it."""

    def notified(self, payload: str) -> None:
        """Hear of an organization's news: `org_id:id,id…`."""
        for event in self._news.get(UUID(payload.partition(":")[0]), ()):
            event.set()

    def reconnected(self) -> None:
        """Read everything watched again: what was sent while nobody listened is lost."""
        for events in self._news.values():
            for event in events:
                event.set()

    async def watch(
        self, principal: Principal, person_id: UUID | None, manager_id: UUID | None
    ) -> AsyncGenerator[list[ItemT], None]:
        """What is new from now on, or becomes visible, several at a time.

        Give either a person or a manager, whose direct reports are meant; `invalid` otherwise, `not_found` outside
        the caller's scope.
        """
        require(principal, self.permission)
        if (person_id is None) == (manager_id is None):
            raise invalid("person_id", "give either person_id or manager_id")
        news = asyncio.Event()
        watchers = self._news.setdefault(principal.org_id, set())
        watchers.add(news)  # before the first read: what is raised meanwhile is told
        try:
            told = {one.id for one in await self._read(principal, person_id, manager_id)}
            while True:
                await news.wait()
                await asyncio.sleep(GATHER_SECONDS)
                news.clear()
                seen = await self._read(principal, person_id, manager_id)
                fresh = [one for one in seen if one.id not in told]
                told |= {one.id for one in fresh}
                if fresh:
                    yield fresh
        finally:
            watchers.discard(news)

    async def _read(self, principal: Principal, person_id: UUID | None, manager_id: UUID | None) -> list[ItemT]:
        async with self._database.tenant(principal.org_id) as session:
            today = await local_today(session, principal.org_id)
            if person_id is not None:
                await require_visible(session, principal, person_id, today)
                people = [person_id]
            else:
                assert manager_id is not None  # noqa: S101 - checked when the watch began
                await require_visible(session, principal, manager_id, today)
                reports = await direct_reports(session, principal.as_system(), manager_id, today)
                people = [person.id for person in reports]
            return await self.read(session, principal, people)
