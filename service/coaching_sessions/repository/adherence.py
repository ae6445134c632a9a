"""Every query of the account of sessions: what was due, what came of it, and what was said about it.

Each is one statement, however many sessions meet the conditions.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlmodel
from sqlalchemy import ColumnElement, Select, and_, case, exists, false, func, null, or_, select, true
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_sessions.concerns import Concern
from service.coaching_sessions.ledger import LedgerPromise, Record, RecordedMove
from service.coaching_sessions.lifecycle import Side
from service.coaching_sessions.models import (
    CadenceGap,
    CoachingCadence,
    CoachingCommitment,
    CoachingSession,
    CoachingTopic,
    SessionAttestation,
    SessionFormat,
    SessionMove,
)
from service.coaching_sessions.repository.attending import coached_by, received_by

Row = CoachingSession
Conditions = list[ColumnElement[bool]]
People = Collection[UUID] | None
"""None: everybody."""


@dataclass(frozen=True, slots=True)
class KeptSession:
    """A session with what its format is held against; answers only of one that is completed."""

    record: Record
    format_id: UUID
    answers: dict[str, dict[str, str]] | None
    has_notes: bool


@dataclass(frozen=True, slots=True)
class Window:
    """Which sessions: due in a span, its end excluded, between some people, and known at an instant."""

    org_id: UUID
    due: tuple[datetime, datetime]
    known_at: datetime
    manager_ids: People = None
    rep_ids: People = None

    def sessions(self) -> Conditions:
        """Those due in it."""
        return [col(Row.due_at) >= self.due[0], col(Row.due_at) < self.due[1], *self._known()]

    def ahead(self) -> Conditions:
        """Those that may be to come after the instant, whenever they were due."""
        return [or_(col(Row.starts_at) >= self.known_at, col(Row.due_at) >= self.known_at), *self._known()]

    def between(self, row: Any) -> Conditions:
        """Rows with a manager and a rep who are among the people: of series, which are of two."""
        found = [row.org_id == self.org_id]
        if self.manager_ids is not None:
            found.append(row.manager_id.in_(self.manager_ids))
        if self.rep_ids is not None:
            found.append(row.rep_id.in_(self.rep_ids))
        return found

    def of_sessions(self) -> Conditions:
        """Sessions in which one of the managers coaches and one of the reps is coached."""
        found: Conditions = [col(Row.org_id) == self.org_id]
        if self.manager_ids is not None:
            found.append(coached_by(self.manager_ids))
        if self.rep_ids is not None:
            found.append(received_by(self.rep_ids))
        return found

    def _known(self) -> Conditions:
        return [*self.of_sessions(), col(Row.created_at) <= self.known_at]


async def list_kept(session: AsyncSession, conditions: Conditions, *, written: bool) -> list[KeptSession]:
    """Sessions, by when they were due; `written`: with what was written in them."""
    names = [name for name in Record.__slots__ if name != "cancelled_side"]
    answers: Any = case((col(Row.status) == "completed", col(Row.answers))) if written else null()
    has_notes: Any = func.coalesce(func.length(col(Row.shared_notes)), 0) > 0 if written else false()
    query = select(
        col(Row.cancelled_side), col(Row.format_id), answers, has_notes, *(col(getattr(Row, name)) for name in names)
    )
    found = []
    for side, format_id, given, noted, *values in await _rows(session, query.where(*conditions), Row.due_at, Row.id):
        fields: dict[str, Any] = dict(zip(names, values, strict=True))
        record = Record(**fields, cancelled_side=None if side is None else Side(side))
        found.append(KeptSession(record, format_id, given, noted))
    return found


async def list_moves(session: AsyncSession, org_id: UUID, conditions: Conditions) -> list[tuple[UUID, RecordedMove]]:
    """Every move of the sessions, in order."""
    move = SessionMove
    query = select(
        *(col(move.session_id), col(move.moved_at), col(move.side), col(move.from_starts_at)),
        *(col(move.from_ends_at), col(move.to_starts_at)),
    )
    query = query.join(Row, _of(move, move.session_id)).where(col(move.org_id) == org_id, *conditions)
    rows = await _rows(session, query, move.session_id, move.sequence)
    return [(id_, RecordedMove(moved_at, Side(side), *times)) for id_, moved_at, side, *times in rows]


async def list_attestations(
    session: AsyncSession, org_id: UUID, conditions: Conditions, known_at: datetime
) -> list[Any]:
    """What was said of the sessions by an instant: session, person, held, minutes, on topic."""
    said = SessionAttestation
    query = select(
        *(col(said.session_id), col(said.person_id), col(said.held), col(said.minutes), col(said.on_topic))
    ).join(Row, _of(said, said.session_id))
    return await _rows(session, query.where(col(said.org_id) == org_id, col(said.attested_at) <= known_at, *conditions))


async def list_concerns(
    session: AsyncSession, org_id: UUID, conditions: Conditions, known_at: datetime
) -> tuple[list[tuple[UUID, Concern]], list[tuple[UUID, Concern]]]:
    """What topics discussed, and what commitments made in the sessions by an instant, are about."""
    topic, made = CoachingTopic, CoachingCommitment
    discussed = (
        select(col(topic.discussed_in), col(topic.concerns))
        .join(Row, _of(topic, topic.discussed_in))
        .where(col(topic.org_id) == org_id, col(topic.ended_at) <= known_at, *conditions)
    )
    agreed = (
        select(col(made.session_id), col(made.concerns))
        .join(Row, _of(made, made.session_id))
        .where(col(made.org_id) == org_id, col(made.created_at) <= known_at, *conditions)
    )
    found = [await _rows(session, query) for query in (discussed, agreed)]
    topics, commitments = ([(id_, Concern(concerns)) for id_, concerns in rows] for rows in found)
    return topics, commitments


async def list_documents(session: AsyncSession, org_id: UUID, ids: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
    """What some versions of formats hold."""
    kept = SessionFormat
    query = select(col(kept.id), col(kept.document)).where(col(kept.org_id) == org_id, col(kept.id).in_(ids))
    return dict(await _rows(session, query))


async def list_promises(session: AsyncSession, window: Window, days: tuple[date, date]) -> list[LedgerPromise]:
    """Commitments made in sessions, due on some days, the last included, and settled by then as done or missed."""
    made = CoachingCommitment
    query = (
        select(col(Row.manager_id), col(made.due_on), col(made.status) == "done")
        .join(Row, _of(made, made.session_id))
        .where(
            col(made.org_id) == window.org_id,
            *window.of_sessions(),
            col(made.due_on).between(*days),
            col(made.status).in_(("done", "missed")),
            col(made.settled_at) <= window.known_at,
        )
    )
    return [LedgerPromise(*row) for row in await _rows(session, query)]


async def list_gaps(
    session: AsyncSession, window: Window, days: tuple[date, date]
) -> list[tuple[CadenceGap, CoachingCadence]]:
    """Occurrences on some days, the last included, of which there was no session, with their series.

    Where the series gave a session up and has a gap in its place, there was a session until then.
    """
    gap, series = CadenceGap, CoachingCadence
    was_there = exists().where(
        col(Row.org_id) == window.org_id,
        col(Row.cadence_id) == col(gap.cadence_id),
        col(Row.occurs_on) == col(gap.occurs_on),
        or_(col(Row.owed), col(Row.cancelled_at) > window.known_at),
    )
    query = (
        sqlmodel.select(gap, series)
        .join(series, and_(col(series.org_id) == col(gap.org_id), col(series.id) == col(gap.cadence_id)))
        .where(
            col(gap.org_id) == window.org_id,
            *window.between(series),
            col(gap.occurs_on).between(*days),
            col(series.created_at) <= window.known_at,
            or_(col(series.ends_on).is_(None), col(series.ends_on) >= col(gap.occurs_on)),
            ~was_there,
        )
    )
    return list((await session.exec(query.order_by(col(gap.occurs_on), col(gap.cadence_id)))).all())


async def list_contacts(
    session: AsyncSession, org_id: UUID, rep_ids: Collection[UUID], now: datetime
) -> dict[UUID, tuple[datetime | None, datetime | None]]:
    """When the last session held of each of some reps began, and when the next one is planned."""
    last = func.max(case((col(Row.status) == "completed", col(Row.started_at))))
    following = func.min(case((and_(col(Row.status) == "scheduled", col(Row.starts_at) >= now), col(Row.starts_at))))
    each = (
        func.unnest(func.array_append(col(Row.rep_ids), col(Row.rep_id))).table_valued("id").render_derived(name="each")
    )
    query = (
        select(each.c.id, last, following)
        .select_from(Row)
        .join(each, true())
        .where(col(Row.org_id) == org_id, received_by(rep_ids), each.c.id.in_(rep_ids))
        .group_by(each.c.id)
    )
    return {rep_id: (held, planned) for rep_id, held, planned in await _rows(session, query)}


def _of(row: Any, session_id: Any) -> ColumnElement[bool]:
    return and_(col(Row.org_id) == col(row.org_id), col(Row.id) == col(session_id))


async def _rows(session: AsyncSession, query: Select[*tuple[Any, ...]], *order: Any) -> list[Any]:
    """Columns and no rows of the session: there may be many, of which each is read once."""
    return list((await (await session.connection()).execute(query.order_by(*order))).all())
