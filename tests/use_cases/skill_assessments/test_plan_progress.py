"""What a plan's baseline froze, what is read of skills and KPIs since, and what stays when it ends."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

import pytest_asyncio

from service.core.principal import Principal
from service.organizations.dto.people import PersonDTO
from service.skill_assessments.dto.plans import DevelopmentPlanDTO, EndDevelopmentPlan, PlanProgressDTO
from service.skill_assessments.use_cases.plan_moves import close_development_plan, start_development_plan
from service.skill_assessments.use_cases.plan_progress import active_plans_of, get_plan_progress
from service.skill_assessments.use_cases.plan_readings import first_whole_month, last_whole_month
from tests.factories.coaching_team import Team, house_of_seven
from tests.factories.plans import SKILLS, Plans, plans_of
from tests.factories.ratings import rate as rate_one
from tests.factories.sales_org import SalesOrg
from tests.fixtures.statements import counted_statements

MANAGERS = ("Lead", "Top")


@pytest_asyncio.fixture
async def team(org: SalesOrg) -> Team:
    return await house_of_seven(org)


@pytest_asyncio.fixture
async def plans(team: Team) -> Plans:
    return await plans_of(team.org)


async def call(team: Team, person: PersonDTO, count: int, on: date) -> None:
    """So many calls on a day."""
    at = datetime.combine(on, time(12), team.org.zone)
    await team.org.add_activities([(person, at + timedelta(minutes=minute)) for minute in range(count)])
    await team.org.refresh()


async def rate(team: Team, plans: Plans, level: float, on: date, skill: str = SKILLS[0]) -> None:
    """Both managers give Ann a level, while her own and her peer's rating count for nothing."""
    raters = [*((name, "manager", level) for name in MANAGERS), ("Ann", "self", 5), ("Bob", "peer", 5)]
    for name, kind, given in raters:
        ids = team.people["Ann"].id, team.people[name].id
        await rate_one(team.org, plans.framework_id, *ids, {skill: given}, on=on, kind=kind)


async def start(team: Team, plan_id: UUID) -> DevelopmentPlanDTO:
    async with team.org.database.tenant(team.org.id) as session:
        return await start_development_plan(session, team.as_("Lead"), plan_id)


async def progress(team: Team, plan_id: UUID) -> PlanProgressDTO:
    async with team.org.database.tenant(team.org.id) as session:
        return await get_plan_progress(session, team.as_("Ann"), plan_id)


def under_way(team: Team, plans: Plans, level: str) -> dict[str, object]:
    """A plan that started before the last whole month, in which Ann was at a level and made a call a day."""
    started_on = last_whole_month(plans.today).start - timedelta(days=10)
    before = last_whole_month(started_on)
    skill = {"level": level, "standard_error": "0.4", "n": 2, "assessed_on": str(started_on)}
    kpi = {"period_start": str(before.start), "period_end": str(before.end), "value": "20", "n": 20}
    kpi |= {"numerator": None, "denominator": None, "working_days": "20"}
    return {
        "started_at": datetime.combine(started_on, time(9), team.org.zone),
        "baseline": {SKILLS[0]: {"skill": skill, "kpi": kpi}},
    }


async def test_the_baseline_is_what_was_known_at_the_start(team: Team, plans: Plans) -> None:
    month = last_whole_month(plans.today)
    await rate(team, plans, 2, plans.today - timedelta(days=30))
    await call(team, team.people["Ann"], 40, month.start + timedelta(days=3))
    plan_id = await plans.plant(team.people["Ann"], "agreed", SKILLS[0], SKILLS[1], kpi="calls")
    (first, second) = (await start(team, plan_id)).focuses
    assert first.baseline is not None
    assert first.baseline.skill is not None
    assert first.baseline.kpi is not None
    assert (first.baseline.skill.level, first.baseline.skill.n) == (Decimal(2), 2)
    assert (first.baseline.kpi.value, first.baseline.kpi.period_start) == (Decimal(40), month.start)
    assert 19 <= first.baseline.kpi.working_days <= 23
    assert second.baseline is not None
    assert (second.baseline.skill, second.baseline.kpi) == (None, first.baseline.kpi)
    await rate(team, plans, 4, plans.today)
    found = (await progress(team, plan_id)).skills[0]
    assert (found.at_start, found.newest, found.verdict) == (first.baseline.skill, None, "cannot_tell")
    assert found.reason == "Nobody else has rated this skill since the plan started; an assessment would tell."
    assert found.kpi is not None
    ends_on = first_whole_month(plans.today).end
    assert found.kpi.reason == f"The first whole month since the start ends on {ends_on}."


async def test_what_moved_since(team: Team, plans: Plans) -> None:
    plan_id = await plans.plant(team.people["Ann"], "active", SKILLS[0], kpi="calls", **under_way(team, plans, "2.0"))
    await rate(team, plans, 4, plans.today - timedelta(days=5))
    await call(team, team.people["Ann"], 60, last_whole_month(plans.today).start + timedelta(days=3))
    found = await progress(team, plan_id)
    (skill,) = found.skills
    assert (skill.gain, skill.verdict, skill.target_level) == (Decimal("2.00"), "moved", 3)
    assert skill.probability_reached is not None
    assert skill.probability_reached > Decimal("0.9")
    assert skill.kpi is not None
    assert (skill.kpi.verdict, skill.kpi.method) == ("moved", "poisson_mover")
    assert found.sentences[0].startswith("Skill 0, to level 3: From 2.0 to 4.0: the gain of 2.0 levels (90 % interval ")
    assert (found.days_left, found.next_review_on) == (90, plans.today + timedelta(days=30))
    assert found.sentences[-3:] == [
        "0 of 1 steps done.",
        f"The next review is on {plans.day(30)}.",
        f"The target day is {plans.day(90)}: 90 days left.",
    ]


async def test_what_has_ended_stays_as_it_was(team: Team, plans: Plans) -> None:
    plan_id = await plans.plant(team.people["Ann"], "active", SKILLS[0], **under_way(team, plans, "2.0"))
    await rate(team, plans, 4, plans.today - timedelta(days=5))
    async with team.org.database.tenant(team.org.id) as session:
        await close_development_plan(session, team.as_("Lead"), plan_id, EndDevelopmentPlan(reason="Sure by now"))
    then = await progress(team, plan_id)
    assert then.skills[0].verdict == "moved"
    await rate(team, plans, 1, plans.today)
    assert await progress(team, plan_id) == then


async def test_before_the_start_there_is_no_progress(team: Team, plans: Plans) -> None:
    for state, said in (("proposed", "It waits for the agreement of the rep and the manager."), ("dropped", "0 of 1")):
        found = await progress(team, await plans.plant(team.people["Ann"], state))
        assert found.skills == []
        assert found.sentences[0].startswith(said)


async def test_a_briefs_plans_in_a_constant_number_of_statements(team: Team, plans: Plans) -> None:
    ids = [team.people[name].id for name in ("Ann", "Bob")]

    async def ask(principal: Principal) -> tuple[dict[UUID, list[PlanProgressDTO]], int]:
        async with team.org.database.tenant(team.org.id) as session:
            with counted_statements(team.org.database) as statements:
                found = await active_plans_of(session, principal, ids)
        return found, len(statements)

    first = await plans.plant(team.people["Ann"], "active", SKILLS[0], kpi="calls", **under_way(team, plans, "2.0"))
    _, few = await ask(team.as_("Lead"))
    for name in ("Ann", "Bob"):
        for state in ("proposed", "extended", "closed", "dropped"):
            await plans.plant(team.people[name], state, SKILLS[1], kpi="calls")
    found, many = await ask(team.as_("Lead"))
    assert few == many
    assert [len(found[id_]) for id_ in ids] == [3, 2]
    assert found[ids[0]][0].plan_id == first
    assert list((await ask(team.as_("Ann")))[0]) == [ids[0]]
    assert (await ask(team.as_("Eve")))[0] == {}
