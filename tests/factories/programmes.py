"""Short verbs for programmes in tests: lay sessions down as of an instant, and read what came of it."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select

from service.coaching_sessions.dto.programmes import CoachingProgrammeDTO, CreateCoachingProgramme
from service.coaching_sessions.models import CadenceGap, CoachingCadence, CoachingSession
from service.coaching_sessions.use_cases.cascading import cascade
from service.coaching_sessions.use_cases.programmes import create_coaching_programme
from service.coaching_sessions.use_cases.surveying import Survey
from service.organizations.dto.absences import AbsenceDTO, AbsenceKind, CreateAbsence
from service.organizations.use_cases.absences import create_absence
from tests.factories.sales_org import SalesOrg

WEEKLY: dict[str, Any] = {
    "name": "Weekly",
    "rule": "FREQ=WEEKLY;BYDAY=TU",
    "starts_on": "2027-03-02",
    "starts_at": "10:00",
    "minutes": 30,
}
"""A programme of everybody, on Tuesdays."""


async def add_programme(org: SalesOrg, **fields: Any) -> CoachingProgrammeDTO:
    """A weekly programme, otherwise as `fields` say."""
    data = CreateCoachingProgramme.model_validate(WEEKLY | fields)
    async with org.database.tenant(org.id) as session:
        return await create_coaching_programme(session, org.system, data)


async def lay_down(org: SalesOrg, now: datetime) -> Survey:
    """The cascade as of an instant."""
    async with org.database.tenant(org.id) as session:
        return await cascade(session, org.system, now)


async def add_absence(org: SalesOrg, person_id: UUID, first: date, last: date, share: str = "1") -> AbsenceDTO:
    """Days on which somebody is away."""
    data = CreateAbsence.model_validate(
        {"person_id": person_id, "start_on": first, "end_on": last, "kind": AbsenceKind.VACATION, "share": share}
    )
    async with org.database.tenant(org.id) as session:
        return await create_absence(session, org.system, data)


async def sessions_of(org: SalesOrg, rep_id: UUID, status: str = "scheduled") -> list[CoachingSession]:
    """A rep's sessions of one status, by start."""
    row = CoachingSession
    query = select(row).where(col(row.org_id) == org.id, col(row.rep_id) == rep_id, col(row.status) == status)
    async with org.database.tenant(org.id) as session:
        return list((await session.exec(query.order_by(col(row.starts_at)))).all())


async def cadences_of(org: SalesOrg, rep_id: UUID) -> list[CoachingCadence]:
    """A rep's cadences, by first day."""
    row = CoachingCadence
    query = select(row).where(col(row.org_id) == org.id, col(row.rep_id) == rep_id)
    async with org.database.tenant(org.id) as session:
        return list((await session.exec(query.order_by(col(row.from_on), col(row.created_at)))).all())


async def gaps_of(org: SalesOrg) -> list[tuple[date, str, bool]]:
    """Every gap, by day."""
    query = select(CadenceGap).where(col(CadenceGap.org_id) == org.id).order_by(col(CadenceGap.occurs_on))
    async with org.database.tenant(org.id) as session:
        return [(gap.occurs_on, gap.reason, gap.owed) for gap in (await session.exec(query)).all()]


TABLES = ("coaching_cadence", "coaching_session", "session_move", "booked_slot", "cadence_gap", "outbox_event")


async def everything(org: SalesOrg) -> dict[str, list[Any]]:
    """All rows that a cascade may write, to see that a second one writes none."""
    found = {}
    async with org.database.tenant(org.id) as session:
        connection = await session.connection()
        for table in TABLES:
            query = sa.text(f"SELECT t::text FROM {table} AS t WHERE org_id = :org ORDER BY 1")
            found[table] = list((await connection.execute(query, {"org": org.id})).scalars())
    return found
