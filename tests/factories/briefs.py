"""Coaching sessions as rows, so that briefs can be read whatever arranges sessions."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import SQLModel

from service.coaching_sessions.dto.brief import BriefDTO
from service.coaching_sessions.models import CoachingSession
from service.coaching_sessions.use_cases.briefs import get_brief
from service.coaching_sessions.use_cases.formats import resolve_format
from service.core.clock import utc_now
from service.core.database import Database
from service.core.ids import new_id
from service.core.principal import Principal

STATE_FIELDS: dict[str, tuple[str, ...]] = {
    "scheduled": (),
    "in_progress": ("started_at",),
    "completed": ("started_at", "completed_at"),
    "cancelled": ("cancelled_at",),
    "missed": ("missed_at",),
}


async def add_session(
    database: Database,
    org_id: UUID,
    between: tuple[UUID, UUID],
    starts_at: datetime,
    status: str = "scheduled",
    **fields: Any,
) -> CoachingSession:
    """A half hour of a manager and a rep, by the shipped format; whatever happened to it did so as it started."""
    happened: dict[str, Any] = dict.fromkeys(STATE_FIELDS[status], starts_at)
    async with database.tenant(org_id) as session:
        format_ = await resolve_format(session, Principal.system(org_id), "grow")
        now = utc_now()
        row = CoachingSession(
            org_id=org_id,
            id=new_id(),
            manager_id=between[0],
            rep_id=between[1],
            format_id=format_.id,
            **{"time_zone": "America/New_York", **fields},
            due_at=starts_at,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=30),
            status=status,
            reminder_minutes=[],
            answers={},
            created_at=now,
            updated_at=now,
            **happened,
        )
        session.add(row)
        await session.flush()
        session.expunge(row)
    return row


async def write(database: Database, org_id: UUID, *rows: SQLModel) -> None:
    """Store rows."""
    async with database.tenant(org_id) as session:
        session.add_all(rows)
        await session.flush()


async def brief_for(database: Database, principal: Principal, session_id: UUID) -> BriefDTO:
    """Read in a transaction of its own."""
    async with database.tenant(principal.org_id) as session:
        return await get_brief(session, principal, session_id)
