"""What can be done to a skill assessment."""

import datetime as dt

import strawberry
from strawberry.types.unset import UNSET

from schema.assessment_types import TYPE
from schema.context import Info
from schema.inputs import precondition, row_id, to_dto
from schema.mutations import mutation
from schema.skill_assessments import WRITE, SkillAssessmentPayload, to_payload
from service.core.database import TenantSession
from service.skill_assessments.dto.assessments import (
    ContestSkillAssessment,
    ResolveSkillAssessment,
    SkillAssessmentDTO,
    SubmitSkillAssessment,
)
from service.skill_assessments.lifecycle import Resolution
from service.skill_assessments.use_cases import assessment_moves


@strawberry.input(description="Which draft is done, and of which day it speaks.")
class SubmitSkillAssessmentInput:
    """A submission."""

    id: strawberry.ID
    if_match: str | None = None
    assessed_on: dt.date | None = UNSET
    idempotency_key: str | None = None


@strawberry.input(description="Of which assessment the assessed person takes note.")
class AcknowledgeSkillAssessmentInput:
    """No more than its id."""

    id: strawberry.ID
    if_match: str | None = None
    idempotency_key: str | None = None


@strawberry.input(description="With which assessment the assessed person disagrees, and why.")
class ContestSkillAssessmentInput:
    """A contest."""

    id: strawberry.ID
    if_match: str | None = None
    reason: str
    idempotency_key: str | None = None


@strawberry.input(description="How the contest of an assessment ends, and why.")
class ResolveSkillAssessmentInput:
    """A resolution."""

    id: strawberry.ID
    if_match: str | None = None
    resolution: Resolution
    reason: str
    idempotency_key: str | None = None


@strawberry.input(description="Which assessment is corrected.")
class ReviseSkillAssessmentInput:
    """No more than its id."""

    id: strawberry.ID
    if_match: str | None = None
    idempotency_key: str | None = None


@mutation("Say that it is done.", needs=WRITE, payload=SkillAssessmentPayload, render=to_payload)
async def submit_skill_assessment(
    session: TenantSession, info: Info, data: SubmitSkillAssessmentInput
) -> SkillAssessmentDTO:
    """`POST /v1/skill-assessments/{id}/submit`."""
    id_, given, expected = row_id(data.id, TYPE), to_dto(SubmitSkillAssessment, data), precondition(data.if_match)
    return await assessment_moves.submit_skill_assessment(session, info.context.principal, id_, given, expected)


@mutation("Take note of it.", needs=WRITE, payload=SkillAssessmentPayload, render=to_payload)
async def acknowledge_skill_assessment(
    session: TenantSession, info: Info, data: AcknowledgeSkillAssessmentInput
) -> SkillAssessmentDTO:
    """`POST /v1/skill-assessments/{id}/acknowledge`."""
    id_, expected = row_id(data.id, TYPE), precondition(data.if_match)
    return await assessment_moves.acknowledge_skill_assessment(session, info.context.principal, id_, expected)


@mutation("Disagree, with a reason.", needs=WRITE, payload=SkillAssessmentPayload, render=to_payload)
async def contest_skill_assessment(
    session: TenantSession, info: Info, data: ContestSkillAssessmentInput
) -> SkillAssessmentDTO:
    """`POST /v1/skill-assessments/{id}/contest`."""
    id_, given, expected = row_id(data.id, TYPE), to_dto(ContestSkillAssessment, data), precondition(data.if_match)
    return await assessment_moves.contest_skill_assessment(session, info.context.principal, id_, given, expected)


@mutation("Say whether it stands.", needs=WRITE, payload=SkillAssessmentPayload, render=to_payload)
async def resolve_skill_assessment(
    session: TenantSession, info: Info, data: ResolveSkillAssessmentInput
) -> SkillAssessmentDTO:
    """`POST /v1/skill-assessments/{id}/resolve`."""
    id_, given, expected = row_id(data.id, TYPE), to_dto(ResolveSkillAssessment, data), precondition(data.if_match)
    return await assessment_moves.resolve_skill_assessment(session, info.context.principal, id_, given, expected)


@mutation("Begin a correction.", needs=WRITE, payload=SkillAssessmentPayload, render=to_payload)
async def revise_skill_assessment(
    session: TenantSession, info: Info, data: ReviseSkillAssessmentInput
) -> SkillAssessmentDTO:
    """`POST /v1/skill-assessments/{id}/revise`."""
    id_, expected = row_id(data.id, TYPE), precondition(data.if_match)
    return await assessment_moves.revise_skill_assessment(session, info.context.principal, id_, expected)


@strawberry.type
class AssessmentMovesMutation:
    """Mutations that move an assessment on its way."""

    submit_skill_assessment = submit_skill_assessment
    acknowledge_skill_assessment = acknowledge_skill_assessment
    contest_skill_assessment = contest_skill_assessment
    resolve_skill_assessment = resolve_skill_assessment
    revise_skill_assessment = revise_skill_assessment
