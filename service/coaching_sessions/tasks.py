"""What the worker does for coaching sessions, organization by organization; where nobody coaches, one statement."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from service.coaching_sessions.repository import clock
from service.coaching_sessions.use_cases.cascading import bound_all, bring_in_line, pass_on
from service.coaching_sessions.use_cases.rating_publication import publish_closed_period
from service.coaching_sessions.use_cases.session_clock import miss_overdue, remind_due
from service.coaching_sessions.use_cases.surveying import Chunk, survey
from service.coaching_sessions.use_cases.uncovered import tell_uncovered
from service.core.clock import utc_now
from service.core.database import Database
from service.core.jobs import JobHandler
from service.core.principal import Principal
from service.organizations.use_cases.changes import CASCADE_PROGRAMMES
from service.organizations.use_cases.scope import local_today

__all__ = ["handlers", "keep_up_sessions", "publish_ratings", "watch_clock"]

SESSIONS_PER_TRANSACTION = 200


async def watch_clock(database: Database, org_id: UUID) -> int:
    """Tell of sessions that are near and of those that nobody held; 0: there are no more."""
    now, system = utc_now(), Principal.system(org_id)
    async with database.tenant(org_id) as session:
        due = await clock.read_due(session, org_id, now)
    done = [0]
    if due.is_near:
        async with database.tenant(org_id) as session:
            done.append(await remind_due(session, system, now, SESSIONS_PER_TRANSACTION))
    if due.is_over:
        async with database.tenant(org_id) as session:
            done.append(await miss_overdue(session, system, now, SESSIONS_PER_TRANSACTION))
    return int(max(done) >= SESSIONS_PER_TRANSACTION)


async def keep_up_sessions(database: Database, org_id: UUID) -> int:
    """Lay down what is to come, once a day and whenever something changed; 0 always, as nothing is left."""
    now = utc_now()
    async with database.tenant(org_id) as session:
        due = await clock.read_due(session, org_id, now)
        if not due.is_used or (due.wanted_at is None and due.cascaded_on == await local_today(session, org_id)):
            return 0
    await cascade_in_chunks(database, org_id, now, due.wanted_at)
    return 0


async def cascade_in_chunks(database: Database, org_id: UUID, now: datetime, wanted_at: datetime | None) -> None:
    """The cascade in many short transactions, so that whoever books or writes meanwhile does not wait for all of it."""
    system = Principal.system(org_id)
    async with database.tenant(org_id) as session:
        found = await survey(session, system, now)
    async with database.tenant(org_id) as session:
        await bound_all(session, system, found)
    for chunk in found.chunks:
        left: Chunk | None = chunk
        while left is not None:
            async with database.tenant(org_id) as session:
                left = await bring_in_line(session, system, found, left)
    async with database.tenant(org_id) as session:
        await pass_on(session, system, found)
    async with database.tenant(org_id) as session:
        await tell_uncovered(session, system, found)
        await clock.note_cascade(session, org_id, found.clock.today, wanted_at)


async def publish_ratings(database: Database, org_id: UUID) -> int:
    """Publish the ratings of a quarter that is over; 1: the next may be over too."""
    async with database.tenant(org_id) as session:
        return int(await publish_closed_period(session, Principal.system(org_id), utc_now()))


def handlers(database: Database) -> dict[str, JobHandler]:
    """Job handlers by name."""

    async def want(org_id: UUID, _arguments: Mapping[str, str]) -> None:
        # A note and no more: of a thousand changes the loop makes one cascade.
        async with database.tenant(org_id) as session:
            if (await clock.read_due(session, org_id, utc_now())).is_used:
                await clock.want_cascade(session, org_id)

    return {CASCADE_PROGRAMMES: want}
