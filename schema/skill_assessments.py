"""Skill assessments: who rates whom by what, and the answers."""

import datetime as dt

import strawberry
from strawberry.types.unset import UNSET

from schema.assessment_types import TYPE, SkillAssessment, load_skill_assessment, to_skill_assessment
from schema.context import Info
from schema.describing import NEEDS
from schema.inputs import precondition, row_id, to_dto, to_input
from schema.mutations import DeletedPayload, mutation, to_deleted
from schema.paging import Paged, orders
from schema.relay import Connection, NullIfAbsent, id_of, to_connection
from service.core.database import TenantSession
from service.core.pagination import PageRequest
from service.skill_assessments.dto.assessments import (
    ASSESSMENT_SORTING,
    CreateSkillAssessment,
    PutAnswers,
    SkillAssessmentDTO,
    SkillAssessmentFilter,
    UpdateSkillAssessment,
)
from service.skill_assessments.lifecycle import AssessmentState, RaterKind
from service.skill_assessments.permissions import Permission
from service.skill_assessments.use_cases import answers, assessments

READ, WRITE = Permission.SKILL_ASSESSMENTS_READ, Permission.SKILL_ASSESSMENTS_WRITE


@strawberry.type
class SkillAssessmentsQuery:
    """Queries of assessments."""

    @strawberry.field(description="One assessment.", metadata={NEEDS: READ}, extensions=[NullIfAbsent()])
    async def skill_assessment(self, info: Info, id: strawberry.ID) -> SkillAssessment | None:  # noqa: A002 - the argument's name in the schema
        """By global id."""
        return await load_skill_assessment(info, row_id(id, TYPE))

    @strawberry.field(
        description="Those that the caller reads, the last first; a single peer's is read by its author alone.",
        metadata={NEEDS: READ},
        extensions=[Paged(orders("SkillAssessmentSort", ASSESSMENT_SORTING))],
    )
    async def skill_assessments(
        self,
        info: Info,
        page: PageRequest,
        person_id: strawberry.ID | None = None,
        rater_id: strawberry.ID | None = None,
        rater_kind: RaterKind | None = None,
        status: AssessmentState | None = None,
        skill: str | None = None,
    ) -> Connection[SkillAssessment]:
        """One page."""
        filters = to_input(
            SkillAssessmentFilter,
            person_id=id_of(person_id, "Person"),
            rater_id=id_of(rater_id, "Person"),
            rater_kind=rater_kind,
            status=status,
            skill=skill,
        )
        async with info.context.session() as session:
            found = await assessments.list_skill_assessments(session, info.context.principal, filters, page)
        return to_connection(found, to_skill_assessment, page)


@strawberry.type(description="An assessment as it is now.")
class SkillAssessmentPayload:
    """The answer to a mutation of one assessment."""

    skill_assessment: SkillAssessment = strawberry.field(description="The assessment.")


@strawberry.input(description="Who is to rate whom, and by what.")
class CreateSkillAssessmentInput:
    """By a template, or by the skills of a framework alone."""

    person_id: strawberry.ID
    rater_id: strawberry.ID | None = UNSET
    template_key: str | None = UNSET
    framework_key: str | None = UNSET
    skill: str | None = UNSET
    due_on: dt.date | None = UNSET
    reminder_days: list[int] | None = UNSET
    idempotency_key: str | None = None


@strawberry.input(description="When a draft is due, and when its rater is reminded.")
class UpdateSkillAssessmentInput:
    """A merge-patch."""

    id: strawberry.ID
    if_match: str | None = None
    due_on: dt.date | None = UNSET
    reminder_days: list[int] | None = UNSET
    idempotency_key: str | None = None


@strawberry.input(description="Which draft is discarded.")
class DeleteSkillAssessmentInput:
    """No more than its id."""

    id: strawberry.ID
    if_match: str | None = None
    idempotency_key: str | None = None


@strawberry.input(description="The answer to one item.")
class AssessmentAnswerInput:
    """A level, yes or no, words, or a deal or activity that shows it."""

    item: str
    level: int | None = UNSET
    yes: bool | None = UNSET
    words: str | None = UNSET
    deal_id: strawberry.ID | None = UNSET
    activity_id: strawberry.ID | None = UNSET


@strawberry.input(description="All answers of a draft, in place of those before.")
class PutAssessmentAnswersInput:
    """What the rater answers."""

    id: strawberry.ID
    if_match: str | None = None
    answers: list[AssessmentAnswerInput]
    idempotency_key: str | None = None


def to_payload(dto: SkillAssessmentDTO, _data: object) -> SkillAssessmentPayload:
    """The answer to a mutation of one assessment."""
    return SkillAssessmentPayload(skill_assessment=to_skill_assessment(dto))


@mutation("Ask for or begin an assessment.", needs=WRITE, payload=SkillAssessmentPayload, render=to_payload)
async def create_skill_assessment(
    session: TenantSession, info: Info, data: CreateSkillAssessmentInput
) -> SkillAssessmentDTO:
    """`POST /v1/skill-assessments`."""
    given = to_dto(CreateSkillAssessment, data)
    return await assessments.create_skill_assessment(session, info.context.principal, given)


@mutation("Change when it is due.", needs=WRITE, payload=SkillAssessmentPayload, render=to_payload)
async def update_skill_assessment(
    session: TenantSession, info: Info, data: UpdateSkillAssessmentInput
) -> SkillAssessmentDTO:
    """`PATCH /v1/skill-assessments/{id}`."""
    id_, changes, expected = row_id(data.id, TYPE), to_dto(UpdateSkillAssessment, data), precondition(data.if_match)
    return await assessments.update_skill_assessment(session, info.context.principal, id_, changes, expected)


@mutation("Discard a draft.", needs=WRITE, payload=DeletedPayload, render=to_deleted)
async def delete_skill_assessment(session: TenantSession, info: Info, data: DeleteSkillAssessmentInput) -> None:
    """`DELETE /v1/skill-assessments/{id}`."""
    id_, expected = row_id(data.id, TYPE), precondition(data.if_match)
    await assessments.delete_skill_assessment(session, info.context.principal, id_, expected)


@mutation("Answer a draft.", needs=WRITE, payload=SkillAssessmentPayload, render=to_payload)
async def put_assessment_answers(
    session: TenantSession, info: Info, data: PutAssessmentAnswersInput
) -> SkillAssessmentDTO:
    """`PUT /v1/skill-assessments/{id}/answers`."""
    id_, given, expected = row_id(data.id, TYPE), to_dto(PutAnswers, data), precondition(data.if_match)
    return await answers.put_assessment_answers(session, info.context.principal, id_, given, expected)


@strawberry.type
class SkillAssessmentsMutation:
    """Mutations of assessments."""

    create_skill_assessment = create_skill_assessment
    update_skill_assessment = update_skill_assessment
    delete_skill_assessment = delete_skill_assessment
    put_assessment_answers = put_assessment_answers
