"""The moves of an assessment: each checks who makes it and from where, and tells others in the same transaction."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.clock import utc_now
from service.core.errors import invalid
from service.core.etags import UNCONDITIONAL, Precondition
from service.core.ids import new_id
from service.core.principal import Principal
from service.skill_assessments.dto.assessments import (
    ContestSkillAssessment,
    ResolveSkillAssessment,
    SkillAssessmentDTO,
    SubmitSkillAssessment,
)
from service.skill_assessments.lifecycle import AssessmentMove, AssessmentState
from service.skill_assessments.models import AssessmentAnswer, AssessmentReview, SkillAssessment
from service.skill_assessments.repository import assessments as repository
from service.skill_assessments.use_cases.access import get_for_move
from service.skill_assessments.use_cases.answers import require_complete
from service.skill_assessments.use_cases.presenting import present
from service.skill_assessments.use_cases.reading import Reading
from service.skill_assessments.use_cases.telling import tell
from service.webhooks.outbox import EventType


async def submit_skill_assessment(
    session: AsyncSession,
    principal: Principal,
    assessment_id: UUID,
    data: SubmitSkillAssessment,
    expected: Precondition = UNCONDITIONAL,
) -> SkillAssessmentDTO:
    """The rater is done: nothing changes it any more, and the revision before it is superseded.

    `conflict` (`answers_missing`) naming what is not answered yet, `invalid` for a day that is still to come.
    """
    row, reading = await get_for_move(session, principal, assessment_id, expected, AssessmentMove.SUBMIT)
    if data.assessed_on is not None and data.assessed_on > reading.today:
        raise invalid("/assessed_on", "must not be in the future")
    await require_complete(session, principal, row)
    row.updated_at = row.submitted_at = utc_now()
    row.assessed_on = data.assessed_on or row.assessed_on or reading.today
    row.status, row.next_reminder_on = "submitted", None
    await session.flush()
    await tell(session, row, EventType.SKILL_ASSESSMENT_SUBMITTED)
    return (await present(session, principal, reading, [row]))[0]


async def acknowledge_skill_assessment(
    session: AsyncSession, principal: Principal, assessment_id: UUID, expected: Precondition = UNCONDITIONAL
) -> SkillAssessmentDTO:
    """The assessed person took note of it, after a contest too."""
    row, reading = await get_for_move(session, principal, assessment_id, expected, AssessmentMove.ACKNOWLEDGE)
    now = utc_now()
    review = await _review(session, row, now)
    review.status, review.acknowledged_at, review.updated_at = AssessmentState.ACKNOWLEDGED.value, now, now
    return await _reviewed(session, principal, reading, row, review, EventType.SKILL_ASSESSMENT_ACKNOWLEDGED)


async def contest_skill_assessment(
    session: AsyncSession,
    principal: Principal,
    assessment_id: UUID,
    data: ContestSkillAssessment,
    expected: Precondition = UNCONDITIONAL,
) -> SkillAssessmentDTO:
    """The assessed person disagrees, and says why."""
    row, reading = await get_for_move(session, principal, assessment_id, expected, AssessmentMove.CONTEST)
    now = utc_now()
    review = await _review(session, row, now)
    review.contested_at, review.contest_reason = now, data.reason
    return await _reviewed(session, principal, reading, row, review, EventType.SKILL_ASSESSMENT_CONTESTED)


async def resolve_skill_assessment(
    session: AsyncSession,
    principal: Principal,
    assessment_id: UUID,
    data: ResolveSkillAssessment,
    expected: Precondition = UNCONDITIONAL,
) -> SkillAssessmentDTO:
    """Somebody above, or enablement, who is neither of the two, says whether it stands."""
    row, reading = await get_for_move(session, principal, assessment_id, expected, AssessmentMove.RESOLVE)
    now = utc_now()
    review = await _review(session, row, now)
    review.resolution, review.resolution_reason = data.resolution.value, data.reason
    review.resolved_at, review.resolved_by, review.updated_at = now, principal.person_id, now
    return await _reviewed(session, principal, reading, row, review)


async def revise_skill_assessment(
    session: AsyncSession, principal: Principal, assessment_id: UUID, expected: Precondition = UNCONDITIONAL
) -> SkillAssessmentDTO:
    """Begin a correction: a draft with the same answers, which supersedes this one when it is submitted."""
    row, reading = await get_for_move(session, principal, assessment_id, expected, AssessmentMove.REVISE)
    now = utc_now()
    kept = ("org_id", "person_id", "rater_id", "rater_kind", "framework_id", "template_id", "skill", "assessed_on")
    draft = SkillAssessment(
        **{name: getattr(row, name) for name in kept},
        id=new_id(),
        requested_by=principal.person_id,
        status="draft",
        revision=row.revision + 1,
        revises_id=row.id,
        reminder_days=[],
        created_at=now,
        updated_at=now,
    )
    await repository.add_rows(session, [draft])
    answers = (await repository.list_answers(session, row.org_id, [row.id])).get(row.id, [])
    copies = [AssessmentAnswer(**(one.model_dump() | {"assessment_id": draft.id})) for one in answers]
    await repository.add_rows(session, copies)
    return (await present(session, principal, reading, [draft]))[0]


async def _review(session: AsyncSession, row: SkillAssessment, now: datetime) -> AssessmentReview:
    """What became of an assessment so far; a new row is contested until something else is said."""
    found = (await repository.get_reviews(session, row.org_id, [row.id])).get(row.id)
    return found or AssessmentReview(
        org_id=row.org_id, assessment_id=row.id, status=AssessmentState.CONTESTED.value, updated_at=now
    )


async def _reviewed(
    session: AsyncSession,
    principal: Principal,
    reading: Reading,
    row: SkillAssessment,
    review: AssessmentReview,
    event: EventType | None = None,
) -> SkillAssessmentDTO:
    await repository.add_rows(session, [review])
    if event is not None:
        await tell(session, row, event)
    return (await present(session, principal, reading, [row]))[0]
