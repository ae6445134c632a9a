"""`/v1/skill-assessments`: who rates whom by what, and the answers."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from service.api.deps import PreconditionDep, PrincipalDep, SessionDep
from service.api.operation import operation
from service.api.paging import ListEnvelope, ListRequest, searched, sorted_by
from service.api.route import resource_router
from service.skill_assessments.dto.assessments import (
    ASSESSMENT_SORTING,
    CreateSkillAssessment,
    PutAnswers,
    SkillAssessmentDTO,
    SkillAssessmentFilter,
    UpdateSkillAssessment,
)
from service.skill_assessments.dto.guides import AssessmentGuideDTO
from service.skill_assessments.lifecycle import AssessmentState, RaterKind
from service.skill_assessments.permissions import Permission
from service.skill_assessments.use_cases import answers, assessments, guides

READ, WRITE = Permission.SKILL_ASSESSMENTS_READ, Permission.SKILL_ASSESSMENTS_WRITE

router = resource_router("/v1/skill-assessments", "skill assessments")


@router.get("", **operation("listSkillAssessments", "List skill assessments", READ))
async def list_skill_assessments(
    session: SessionDep,
    principal: PrincipalDep,
    page: Annotated[ListRequest, sorted_by(ASSESSMENT_SORTING)],
    person_id: Annotated[UUID | None, Query(description="Those of this person's skills.")] = None,
    rater_id: Annotated[UUID | None, Query(description="Those that this person gives.")] = None,
    rater_kind: Annotated[RaterKind | None, Query(description="Those of raters of this kind.")] = None,
    status: Annotated[AssessmentState | None, Query(description="Where they are.")] = None,
    skill: Annotated[str | None, searched("Those that ask or answer about this skill, by its key.", 64)] = None,
) -> ListEnvelope[SkillAssessmentDTO]:
    """The last first; a single peer's is read by its author alone, and a draft's answers by its rater alone."""
    filters = SkillAssessmentFilter(
        person_id=person_id, rater_id=rater_id, rater_kind=rater_kind, status=status, skill=skill
    )
    return page.answer(await assessments.list_skill_assessments(session, principal, filters, page))


@router.post(
    "", status_code=201, **operation("createSkillAssessment", "Ask for or begin an assessment", WRITE, 409, tagged=True)
)
async def create_skill_assessment(
    data: CreateSkillAssessment, session: SessionDep, principal: PrincipalDep
) -> SkillAssessmentDTO:
    """A draft, which its rater answers. What the rater has a draft of already is `409 already_asked`."""
    return await assessments.create_skill_assessment(session, principal, data)


@router.get("/{assessment_id}", **operation("getSkillAssessment", "Read a skill assessment", READ, 404))
async def get_skill_assessment(assessment_id: UUID, session: SessionDep, principal: PrincipalDep) -> SkillAssessmentDTO:
    """Reading by somebody outside the person's reporting line is told to the person."""
    return await assessments.get_skill_assessment(session, principal, assessment_id)


@router.patch(
    "/{assessment_id}", **operation("updateSkillAssessment", "Change when an assessment is due", WRITE, 404, 409)
)
async def update_skill_assessment(
    assessment_id: UUID,
    data: UpdateSkillAssessment,
    expected: PreconditionDep,
    session: SessionDep,
    principal: PrincipalDep,
) -> SkillAssessmentDTO:
    """Merge-patch of a draft, by whoever asked for it or is above."""
    return await assessments.update_skill_assessment(session, principal, assessment_id, data, expected)


@router.delete(
    "/{assessment_id}",
    status_code=204,
    **operation("deleteSkillAssessment", "Discard the draft of an assessment", WRITE, 404, 409),
)
async def delete_skill_assessment(
    assessment_id: UUID, expected: PreconditionDep, session: SessionDep, principal: PrincipalDep
) -> None:
    """By its rater or by whoever asked for it; what is submitted stays."""
    await assessments.delete_skill_assessment(session, principal, assessment_id, expected)


@router.put(
    "/{assessment_id}/answers",
    **operation("putAssessmentAnswers", "Answer an assessment", WRITE, 404, 409),
)
async def put_assessment_answers(
    assessment_id: UUID, data: PutAnswers, expected: PreconditionDep, session: SessionDep, principal: PrincipalDep
) -> SkillAssessmentDTO:
    """All answers of a draft, in place of those before; the draft need not be complete yet."""
    return await answers.put_assessment_answers(session, principal, assessment_id, data, expected)


@router.get(
    "/{assessment_id}/guide",
    **operation("getAssessmentGuide", "Read the guide through one skill", READ, 404, 409),
)
async def get_assessment_guide(assessment_id: UUID, session: SessionDep, principal: PrincipalDep) -> AssessmentGuideDTO:
    """For the rater of a draft about one skill: five minutes, step by step, with what there is to look at."""
    return await guides.get_assessment_guide(session, principal, assessment_id)
