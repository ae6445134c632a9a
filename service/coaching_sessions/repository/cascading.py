"""Queries of the cascade: cadences with all that is there of them, read and written for many at once."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy
from sqlalchemy import and_, delete, func, or_
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_sessions.laying import GapReason, Planned
from service.coaching_sessions.lifecycle import Side
from service.coaching_sessions.models import (
    BookedSlot,
    CadenceGap,
    CoachingCadence,
    CoachingProgramme,
    CoachingSession,
    SessionFormat,
)
from service.coaching_sessions.reconciling import Bound, Running
from service.coaching_sessions.repository.attending import left_alone
from service.coaching_sessions.roster import CadenceEnd
from service.coaching_sessions.upkeep import Laid
from service.core.bulk import insert_rows, upsert_clause
from service.core.database import raw_connection

Cadence = CoachingCadence
Session = CoachingSession
Slot = BookedSlot
GAP_COLUMNS = ("org_id", "cadence_id", "occurs_on", "reason", "owed")


async def lock_cascade(session: AsyncSession, org_id: UUID) -> None:
    """Whoever changes an organization's cadences takes turns, until the transaction ends."""
    await session.exec(select(func.pg_advisory_xact_lock(func.hashtextextended(f"cascade:{org_id}", 0))))


async def plan_anew(session: AsyncSession) -> None:
    """Let this connection plan its statements again, now that tables have grown; call it before writing many rows.

    It also keeps the plans by which foreign keys are checked. One that was made while a table was all but empty may
    read all rows of the organization for each that is checked, and serves until the table's statistics change.
    """
    await (await raw_connection(session)).execute("DISCARD PLANS")


async def every_programme(session: AsyncSession, org_id: UUID) -> list[CoachingProgramme]:
    """All of an organization, ended ones too."""
    query = select(CoachingProgramme).where(col(CoachingProgramme.org_id) == org_id)
    return list((await session.exec(query.order_by(col(CoachingProgramme.created_at)))).all())


async def every_format(session: AsyncSession, org_id: UUID) -> list[tuple[UUID, str]]:
    """Each version's id and key, the newest last."""
    query = select(SessionFormat.id, SessionFormat.key).where(col(SessionFormat.org_id) == org_id)
    return list((await session.exec(query.order_by(col(SessionFormat.version)))).all())


async def list_running(session: AsyncSession, org_id: UUID, today: date) -> list[tuple[UUID, Running, datetime]]:
    """Every cadence whose end is not over, with its programme and when it was changed last; the oldest first."""
    columns: tuple[Any, ...] = (
        *(Cadence.programme_id, Cadence.updated_at, Cadence.end_reason, Cadence.id, Cadence.series_id),
        *(Cadence.manager_id, Cadence.rep_id, Cadence.starts_on, Cadence.from_on, Cadence.ends_on),
    )
    query = (
        sqlalchemy.select(*map(col, columns))
        .where(col(Cadence.org_id) == org_id)
        .where(or_(col(Cadence.end_reason).is_(None), col(Cadence.ends_on) >= today))
        .order_by(col(Cadence.created_at), col(Cadence.id))
    )
    rows: Iterable[Any] = await (await session.connection()).execute(query)
    return [
        (programme_id, Running(*(*rest, None if end is None else CadenceEnd(end))), updated_at)
        for programme_id, updated_at, end, *rest in rows
    ]


async def list_strays(session: AsyncSession, org_id: UUID) -> list[tuple[UUID, UUID, UUID]]:
    """Cadences, each with its manager and rep, that have scheduled sessions outside of their days."""
    query = (
        select(Cadence.id, Cadence.manager_id, Cadence.rep_id)
        .join(Session, and_(col(Session.org_id) == org_id, col(Session.cadence_id) == col(Cadence.id)))
        .where(col(Cadence.org_id) == org_id, col(Session.status) == "scheduled")
        .where(
            or_(
                col(Session.occurs_on) > func.coalesce(col(Cadence.ends_on), col(Session.occurs_on)),
                col(Session.occurs_on) < col(Cadence.from_on),
            )
        )
    )
    return list((await session.exec(query.distinct())).all())


async def cadences_of_reps(session: AsyncSession, org_id: UUID, rep_ids: Collection[UUID]) -> list[Cadence]:
    """Every cadence of some reps, the oldest first."""
    query = select(Cadence).where(col(Cadence.org_id) == org_id, col(Cadence.rep_id).in_(rep_ids))
    return list((await session.exec(query.order_by(col(Cadence.created_at), col(Cadence.id)))).all())


async def list_laid(session: AsyncSession, org_id: UUID, cadence_ids: Collection[UUID], since: date) -> list[Laid]:
    """The sessions of some cadences from a day on, and those that are still scheduled."""
    by_hand = left_alone(org_id)
    is_scheduled = col(Session.status) == "scheduled"
    undone = and_(
        col(Session.status) == "cancelled",
        col(Session.cancelled_side) == Side.SYSTEM.value,
        col(Session.owed).is_(False),
        col(Session.replaced_by).is_(None),
    )
    coach = func.coalesce(col(Session.substitute_id), col(Session.manager_id))
    columns: tuple[Any, ...] = (
        Session.id,
        Session.cadence_id,
        Session.occurs_on,
        Session.time_zone,
        Session.starts_at,
        Session.ends_at,
    )
    query = (
        sqlalchemy.select(*map(col, columns), is_scheduled, by_hand, and_(undone, ~by_hand), coach)
        .where(col(Session.org_id) == org_id, col(Session.cadence_id).in_(cadence_ids))
        .where(or_(col(Session.occurs_on) >= since, is_scheduled))
        .order_by(col(Session.occurs_on), col(Session.id))
    )
    rows: Iterable[Any] = await (await session.connection()).execute(query)
    return [Laid(*row) for row in rows]


async def list_gaps(
    session: AsyncSession, org_id: UUID, cadence_ids: Collection[UUID], since: date
) -> dict[UUID, dict[date, tuple[GapReason, bool]]]:
    """The gaps of some cadences from a day on."""
    query = select(CadenceGap).where(
        col(CadenceGap.org_id) == org_id,
        col(CadenceGap.cadence_id).in_(cadence_ids),
        col(CadenceGap.occurs_on) >= since,
    )
    found: dict[UUID, dict[date, tuple[GapReason, bool]]] = {}
    for row in (await session.exec(query)).all():
        found.setdefault(row.cadence_id, {})[row.occurs_on] = (GapReason(row.reason), row.owed)
    return found


async def taken_slots(
    session: AsyncSession, org_id: UUID, person_ids: Collection[UUID], span: tuple[datetime, datetime]
) -> dict[UUID, set[int]]:
    """Which five minutes, counted from 1970, some people have booked within a span."""
    number = sqlalchemy.cast(func.extract("epoch", col(Slot.slot_at)) / 300, sqlalchemy.BigInteger)
    query = (
        select(Slot.person_id, func.array_agg(number))
        .where(col(Slot.org_id) == org_id, col(Slot.person_id).in_(person_ids))
        .where(col(Slot.slot_at) >= span[0], col(Slot.slot_at) < span[1])
        .group_by(col(Slot.person_id))
    )
    return {person_id: set(numbers) for person_id, numbers in (await session.exec(query)).all()}


async def begun_since(
    session: AsyncSession, org_id: UUID, rep_ids: Collection[UUID], since: datetime
) -> set[tuple[UUID, UUID]]:
    """Programme and rep of cadences that somebody began after an instant."""
    query = select(Cadence.programme_id, Cadence.rep_id).where(
        col(Cadence.org_id) == org_id, col(Cadence.rep_id).in_(rep_ids), col(Cadence.created_at) > since
    )
    return set((await session.exec(query)).all())


async def bound_cadences(
    session: AsyncSession, org_id: UUID, bounds: Sequence[tuple[Bound, datetime]], now: datetime
) -> None:
    """Set the days of cadences that nobody changed since they were read.

    Those that end first: of a programme and rep one at most may be without an end.
    """
    connection = await raw_connection(session)
    for is_open in (False, True):
        rows = [(one, seen) for one, seen in bounds if (one.end is None) == is_open]
        await connection.execute(
            """
            UPDATE coaching_cadence AS c SET from_on = n.from_on, ends_on = n.ends_on, end_reason = n.reason,
                updated_at = $2
            FROM unnest($3::uuid[], $4::date[], $5::date[], $6::text[], $7::timestamptz[])
                AS n (id, from_on, ends_on, reason, seen)
            WHERE c.org_id = $1 AND c.id = n.id AND c.updated_at = n.seen
            """,
            org_id,
            now,
            [one.id for one, _ in rows],
            [one.from_on for one, _ in rows],
            [one.ends_on for one, _ in rows],
            [None if one.end is None else one.end.value for one, _ in rows],
            [seen for _, seen in rows],
        )


async def use_format(session: AsyncSession, org_id: UUID, newest: Mapping[UUID, UUID], now: datetime) -> None:
    """Let running cadences go on with the newest version of their format, by the version that they have."""
    if newest:
        statement = """
            UPDATE coaching_cadence AS c SET format_id = n.newest, updated_at = $2
            FROM unnest($3::uuid[], $4::uuid[]) AS n (id, newest)
            WHERE c.org_id = $1 AND c.format_id = n.id AND c.end_reason IS NULL
            """
        connection = await raw_connection(session)
        await connection.execute(statement, org_id, now, list(newest.keys()), list(newest.values()))


async def add_cadences(session: AsyncSession, rows: Sequence[Cadence]) -> set[UUID]:
    """Store new cadences; returns the ids of those that nobody else has begun meanwhile."""
    if not rows:
        return set()
    query = insert(Cadence).values([row.model_dump() for row in rows]).on_conflict_do_nothing()
    found = await (await session.connection()).execute(query.returning(col(Cadence.id)))
    return set(found.scalars())


async def lock_sessions(session: AsyncSession, org_id: UUID, ids: Collection[UUID]) -> dict[UUID, Session]:
    """Some sessions, locked in order."""
    if not ids:
        return {}
    query = select(Session).where(col(Session.org_id) == org_id, col(Session.id).in_(ids)).order_by(col(Session.id))
    found = await session.exec(query.with_for_update(), execution_options={"populate_existing": True})
    return {row.id: row for row in found.all()}


async def write_gaps(session: AsyncSession, org_id: UUID, gaps: Sequence[tuple[UUID, Planned]]) -> None:
    """Write gaps by cadence and day, anew or otherwise than they were."""
    rows: list[tuple[Any, ...]] = [
        (org_id, cadence_id, one.occurs_on, one.reason and one.reason.value, one.owed) for cadence_id, one in gaps
    ]
    clause = upsert_clause(("org_id", "cadence_id", "occurs_on"), GAP_COLUMNS)
    await insert_rows(await raw_connection(session), "cadence_gap", GAP_COLUMNS, rows, clause)


async def forget_gaps(session: AsyncSession, org_id: UUID, days: Collection[tuple[UUID, date]]) -> None:
    """Remove gaps by cadence and day."""
    if days:
        key = sqlalchemy.tuple_(col(CadenceGap.cadence_id), col(CadenceGap.occurs_on))
        await (await session.connection()).execute(
            delete(CadenceGap).where(col(CadenceGap.org_id) == org_id, key.in_(list(days)))
        )
