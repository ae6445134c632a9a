"""Live snapshots: whoever watches people is told of their changed numbers, whichever process changed them.

A refresh of cells sends the people's ids with its commit (`SNAPSHOTS`). Each serving process gathers
what it hears for a moment, reads the snapshots once for all who watch the same with the same rights,
and hands on what differs from what was told last. A watcher who does not keep up is owed the latest
state of each snapshot, never a backlog.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from service.core.database import Database
from service.core.errors import ServiceError, invalid
from service.core.logging import get_logger
from service.core.principal import Principal, require
from service.kpi_snapshots.dto import KpiSnapshotDTO, KpiSnapshotQuery
from service.kpi_snapshots.permissions import Permission
from service.kpi_snapshots.use_cases.snapshots import kpi_snapshots_of
from service.organizations.use_cases.people import get_person
from service.organizations.use_cases.reports import direct_reports
from service.organizations.use_cases.scope import local_today

logger = get_logger(__name__)

GATHER_SECONDS = 0.01
RETRY_SECONDS = 1.0
CONCURRENT_READS = 4
TEAM_SECONDS = 30.0
"""How long a manager's team is taken to be the same: reporting lines change by the day."""

Key = tuple[UUID, str]
Seen = tuple[object, ...]


@dataclass(eq=False)
class _Watcher:
    """What one subscriber has not been told yet; bounded by the number of snapshots it watches."""

    owed: dict[Key, KpiSnapshotDTO] = field(default_factory=dict)
    news: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(eq=False)
class _Group:
    """Watchers who ask the same with the same rights: one read serves them all."""

    principal: Principal
    query: KpiSnapshotQuery
    people: frozenset[UUID] = frozenset()
    people_read_at: float = 0.0
    told: dict[Key, Seen] = field(default_factory=dict)
    watchers: set[_Watcher] = field(default_factory=set)


class SnapshotFeed:
    """The watchers of one process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._groups: dict[tuple[Principal, KpiSnapshotQuery], _Group] = {}
        self._changed: dict[UUID, set[UUID]] = {}
        self._reread = False
        self._heard = asyncio.Event()
        self._reads = asyncio.Semaphore(CONCURRENT_READS)

    def notified(self, payload: str) -> None:
        """Hear of changed people: `org_id:person_id,person_id…`, as `announce` of the repository sends it."""
        org_id, _, people = payload.partition(":")
        self._changed.setdefault(UUID(org_id), set()).update(map(UUID, people.split(",")))
        self._heard.set()

    def reconnected(self) -> None:
        """Read everything watched again: what was sent while nobody listened is lost."""
        self._reread = True
        self._heard.set()

    async def watch(self, principal: Principal, query: KpiSnapshotQuery) -> AsyncGenerator[list[KpiSnapshotDTO], None]:
        """Changed snapshots from now on, several at a time; never those that were there before.

        `query` names either a person or a manager, whose direct reports are meant. `invalid` otherwise,
        `not_found` outside the caller's scope.
        """
        require(principal, Permission.KPI_SNAPSHOTS_READ)
        if (query.person_id is None) == (query.manager_id is None):
            raise invalid("person_id", "give either person_id or manager_id")
        group = self._groups.setdefault((principal, query), _Group(principal, query))
        watcher = _Watcher()
        group.watchers.add(watcher)  # before the first read: what changes meanwhile is owed
        try:
            if len(group.watchers) == 1:
                await self._begin(group)
            while True:
                await watcher.news.wait()
                watcher.news.clear()
                owed, watcher.owed = watcher.owed, {}
                yield list(owed.values())
        finally:
            group.watchers.discard(watcher)
            if not group.watchers:
                self._groups.pop((principal, query), None)

    async def run(self) -> None:
        """Tell watchers of changes until cancelled."""
        while True:
            await self._heard.wait()
            await asyncio.sleep(GATHER_SECONDS)
            self._heard.clear()
            changed, self._changed = self._changed, {}
            everything, self._reread = self._reread, False
            groups = [group for group in self._groups.values() if everything or group.principal.org_id in changed]
            results = await asyncio.gather(
                *(self._tell(group, None if everything else changed[group.principal.org_id]) for group in groups),
                return_exceptions=True,
            )
            failed = [result for result in results if isinstance(result, Exception)]
            if failed:
                logger.warning("live_snapshots_not_read", error=str(failed[0]))
                await asyncio.sleep(RETRY_SECONDS)
                self.reconnected()

    async def _begin(self, group: _Group) -> None:
        """Find out who is watched, and where they stand."""
        group.people = await self._find_people(group)
        for snapshot in await self._read(group, list(group.people)):
            group.told.setdefault(_key(snapshot), _seen(snapshot))

    async def _tell(self, group: _Group, changed: set[UUID] | None) -> None:
        if asyncio.get_running_loop().time() - group.people_read_at > TEAM_SECONDS or changed is None:
            group.people = await self._find_people(group)
        concerned = group.people if changed is None else group.people & changed
        if not concerned:
            return
        for snapshot in await self._read(group, list(concerned)):
            key, seen = _key(snapshot), _seen(snapshot)
            if group.told.get(key) == seen:
                continue
            group.told[key] = seen
            for watcher in group.watchers:
                watcher.owed[key] = snapshot
                watcher.news.set()

    async def _find_people(self, group: _Group) -> frozenset[UUID]:
        query, principal = group.query, group.principal
        async with self._database.tenant(principal.org_id) as session:
            system = principal.as_system()
            if query.person_id is not None:
                people = [await get_person(session, _reader(principal), query.person_id)]
            else:
                assert query.manager_id is not None  # noqa: S101 - checked when the watch began
                today = await local_today(session, system.org_id)
                people = await direct_reports(session, _reader(principal), query.manager_id, today)
        group.people_read_at = asyncio.get_running_loop().time()
        return frozenset(person.id for person in people)

    async def _read(self, group: _Group, people: Sequence[UUID]) -> list[KpiSnapshotDTO]:
        query = group.query.model_copy(update={"person_id": None, "manager_id": None})
        try:
            async with self._reads, self._database.tenant(group.principal.org_id) as session:
                found = await kpi_snapshots_of(session, group.principal, people, query)
        except ServiceError as error:
            if error.code == "permission_denied":
                return []  # the connection is about to be closed
            raise
        return [snapshot for snapshots in found.values() for snapshot in snapshots]


def _reader(principal: Principal) -> Principal:
    """The caller's scope, with the right to find people: who may read snapshots may say whose."""
    return Principal(
        org_id=principal.org_id,
        permissions=principal.permissions | {"people:read"},
        person_id=principal.person_id,
        role=principal.role,
    )


def _key(snapshot: KpiSnapshotDTO) -> Key:
    return snapshot.person_id, snapshot.kpi


def _seen(snapshot: KpiSnapshotDTO) -> Seen:
    """What makes a snapshot another one: all but the instant that it was read at."""
    return tuple(snapshot.model_dump(exclude={"as_of"}).values())
