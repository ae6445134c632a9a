"""`/v1/development-plans/{id}/steps` and `/reviews`: the work on a plan, and looking at how it goes."""

from uuid import UUID

from fastapi import Response

from service.api.deps import PreconditionDep, PrincipalDep, SessionDep
from service.api.operation import operation
from service.api.route import resource_router
from service.skill_assessments.dto.plan_steps import (
    CreatePlanReview,
    CreatePlanStep,
    FinishPlanStep,
    HoldPlanReview,
    UpdatePlanStep,
)
from service.skill_assessments.dto.plans import (
    DevelopmentPlanDTO,
)
from service.skill_assessments.permissions import Permission
from service.skill_assessments.use_cases import plan_steps

WRITE = Permission.DEVELOPMENT_PLANS_WRITE

router = resource_router("/v1/development-plans", "development plans")


@router.post(
    "/{plan_id}/steps", **operation("createPlanStep", "Add a step to a development plan", WRITE, 404, 409, tagged=True)
)
async def create_plan_step(
    plan_id: UUID, data: CreatePlanStep, expected: PreconditionDep, session: SessionDep, principal: PrincipalDep
) -> DevelopmentPlanDTO:
    """Answers with the whole plan. Before the start the other side's agreement is taken back."""
    return await plan_steps.create_plan_step(session, principal, plan_id, data, expected)


@router.patch("/{plan_id}/steps/{step_id}", **operation("updatePlanStep", "Change a step of a plan", WRITE, 404, 409))
async def update_plan_step(
    plan_id: UUID,
    step_id: UUID,
    data: UpdatePlanStep,
    expected: PreconditionDep,
    session: SessionDep,
    principal: PrincipalDep,
) -> DevelopmentPlanDTO:
    """Merge-patch of one that is not done; `If-Match` and the answer are the plan's."""
    return await plan_steps.update_plan_step(session, principal, plan_id, step_id, data, expected)


@router.delete(
    "/{plan_id}/steps/{step_id}",
    status_code=204,
    **operation("deletePlanStep", "Delete a step of a plan", WRITE, 404, 409),
)
async def delete_plan_step(
    plan_id: UUID, step_id: UUID, expected: PreconditionDep, session: SessionDep, principal: PrincipalDep
) -> Response:
    """One that is not done; `If-Match` is the plan's."""
    await plan_steps.delete_plan_step(session, principal, plan_id, step_id, expected)
    return Response(status_code=204)


@router.post(
    "/{plan_id}/steps/{step_id}/finish",
    **operation("finishPlanStep", "Finish a step of a plan", WRITE, 404, 409, tagged=True),
)
async def finish_plan_step(
    plan_id: UUID,
    step_id: UUID,
    data: FinishPlanStep,
    expected: PreconditionDep,
    session: SessionDep,
    principal: PrincipalDep,
) -> DevelopmentPlanDTO:
    """While the plan is under way; answers with the whole plan."""
    return await plan_steps.finish_plan_step(session, principal, plan_id, step_id, data, expected)


@router.post(
    "/{plan_id}/reviews",
    **operation("createPlanReview", "Add a review to a development plan", WRITE, 404, 409, tagged=True),
)
async def create_plan_review(
    plan_id: UUID, data: CreatePlanReview, expected: PreconditionDep, session: SessionDep, principal: PrincipalDep
) -> DevelopmentPlanDTO:
    """Answers with the whole plan. Before the start the other side's agreement is taken back."""
    return await plan_steps.create_plan_review(session, principal, plan_id, data, expected)


@router.delete(
    "/{plan_id}/reviews/{review_id}",
    status_code=204,
    **operation("deletePlanReview", "Delete a review of a plan", WRITE, 404, 409),
)
async def delete_plan_review(
    plan_id: UUID, review_id: UUID, expected: PreconditionDep, session: SessionDep, principal: PrincipalDep
) -> Response:
    """One that was not held; `If-Match` is the plan's."""
    await plan_steps.delete_plan_review(session, principal, plan_id, review_id, expected)
    return Response(status_code=204)


@router.post(
    "/{plan_id}/reviews/{review_id}/hold",
    **operation("holdPlanReview", "Hold a review of a plan", WRITE, 404, 409, tagged=True),
)
async def hold_plan_review(
    plan_id: UUID,
    review_id: UUID,
    data: HoldPlanReview,
    expected: PreconditionDep,
    session: SessionDep,
    principal: PrincipalDep,
) -> DevelopmentPlanDTO:
    """With a note of what it came to; answers with the whole plan."""
    return await plan_steps.hold_plan_review(session, principal, plan_id, review_id, data, expected)
