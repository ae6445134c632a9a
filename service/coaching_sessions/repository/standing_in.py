"""Every query of substitutions and hand-overs, and of what passes on with them."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Uuid, literal, or_, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_sessions.dto.standing_in import (
    HAND_OVER_SORTING,
    SUBSTITUTION_SORTING,
    HandOverFilter,
    SubstitutionFilter,
)
from service.coaching_sessions.models import CoachingHandOver, CoachingSession, CoachingSubstitution
from service.core.keyset import fetch_page
from service.core.pagination import Page, PageRequest

Row = CoachingSubstitution
Session = CoachingSession
People = Collection[UUID] | None


def _seen(people: People, coaches: Collection[UUID]) -> list[ColumnElement[bool]]:
    """That somebody sees one who takes part, or is coached by the manager whom it is about."""
    if people is None:
        return []
    either = (col(Row.manager_id), col(Row.substitute_id), col(Row.rep_id))
    own = col(Row.manager_id).in_(coaches) & col(Row.rep_id).is_(None)
    return [or_(*(one.in_(people) for one in either), own)]


async def list_substitutions(
    session: AsyncSession,
    org_id: UUID,
    people: People,
    coaches: Collection[UUID],
    filters: SubstitutionFilter,
    page: PageRequest,
) -> Page[Row]:
    """One page of those that somebody sees."""
    query = select(Row).where(col(Row.org_id) == org_id, *_seen(people, coaches))
    if filters.manager_id is not None:
        query = query.where(col(Row.manager_id) == filters.manager_id)
    if filters.substitute_id is not None:
        query = query.where(col(Row.substitute_id) == filters.substitute_id)
    return await fetch_page(session, query, Row, SUBSTITUTION_SORTING, page)


async def get_substitution(
    session: AsyncSession, org_id: UUID, people: People, coaches: Collection[UUID], id_: UUID, *, lock: bool = False
) -> Row | None:
    """One that somebody sees, locked for an update on request."""
    query = select(Row).where(col(Row.org_id) == org_id, col(Row.id) == id_, *_seen(people, coaches))
    return (await session.exec(query.with_for_update() if lock else query)).first()


async def list_substitutions_within(
    session: AsyncSession, org_id: UUID, span: tuple[datetime, datetime], manager_id: UUID | None = None
) -> list[Row]:
    """Those of a manager (None: of anybody) that meet a span, the earliest first."""
    query = select(Row).where(
        col(Row.org_id) == org_id, col(Row.begins_at) < span[1], col(Row.ends_at) > span[0],
        col(Row.ends_at) > col(Row.begins_at),
    )  # fmt: skip
    if manager_id is not None:
        query = query.where(col(Row.manager_id) == manager_id)
    return list((await session.exec(query.order_by(col(Row.begins_at), col(Row.id)))).all())


async def lock_sessions_of(
    session: AsyncSession, org_id: UUID, manager_id: UUID, span: tuple[datetime, datetime | None], rep_id: UUID | None
) -> list[Session]:
    """The scheduled sessions that a manager owes to a rep (None: to anybody) and that start in a span, locked."""
    query = select(Session).where(
        col(Session.org_id) == org_id,
        col(Session.manager_id) == manager_id,
        col(Session.status) == "scheduled",
        col(Session.starts_at) >= span[0],
    )
    if span[1] is not None:
        query = query.where(col(Session.starts_at) < span[1])
    if rep_id is not None:
        query = query.where(col(Session.rep_id) == rep_id)
    found = await session.exec(
        query.order_by(col(Session.id)).with_for_update(), execution_options={"populate_existing": True}
    )
    return list(found.all())


async def end_rights(session: AsyncSession, row: Row) -> None:
    """In sessions that started before a substitution's new end the substitute has a coach's rights until then only."""
    statement = update(Session).where(
        col(Session.org_id) == row.org_id,
        col(Session.manager_id) == row.manager_id,
        col(Session.substitute_id) == row.substitute_id,
        col(Session.substituted_from) == row.begins_at,
        col(Session.substituted_until) > row.ends_at,
        col(Session.starts_at) < row.ends_at,
    )
    if row.rep_id is not None:
        statement = statement.where(col(Session.rep_id) == row.rep_id)
    await (await session.connection()).execute(statement.values(substituted_until=row.ends_at))


def _of_hand_over(people: People) -> list[ColumnElement[bool]]:
    if people is None:
        return []
    row = CoachingHandOver
    reps: ColumnElement[bool] = col(row.rep_ids).op("&&", is_comparison=True)(literal(list(people), ARRAY(Uuid)))
    return [or_(col(row.from_manager_id).in_(people), col(row.to_manager_id).in_(people), reps)]


async def list_hand_overs(
    session: AsyncSession, org_id: UUID, people: People, filters: HandOverFilter, page: PageRequest
) -> Page[CoachingHandOver]:
    """One page of those that somebody sees: of one of the managers, or of a rep."""
    row = CoachingHandOver
    query = select(row).where(col(row.org_id) == org_id, *_of_hand_over(people))
    if filters.from_manager_id is not None:
        query = query.where(col(row.from_manager_id) == filters.from_manager_id)
    if filters.to_manager_id is not None:
        query = query.where(col(row.to_manager_id) == filters.to_manager_id)
    return await fetch_page(session, query, row, HAND_OVER_SORTING, page)


async def get_hand_over(session: AsyncSession, org_id: UUID, people: People, id_: UUID) -> CoachingHandOver | None:
    """One that somebody sees."""
    row = CoachingHandOver
    query = select(row).where(col(row.org_id) == org_id, col(row.id) == id_, *_of_hand_over(people))
    return (await session.exec(query)).first()


async def every_hand_over(session: AsyncSession, org_id: UUID) -> list[CoachingHandOver]:
    """All of an organization, in the order in which they hold."""
    row = CoachingHandOver
    query = select(row).where(col(row.org_id) == org_id)
    return list((await session.exec(query.order_by(col(row.hands_over_on), col(row.created_at)))).all())


async def hand_overs_of(
    session: AsyncSession, org_id: UUID, rep_ids: Collection[UUID], to_manager_id: UUID | None = None
) -> list[CoachingHandOver]:
    """Those of some reps, or to a manager, in the order in which they hold."""
    row = CoachingHandOver
    reps: ColumnElement[bool] = col(row.rep_ids).op("&&", is_comparison=True)(literal(list(rep_ids), ARRAY(Uuid)))
    query = select(row).where(col(row.org_id) == org_id, or_(reps, col(row.to_manager_id) == to_manager_id))
    return list((await session.exec(query.order_by(col(row.hands_over_on), col(row.created_at)))).all())


async def lock_due_hand_overs(session: AsyncSession, org_id: UUID, today: date) -> list[CoachingHandOver]:
    """Those whose day has come and of which topics and commitments have not passed on yet, in order."""
    row = CoachingHandOver
    query = select(row).where(
        col(row.org_id) == org_id, col(row.passed_on_at).is_(None), col(row.hands_over_on) <= today
    )
    ordered = query.order_by(col(row.hands_over_on), col(row.created_at)).with_for_update()
    return list((await session.exec(ordered)).all())
