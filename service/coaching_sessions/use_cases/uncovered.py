"""Reps whom a programme covers and who have no session planned: told of once, until they have one."""

from datetime import timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_sessions.permissions import Permission
from service.coaching_sessions.repository import clock as repository
from service.coaching_sessions.use_cases.surveying import Survey
from service.core.principal import Principal, require
from service.webhooks.outbox import EventType, emit_many

WITHIN_DAYS = 14


async def tell_uncovered(session: AsyncSession, principal: Principal, found: Survey) -> int:
    """One event for each rep who is new among those without a session within so many days; how many."""
    require(principal, Permission.COACHING_PROGRAMMES_READ)
    now = found.clock.now
    span = (now, now + timedelta(days=WITHIN_DAYS))
    planned = await repository.reps_with_sessions(session, principal.org_id, span)
    without = found.covered.keys() - planned
    known = await repository.list_uncovered(session, principal.org_id)
    new = sorted(without - known)
    await repository.note_uncovered(session, principal.org_id, new, known - without, now)
    events = [
        (
            EventType.COACHING_SESSION_NONE_PLANNED,
            {"person_id": rep_id, "manager_id": found.covered[rep_id], "days": WITHIN_DAYS},
        )
        for rep_id in new
    ]
    await emit_many(session, principal.org_id, events)
    return len(new)
