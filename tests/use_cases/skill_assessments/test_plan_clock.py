"""Steps and reviews of plans under way are told of when their day has come, once, and again when it is put off."""

from datetime import timedelta
from uuid import UUID

from sqlmodel import col, update

from service.core.etags import UNCONDITIONAL
from service.skill_assessments.dto.plan_steps import (
    UpdatePlanStep,
)
from service.skill_assessments.models import PlanStep
from service.skill_assessments.plan_tasks import watch_plans
from service.skill_assessments.use_cases.plan_clock import tell_due
from service.skill_assessments.use_cases.plan_steps import update_plan_step
from tests.factories.events import emitted
from tests.factories.plans import SKILLS, Plans, plans_of
from tests.factories.sales_org import SalesOrg


async def told(org: SalesOrg) -> list[tuple[str, str]]:
    """What was told of, by type and plan."""
    return [(type_, data["plan_id"]) for type_, data in await emitted(org) if type_.startswith("development_plan")]


async def tell(plans: Plans, days: int) -> int:
    """As the clock does in so many days."""
    at = plans.org.local(*(plans.today + timedelta(days=days)).timetuple()[:3], 9)
    async with plans.org.database.tenant(plans.org.id) as session:
        return await tell_due(session, plans.org.system, at, 10)


async def due_today(plans: Plans, plan_id: UUID) -> None:
    """The plan's step is due today."""
    async with plans.org.database.tenant(plans.org.id) as session:
        of_plan = (col(PlanStep.org_id) == plans.org.id, col(PlanStep.id) == plan_id)
        await session.exec(update(PlanStep).where(*of_plan).values(due_on=plans.today))


async def test_each_is_told_of_once(org: SalesOrg) -> None:
    plans, ann = await plans_of(org), await org.add_person("Ann")
    active = await plans.plant(ann, "active", SKILLS[0])
    for place, state in enumerate(("proposed", "agreed", "closed", "dropped"), 1):
        await plans.plant(ann, state, SKILLS[place])
    assert [await tell(plans, days) for days in (6, 7, 8, 29, 30, 31)] == [0, 1, 0, 0, 1, 0]
    step_due, review_due = "development_plan.step_due", "development_plan.review_due"
    assert await told(org) == [(step_due, str(active)), (review_due, str(active))]


async def test_what_is_put_off_is_told_of_again(org: SalesOrg) -> None:
    plans, ann = await plans_of(org), await org.add_person("Ann")
    plan_id = await plans.plant(ann, "extended", SKILLS[0])
    await due_today(plans, plan_id)
    assert await watch_plans(org.database, org.id) == 0
    assert len(await told(org)) == 1
    async with org.database.tenant(org.id) as session:
        later = UpdatePlanStep(due_on=plans.today + timedelta(days=3))
        await update_plan_step(session, org.acting_as(ann), plan_id, plan_id, later, UNCONDITIONAL)
    assert [await tell(plans, days) for days in (2, 3, 4)] == [0, 1, 0]
