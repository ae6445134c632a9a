"""Every query of booked time: five-minute slots of people, each of which one session has."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import any_, delete, func, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_sessions.models import BookedSlot, CoachingSession
from service.core.bulk import fetch_inserted
from service.core.database import raw_connection

COLUMNS = ("org_id", "person_id", "slot_at", "session_id")
ON_CLASH = "ON CONFLICT DO NOTHING RETURNING person_id, slot_at, session_id"
TAKE_OVER = (
    "ON CONFLICT (org_id, person_id, slot_at) DO UPDATE SET session_id = excluded.session_id "
    "WHERE booked_slot.session_id IN ({ids}) RETURNING person_id, slot_at, session_id"
)
Slot = tuple[UUID, datetime, UUID]
"""A person, the start of five minutes of theirs, and the session that has them."""


async def insert_slots(
    session: AsyncSession, org_id: UUID, slots: Sequence[Slot], instead_of: Collection[UUID] = ()
) -> set[Slot]:
    """Book what is free or some other sessions have, in the order that is given; returns what was booked.

    What another transaction is about to book or to release is waited for. Whoever gives slots in order of person
    and time waits in the order in which everybody does.
    """
    rows = [(org_id, *slot) for slot in slots]
    clause = ON_CLASH
    if instead_of:
        ids = ", ".join(f"'{UUID(str(id_))}'" for id_ in instead_of)
        clause = TAKE_OVER.format(ids=ids)
    booked = await fetch_inserted(await raw_connection(session), "booked_slot", COLUMNS, rows, clause)
    return {(one["person_id"], one["slot_at"], one["session_id"]) for one in booked}


async def list_slots(session: AsyncSession, org_id: UUID, session_ids: Collection[UUID]) -> set[Slot]:
    """What some sessions have."""
    query = select(BookedSlot).where(col(BookedSlot.org_id) == org_id, col(BookedSlot.session_id).in_(session_ids))
    return {(one.person_id, one.slot_at, one.session_id) for one in await session.exec(query)}


async def delete_slots(session: AsyncSession, org_id: UUID, session_ids: Collection[UUID]) -> None:
    """Release all that some sessions have."""
    chosen = delete(BookedSlot).where(col(BookedSlot.org_id) == org_id, col(BookedSlot.session_id).in_(session_ids))
    await (await session.connection()).execute(chosen)


async def delete_stale_slots(session: AsyncSession, org_id: UUID, session_ids: Collection[UUID]) -> None:
    """Release what some sessions have outside the time that they are at, and of people who do not attend any more."""
    person, row = col(BookedSlot.person_id), CoachingSession
    attends = or_(
        person == func.coalesce(col(row.substitute_id), col(row.manager_id)),
        person == col(row.rep_id),
        person == any_(col(row.coach_ids)),
        person == any_(col(row.rep_ids)),
    )
    chosen = delete(BookedSlot).where(
        col(BookedSlot.org_id) == org_id,
        col(BookedSlot.session_id).in_(session_ids),
        col(CoachingSession.org_id) == org_id,
        col(CoachingSession.id) == col(BookedSlot.session_id),
        or_(
            col(BookedSlot.slot_at) < col(CoachingSession.starts_at),
            col(BookedSlot.slot_at) >= col(CoachingSession.ends_at),
            ~attends,
        ),
    )
    await (await session.connection()).execute(chosen)
