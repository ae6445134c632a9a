"""What follows from a change: principals are read anew, snapshots whose targets move, and who is coached when."""

from collections.abc import Collection
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.jobs import enqueue
from service.core.notifications import PRINCIPALS, notify

REFRESH_SNAPSHOTS = "refresh_snapshots"
"""The job; with `person_id` that of one person, without it everybody's."""

CASCADE_PROGRAMMES = "cascade_programmes"
"""The job that lays down coaching sessions anew; however many wait, it is done once."""


async def announce(session: AsyncSession, org_id: UUID) -> None:
    """Call it wherever keys, roles, last days, people, identities or the organization itself change."""
    await session.flush()
    await notify(session, PRINCIPALS, str(org_id))


async def wake_snapshots(session: AsyncSession, org_id: UUID, person_ids: Collection[UUID] | None = None) -> None:
    """Call it wherever something changes that targets or working time depend on; None: for everybody.

    One job for everybody takes the place of many, so that a file of people does not become a queue.
    """
    if person_ids is None or len(person_ids) > 1:
        await enqueue(session, REFRESH_SNAPSHOTS, org_id)
    else:
        for person_id in person_ids:
            await enqueue(session, REFRESH_SNAPSHOTS, org_id, person_id=str(person_id))


async def follow_people(session: AsyncSession, org_id: UUID) -> None:
    """Call it, once for many, wherever lines, teams, absences, days of work, calendars or time zones change."""
    await enqueue(session, CASCADE_PROGRAMMES, org_id)
