"""Every query of competency frameworks."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.keyset import fetch_page
from service.core.pagination import Page, PageRequest
from service.organizations.models import Person
from service.skill_assessments.dto.frameworks import VERSION_SORTING, CompetencyFrameworkFilter
from service.skill_assessments.models import CompetencyFramework

Row = CompetencyFramework


async def list_frameworks(
    session: AsyncSession,
    org_id: UUID,
    filters: CompetencyFrameworkFilter,
    page: PageRequest,
    among: Collection[UUID] | None = None,
) -> Page[CompetencyFramework]:
    """One page of every version of every framework, or of those among some ids."""
    query = select(Row).where(col(Row.org_id) == org_id)
    if filters.key is not None:
        query = query.where(col(Row.key) == filters.key)
    if among is not None:
        query = query.where(col(Row.id).in_(among))
    return await fetch_page(session, query, Row, VERSION_SORTING, page)


async def get_frameworks(session: AsyncSession, org_id: UUID, ids: Collection[UUID]) -> dict[UUID, CompetencyFramework]:
    """Some versions by id."""
    query = select(Row).where(col(Row.org_id) == org_id, col(Row.id).in_(ids))
    return {row.id: row for row in (await session.exec(query)).all()}


async def newest_framework(session: AsyncSession, org_id: UUID, key: str) -> CompetencyFramework | None:
    """The newest version of a framework."""
    query = select(Row).where(col(Row.org_id) == org_id, col(Row.key) == key).order_by(col(Row.version).desc())
    return (await session.exec(query.limit(1))).first()


async def list_frameworks_of(
    session: AsyncSession, org_id: UUID, people: Collection[UUID]
) -> list[tuple[CompetencyFramework, list[UUID]]]:
    """The newest version of each framework whose requirements name somebody's job role, with those people; by key.

    Each document is read once, however many people it is for.
    """
    newest = aliased(
        Row,
        select(Row)
        .where(col(Row.org_id) == org_id)
        .ext(distinct_on(col(Row.key)))
        .order_by(col(Row.key), col(Row.version).desc())
        .subquery(),
    )
    named = func.jsonb_build_array(func.jsonb_build_object("job_role", col(Person.job_role)))
    whose = (
        select(col(newest.id).label("id"), func.array_agg(col(Person.id)).label("people"))
        .join(Person, col(newest.document)["requirements"].contains(named))
        .where(col(Person.org_id) == org_id, col(Person.id).in_(people), col(Person.job_role).is_not(None))
        .group_by(col(newest.id))
        .subquery()
    )
    query = (
        select(Row, whose.c.people)
        .join(whose, whose.c.id == col(Row.id))
        .where(col(Row.org_id) == org_id)
        .order_by(col(Row.key))
    )
    return [(row, list(of)) for row, of in (await session.exec(query)).all()]


async def lock_frameworks(session: AsyncSession, org_id: UUID) -> None:
    """Writers of an organization's frameworks and templates take turns, so that versions follow one another."""
    await session.exec(select(func.pg_advisory_xact_lock(func.hashtextextended(f"frameworks:{org_id}", 0))))


async def add_framework(session: AsyncSession, row: CompetencyFramework) -> None:
    """Store a version."""
    session.add(row)
    await session.flush()
