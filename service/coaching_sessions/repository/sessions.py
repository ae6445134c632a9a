"""Every query of coaching sessions, their moves and attestations."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy
from sqlalchemy import ColumnElement, Select, and_, func, or_, union_all
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_sessions.dto.sessions import SESSION_SORTING, CoachingSessionFilter
from service.coaching_sessions.models import CoachingSession, NoteGrant, SessionAttestation, SessionMove
from service.coaching_sessions.repository.attending import among, attended_by, coached_by, left_alone, received_by
from service.core.keyset import fetch_page
from service.core.pagination import Page, PageRequest

Row = CoachingSession
People = Collection[UUID] | None
"""Whose sessions a caller sees, on either side of them; None: everybody's."""


def seen_by(people: People) -> list[ColumnElement[bool]]:
    """The condition that one of some people takes part; none for everybody."""
    return [] if people is None else [attended_by(people)]


def _readable(org_id: UUID, people: People, reader: UUID | None) -> list[ColumnElement[bool]]:
    """The condition that somebody sees a session, or was granted the notes of it."""
    if people is None or reader is None:
        return seen_by(people)
    granted = select(NoteGrant.session_id).where(col(NoteGrant.org_id) == org_id, col(NoteGrant.person_id) == reader)
    return [or_(*seen_by(people), col(Row.id).in_(granted))]


async def list_sessions(
    session: AsyncSession,
    org_id: UUID,
    people: People,
    filters: CoachingSessionFilter,
    page: PageRequest,
    *,
    reader: UUID | None = None,
) -> Page[Row]:
    """One page of those that somebody sees, or whose notes a `reader` was granted."""
    query = select(Row).where(col(Row.org_id) == org_id, *_readable(org_id, people, reader))
    if filters.manager_id is not None:
        query = query.where(coached_by([filters.manager_id]))
    if filters.rep_id is not None:
        query = query.where(received_by([filters.rep_id]))
    for name in ("programme_id", "cadence_id"):
        wanted = getattr(filters, name)
        if wanted is not None:
            query = query.where(col(getattr(Row, name)) == wanted)
    if filters.status is not None:
        query = query.where(col(Row.status) == filters.status.value)
    if filters.starts_from is not None:
        query = query.where(col(Row.starts_at) >= filters.starts_from)
    if filters.starts_before is not None:
        query = query.where(col(Row.starts_at) < filters.starts_before)
    return await fetch_page(session, query, Row, SESSION_SORTING, page)


async def get_session(
    session: AsyncSession,
    org_id: UUID,
    people: People,
    session_id: UUID,
    *,
    reader: UUID | None = None,
    lock: bool = False,
) -> Row | None:
    """One that somebody sees, or whose notes a `reader` was granted, locked for an update on request."""
    readable = _readable(org_id, people, reader)
    query = select(Row).where(col(Row.org_id) == org_id, col(Row.id) == session_id, *readable)
    return (await session.exec(query.with_for_update() if lock else query)).first()


async def get_sessions(
    session: AsyncSession, org_id: UUID, people: People, ids: Collection[UUID], *, reader: UUID | None = None
) -> list[Row]:
    """Those of some ids that somebody sees, or whose notes a `reader` was granted."""
    query = select(Row).where(col(Row.org_id) == org_id, col(Row.id).in_(ids), *_readable(org_id, people, reader))
    return list((await session.exec(query)).all())


async def list_of_people(
    session: AsyncSession, org_id: UUID, person_ids: Collection[UUID], span: tuple[datetime, datetime]
) -> list[Row]:
    """Sessions of some people, on either side, that start within a span, its end excluded; by start."""
    query = select(Row).where(
        col(Row.org_id) == org_id,
        *seen_by(person_ids),
        col(Row.starts_at) >= span[0],
        col(Row.starts_at) < span[1],
    )
    return list((await session.exec(query.order_by(col(Row.starts_at), col(Row.id)))).all())


async def last_held(session: AsyncSession, org_id: UUID, rep_id: UUID, before: datetime) -> Row | None:
    """The last session of a rep that was held and started before an instant."""
    query = select(Row).where(
        col(Row.org_id) == org_id,
        received_by([rep_id]),
        col(Row.status) == "completed",
        col(Row.starts_at) < before,
    )
    return (await session.exec(query.order_by(col(Row.starts_at).desc()).limit(1))).first()


async def next_scheduled(
    session: AsyncSession, org_id: UUID, person_ids: Collection[UUID], after: datetime
) -> dict[UUID, Row]:
    """The next session of each of some reps, from an instant on; of a group it is the same for several."""
    ahead = (col(Row.org_id) == org_id, col(Row.status) == "scheduled", col(Row.starts_at) >= after)
    own: Select[*tuple[Any, ...]] = sqlalchemy.select(
        col(Row.rep_id).label("person_id"), col(Row.id), col(Row.starts_at)
    )
    beside: Select[*tuple[Any, ...]] = sqlalchemy.select(func.unnest(col(Row.rep_ids)), col(Row.id), col(Row.starts_at))
    each = union_all(
        own.where(*ahead, col(Row.rep_id).in_(person_ids)), beside.where(*ahead, among(Row.rep_ids, person_ids))
    ).subquery()
    first = (
        sqlalchemy.select(each.c.person_id, each.c.id)
        .ext(distinct_on(each.c.person_id))
        .where(each.c.person_id.in_(person_ids))
        .order_by(each.c.person_id, each.c.starts_at)
        .subquery()
    )
    query = select(Row, first.c.person_id).join(first, and_(col(Row.org_id) == org_id, col(Row.id) == first.c.id))
    return {person_id: row for row, person_id in (await session.exec(query)).all()}


async def reps_coached_by(session: AsyncSession, org_id: UUID, person_id: UUID, now: datetime) -> set[UUID]:
    """Whom somebody coaches in sessions that are ahead or in progress; as a substitute, while that lasts."""
    lasts = and_(col(Row.substituted_from) <= now, col(Row.substituted_until) > now)
    query = select(Row.rep_id, Row.rep_ids).where(
        col(Row.org_id) == org_id,
        col(Row.status).in_(("scheduled", "in_progress")),
        coached_by([person_id]),
        or_(col(Row.substitute_id).is_(None), col(Row.substitute_id) != person_id, lasts),
    )
    return {id_ for rep_id, beside in (await session.exec(query)).all() for id_ in (rep_id, *beside)}


async def which_left_alone(session: AsyncSession, org_id: UUID, ids: Collection[UUID]) -> set[UUID]:
    """Those of some sessions that somebody moved or brought others into."""
    if not ids:
        return set()
    query = select(Row.id).where(col(Row.org_id) == org_id, col(Row.id).in_(ids), left_alone(org_id))
    return set((await session.exec(query)).all())


async def list_moves(session: AsyncSession, org_id: UUID, session_ids: Collection[UUID]) -> list[SessionMove]:
    """The moves of some sessions, in order."""
    query = select(SessionMove).where(col(SessionMove.org_id) == org_id, col(SessionMove.session_id).in_(session_ids))
    return list((await session.exec(query.order_by(col(SessionMove.session_id), col(SessionMove.sequence)))).all())


async def get_move(session: AsyncSession, org_id: UUID, move_id: UUID) -> SessionMove | None:
    """One move."""
    query = select(SessionMove).where(col(SessionMove.org_id) == org_id, col(SessionMove.id) == move_id)
    return (await session.exec(query)).first()


async def list_attestations(
    session: AsyncSession, org_id: UUID, session_ids: Collection[UUID]
) -> list[SessionAttestation]:
    """What was attested about some sessions."""
    row = SessionAttestation
    query = select(row).where(col(row.org_id) == org_id, col(row.session_id).in_(session_ids))
    return list((await session.exec(query.order_by(col(row.session_id), col(row.person_id)))).all())


async def add_rows(session: AsyncSession, rows: Sequence[CoachingSession | SessionMove | NoteGrant]) -> None:
    """Store new rows."""
    session.add_all(rows)
    await session.flush()


async def claim_overdue(session: AsyncSession, org_id: UUID, ended_before: datetime, limit: int) -> list[Row]:
    """Scheduled sessions whose time was over by an instant, the longest first; those another holds are left to it."""
    query = (
        select(Row)
        .where(col(Row.org_id) == org_id, col(Row.status) == "scheduled", col(Row.ends_at) <= ended_before)
        .order_by(col(Row.ends_at))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return list((await session.exec(query)).all())


async def claim_reminders(session: AsyncSession, org_id: UUID, now: datetime, limit: int) -> list[Row]:
    """Sessions whose next reminder is due, the earliest first; those another holds are left to it."""
    query = (
        select(Row)
        .where(col(Row.org_id) == org_id, col(Row.next_reminder_at) <= now)
        .order_by(col(Row.next_reminder_at))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return list((await session.exec(query)).all())


async def list_changed(
    session: AsyncSession, org_id: UUID, people: People, party: tuple[UUID | None, UUID | None], since: datetime
) -> list[Row]:
    """Sessions of a person (either side), or a coach, that changed from an instant on, as far as somebody sees them."""
    person_id, manager_id = party
    query = select(Row).where(col(Row.org_id) == org_id, *seen_by(people), col(Row.updated_at) >= since)
    if person_id is not None:
        query = query.where(*seen_by([person_id]))
    if manager_id is not None:
        query = query.where(coached_by([manager_id]))
    return list((await session.exec(query.order_by(col(Row.updated_at), col(Row.id)))).all())
