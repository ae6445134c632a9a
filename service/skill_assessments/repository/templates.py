"""Every query of assessment templates."""

from collections.abc import Collection
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.keyset import fetch_page
from service.core.pagination import Page, PageRequest
from service.skill_assessments.dto.frameworks import VERSION_SORTING, AssessmentTemplateFilter
from service.skill_assessments.models import AssessmentTemplate

Row = AssessmentTemplate


async def list_templates(
    session: AsyncSession, org_id: UUID, filters: AssessmentTemplateFilter, page: PageRequest
) -> Page[AssessmentTemplate]:
    """One page of every version of every template."""
    query = select(Row).where(col(Row.org_id) == org_id)
    if filters.key is not None:
        query = query.where(col(Row.key) == filters.key)
    if filters.framework_id is not None:
        query = query.where(col(Row.framework_id) == filters.framework_id)
    return await fetch_page(session, query, Row, VERSION_SORTING, page)


async def get_templates(session: AsyncSession, org_id: UUID, ids: Collection[UUID]) -> dict[UUID, AssessmentTemplate]:
    """Some versions by id."""
    query = select(Row).where(col(Row.org_id) == org_id, col(Row.id).in_(ids))
    return {row.id: row for row in (await session.exec(query)).all()}


async def newest_template(session: AsyncSession, org_id: UUID, key: str) -> AssessmentTemplate | None:
    """The newest version of a template."""
    query = select(Row).where(col(Row.org_id) == org_id, col(Row.key) == key).order_by(col(Row.version).desc())
    return (await session.exec(query.limit(1))).first()


async def add_template(session: AsyncSession, row: AssessmentTemplate) -> None:
    """Store a version."""
    session.add(row)
    await session.flush()
