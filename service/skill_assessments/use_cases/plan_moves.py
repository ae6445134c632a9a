"""The moves of a development plan: agreed by the two, started with a frozen baseline, put off, and ended."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.clock import utc_now
from service.core.errors import conflict, invalid
from service.core.etags import UNCONDITIONAL, Precondition
from service.core.principal import Principal
from service.organizations.use_cases.scope import local_today
from service.skill_assessments.dto.plans import (
    DevelopmentPlanDTO,
    EndDevelopmentPlan,
    ExtendDevelopmentPlan,
    LiftFocusLimit,
)
from service.skill_assessments.models import DevelopmentPlan
from service.skill_assessments.plans.lifecycle import MOST_FOCUSES, UNDER_WAY, PlanMove, PlanState, agree
from service.skill_assessments.repository import plans as repository
from service.skill_assessments.use_cases.plan_access import (
    Reader,
    get_for_move,
    set_standing,
    standing_of,
    written,
)
from service.skill_assessments.use_cases.plan_checks import require_days
from service.skill_assessments.use_cases.plan_progress import freeze_baseline, freeze_progress
from service.webhooks.outbox import EventType, emit


async def agree_development_plan(
    session: AsyncSession, principal: Principal, plan_id: UUID, expected: Precondition = UNCONDITIONAL
) -> DevelopmentPlanDTO:
    """The rep, or a manager above them, agrees to the plan as it is; once both do it is agreed."""
    row, reader = await get_for_move(session, principal, plan_id, expected, PlanMove.AGREE)
    sides = reader.sides(row.person_id)
    set_standing(row, agree(standing_of(row), sides, utc_now()), principal, sides)
    return await written(session, reader, row)


async def start_development_plan(
    session: AsyncSession, principal: Principal, plan_id: UUID, expected: Precondition = UNCONDITIONAL
) -> DevelopmentPlanDTO:
    """The work begins, and where the person stands is frozen.

    `conflict`: `too_many_focuses` where they would work on more than two skills at a time and no enablement lead lifted
    that, `skill_in_another_plan` for a skill that they work on already, `target_day_over` for a day that is over.
    """
    row, reader = await get_for_move(session, principal, plan_id, expected, PlanMove.START)
    today = await local_today(session, principal.org_id)
    if row.target_on < today:
        raise conflict("target_day_over", f"The target day, {row.target_on}, is over: change it first.")
    await _require_room(session, row)
    now = utc_now()
    row.baseline = await freeze_baseline(session, principal, row, now)
    row.started_at = now
    return await _become(session, reader, row, PlanState.ACTIVE, EventType.DEVELOPMENT_PLAN_STARTED)


async def extend_development_plan(
    session: AsyncSession,
    principal: Principal,
    plan_id: UUID,
    data: ExtendDevelopmentPlan,
    expected: Precondition = UNCONDITIONAL,
) -> DevelopmentPlanDTO:
    """Put the target day off, with a reason; it can be done again. `invalid` for a day that is not later."""
    row, reader = await get_for_move(session, principal, plan_id, expected, PlanMove.EXTEND)
    require_days([("/target_on", data.target_on)], await local_today(session, principal.org_id))
    if data.target_on <= row.target_on:
        raise invalid("/target_on", f"must be after the day that it has, {row.target_on}")
    row.first_target_on = row.first_target_on or row.target_on
    row.target_on, row.extension_reason, row.extended_at = data.target_on, data.reason, utc_now()
    row.status = PlanState.EXTENDED.value
    return await written(session, reader, row)


async def close_development_plan(
    session: AsyncSession,
    principal: Principal,
    plan_id: UUID,
    data: EndDevelopmentPlan,
    expected: Precondition = UNCONDITIONAL,
) -> DevelopmentPlanDTO:
    """The work is over, with a reason; how far it had come stays as it is."""
    row, reader = await get_for_move(session, principal, plan_id, expected, PlanMove.CLOSE)
    return await _end(session, reader, row, PlanState.CLOSED, data)


async def drop_development_plan(
    session: AsyncSession,
    principal: Principal,
    plan_id: UUID,
    data: EndDevelopmentPlan,
    expected: Precondition = UNCONDITIONAL,
) -> DevelopmentPlanDTO:
    """Nothing comes of it, with a reason."""
    row, reader = await get_for_move(session, principal, plan_id, expected, PlanMove.DROP)
    return await _end(session, reader, row, PlanState.DROPPED, data)


async def lift_focus_limit(
    session: AsyncSession,
    principal: Principal,
    plan_id: UUID,
    data: LiftFocusLimit,
    expected: Precondition = UNCONDITIONAL,
) -> DevelopmentPlanDTO:
    """Let this plan start though the person then works on more than two skills at a time; by an enablement lead."""
    row, reader = await get_for_move(session, principal, plan_id, expected, PlanMove.LIFT)
    row.lifted_at, row.lifted_by, row.lift_reason = utc_now(), principal.person_id, data.reason
    return await written(session, reader, row)


async def _require_room(session: AsyncSession, row: DevelopmentPlan) -> None:
    await repository.lock_person(session, row.org_id, row.person_id)
    worked_on = await repository.list_worked_on(session, row.org_id, row.person_id, row.id)
    ours = {(framework, skill) for plan_id, framework, skill in worked_on if plan_id == row.id}
    others = [(framework, skill) for plan_id, framework, skill in worked_on if plan_id != row.id]
    twice = sorted(skill for framework, skill in ours.intersection(others))
    if twice:
        raise conflict("skill_in_another_plan", f"This person works on {', '.join(twice)} in another plan already.")
    if row.lifted_at is None and len(worked_on) > MOST_FOCUSES:
        message = (
            f"This person works on {len(others)} of at most {MOST_FOCUSES} skills: "
            "close a plan first, or have an enablement lead lift the limit."
        )
        raise conflict("too_many_focuses", message)


async def _end(
    session: AsyncSession, reader: Reader, row: DevelopmentPlan, state: PlanState, data: EndDevelopmentPlan
) -> DevelopmentPlanDTO:
    now, was_under_way = utc_now(), PlanState(row.status) in UNDER_WAY
    if was_under_way:
        row.final_progress = await freeze_progress(session, reader.principal, row, now)
    row.ended_at, row.end_reason = now, data.reason
    return await _become(session, reader, row, state, EventType.DEVELOPMENT_PLAN_CLOSED if was_under_way else None)


async def _become(
    session: AsyncSession, reader: Reader, row: DevelopmentPlan, state: PlanState, event: EventType | None
) -> DevelopmentPlanDTO:
    row.status = state.value
    if event is not None:
        data = {"plan_id": row.id, "person_id": row.person_id, "status": row.status}
        await emit(session, row.org_id, event, data)
    return await written(session, reader, row)
