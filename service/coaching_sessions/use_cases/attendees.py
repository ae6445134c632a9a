"""Who takes part in a session beside the two, changed before it begins: time, calendars and one-to-ones follow."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_sessions.dto.sessions import UpdateCoachingSession
from service.coaching_sessions.lifecycle import Participants
from service.coaching_sessions.models import CoachingSession
from service.coaching_sessions.repository.sharing import replaces_any
from service.coaching_sessions.use_cases.access import planned_for
from service.coaching_sessions.use_cases.arranging import pointers_of, require_company
from service.coaching_sessions.use_cases.holding import uninvite
from service.coaching_sessions.use_cases.replacing import book_in_their_place, give_back, replace_one_to_ones
from service.core.clock import utc_now
from service.core.principal import Principal
from service.webhooks.outbox import EventType

BESIDE = frozenset({"rep_ids", "coach_ids"})
"""The fields of a session that name those beside the two."""


async def change_attendees(
    session: AsyncSession, principal: Principal, row: CoachingSession, data: UpdateCoachingSession
) -> None:
    """Bring others into a locked, scheduled session, or leave them out; where nobody else is named nothing happens.

    Whoever was there stays, whether the caller could have arranged it with them or not, and so does who holds it, the
    manager or a substitute. Where it took the place of
    one-to-ones, it takes those of who comes as well, and who does not come any more has theirs back.
    """
    was, now = planned_for(row), utc_now()
    reps = was.rep_ids if data.rep_ids is None else tuple(data.rep_ids)
    coaches = was.coach_ids if data.coach_ids is None else tuple(data.coach_ids)
    between = Participants(row.manager_id, row.rep_id, coaches, reps, row.substitute_id)
    if (sorted(reps), sorted(coaches)) == (sorted(was.rep_ids), sorted(was.coach_ids)):
        return
    new = frozenset({*(set(reps) - set(was.rep_ids)), *(set(coaches) - set(was.coach_ids))})
    await require_company(session, principal, between, new, row.starts_at)
    row.rep_ids, row.coach_ids = list(reps), list(coaches)
    row.sequence, row.updated_at = row.sequence + 1, now
    uninvite(row, was.attending)
    replaced = await _follow_in_one_to_ones(session, row, set(was.reps), set(between.reps))
    event = EventType.COACHING_SESSION_ATTENDEES_CHANGED
    await book_in_their_place(session, row, pointers_of(between), replaced, event)


async def _follow_in_one_to_ones(
    session: AsyncSession, row: CoachingSession, were: set[UUID], are: set[UUID]
) -> list[CoachingSession]:
    """Those that it takes the place of now as well."""
    if not await replaces_any(session, row.org_id, row.id):
        return []
    replaced = await replace_one_to_ones(session, row, are - were, row.updated_at) if are - were else []
    if were - are:
        await give_back(session, row, were - are)
    return replaced
