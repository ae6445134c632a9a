"""What raters say of people's skills: of each rater the newest that counts."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import String, cast, exists, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import aliased
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from service.kpi_snapshots.repository.rows import rows
from service.skill_assessments.models import AssessmentAnswer, CompetencyFramework, SkillAssessment
from service.skill_assessments.ratings import Rating

SUBMITTED = "submitted"


async def list_newest_ratings(
    session: AsyncSession, org_id: UUID, people: Collection[UUID], since: date, as_of: datetime
) -> list[Rating]:
    """Of each person, framework, skill and rater the newest submitted rating since a day that nothing revises.

    A rating is the mean of the levels that an assessment gives a skill. Nothing submitted after `as_of` counts.
    """
    one, later = SkillAssessment, aliased(SkillAssessment)
    revised = exists().where(
        col(later.org_id) == org_id,
        col(later.revises_id) == col(one.id),
        col(later.status) == SUBMITTED,
        col(later.submitted_at) <= as_of,
    )
    rater = func.coalesce(cast(col(one.rater_id), String), col(one.scorer))
    rated = (
        select(
            col(one.person_id),
            col(CompetencyFramework.key).label("framework"),
            col(AssessmentAnswer.skill),
            col(one.rater_kind),
            col(one.rater_id),
            rater.label("rater"),
            func.avg(col(AssessmentAnswer.level)).label("level"),
            col(one.assessed_on),
            col(one.submitted_at),
            col(one.id),
        )
        .join(
            AssessmentAnswer,
            (col(AssessmentAnswer.org_id) == org_id) & (col(AssessmentAnswer.assessment_id) == col(one.id)),
        )
        .join(
            CompetencyFramework,
            (col(CompetencyFramework.org_id) == org_id) & (col(CompetencyFramework.id) == col(one.framework_id)),
        )
        .where(
            col(one.org_id) == org_id,
            col(one.person_id).in_(people),
            col(one.status) == SUBMITTED,
            col(one.submitted_at) <= as_of,
            col(one.assessed_on) >= since,
            col(AssessmentAnswer.kind) == "rating",
            ~revised,
        )
        .group_by(
            col(one.id),
            col(one.person_id),
            col(CompetencyFramework.key),
            col(AssessmentAnswer.skill),
            col(one.rater_kind),
            col(one.rater_id),
            col(one.scorer),
            col(one.assessed_on),
            col(one.submitted_at),
        )
        .subquery()
    )
    c = rated.c
    query = (
        select(c.person_id, c.framework, c.skill, c.rater_kind, c.rater_id, c.rater, c.level, c.assessed_on)
        .ext(distinct_on(c.person_id, c.framework, c.skill, c.rater))
        .order_by(c.person_id, c.framework, c.skill, c.rater, c.assessed_on.desc(), c.submitted_at.desc(), c.id.desc())
    )
    return [
        Rating(person, framework, skill, kind, rater_id, name, float(level), day)
        for person, framework, skill, kind, rater_id, name, level, day in await rows(session, query)
    ]
