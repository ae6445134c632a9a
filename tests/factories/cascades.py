"""A manager with a rep, and what tests of cascades do to them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from service.coaching_sessions.models import CoachingSession, SessionMove
from service.coaching_sessions.use_cases.booking import book
from service.core.ids import new_id
from service.organizations.dto.people import PersonDTO, UpdatePerson
from service.organizations.use_cases.people import update_person
from tests.factories.programmes import (
    everything,
    lay_down,
    sessions_of,
)
from tests.factories.sales_org import SalesOrg

NOW = datetime(2027, 3, 1, 13, tzinfo=UTC)
"""A Monday morning in New York."""
TUESDAY, WEDNESDAY, APRIL = date(2027, 3, 9), date(2027, 3, 10), date(2027, 4, 1)


async def pair(org: SalesOrg, **fields: Any) -> tuple[PersonDTO, PersonDTO]:
    """A manager and a rep of theirs."""
    lead = await org.add_person("Lead", role="manager")
    return lead, await org.add_person("Ann", manager_id=lead.id, **({"hired_on": "2026-01-01"} | fields))


async def days_of(org: SalesOrg, rep_id: UUID, status: str = "scheduled") -> list[date]:
    """The local days of a rep's sessions."""
    return [org.day_of(row.starts_at) for row in await sessions_of(org, rep_id, status)]


async def steady(org: SalesOrg, now: datetime = NOW) -> None:
    """One more cascade changes nothing."""
    before = await everything(org)
    await lay_down(org, now + timedelta(minutes=1))
    assert await everything(org) == before


async def update(org: SalesOrg, person: PersonDTO, **fields: Any) -> None:
    async with org.database.tenant(org.id) as session:
        await update_person(session, org.system, person.id, UpdatePerson.model_validate(fields))


async def reschedule(org: SalesOrg, row: CoachingSession, by: timedelta) -> None:
    """As a move by hand leaves it."""
    async with org.database.tenant(org.id) as session:
        (stored,) = (await session.exec(select(CoachingSession).where(col(CoachingSession.id) == row.id))).all()
        move = SessionMove(
            org_id=org.id,
            id=new_id(),
            session_id=row.id,
            sequence=stored.sequence + 1,
            from_starts_at=stored.starts_at,
            from_ends_at=stored.ends_at,
            to_starts_at=stored.starts_at + by,
            to_ends_at=stored.ends_at + by,
            moved_at=NOW,
            side="rep",
            reason="A customer",
            notice_minutes=1440,
        )
        stored.starts_at, stored.ends_at, stored.sequence = move.to_starts_at, move.to_ends_at, move.sequence
        session.add(move)
        assert await book(session, org.id, [stored]) == set()
