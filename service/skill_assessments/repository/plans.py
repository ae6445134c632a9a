"""Every query of development plans, their focuses, steps and reviews."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_
from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.keyset import fetch_page
from service.core.pagination import Page, PageRequest
from service.skill_assessments.dto.plans import PLAN_SORTING, DevelopmentPlanFilter
from service.skill_assessments.models import CompetencyFramework, DevelopmentPlan, PlanFocus, PlanReview, PlanStep
from service.skill_assessments.plans.lifecycle import ENDED, UNDER_WAY

Row = DevelopmentPlan
People = Collection[UUID] | None
"""Whose plans a caller sees; None: everybody's."""


def _seen(people: People) -> list[ColumnElement[bool]]:
    return [] if people is None else [col(Row.person_id).in_(people)]


async def list_plans(
    session: AsyncSession, org_id: UUID, people: People, filters: DevelopmentPlanFilter, page: PageRequest
) -> Page[Row]:
    """One page of those that somebody sees."""
    query = select(Row).where(col(Row.org_id) == org_id, *_seen(people))
    if filters.person_id is not None:
        query = query.where(col(Row.person_id) == filters.person_id)
    if filters.status is not None:
        query = query.where(col(Row.status) == filters.status.value)
    return await fetch_page(session, query, Row, PLAN_SORTING, page)


async def get_plan(
    session: AsyncSession, org_id: UUID, people: People, plan_id: UUID, *, lock: bool = False
) -> Row | None:
    """One that somebody sees, locked for an update on request."""
    query = select(Row).where(col(Row.org_id) == org_id, col(Row.id) == plan_id, *_seen(people))
    return (await session.exec(query.with_for_update() if lock else query)).first()


async def get_plans(session: AsyncSession, org_id: UUID, people: People, ids: Collection[UUID]) -> list[Row]:
    """Those of some ids that somebody sees."""
    query = select(Row).where(col(Row.org_id) == org_id, col(Row.id).in_(ids), *_seen(people))
    return list((await session.exec(query)).all())


async def list_plans_of(session: AsyncSession, org_id: UUID, person_ids: Collection[UUID]) -> list[Row]:
    """The plans of some people that have not ended, those under way first, then the oldest."""
    query = select(Row).where(
        col(Row.org_id) == org_id, col(Row.person_id).in_(person_ids), col(Row.status).not_in(ENDED)
    )
    order = (col(Row.started_at).asc().nulls_last(), col(Row.created_at), col(Row.id))
    return list((await session.exec(query.order_by(*order))).all())


async def lock_person(session: AsyncSession, org_id: UUID, person_id: UUID) -> None:
    """Plans of one person start one after the other, so that the limit of focuses holds."""
    name = f"development_plans:{org_id}:{person_id}"
    await session.exec(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))


async def list_worked_on(
    session: AsyncSession, org_id: UUID, person_id: UUID, plan_id: UUID
) -> list[tuple[UUID, str, str]]:
    """Plan, framework and skill, by key, of a person's plans that are under way and of one more."""
    focus, framework = PlanFocus, CompetencyFramework
    query = (
        select(Row.id, framework.key, focus.skill)
        .join(focus, (col(focus.org_id) == col(Row.org_id)) & (col(focus.plan_id) == col(Row.id)))
        .join(framework, (col(framework.org_id) == col(Row.org_id)) & (col(framework.id) == col(Row.framework_id)))
        .where(
            col(Row.org_id) == org_id,
            col(Row.person_id) == person_id,
            or_(col(Row.status).in_(UNDER_WAY), col(Row.id) == plan_id),
        )
    )
    return [(row[0], row[1], row[2]) for row in await session.exec(query)]


async def list_focuses(session: AsyncSession, org_id: UUID, plan_ids: Collection[UUID]) -> list[PlanFocus]:
    """The focuses of some plans, in order."""
    row = PlanFocus
    query = select(row).where(col(row.org_id) == org_id, col(row.plan_id).in_(plan_ids))
    return list((await session.exec(query.order_by(col(row.plan_id), col(row.place)))).all())


async def list_steps(session: AsyncSession, org_id: UUID, plan_ids: Collection[UUID]) -> list[PlanStep]:
    """The steps of some plans, the earliest due first."""
    row = PlanStep
    query = select(row).where(col(row.org_id) == org_id, col(row.plan_id).in_(plan_ids))
    return list((await session.exec(query.order_by(col(row.due_on), col(row.id)))).all())


async def list_reviews(session: AsyncSession, org_id: UUID, plan_ids: Collection[UUID]) -> list[PlanReview]:
    """The reviews of some plans, by day."""
    row = PlanReview
    query = select(row).where(col(row.org_id) == org_id, col(row.plan_id).in_(plan_ids))
    return list((await session.exec(query.order_by(col(row.review_on), col(row.id)))).all())


async def get_step(session: AsyncSession, org_id: UUID, step_id: UUID) -> PlanStep | None:
    """One step."""
    row = PlanStep
    return (await session.exec(select(row).where(col(row.org_id) == org_id, col(row.id) == step_id))).first()


async def get_review(session: AsyncSession, org_id: UUID, review_id: UUID) -> PlanReview | None:
    """One review."""
    row = PlanReview
    return (await session.exec(select(row).where(col(row.org_id) == org_id, col(row.id) == review_id))).first()


async def claim_due_steps(session: AsyncSession, org_id: UUID, today: date, limit: int) -> list[tuple[PlanStep, UUID]]:
    """Open steps of plans under way whose day has come and of which nobody was told, and whose plans they are."""
    row = PlanStep
    query = (
        select(row, Row.person_id)
        .join(Row, (col(Row.org_id) == col(row.org_id)) & (col(Row.id) == col(row.plan_id)))
        .where(col(row.org_id) == org_id, col(row.due_on) <= today, col(row.told_at).is_(None))
        .where(col(row.done_at).is_(None), col(Row.status).in_(UNDER_WAY))
        .order_by(col(row.due_on), col(row.id))
        .limit(limit)
        .with_for_update(of=row, skip_locked=True)
    )
    return [(step, person_id) for step, person_id in await session.exec(query)]


async def claim_due_reviews(
    session: AsyncSession, org_id: UUID, today: date, limit: int
) -> list[tuple[PlanReview, UUID]]:
    """The same of reviews that were not held."""
    row = PlanReview
    query = (
        select(row, Row.person_id)
        .join(Row, (col(Row.org_id) == col(row.org_id)) & (col(Row.id) == col(row.plan_id)))
        .where(col(row.org_id) == org_id, col(row.review_on) <= today, col(row.told_at).is_(None))
        .where(col(row.held_at).is_(None), col(Row.status).in_(UNDER_WAY))
        .order_by(col(row.review_on), col(row.id))
        .limit(limit)
        .with_for_update(of=row, skip_locked=True)
    )
    return [(review, person_id) for review, person_id in await session.exec(query)]


async def add_rows(session: AsyncSession, rows: Sequence[SQLModel]) -> None:
    """Store new rows, each after those that it refers to."""
    for row in rows:
        session.add(row)
        await session.flush()


async def delete_rows(session: AsyncSession, rows: Sequence[SQLModel]) -> None:
    """Forget rows."""
    for row in rows:
        await session.delete(row)
    await session.flush()
