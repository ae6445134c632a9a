"""The time of everybody who takes part, booked in the transaction of the session that needs it.

The primary key of `booked_slot` is the guarantee. Here a clash becomes an answer: everybody books in the order of
person and time, and releases only after booking, so that concurrent bookers wait for each other and never in a circle.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_sessions.models import CoachingSession
from service.coaching_sessions.repository import booking as repository
from service.coaching_sessions.repository.booking import Slot
from service.coaching_sessions.use_cases.access import planned_for
from service.core.errors import ErrorKind, FieldError, ServiceError

SLOT = timedelta(minutes=5)


def slots_of(row: CoachingSession) -> list[datetime]:
    """The starts of the slots from its start to its end."""
    start, end = row.starts_at.astimezone(UTC), row.ends_at.astimezone(UTC)
    return [start + n * SLOT for n in range(-((start - end) // SLOT))]


async def book(session: AsyncSession, org_id: UUID, rows: Sequence[CoachingSession]) -> set[UUID]:
    """Give stored sessions the time that they are at, in place of what they had; returns those that clash.

    Of a session that clashes nothing is left booked. Call it once in a transaction, after locking the sessions
    that exist already: two calls could wait in a circle with another transaction, which fails one of them.
    """
    return set(await _book(session, org_id, rows))


async def book_one(
    session: AsyncSession,
    row: CoachingSession,
    pointers: Mapping[UUID, str] | None = None,
    instead_of: Collection[UUID] = (),
) -> None:
    """Book one session; `conflict` (`time_taken`) naming who is taken, and when first.

    `pointers` are the fields by which others than manager and rep were named; the time is to blame otherwise. What the
    sessions `instead_of` which it takes place have is free for it.
    """
    clashes = (await _book(session, row.org_id, [row], instead_of)).get(row.id, [])
    if not clashes:
        return
    taken: dict[UUID, datetime] = {}
    for person_id, at, _ in clashes:
        taken.setdefault(person_id, at)
    names = {row.manager_id: "the manager", row.rep_id: "the rep", row.substitute_id: "the substitute"}
    beside = {**dict.fromkeys(row.coach_ids, "another coach"), **dict.fromkeys(row.rep_ids, "another rep")}
    said = sorted(((names | beside)[person_id], person_id, at) for person_id, at in taken.items())
    fields = tuple(
        FieldError((pointers or {}).get(person_id, "/starts_at"), f"{who} is taken at {_shown(at)}")
        for who, person_id, at in said
    )
    message = "; ".join(field.message for field in fields)
    raise ServiceError(ErrorKind.CONFLICT, "time_taken", message[0].upper() + message[1:] + ".", fields)


async def release(session: AsyncSession, org_id: UUID, session_ids: Collection[UUID]) -> None:
    """Free all the time of some sessions."""
    if session_ids:
        await repository.delete_slots(session, org_id, session_ids)


async def _book(
    session: AsyncSession, org_id: UUID, rows: Sequence[CoachingSession], instead_of: Collection[UUID] = ()
) -> dict[UUID, list[Slot]]:
    """What could not be booked, by session, in order of person and time."""
    if not rows:
        return {}
    await session.flush()
    wanted = sorted(
        (person_id, at, row.id) for row in rows for person_id in planned_for(row).attending for at in slots_of(row)
    )
    booked = await repository.insert_slots(session, org_id, wanted, instead_of)
    if len(booked) < len(wanted):  # the rest is somebody else's, or was this session's before
        booked = await repository.list_slots(session, org_id, {row.id for row in rows})
    clashes: dict[UUID, list[Slot]] = {}
    for slot in wanted:
        if slot not in booked:
            clashes.setdefault(slot[2], []).append(slot)
    await release(session, org_id, clashes.keys())
    await repository.delete_stale_slots(session, org_id, {row.id for row in rows})
    return clashes


def _shown(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
