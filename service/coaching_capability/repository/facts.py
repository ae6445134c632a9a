"""Every query of what the four keys are counted from, each one statement whatever the size of the organization."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Float, and_, cast, func, select
from sqlalchemy.orm import aliased
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_capability.keys.agreeing import AgreedPlan, RatedSkill
from service.coaching_capability.keys.covering import DatedModel
from service.organizations.models import Person
from service.skill_assessments.models import (
    AssessmentAnswer,
    AssessmentReview,
    CompetencyFramework,
    DevelopmentPlan,
    SkillAssessment,
)
from service.success_models.document import ModelDocument
from service.success_models.models import SuccessModel

SHOWS_GAPS = ("manager", "enablement", "external")
"""The kinds of raters whose word shows a gap."""


async def list_names(session: AsyncSession, org_id: UUID) -> list[tuple[UUID, str, str]]:
    """Id, name and role of everybody."""
    query = select(col(Person.id), col(Person.name), col(Person.role)).where(col(Person.org_id) == org_id)
    return [(id_, name, role) for id_, name, role in await _rows(session, query)]


async def list_models(session: AsyncSession, org_id: UUID, span: tuple[datetime, datetime]) -> list[DatedModel]:
    """The models that were in force at any instant of a span."""
    model = SuccessModel
    query = select(col(model.document), col(model.activated_at), col(model.retired_at)).where(
        col(model.org_id) == org_id,
        col(model.activated_at) <= span[1],
        func.coalesce(col(model.retired_at) > span[0], True),
    )
    rows = await _rows(session, query.order_by(col(model.activated_at), col(model.id)))
    return [DatedModel(ModelDocument.model_validate(document), start, end) for document, start, end in rows]


async def list_ratings(
    session: AsyncSession, org_id: UUID, people: Collection[UUID], after: date, known_at: datetime
) -> list[RatedSkill]:
    """What was said of the skills of some people on days after one, and submitted by an instant."""
    row, answer, framework, review, later = (
        SkillAssessment,
        AssessmentAnswer,
        CompetencyFramework,
        AssessmentReview,
        aliased(SkillAssessment),
    )
    replaced_at = (
        select(func.min(later.submitted_at))
        .where(col(later.org_id) == org_id, col(later.revises_id) == col(row.id), col(later.status) == "submitted")
        .correlate(row)
        .scalar_subquery()
    )
    levels = func.jsonb_array_length(col(framework.document)["levels"])
    query = (
        select(
            *(col(row.person_id), col(framework.key), levels, col(answer.skill)),
            cast(func.avg(col(answer.level)), Float),
            *(col(row.assessed_on), col(row.submitted_at), replaced_at, col(review.acknowledged_at)),
        )
        .join(answer, and_(col(answer.org_id) == col(row.org_id), col(answer.assessment_id) == col(row.id)))
        .join(framework, and_(col(framework.org_id) == col(row.org_id), col(framework.id) == col(row.framework_id)))
        .outerjoin(review, and_(col(review.org_id) == col(row.org_id), col(review.assessment_id) == col(row.id)))
        .where(
            col(row.org_id) == org_id,
            col(row.person_id).in_(people),
            col(row.status) == "submitted",
            col(row.rater_kind).in_(SHOWS_GAPS),
            col(row.assessed_on) > after,
            col(row.submitted_at) <= known_at,
            col(answer.kind) == "rating",
        )
        .group_by(
            *(col(row.org_id), col(row.id), col(framework.org_id), col(framework.id), col(answer.skill)),
            col(review.acknowledged_at),
        )
    )
    return [RatedSkill(*values) for values in await _rows(session, query)]


async def list_agreed_plans(session: AsyncSession, org_id: UUID, people: Collection[UUID]) -> list[AgreedPlan]:
    """The plans of some people to which both sides agreed, ended ones too."""
    plan = DevelopmentPlan
    agreed_at = func.greatest(col(plan.rep_agreed_at), col(plan.manager_agreed_at))
    query = select(col(plan.person_id), agreed_at, col(plan.ended_at), col(plan.status) != "dropped").where(
        col(plan.org_id) == org_id,
        col(plan.person_id).in_(people),
        col(plan.rep_agreed_at).is_not(None),
        col(plan.manager_agreed_at).is_not(None),
    )
    return [AgreedPlan(*values) for values in await _rows(session, query)]


async def _rows(session: AsyncSession, query: Any) -> list[Any]:
    """Columns and no rows of the session: there may be thousands, of whom each is read once."""
    return list((await (await session.connection()).execute(query)).all())
