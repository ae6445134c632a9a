"""Development plans: proposed, read by those whom they concern, and changed while nothing has started."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.clock import utc_now
from service.core.errors import invalid
from service.core.etags import UNCONDITIONAL, Precondition
from service.core.ids import new_id
from service.core.pagination import Page, PageRequest
from service.core.principal import Principal, require
from service.organizations.use_cases.people import get_people
from service.organizations.use_cases.scope import local_today
from service.skill_assessments.dto.plans import (
    CreateDevelopmentPlan,
    DevelopmentPlanDTO,
    DevelopmentPlanFilter,
    PlanFocusInput,
    UpdateDevelopmentPlan,
)
from service.skill_assessments.models import DevelopmentPlan, PlanFocus, PlanReview
from service.skill_assessments.permissions import Permission
from service.skill_assessments.plans.lifecycle import PlanMove, PlanState, propose
from service.skill_assessments.repository import plans as repository
from service.skill_assessments.use_cases.frameworks import resolve_framework
from service.skill_assessments.use_cases.plan_access import (
    find_plan,
    get_for_move,
    present,
    present_one,
    read_as,
    rewritten,
    set_standing,
)
from service.skill_assessments.use_cases.plan_checks import (
    new_step,
    require_days,
    require_focuses,
    require_owners,
    require_skills,
)


async def list_development_plans(
    session: AsyncSession, principal: Principal, filters: DevelopmentPlanFilter, page: PageRequest
) -> Page[DevelopmentPlanDTO]:
    """A page of those of whom the caller sees."""
    require(principal, Permission.DEVELOPMENT_PLANS_READ)
    reader = await read_as(session, principal)
    found = await repository.list_plans(session, principal.org_id, reader.people, filters, page)
    return found.with_items(await present(session, reader, found.items))


async def get_development_plan(session: AsyncSession, principal: Principal, plan_id: UUID) -> DevelopmentPlanDTO:
    """One; `not_found` where the caller does not see whose it is."""
    require(principal, Permission.DEVELOPMENT_PLANS_READ)
    reader = await read_as(session, principal)
    return await present_one(session, reader, await find_plan(session, reader, plan_id))


async def development_plans_of(
    session: AsyncSession, principal: Principal, person_ids: Collection[UUID]
) -> dict[UUID, list[DevelopmentPlanDTO]]:
    """Those of some people that have not ended, as far as the caller sees them; the batch behind loaders."""
    require(principal, Permission.DEVELOPMENT_PLANS_READ)
    reader = await read_as(session, principal)
    wanted = set(person_ids) if reader.people is None else reader.people.intersection(person_ids)
    found: dict[UUID, list[DevelopmentPlanDTO]] = {}
    rows = await repository.list_plans_of(session, principal.org_id, wanted)
    for plan in await present(session, reader, rows):
        found.setdefault(plan.person_id, []).append(plan)
    return found


async def create_development_plan(
    session: AsyncSession, principal: Principal, data: CreateDevelopmentPlan
) -> DevelopmentPlanDTO:
    """Propose what somebody works on; the rep or a manager above them agrees to it by writing it.

    `invalid`, naming each field, for a person whom the caller may not see, a framework, skill, level or KPI that there
    is not, an owner who is neither the rep, above them nor enablement, and days that are over or over a year away.
    """
    require(principal, Permission.DEVELOPMENT_PLANS_WRITE)
    reader = await read_as(session, principal)
    is_hidden = reader.people is not None and data.person_id not in reader.people
    if is_hidden or data.person_id not in await get_people(session, principal.as_system(), [data.person_id]):
        raise invalid("/person_id", "is not a person of this organization whom you may see")
    await _require_days(session, principal, data)
    framework = await resolve_framework(session, principal, data.framework_key)
    await require_focuses(session, principal, data.person_id, data.focuses, framework.document)
    require_skills(data.steps, {focus.skill for focus in data.focuses})
    owners = [(f"/steps/{i}/owner_id", step.owner_id) for i, step in enumerate(data.steps)]
    await require_owners(session, principal, data.person_id, owners)
    now, sides = utc_now(), reader.sides(data.person_id)
    row = DevelopmentPlan(
        org_id=principal.org_id,
        id=new_id(),
        person_id=data.person_id,
        framework_id=framework.id,
        status=PlanState.PROPOSED.value,
        reason=data.reason,
        target_on=data.target_on,
        created_by=principal.person_id,
        created_at=now,
        updated_at=now,
    )
    set_standing(row, propose(sides, now), principal, sides)
    steps = [new_step(row, step, now) for step in data.steps]
    reviews = [
        PlanReview(org_id=row.org_id, id=new_id(), plan_id=row.id, review_on=day) for day in sorted(data.review_days)
    ]
    await repository.add_rows(session, [row, *_focuses(row, data.focuses), *steps, *reviews])
    return await present_one(session, reader, row)


async def update_development_plan(
    session: AsyncSession,
    principal: Principal,
    plan_id: UUID,
    data: UpdateDevelopmentPlan,
    expected: Precondition = UNCONDITIONAL,
) -> DevelopmentPlanDTO:
    """Change a plan that has not started: it is a proposal again, to which the other side has not agreed.

    `invalid` as for a new one. What changes nothing takes no agreement back.
    """
    row, reader = await get_for_move(session, principal, plan_id, expected, PlanMove.CHANGE)
    given = data.model_dump(exclude_unset=True, exclude={"focuses"})
    changes = {name: value for name, value in given.items() if getattr(row, name) != value}
    if "target_on" in changes:
        require_days([("/target_on", changes["target_on"])], await local_today(session, principal.org_id))
    for name, value in changes.items():
        setattr(row, name, value)
    if await _replace_focuses(session, principal, row, data.focuses) or changes:
        return await rewritten(session, reader, row)
    return await present_one(session, reader, row)


async def _replace_focuses(
    session: AsyncSession, principal: Principal, row: DevelopmentPlan, focuses: Sequence[PlanFocusInput] | None
) -> bool:
    """Whether others were given than there were."""
    before = await repository.list_focuses(session, row.org_id, [row.id])
    if focuses is None or [PlanFocusInput.model_validate(one, from_attributes=True) for one in before] == focuses:
        return False
    framework = await resolve_framework(session, principal, row.framework_id)
    await require_focuses(session, principal, row.person_id, focuses, framework.document)
    skills = {focus.skill for focus in focuses}
    steps = await repository.list_steps(session, row.org_id, [row.id])
    await repository.delete_rows(session, [*before, *(step for step in steps if step.skill not in skills)])
    await repository.add_rows(session, _focuses(row, focuses))
    return True


async def _require_days(session: AsyncSession, principal: Principal, data: CreateDevelopmentPlan) -> None:
    days = [("/target_on", data.target_on)]
    days += [(f"/steps/{i}/due_on", step.due_on) for i, step in enumerate(data.steps)]
    days += [(f"/review_days/{i}", day) for i, day in enumerate(data.review_days)]
    require_days(days, await local_today(session, principal.org_id))


def _focuses(row: DevelopmentPlan, focuses: Sequence[PlanFocusInput]) -> list[PlanFocus]:
    return [
        PlanFocus(org_id=row.org_id, plan_id=row.id, place=place, **focus.model_dump())
        for place, focus in enumerate(focuses, 1)
    ]
