"""What raters said of people's skills in submitted assessments that no correction replaced."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

import sqlalchemy
from sqlalchemy import String, cast, func
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from service.skill_assessments.models import AssessmentAnswer, CompetencyFramework, SkillAssessment


@dataclass(frozen=True, slots=True)
class Rating:
    """The newest level that one rater gave a person's skill by a day."""

    person_id: UUID
    framework: str
    skill: str
    level: Decimal
    assessed_on: date


async def list_newest_ratings(
    session: AsyncSession, org_id: UUID, people: Collection[UUID], since: date, until: date
) -> list[Rating]:
    """One per person, skill and rater, from days of a span, both ends included; in one statement.

    Peers are left out: their ratings are shown in aggregate only, and a reading of few raters is none. A rater who
    answers several items about one skill gives it the mean of them.
    """
    one, answer, framework = SkillAssessment, AssessmentAnswer, CompetencyFramework
    later = aliased(SkillAssessment)
    replaced = select(later.id).where(
        col(later.org_id) == org_id, col(later.revises_id) == col(one.id), col(later.status) == "submitted"
    )
    rater = func.coalesce(cast(col(one.rater_id), String), col(one.scorer))
    whose = (col(one.person_id), col(framework.key), col(answer.skill), rater)
    query = (
        sqlalchemy.select(*whose[:3], func.avg(col(answer.level)), col(one.assessed_on))
        .join(answer, (col(answer.org_id) == col(one.org_id)) & (col(answer.assessment_id) == col(one.id)))
        .join(framework, (col(framework.org_id) == col(one.org_id)) & (col(framework.id) == col(one.framework_id)))
        .where(
            col(one.org_id) == org_id,
            col(one.person_id).in_(people),
            col(one.status) == "submitted",
            col(one.rater_kind) != "peer",
            col(one.assessed_on).between(since, until),
            col(answer.kind) == "rating",
            ~replaced.exists(),
        )
        .group_by(*whose, col(one.assessed_on), col(one.submitted_at), col(one.id))
        .ext(distinct_on(*whose))
        .order_by(*whose, col(one.assessed_on).desc(), col(one.submitted_at).desc(), col(one.id).desc())
    )
    return [Rating(*row) for row in await (await session.connection()).execute(query)]
