"""What the worker does for coaching sessions, organization by organization; where nobody coaches, one statement."""

from collections.abc import Mapping
from uuid import UUID

from service.coaching_sessions.repository import clock
from service.coaching_sessions.use_cases.cascading import bound_all, bring_in_line
from service.coaching_sessions.use_cases.surveying import Chunk, survey
from service.coaching_sessions.use_cases.uncovered import tell_uncovered
from service.core.clock import utc_now
from service.core.database import Database
from service.core.jobs import JobHandler
from service.core.principal import Principal
from service.organizations.use_cases.changes import CASCADE_PROGRAMMES
from service.organizations.use_cases.scope import local_today

__all__ = ["handlers", "keep_up_sessions"]


async def keep_up_sessions(database: Database, org_id: UUID) -> int:
    """All that is due now; 0 when nothing was."""
    async with database.tenant(org_id) as session:
        due = await clock.read_due(session, org_id)
        if not due.is_used:
            return 0
        is_due = due.wanted_at is not None or due.cascaded_on != await local_today(session, org_id)
    if is_due:
        await cascade_in_chunks(database, org_id, due)
    return int(is_due)


async def cascade_in_chunks(database: Database, org_id: UUID, due: clock.Due) -> None:
    """The cascade in many short transactions, so that whoever books or writes meanwhile does not wait for all of it."""
    system = Principal.system(org_id)
    async with database.tenant(org_id) as session:
        found = await survey(session, system, utc_now())
    async with database.tenant(org_id) as session:
        await bound_all(session, system, found)
    for chunk in found.chunks:
        left: Chunk | None = chunk
        while left is not None:
            async with database.tenant(org_id) as session:
                left = await bring_in_line(session, system, found, left)
    async with database.tenant(org_id) as session:
        await tell_uncovered(session, system, found)
        await clock.note_cascade(session, org_id, found.clock.today, due.wanted_at)


def handlers(database: Database) -> dict[str, JobHandler]:
    """Job handlers by name."""

    async def want(org_id: UUID, _arguments: Mapping[str, str]) -> None:
        # A note and no more: of a thousand changes the loop makes one cascade.
        async with database.tenant(org_id) as session:
            if (await clock.read_due(session, org_id)).is_used:
                await clock.want_cascade(session, org_id)

    return {CASCADE_PROGRAMMES: want}
