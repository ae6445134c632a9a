"""Live opportunities: whoever watches a person or a manager's reports hears of what they may see from now on.

A review sends the ids with its commit (`OPPORTUNITIES`), once when something is raised and once when its grace time is
over. What a hint says is not believed: each watcher reads what it may see, and is told what it was not told before.
"""

import asyncio
from collections.abc import AsyncGenerator
from uuid import UUID

from service.coaching_opportunities.dto import CoachingOpportunityDTO
from service.coaching_opportunities.permissions import Permission
from service.coaching_opportunities.use_cases.opportunities import coaching_opportunities_of
from service.core.database import Database
from service.core.errors import invalid
from service.core.principal import Principal, require
from service.organizations.use_cases.reports import direct_reports
from service.organizations.use_cases.scope import local_today, require_visible

GATHER_SECONDS = 0.05


class OpportunityFeed:
    """The watchers of one process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._news: dict[UUID, set[asyncio.Event]] = {}

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
    ) -> AsyncGenerator[list[CoachingOpportunityDTO], None]:
        """What is raised from now on, or becomes visible, several at a time.

        Give either a person or a manager, whose direct reports are meant; `invalid` otherwise, `not_found` outside
        the caller's scope.
        """
        require(principal, Permission.COACHING_OPPORTUNITIES_READ)
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

    async def _read(
        self, principal: Principal, person_id: UUID | None, manager_id: UUID | None
    ) -> list[CoachingOpportunityDTO]:
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
            found = await coaching_opportunities_of(session, principal, people)
        return [one for those in found.values() for one in those]
