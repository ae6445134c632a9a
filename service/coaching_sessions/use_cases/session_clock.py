"""What the clock does to sessions: nobody held one in time, or one is near. For the worker alone."""

from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_sessions.lifecycle import Move, SessionState, is_overdue, next_reminder
from service.coaching_sessions.permissions import Permission
from service.coaching_sessions.repository import sessions as repository
from service.coaching_sessions.use_cases.access import require_move
from service.coaching_sessions.use_cases.telling import event_data
from service.core.notifications import SESSIONS, notify_all
from service.core.principal import Principal, require
from service.organizations.use_cases.organizations import get_organization
from service.webhooks.outbox import EventType, emit_many


async def miss_overdue(session: AsyncSession, principal: Principal, now: datetime, limit: int) -> int:
    """Sessions that nobody started within the organization's grace time are missed; returns how many, at most `limit`.

    Those that another transaction is at are left to the next call.
    """
    require(principal, Permission.COACHING_SESSIONS_WRITE)
    grace = (await get_organization(session, principal)).session_grace_hours
    rows = await repository.claim_overdue(session, principal.org_id, now - timedelta(hours=grace), limit)
    overdue = [row for row in rows if is_overdue(row.ends_at, grace, now)]
    for row in overdue:
        require_move(principal, row, Move.MISS)
        row.status, row.missed_at, row.updated_at, row.next_reminder_at = SessionState.MISSED.value, now, now, None
    await session.flush()
    missed = [(EventType.COACHING_SESSION_MISSED, event_data(row)) for row in overdue]
    await emit_many(session, principal.org_id, missed)
    await notify_all(session, SESSIONS, [f"{row.org_id}:{row.id}" for row in overdue])
    return len(overdue)


async def remind_due(session: AsyncSession, principal: Principal, now: datetime, limit: int) -> int:
    """Tell of sessions that are near, each reminder once; returns of how many sessions, at most `limit`.

    After an outage what is overdue is told in the calls that follow, but nothing once the session should have begun.
    """
    require(principal, Permission.COACHING_SESSIONS_WRITE)
    reminders = []
    rows = await repository.claim_reminders(session, principal.org_id, now, limit)
    for row in rows:
        due = row.next_reminder_at
        assert due is not None  # noqa: S101 - it was asked for
        if now < row.starts_at:
            before = round((row.starts_at - due) / timedelta(minutes=1))
            reminders.append((EventType.COACHING_SESSION_REMINDER, event_data(row, minutes_before=before)))
        row.next_reminder_at = next_reminder(row.starts_at, tuple(row.reminder_minutes), due)
    await session.flush()
    await emit_many(session, principal.org_id, reminders)
    return len(rows)
