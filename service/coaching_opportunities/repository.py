"""Every query of coaching opportunities."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, or_
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from service.coaching_opportunities.dto import OPPORTUNITY_SORTING, OpportunityFilter
from service.coaching_opportunities.lifecycle import OpportunityState
from service.coaching_opportunities.models import CoachingOpportunity, OpportunityReview
from service.core.keyset import fetch_page
from service.core.pagination import Page, PageRequest

Row = CoachingOpportunity


def _visible(
    query: SelectOfScalar[Row], people: Collection[UUID] | None, me: UUID | None, today: date
) -> SelectOfScalar[Row]:
    """One's own at once, those of some others (None: of all) from the day on that they see them."""
    others = col(Row.manager_sees_on) <= today
    if people is not None:
        query = query.where(col(Row.person_id).in_(people))
    return query.where(others if me is None else or_(others, col(Row.person_id) == me))


async def list_opportunities(
    session: AsyncSession,
    org_id: UUID,
    scope: tuple[Collection[UUID] | None, UUID | None, date],
    filters: OpportunityFilter,
    page: PageRequest,
) -> Page[Row]:
    """One page of those that a scope (people, oneself, the day) sees."""
    query = _visible(select(Row).where(col(Row.org_id) == org_id), *scope)
    if filters.person_id is not None:
        query = query.where(col(Row.person_id) == filters.person_id)
    if filters.kind is not None:
        query = query.where(col(Row.kind) == filters.kind.value)
    if filters.status is not None:
        query = query.where(col(Row.status) == filters.status.value)
    if filters.kpi is not None:
        query = query.where(col(Row.kpi) == filters.kpi)
    return await fetch_page(session, query, Row, OPPORTUNITY_SORTING, page)


async def get_opportunity(
    session: AsyncSession,
    org_id: UUID,
    scope: tuple[Collection[UUID] | None, UUID | None, date],
    opportunity_id: UUID,
    *,
    lock: bool = False,
) -> Row | None:
    """One that the scope sees, locked for an update on request."""
    query = _visible(select(Row).where(col(Row.org_id) == org_id, col(Row.id) == opportunity_id), *scope)
    return (await session.exec(query.with_for_update() if lock else query)).first()


async def list_of_people(
    session: AsyncSession, org_id: UUID, scope: tuple[Collection[UUID] | None, UUID | None, date]
) -> list[Row]:
    """All that are not closed and that the scope sees, the largest first."""
    query = _visible(
        select(Row).where(col(Row.org_id) == org_id, col(Row.status) != OpportunityState.CLOSED.value), *scope
    )
    return list((await session.exec(query.order_by(col(Row.size).desc(), col(Row.id)))).all())


async def lock_unclosed(session: AsyncSession, org_id: UUID) -> list[Row]:
    """Everything that is not closed, for a review; one review of an organization at a time."""
    key = func.hashtextextended(f"opportunities:{org_id}", 0)
    await session.exec(select(func.pg_advisory_xact_lock(key)))
    query = select(Row).where(col(Row.org_id) == org_id, col(Row.status) != OpportunityState.CLOSED.value)
    return list((await session.exec(query.order_by(col(Row.id)).with_for_update())).all())


async def add_opportunities(session: AsyncSession, rows: Sequence[Row]) -> None:
    """Raise them."""
    session.add_all(rows)
    await session.flush()


async def last_review(session: AsyncSession, org_id: UUID) -> datetime | None:
    """When the last review was."""
    query = select(OpportunityReview.reviewed_at).where(col(OpportunityReview.org_id) == org_id)
    return (await session.exec(query)).first()


async def note_review(session: AsyncSession, org_id: UUID, at: datetime) -> None:
    """Remember a review."""
    upsert = insert(OpportunityReview).values(org_id=org_id, reviewed_at=at)
    connection = await session.connection()
    await connection.execute(upsert.on_conflict_do_update(index_elements=["org_id"], set_={"reviewed_at": at}))


async def list_unclosed(session: AsyncSession, org_id: UUID) -> list[Row]:
    """Everything that is not closed, whoever may see it."""
    query = select(Row).where(col(Row.org_id) == org_id, col(Row.status) != OpportunityState.CLOSED.value)
    return list((await session.exec(query.order_by(col(Row.id)))).all())


async def last_change(session: AsyncSession, org_id: UUID) -> datetime | None:
    """When one that is not closed changed last, or the last review was, whichever is later."""
    changed = select(func.max(col(Row.updated_at))).where(
        col(Row.org_id) == org_id, col(Row.status) != OpportunityState.CLOSED.value
    )
    reviewed = select(OpportunityReview.reviewed_at).where(col(OpportunityReview.org_id) == org_id)
    query = select(func.greatest(changed.scalar_subquery(), reviewed.scalar_subquery()))
    found: datetime | None = (await session.exec(query)).one()
    return found
