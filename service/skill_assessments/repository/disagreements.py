"""Whose own ratings there are to compare with others'."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from service.skill_assessments.lifecycle import RaterKind
from service.skill_assessments.models import SkillAssessment

Row = SkillAssessment


async def list_self_raters(session: AsyncSession, org_id: UUID, people: Collection[UUID], after: date) -> list[UUID]:
    """Who of some people submitted a rating of themself that speaks of a later day."""
    query = select(Row.person_id).where(
        col(Row.org_id) == org_id,
        col(Row.person_id).in_(people),
        col(Row.rater_kind) == RaterKind.SELF.value,
        col(Row.status) == "submitted",
        col(Row.assessed_on) > after,
    )
    return list((await session.exec(query.distinct().order_by(col(Row.person_id)))).all())
