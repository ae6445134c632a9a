"""Every query of ratings from outside: what is known of them already."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, func, tuple_
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from service.skill_assessments.models import CompetencyFramework, SkillAssessment

Row = SkillAssessment
Known = tuple[SkillAssessment, str]
"""A submitted assessment that no submitted one supersedes, and the key of its framework."""


async def lock_ratings(session: AsyncSession, org_id: UUID) -> None:
    """Whoever brings ratings in takes turns, so that what is sent twice at once is one."""
    await session.exec(select(func.pg_advisory_xact_lock(func.hashtextextended(f"skill_ratings:{org_id}", 0))))


async def known_of_scorers(session: AsyncSession, org_id: UUID, ids: Collection[tuple[str, str]]) -> list[Known]:
    """What scorers sent, by scorer and their id."""
    return await _known(session, org_id, tuple_(col(Row.scorer), col(Row.external_id)).in_(ids))


async def known_of_raters(
    session: AsyncSession, org_id: UUID, pairs: Collection[tuple[UUID, UUID, date]]
) -> list[Known]:
    """What raters said of people on days by skills alone, without a template; the last one comes last."""
    about = tuple_(col(Row.rater_id), col(Row.person_id), col(Row.assessed_on)).in_(pairs)
    plain = col(Row.template_id).is_(None) & col(Row.skill).is_(None)
    return await _known(session, org_id, about & plain)


async def _known(session: AsyncSession, org_id: UUID, which: ColumnElement[bool]) -> list[Known]:
    later, framework = aliased(Row), CompetencyFramework
    superseded = (
        select(later.id)
        .where(col(later.org_id) == col(Row.org_id), col(later.revises_id) == col(Row.id))
        .where(col(later.status) == "submitted")
        .exists()
    )
    query = (
        select(Row, framework.key)
        .join(framework, (col(framework.org_id) == col(Row.org_id)) & (col(framework.id) == col(Row.framework_id)))
        .where(col(Row.org_id) == org_id, col(Row.status) == "submitted", which, ~superseded)
        .order_by(col(Row.created_at), col(Row.id))
    )
    return list((await session.exec(query)).all())
