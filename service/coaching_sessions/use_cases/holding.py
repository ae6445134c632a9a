"""Who holds a session: it goes to a substitute and back, or to another manager, and everybody hears of it."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_sessions.laying import Diary
from service.coaching_sessions.models import CoachingSession, CoachingSubstitution
from service.coaching_sessions.repository import cascading, standing_in
from service.coaching_sessions.use_cases.access import planned_for
from service.coaching_sessions.use_cases.booking import book
from service.coaching_sessions.use_cases.telling import event_data
from service.core.errors import conflict
from service.core.notifications import SESSIONS, notify_all
from service.webhooks.outbox import EventType, emit_many

Change = Callable[[CoachingSession], None]


async def hold_by_whom_it_concerns(session: AsyncSession, row: CoachingSession) -> None:
    """Give a session that is about to be booked to whoever stands in for its manager then, if anybody does."""
    at = row.starts_at
    found = await standing_in.list_substitutions_within(
        session, row.org_id, (at - timedelta(seconds=1), at + timedelta(seconds=1)), row.manager_id
    )
    substitute(row, found)


def uninvite(row: CoachingSession, was: Sequence[UUID]) -> None:
    """Keep those who were to come and are not any more: an invitation tells their calendars."""
    attending = planned_for(row).attending
    row.uninvited_ids = [id_ for id_ in dict.fromkeys((*row.uninvited_ids, *was)) if id_ not in attending]


def substitute(row: CoachingSession, substitutions: Sequence[CoachingSubstitution]) -> None:
    """Set who holds it of its manager's substitutions; whoever was named for the rep goes first."""
    taking_part = (row.manager_id, row.rep_id, *row.coach_ids, *row.rep_ids)
    fitting = [
        one
        for one in substitutions
        if one.manager_id == row.manager_id
        and one.rep_id in {None, row.rep_id}
        and one.begins_at <= row.starts_at < one.ends_at
        and one.substitute_id not in taking_part
    ]
    found = min(fitting, key=lambda one: one.rep_id is None, default=None)
    row.substitute_id = None if found is None else found.substitute_id
    row.substituted_from, row.substituted_until = (None, None) if found is None else (found.begins_at, found.ends_at)


async def change_hands(
    session: AsyncSession, org_id: UUID, rows: Sequence[CoachingSession], change: Change, now: datetime
) -> list[CoachingSession]:
    """Change who coaches in locked, scheduled sessions; returns those at times that the new one does not have.

    These stay as they were. `conflict` (`time_taken`) where somebody books the same time at the same moment.
    """
    wanted = [(row, _before(row), planned_for(row).attending) for row in rows]
    for row, _, _ in wanted:
        change(row)
    moving = [one for one in wanted if planned_for(one[0]).attending != one[2]]
    coming = {id_ for row, _, was in moving for id_ in set(planned_for(row).attending) - set(was)}
    starts = [row.starts_at for row, _, _ in moving]
    diary = Diary()
    if coming:
        with session.no_autoflush:
            span = (min(starts) - timedelta(days=1), max(starts) + timedelta(days=1))
            diary = Diary(await cascading.taken_slots(session, org_id, coming, span))
    clashing, changed = [], []
    for row, before, was in sorted(moving, key=lambda one: (one[0].starts_at, one[0].id)):
        new = set(planned_for(row).attending) - set(was)
        minutes = (row.ends_at - row.starts_at) // timedelta(minutes=1)
        if diary.is_free(new, row.starts_at, minutes):
            diary.take(new, row.starts_at, minutes)
            row.sequence, row.updated_at = row.sequence + 1, now
            uninvite(row, was)
            changed.append(row)
            continue
        for name, value in before.items():
            setattr(row, name, value)
        clashing.append(row)
    await session.flush()
    if await book(session, org_id, changed):
        raise conflict("time_taken", "The times of these sessions are being booked by others; try again.")
    events = [(EventType.COACHING_SESSION_REASSIGNED, event_data(row)) for row in changed]
    await emit_many(session, org_id, events)
    await notify_all(session, SESSIONS, [f"{org_id}:{row.id}" for row in changed])
    return clashing


HELD_BY = ("manager_id", "cadence_id", "coach_ids", "substitute_id", "substituted_from", "substituted_until")


def _before(row: CoachingSession) -> dict[str, object]:
    return {name: getattr(row, name) for name in HELD_BY}
