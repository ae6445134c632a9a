"""Queries of submitted ratings: those that somebody reads over time, and the newest of each peer."""

from uuid import UUID

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


async def list_peer_ratings(session: AsyncSession, org_id: UUID, person_id: UUID) -> list[Rating]:
    """What peers ever submitted about a person, superseded ones too, as they came."""
    query = (
        select(Row, Answer)
        .join(Answer, (col(Answer.org_id) == col(Row.org_id)) & (col(Answer.assessment_id) == col(Row.id)))
        .where(col(Row.org_id) == org_id, col(Row.person_id) == person_id)
        .where(col(Row.rater_kind) == RaterKind.PEER.value, col(Row.status) == "submitted")
        .where(col(Answer.kind) == "rating")
        .order_by(col(Row.submitted_at), col(Row.id), col(Answer.item))
    )
    return list((await session.exec(query)).all())
