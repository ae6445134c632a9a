"""`/v1/skill-assessments/{id}/…`: what can be done to an assessment."""

from uuid import UUID

from service.api.deps import PreconditionDep, PrincipalDep, SessionDep
from service.api.operation import operation
from service.api.route import resource_router
from service.skill_assessments.dto.assessments import (
    ContestSkillAssessment,
    ResolveSkillAssessment,
    SkillAssessmentDTO,
    SubmitSkillAssessment,
)
from service.skill_assessments.permissions import Permission
from service.skill_assessments.use_cases import assessment_moves

WRITE = Permission.SKILL_ASSESSMENTS_WRITE

router = resource_router("/v1/skill-assessments", "skill assessments")


@router.post(
    "/{assessment_id}/submit",
    **operation("submitSkillAssessment", "Submit an assessment", WRITE, 404, 409, tagged=True),
)
async def submit_skill_assessment(
    assessment_id: UUID,
    data: SubmitSkillAssessment,
    expected: PreconditionDep,
    session: SessionDep,
    principal: PrincipalDep,
) -> SkillAssessmentDTO:
    """By its rater; nothing changes it afterwards. What is missing is `409 answers_missing`, with a pointer to each."""
    return await assessment_moves.submit_skill_assessment(session, principal, assessment_id, data, expected)


@router.post(
    "/{assessment_id}/acknowledge",
    **operation("acknowledgeSkillAssessment", "Acknowledge an assessment", WRITE, 404, 409, tagged=True),
)
async def acknowledge_skill_assessment(
    assessment_id: UUID, expected: PreconditionDep, session: SessionDep, principal: PrincipalDep
) -> SkillAssessmentDTO:
    """By the assessed person, who took note of it."""
    return await assessment_moves.acknowledge_skill_assessment(session, principal, assessment_id, expected)


@router.post(
    "/{assessment_id}/contest",
    **operation("contestSkillAssessment", "Contest an assessment", WRITE, 404, 409, tagged=True),
)
async def contest_skill_assessment(
    assessment_id: UUID,
    data: ContestSkillAssessment,
    expected: PreconditionDep,
    session: SessionDep,
    principal: PrincipalDep,
) -> SkillAssessmentDTO:
    """By the assessed person, with a reason."""
    return await assessment_moves.contest_skill_assessment(session, principal, assessment_id, data, expected)


@router.post(
    "/{assessment_id}/resolve",
    **operation("resolveSkillAssessment", "Resolve a contest", WRITE, 404, 409, tagged=True),
)
async def resolve_skill_assessment(
    assessment_id: UUID,
    data: ResolveSkillAssessment,
    expected: PreconditionDep,
    session: SessionDep,
    principal: PrincipalDep,
) -> SkillAssessmentDTO:
    """By somebody above or by enablement, but by neither of the two: it stands, or its rater is to revise it."""
    return await assessment_moves.resolve_skill_assessment(session, principal, assessment_id, data, expected)


@router.post(
    "/{assessment_id}/revise",
    status_code=201,
    **operation("reviseSkillAssessment", "Begin the next revision of an assessment", WRITE, 404, 409, tagged=True),
)
async def revise_skill_assessment(
    assessment_id: UUID, expected: PreconditionDep, session: SessionDep, principal: PrincipalDep
) -> SkillAssessmentDTO:
    """By its rater: a draft with the same answers, which supersedes this one when it is submitted."""
    return await assessment_moves.revise_skill_assessment(session, principal, assessment_id, expected)
