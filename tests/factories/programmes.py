"""Short verbs for programmes in tests: lay sessions down as of an instant, and read what came of it."""

import asyncio
import time
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select

from service.coaching_sessions.dto.programmes import CoachingProgrammeDTO, CreateCoachingProgramme
from service.coaching_sessions.lifecycle import Participants
from service.coaching_sessions.models import CadenceGap, CoachingCadence, CoachingSession
from service.coaching_sessions.repository.sessions import add_rows
from service.coaching_sessions.tasks import keep_up_sessions
from service.coaching_sessions.use_cases.booking import book
from service.coaching_sessions.use_cases.cascading import cascade
from service.coaching_sessions.use_cases.formats import resolve_format
from service.coaching_sessions.use_cases.new_sessions import Planned, new_session
from service.coaching_sessions.use_cases.programmes import create_coaching_programme
from service.coaching_sessions.use_cases.surveying import Survey
from service.core.clock import utc_now
from service.core.ids import new_id
from service.core.tables import metadata
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


async def add_many(
    org: SalesOrg, managers: int, reps: int, since: date = date(2026, 1, 1)
) -> tuple[list[UUID], list[UUID]]:
    """Managers and as many reps of each, there since a day, in a few statements; the ids of both."""
    tables = metadata.tables
    leads, team = [new_id() for _ in range(managers)], [new_id() for _ in range(reps)]
    now = utc_now()
    people = [
        {
            "org_id": org.id,
            "id": id_,
            "name": f"{role} {number}",
            "email": f"{role}{number}@example.com",
            "role": role,
            "hired_on": since,
            "known_from": now,
            "created_at": now,
            "updated_at": now,
        }
        for role, ids in (("manager", leads), ("rep", team))
        for number, id_ in enumerate(ids)
    ]
    lines = [
        {
            "org_id": org.id,
            "id": new_id(),
            "person_id": id_,
            "manager_id": leads[number % managers],
            "start_on": since,
        }
        for number, id_ in enumerate(team)
    ]
    async with org.database.tenant(org.id) as session:
        connection = await session.connection()
        await connection.execute(sa.insert(tables["person"]), people)
        await connection.execute(sa.insert(tables["manager_period"]), lines)
    return leads, team


async def book_by_hand(
    org: SalesOrg, manager_id: UUID, rep_id: UUID, at: datetime, reminders: tuple[int, ...] = ()
) -> bool:
    """A session that no programme arranges; whether both had the time."""
    async with org.database.tenant(org.id) as session:
        format_id = (await resolve_format(session, org.system, "grow")).id
        planned = Planned(Participants(manager_id, rep_id), at, 30, format_id, "UTC", reminders)
        row = new_session(org.id, planned, at - timedelta(days=1))
        await add_rows(session, [row])
        return not await book(session, org.id, [row])


@dataclass(slots=True)
class Waits:
    """How long others took while a cascade ran, in seconds, and how long it took itself."""

    cascade: float = 0.0
    bookings: list[float] = field(default_factory=list)
    absences: list[float] = field(default_factory=list)


async def cascade_under_load(org: SalesOrg, leads: list[UUID], reps: list[UUID]) -> Waits:
    """The worker's cascade, while somebody books times of the same managers and writes absences of the same reps."""
    found, first = Waits(), time.perf_counter()
    running = asyncio.create_task(keep_up_sessions(org.database, org.id))
    soon = utc_now().date() + timedelta(days=14)
    thursday = datetime.combine(soon + timedelta(days=(3 - soon.weekday()) % 7), datetime.min.time(), org.zone)
    turn = 0
    while not running.done():
        # The managers in turn, at the times that the cascade is giving to their reps.
        lead, rep = leads[turn % len(leads)], reps[turn % len(reps)]
        begun = time.perf_counter()
        await book_by_hand(org, lead, rep, (thursday + timedelta(hours=10, minutes=5 * (turn % 60))).astimezone(UTC))
        found.bookings.append(time.perf_counter() - begun)
        begun = time.perf_counter()
        day = date(2016, 1, 1) + timedelta(days=turn)  # long past: an absence to come would move what is laid down
        await add_absence(org, rep, day, day)
        found.absences.append(time.perf_counter() - begun)
        turn += 1
    await running
    found.cascade = time.perf_counter() - first
    return found


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
