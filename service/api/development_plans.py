"""`/v1/development-plans`: what somebody works on, agreed by them and a manager above them."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from service.api.deps import PreconditionDep, PrincipalDep, SessionDep
from service.api.operation import operation
from service.api.paging import ListEnvelope, ListRequest, sorted_by
from service.api.route import resource_router
from service.skill_assessments.dto.plans import (
    PLAN_SORTING,
    CreateDevelopmentPlan,
    DevelopmentPlanDTO,
    DevelopmentPlanFilter,
    EndDevelopmentPlan,
    ExtendDevelopmentPlan,
    LiftFocusLimit,
    PlanProgressDTO,
    UpdateDevelopmentPlan,
)
from service.skill_assessments.permissions import Permission
from service.skill_assessments.plans.lifecycle import PlanState
from service.skill_assessments.use_cases import plan_moves, plan_progress, plans

READ, WRITE = Permission.DEVELOPMENT_PLANS_READ, Permission.DEVELOPMENT_PLANS_WRITE

router = resource_router("/v1/development-plans", "development plans")


@router.get("", **operation("listDevelopmentPlans", "List development plans", READ))
async def list_development_plans(
    session: SessionDep,
    principal: PrincipalDep,
    page: Annotated[ListRequest, sorted_by(PLAN_SORTING)],
    person_id: Annotated[UUID | None, Query(description="Whose.")] = None,
    status: Annotated[PlanState | None, Query(description="Where they are on their way.")] = None,
) -> ListEnvelope[DevelopmentPlanDTO]:
    """The newest first. A rep sees their own, a manager those of the tree below them."""
    filters = DevelopmentPlanFilter(person_id=person_id, status=status)
    return page.answer(await plans.list_development_plans(session, principal, filters, page))


@router.post(
    "", status_code=201, **operation("createDevelopmentPlan", "Propose a development plan", WRITE, tagged=True)
)
async def create_development_plan(
    data: CreateDevelopmentPlan, session: SessionDep, principal: PrincipalDep
) -> DevelopmentPlanDTO:
    """One or two skills. Whoever of rep and manager writes it agrees to it; the other one still has to."""
    return await plans.create_development_plan(session, principal, data)


@router.get("/{plan_id}", **operation("getDevelopmentPlan", "Read a development plan", READ, 404))
async def get_development_plan(plan_id: UUID, session: SessionDep, principal: PrincipalDep) -> DevelopmentPlanDTO:
    """With its focuses, steps and reviews, and what the caller may do now."""
    return await plans.get_development_plan(session, principal, plan_id)


@router.patch("/{plan_id}", **operation("updateDevelopmentPlan", "Change a development plan", WRITE, 404, 409))
async def update_development_plan(
    plan_id: UUID, data: UpdateDevelopmentPlan, expected: PreconditionDep, session: SessionDep, principal: PrincipalDep
) -> DevelopmentPlanDTO:
    """Merge-patch before it starts: it is a proposal again, and the other side's agreement is taken back."""
    return await plans.update_development_plan(session, principal, plan_id, data, expected)


@router.get(
    "/{plan_id}/progress", **operation("getPlanProgress", "Read how far a development plan has come", READ, 404)
)
async def get_plan_progress(plan_id: UUID, session: SessionDep, principal: PrincipalDep) -> PlanProgressDTO:
    """From reassessments, the linked KPIs, steps and reviews; of a plan that has ended as it was then."""
    return await plan_progress.get_plan_progress(session, principal, plan_id)


@router.post(
    "/{plan_id}/agree", **operation("agreeDevelopmentPlan", "Agree to a development plan", WRITE, 404, 409, tagged=True)
)
async def agree_development_plan(
    plan_id: UUID, expected: PreconditionDep, session: SessionDep, principal: PrincipalDep
) -> DevelopmentPlanDTO:
    """By the rep, and by a manager above them; once both do it is agreed."""
    return await plan_moves.agree_development_plan(session, principal, plan_id, expected)


@router.post(
    "/{plan_id}/start", **operation("startDevelopmentPlan", "Start a development plan", WRITE, 404, 409, tagged=True)
)
async def start_development_plan(
    plan_id: UUID, expected: PreconditionDep, session: SessionDep, principal: PrincipalDep
) -> DevelopmentPlanDTO:
    """Freezes where the person stands. More than two skills at a time are `409 too_many_focuses`."""
    return await plan_moves.start_development_plan(session, principal, plan_id, expected)


@router.post(
    "/{plan_id}/extend", **operation("extendDevelopmentPlan", "Extend a development plan", WRITE, 404, 409, tagged=True)
)
async def extend_development_plan(
    plan_id: UUID, data: ExtendDevelopmentPlan, expected: PreconditionDep, session: SessionDep, principal: PrincipalDep
) -> DevelopmentPlanDTO:
    """To a later day, with a reason; the work goes on, and it can be extended again."""
    return await plan_moves.extend_development_plan(session, principal, plan_id, data, expected)


@router.post(
    "/{plan_id}/close", **operation("closeDevelopmentPlan", "Close a development plan", WRITE, 404, 409, tagged=True)
)
async def close_development_plan(
    plan_id: UUID, data: EndDevelopmentPlan, expected: PreconditionDep, session: SessionDep, principal: PrincipalDep
) -> DevelopmentPlanDTO:
    """With a reason; how far it had come stays as it is."""
    return await plan_moves.close_development_plan(session, principal, plan_id, data, expected)


@router.post(
    "/{plan_id}/drop", **operation("dropDevelopmentPlan", "Drop a development plan", WRITE, 404, 409, tagged=True)
)
async def drop_development_plan(
    plan_id: UUID, data: EndDevelopmentPlan, expected: PreconditionDep, session: SessionDep, principal: PrincipalDep
) -> DevelopmentPlanDTO:
    """With a reason, before it starts or while it is under way."""
    return await plan_moves.drop_development_plan(session, principal, plan_id, data, expected)


@router.post(
    "/{plan_id}/lift", **operation("liftFocusLimit", "Lift the limit of focus skills", WRITE, 404, 409, tagged=True)
)
async def lift_focus_limit(
    plan_id: UUID, data: LiftFocusLimit, expected: PreconditionDep, session: SessionDep, principal: PrincipalDep
) -> DevelopmentPlanDTO:
    """By an enablement lead, with a reason: this plan may start beyond two skills at a time."""
    return await plan_moves.lift_focus_limit(session, principal, plan_id, data, expected)
