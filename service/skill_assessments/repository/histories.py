"""Queries of submitted ratings: those that somebody reads over time, and the newest of each peer."""

from datetime import date
from uuid import UUID

from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from service.skill_assessments.lifecycle import RaterKind
from service.skill_assessments.models import AssessmentAnswer, SkillAssessment
from service.skill_assessments.repository.assessments import Reader, readable_by

Row, Answer = SkillAssessment, AssessmentAnswer
Rating = tuple[SkillAssessment, AssessmentAnswer]


async def list_ratings(
    session: AsyncSession, org_id: UUID, reader: Reader, person_id: UUID, skill: str | None
) -> list[Rating]:
    """The submitted ratings of a person that somebody reads, by day."""
    query = (
        select(Row, Answer)
        .join(Answer, (col(Answer.org_id) == col(Row.org_id)) & (col(Answer.assessment_id) == col(Row.id)))
        .where(col(Row.org_id) == org_id, col(Row.person_id) == person_id, readable_by(reader))
        .where(col(Row.status) == "submitted", col(Answer.kind) == "rating")
        .order_by(col(Row.assessed_on), col(Row.submitted_at), col(Row.id), col(Answer.item))
    )
    if skill is not None:
        query = query.where(col(Answer.skill) == skill)
    return list((await session.exec(query)).all())


async def list_peer_ratings(session: AsyncSession, org_id: UUID, person_id: UUID, since: date) -> list[Rating]:
    """What peers say of a person since a day, without superseded ones, by day; of each peer more than one may count."""
    later = aliased(Row)
    revised = select(later.id).where(
        col(later.org_id) == org_id, col(later.revises_id) == col(Row.id), col(later.status) == "submitted"
    )
    query = (
        select(Row, Answer)
        .join(Answer, (col(Answer.org_id) == col(Row.org_id)) & (col(Answer.assessment_id) == col(Row.id)))
        .where(col(Row.org_id) == org_id, col(Row.person_id) == person_id)
        .where(col(Row.rater_kind) == RaterKind.PEER.value, col(Row.status) == "submitted")
        .where(col(Row.assessed_on) >= since, ~revised.exists(), col(Answer.kind) == "rating")
        .order_by(col(Row.assessed_on), col(Row.submitted_at), col(Row.id), col(Answer.item))
    )
    return list((await session.exec(query)).all())
