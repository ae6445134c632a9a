"""Queries of the clock: what is due in an organization, and what was done last."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import sqlalchemy
from sqlalchemy import case, delete, func
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_sessions.models import CoachingClock, CoachingProgramme, CoachingSession, UncoveredRep


@dataclass(frozen=True, slots=True)
class Due:
    """What the worker needs to know before it does anything."""

    is_used: bool
    cascaded_on: date | None
    wanted_at: datetime | None
    is_near: bool
    is_over: bool


async def read_due(session: AsyncSession, org_id: UUID, now: datetime) -> Due:
    """In one statement; used: there is a programme or a session, near: a reminder is due, over: nobody held one."""
    programmes = select(CoachingProgramme.id).where(col(CoachingProgramme.org_id) == org_id)
    sessions = select(CoachingSession.id).where(col(CoachingSession.org_id) == org_id)
    is_used = sqlalchemy.or_(programmes.exists(), sessions.exists())
    near = sessions.where(col(CoachingSession.next_reminder_at) <= now).exists()
    over = sessions.where(col(CoachingSession.status) == "scheduled", col(CoachingSession.ends_at) <= now).exists()
    clock = select(CoachingClock).where(col(CoachingClock.org_id) == org_id).subquery()
    one = sqlalchemy.select(sqlalchemy.literal(1).label("one")).subquery()
    query = sqlalchemy.select(is_used, clock.c.cascaded_on, clock.c.wanted_at, near, over).select_from(
        one.outerjoin(clock, sqlalchemy.true())
    )
    return Due(*(await (await session.connection()).execute(query)).one())


async def want_cascade(session: AsyncSession, org_id: UUID) -> None:
    """Something changed: the worker lays sessions down again, once however often this is called before."""
    # The database's clock, read under the row's lock: what commits later is later.
    at = func.clock_timestamp()
    row = insert(CoachingClock).values(org_id=org_id, wanted_at=at)
    query = row.on_conflict_do_update(index_elements=["org_id"], set_={"wanted_at": at})
    await (await session.connection()).execute(query)


async def note_cascade(session: AsyncSession, org_id: UUID, today: date, wanted_at: datetime | None) -> None:
    """It was done for a day, as of what was wanted; what was wanted since is still to be done."""
    row = insert(CoachingClock).values(org_id=org_id, cascaded_on=today)
    still = case((col(CoachingClock.wanted_at) > wanted_at, col(CoachingClock.wanted_at)), else_=None)
    changes = {"cascaded_on": today, "wanted_at": col(CoachingClock.wanted_at) if wanted_at is None else still}
    query = row.on_conflict_do_update(index_elements=["org_id"], set_=changes)
    await (await session.connection()).execute(query)


async def reps_with_sessions(session: AsyncSession, org_id: UUID, span: tuple[datetime, datetime]) -> set[UUID]:
    """Who has a session scheduled that starts within a span, its end excluded."""
    row = CoachingSession
    query = select(row.rep_id, row.rep_ids).where(
        col(row.org_id) == org_id,
        col(row.status) == "scheduled",
        col(row.starts_at) >= span[0],
        col(row.starts_at) < span[1],
    )
    return {id_ for rep_id, beside in (await session.exec(query.distinct())).all() for id_ in (rep_id, *beside)}


async def list_uncovered(session: AsyncSession, org_id: UUID) -> set[UUID]:
    """Of whom it was told that they have no session planned."""
    query = select(UncoveredRep.person_id).where(col(UncoveredRep.org_id) == org_id)
    return set((await session.exec(query)).all())


async def note_uncovered(
    session: AsyncSession, org_id: UUID, told: Collection[UUID], over: Collection[UUID], at: datetime
) -> None:
    """Remember whom was told of, and forget those of whom it is over."""
    if told:
        rows = [{"org_id": org_id, "person_id": person_id, "told_at": at} for person_id in sorted(told)]
        await (await session.connection()).execute(insert(UncoveredRep).values(rows).on_conflict_do_nothing())
    if over:
        row = UncoveredRep
        gone = delete(row).where(col(row.org_id) == org_id, col(row.person_id).in_(over))
        await (await session.connection()).execute(gone)
