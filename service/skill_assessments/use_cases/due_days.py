"""What the clock does to assessments: a draft's due day is near, or over. For the worker alone."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.principal import Principal, require
from service.organizations.use_cases.organizations import get_organization
from service.skill_assessments.lifecycle import next_reminder
from service.skill_assessments.permissions import Permission
from service.skill_assessments.repository import assessments as repository
from service.skill_assessments.use_cases.telling import request_data
from service.webhooks.outbox import EventType, emit_many


async def remind_due_assessments(session: AsyncSession, principal: Principal, now: datetime, limit: int) -> int:
    """Tell of drafts on the days of their reminders, and of overdue ones; returns of how many, at most `limit`.

    Days are the organization's own. After an outage a draft is told of once, as of today, whatever was missed.
    """
    require(principal, Permission.SKILL_ASSESSMENTS_WRITE)
    time_zone = (await get_organization(session, principal)).time_zone
    today = now.astimezone(ZoneInfo(time_zone)).date()
    rows = await repository.claim_reminders(session, principal.org_id, today, limit)
    reminders = []
    for row in rows:
        if row.due_on is not None:
            days_left = (row.due_on - today).days
            reminders.append((EventType.SKILL_ASSESSMENT_REMINDER, request_data(row, days_left=days_left)))
        row.next_reminder_on = next_reminder(row.due_on, row.reminder_days, today)
    await session.flush()
    await emit_many(session, principal.org_id, reminders)
    return len(rows)
