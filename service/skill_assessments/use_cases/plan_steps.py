"""Steps and reviews of a development plan: arranged by those who see it, done and held while it is under way.

Whatever is arranged before the start is part of what the two agree to, so that it takes the other's agreement back.
"""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.clock import utc_now
from service.core.errors import conflict, invalid, not_found
from service.core.etags import UNCONDITIONAL, Precondition
from service.core.ids import new_id
from service.core.principal import Principal, require
from service.organizations.use_cases.scope import local_today
from service.skill_assessments.dto.plan_steps import (
    CreatePlanReview,
    CreatePlanStep,
    FinishPlanStep,
    HoldPlanReview,
    PlanReviewDTO,
    PlanStepDTO,
    UpdatePlanStep,
)
from service.skill_assessments.dto.plans import (
    DevelopmentPlanDTO,
)
from service.skill_assessments.models import DevelopmentPlan, PlanReview, PlanStep
from service.skill_assessments.permissions import Permission
from service.skill_assessments.plans.lifecycle import PlanMove
from service.skill_assessments.repository import plans as repository
from service.skill_assessments.use_cases.plan_access import (
    find_plan,
    get_for_move,
    present_one,
    read_as,
    rewritten,
    written,
)
from service.skill_assessments.use_cases.plan_checks import new_step, require_days, require_owners

MOST_STEPS, MOST_REVIEWS = 50, 24


async def get_plan_step(session: AsyncSession, principal: Principal, step_id: UUID) -> PlanStepDTO:
    """One step of a plan that the caller sees."""
    require(principal, Permission.DEVELOPMENT_PLANS_READ)
    step = await repository.get_step(session, principal.org_id, step_id)
    if step is None:
        raise not_found("plan_step")
    await find_plan(session, await read_as(session, principal), step.plan_id)
    return PlanStepDTO.model_validate(step)


async def get_plan_review(session: AsyncSession, principal: Principal, review_id: UUID) -> PlanReviewDTO:
    """One review of a plan that the caller sees."""
    require(principal, Permission.DEVELOPMENT_PLANS_READ)
    review = await repository.get_review(session, principal.org_id, review_id)
    if review is None:
        raise not_found("plan_review")
    await find_plan(session, await read_as(session, principal), review.plan_id)
    return PlanReviewDTO.model_validate(review)


async def create_plan_step(
    session: AsyncSession,
    principal: Principal,
    plan_id: UUID,
    data: CreatePlanStep,
    expected: Precondition = UNCONDITIONAL,
) -> DevelopmentPlanDTO:
    """Add a step; `invalid` for a skill that is no focus, a wrong owner or day, `conflict` beyond 50 steps."""
    row, reader = await get_for_move(session, principal, plan_id, expected, PlanMove.ARRANGE)
    require_days([("/due_on", data.due_on)], await local_today(session, principal.org_id))
    if data.skill not in {focus.skill for focus in await repository.list_focuses(session, row.org_id, [row.id])}:
        raise invalid("/skill", "is no focus of this plan")
    await require_owners(session, principal, row.person_id, [("/owner_id", data.owner_id)])
    if len(await repository.list_steps(session, row.org_id, [row.id])) >= MOST_STEPS:
        raise conflict("too_many_steps", f"A plan has at most {MOST_STEPS} steps.")
    await repository.add_rows(session, [new_step(row, data, utc_now())])
    return await rewritten(session, reader, row)


async def update_plan_step(
    session: AsyncSession,
    principal: Principal,
    plan_id: UUID,
    step_id: UUID,
    data: UpdatePlanStep,
    expected: Precondition = UNCONDITIONAL,
) -> DevelopmentPlanDTO:
    """Word a step better, give it to somebody else, or put it off; `conflict` once it is done."""
    row, reader = await get_for_move(session, principal, plan_id, expected, PlanMove.ARRANGE)
    step = await _open_step(session, row, step_id)
    given = data.model_dump(exclude_unset=True)
    changes = {name: value for name, value in given.items() if getattr(step, name) != value}
    if "due_on" in changes:
        require_days([("/due_on", changes["due_on"])], await local_today(session, principal.org_id))
        changes["told_at"] = None
    await require_owners(session, principal, row.person_id, [("/owner_id", changes.get("owner_id"))])
    for name, value in changes.items():
        setattr(step, name, value)
    if not changes:
        return await present_one(session, reader, row)
    step.updated_at = utc_now()
    return await rewritten(session, reader, row)


async def finish_plan_step(
    session: AsyncSession,
    principal: Principal,
    plan_id: UUID,
    step_id: UUID,
    data: FinishPlanStep,
    expected: Precondition = UNCONDITIONAL,
) -> DevelopmentPlanDTO:
    """Say that a step is done; `conflict` where it is already."""
    row, reader = await get_for_move(session, principal, plan_id, expected, PlanMove.WORK)
    step = await _open_step(session, row, step_id)
    step.done_at, step.done_by, step.note = utc_now(), principal.person_id, data.note
    step.updated_at = step.done_at
    return await written(session, reader, row)


async def delete_plan_step(
    session: AsyncSession,
    principal: Principal,
    plan_id: UUID,
    step_id: UUID,
    expected: Precondition = UNCONDITIONAL,
) -> None:
    """Forget a step; `conflict` once it is done."""
    row, reader = await get_for_move(session, principal, plan_id, expected, PlanMove.ARRANGE)
    await repository.delete_rows(session, [await _open_step(session, row, step_id)])
    await rewritten(session, reader, row)


async def create_plan_review(
    session: AsyncSession,
    principal: Principal,
    plan_id: UUID,
    data: CreatePlanReview,
    expected: Precondition = UNCONDITIONAL,
) -> DevelopmentPlanDTO:
    """Add a day to look at how it goes; `conflict` for a day that it has, and beyond 24."""
    row, reader = await get_for_move(session, principal, plan_id, expected, PlanMove.ARRANGE)
    require_days([("/review_on", data.review_on)], await local_today(session, principal.org_id))
    reviews = await repository.list_reviews(session, row.org_id, [row.id])
    if data.review_on in {one.review_on for one in reviews}:
        raise conflict("review_day_taken", f"There is a review on {data.review_on} already.", "/review_on")
    if len(reviews) >= MOST_REVIEWS:
        raise conflict("too_many_reviews", f"A plan has at most {MOST_REVIEWS} reviews.")
    review = PlanReview(org_id=row.org_id, id=new_id(), plan_id=row.id, review_on=data.review_on)
    await repository.add_rows(session, [review])
    return await rewritten(session, reader, row)


async def hold_plan_review(
    session: AsyncSession,
    principal: Principal,
    plan_id: UUID,
    review_id: UUID,
    data: HoldPlanReview,
    expected: Precondition = UNCONDITIONAL,
) -> DevelopmentPlanDTO:
    """Say what a review came to; `conflict` where it was held."""
    row, reader = await get_for_move(session, principal, plan_id, expected, PlanMove.WORK)
    review = await _open_review(session, row, review_id)
    review.held_at, review.held_by, review.note = utc_now(), principal.person_id, data.note
    return await written(session, reader, row)


async def delete_plan_review(
    session: AsyncSession,
    principal: Principal,
    plan_id: UUID,
    review_id: UUID,
    expected: Precondition = UNCONDITIONAL,
) -> None:
    """Forget a review; `conflict` where it was held."""
    row, reader = await get_for_move(session, principal, plan_id, expected, PlanMove.ARRANGE)
    await repository.delete_rows(session, [await _open_review(session, row, review_id)])
    await rewritten(session, reader, row)


async def _open_step(session: AsyncSession, row: DevelopmentPlan, step_id: UUID) -> PlanStep:
    step = await repository.get_step(session, row.org_id, step_id)
    if step is None or step.plan_id != row.id:
        raise not_found("plan_step")
    if step.done_at is not None:
        raise conflict("step_done", "This step is done.")
    return step


async def _open_review(session: AsyncSession, row: DevelopmentPlan, review_id: UUID) -> PlanReview:
    review = await repository.get_review(session, row.org_id, review_id)
    if review is None or review.plan_id != row.id:
        raise not_found("plan_review")
    if review.held_at is not None:
        raise conflict("review_held", "This review was held.")
    return review
