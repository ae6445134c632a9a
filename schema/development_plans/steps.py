"""The work on a development plan: its steps and reviews; `ifMatch` is the plan's `etag`."""

import datetime as dt

import strawberry
from strawberry.types.unset import UNSET

from schema.context import Info
from schema.development_plans.mutations import DevelopmentPlanPayload, to_payload
from schema.development_plans.types import REVIEW, STEP, TYPE, WRITE
from schema.inputs import precondition, row_id, to_dto
from schema.mutations import DeletedPayload, mutation, to_deleted
from service.core.database import TenantSession
from service.skill_assessments.dto.plan_steps import (
    CreatePlanReview,
    CreatePlanStep,
    FinishPlanStep,
    HoldPlanReview,
    StepKind,
    UpdatePlanStep,
)
from service.skill_assessments.dto.plans import (
    DevelopmentPlanDTO,
)
from service.skill_assessments.use_cases import plan_steps

PLAN = "plan_id"


@strawberry.input(description="A step more; `id` is the plan's.")
class CreatePlanStepInput:
    """A step."""

    id: strawberry.ID
    if_match: str | None = None
    skill: str
    kind: StepKind
    description: str
    owner_id: strawberry.ID | None = UNSET
    due_on: dt.date
    idempotency_key: str | None = None


@strawberry.input(description="What is absent stays.")
class UpdatePlanStepInput:
    """A merge-patch."""

    id: strawberry.ID
    plan_id: strawberry.ID
    if_match: str | None = None
    description: str | None = UNSET
    owner_id: strawberry.ID | None = UNSET
    due_on: dt.date | None = UNSET
    idempotency_key: str | None = None


@strawberry.input(description="Which step is done, and what came of it.")
class FinishPlanStepInput:
    """A step's end."""

    id: strawberry.ID
    plan_id: strawberry.ID
    if_match: str | None = None
    note: str | None = UNSET
    idempotency_key: str | None = None


@strawberry.input(description="Which step to delete.")
class DeletePlanStepInput:
    """A deletion."""

    id: strawberry.ID
    plan_id: strawberry.ID
    if_match: str | None = None
    idempotency_key: str | None = None


@strawberry.input(description="A review more; `id` is the plan's.")
class CreatePlanReviewInput:
    """A review."""

    id: strawberry.ID
    if_match: str | None = None
    review_on: dt.date
    idempotency_key: str | None = None


@strawberry.input(description="Which review was held, and what it came to.")
class HoldPlanReviewInput:
    """What was found."""

    id: strawberry.ID
    plan_id: strawberry.ID
    if_match: str | None = None
    note: str
    idempotency_key: str | None = None


@strawberry.input(description="Which review to delete.")
class DeletePlanReviewInput:
    """A deletion."""

    id: strawberry.ID
    plan_id: strawberry.ID
    if_match: str | None = None
    idempotency_key: str | None = None


@mutation("Add a step.", needs=WRITE, payload=DevelopmentPlanPayload, render=to_payload)
async def create_plan_step(session: TenantSession, info: Info, data: CreatePlanStepInput) -> DevelopmentPlanDTO:
    """`POST /v1/development-plans/{id}/steps`."""
    id_, given, expected = row_id(data.id, TYPE), to_dto(CreatePlanStep, data), precondition(data.if_match)
    return await plan_steps.create_plan_step(session, info.context.principal, id_, given, expected)


@mutation("Change a step that is not done.", needs=WRITE, payload=DevelopmentPlanPayload, render=to_payload)
async def update_plan_step(session: TenantSession, info: Info, data: UpdatePlanStepInput) -> DevelopmentPlanDTO:
    """`PATCH /v1/development-plans/{id}/steps/{step_id}`."""
    ids, given = (row_id(data.plan_id, TYPE), row_id(data.id, STEP)), to_dto(UpdatePlanStep, data, apart=PLAN)
    expected = precondition(data.if_match)
    return await plan_steps.update_plan_step(session, info.context.principal, *ids, given, expected)


@mutation("Say that a step is done.", needs=WRITE, payload=DevelopmentPlanPayload, render=to_payload)
async def finish_plan_step(session: TenantSession, info: Info, data: FinishPlanStepInput) -> DevelopmentPlanDTO:
    """`POST /v1/development-plans/{id}/steps/{step_id}/finish`."""
    ids, given = (row_id(data.plan_id, TYPE), row_id(data.id, STEP)), to_dto(FinishPlanStep, data, apart=PLAN)
    expected = precondition(data.if_match)
    return await plan_steps.finish_plan_step(session, info.context.principal, *ids, given, expected)


@mutation("Delete a step that is not done.", needs=WRITE, payload=DeletedPayload, render=to_deleted)
async def delete_plan_step(session: TenantSession, info: Info, data: DeletePlanStepInput) -> None:
    """`DELETE /v1/development-plans/{id}/steps/{step_id}`."""
    ids, expected = (row_id(data.plan_id, TYPE), row_id(data.id, STEP)), precondition(data.if_match)
    await plan_steps.delete_plan_step(session, info.context.principal, *ids, expected)


@mutation("Add a review.", needs=WRITE, payload=DevelopmentPlanPayload, render=to_payload)
async def create_plan_review(session: TenantSession, info: Info, data: CreatePlanReviewInput) -> DevelopmentPlanDTO:
    """`POST /v1/development-plans/{id}/reviews`."""
    id_, given, expected = row_id(data.id, TYPE), to_dto(CreatePlanReview, data), precondition(data.if_match)
    return await plan_steps.create_plan_review(session, info.context.principal, id_, given, expected)


@mutation("Say what a review came to.", needs=WRITE, payload=DevelopmentPlanPayload, render=to_payload)
async def hold_plan_review(session: TenantSession, info: Info, data: HoldPlanReviewInput) -> DevelopmentPlanDTO:
    """`POST /v1/development-plans/{id}/reviews/{review_id}/hold`."""
    ids, given = (row_id(data.plan_id, TYPE), row_id(data.id, REVIEW)), to_dto(HoldPlanReview, data, apart=PLAN)
    expected = precondition(data.if_match)
    return await plan_steps.hold_plan_review(session, info.context.principal, *ids, given, expected)


@mutation("Delete a review that was not held.", needs=WRITE, payload=DeletedPayload, render=to_deleted)
async def delete_plan_review(session: TenantSession, info: Info, data: DeletePlanReviewInput) -> None:
    """`DELETE /v1/development-plans/{id}/reviews/{review_id}`."""
    ids, expected = (row_id(data.plan_id, TYPE), row_id(data.id, REVIEW)), precondition(data.if_match)
    await plan_steps.delete_plan_review(session, info.context.principal, *ids, expected)


@strawberry.type
class PlanStepsMutation:
    """Mutations of a plan's steps and reviews."""

    create_plan_step = create_plan_step
    update_plan_step = update_plan_step
    finish_plan_step = finish_plan_step
    delete_plan_step = delete_plan_step
    create_plan_review = create_plan_review
    hold_plan_review = hold_plan_review
    delete_plan_review = delete_plan_review
