"""How far development plans have come: computed while they are under way, and kept as it was when they end."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.clock import utc_now
from service.core.principal import Principal, require
from service.organizations.use_cases.scope import local_now
from service.skill_assessments.dto.frameworks import CompetencyFrameworkDTO
from service.skill_assessments.dto.plans import PlanProgressDTO
from service.skill_assessments.levels import Unit
from service.skill_assessments.models import DevelopmentPlan, PlanFocus, PlanReview, PlanStep
from service.skill_assessments.permissions import Permission
from service.skill_assessments.plans.progress import (
    Focus,
    LinkedKpi,
    SkillProgress,
    StepOn,
    count_steps,
    judge_skill,
    next_review,
    say_plan,
)
from service.skill_assessments.plans.readings import FocusBaseline, KpiBasis, KpiReading, SkillReading, basis_of
from service.skill_assessments.repository import plans as repository
from service.skill_assessments.use_cases.frameworks import find_frameworks
from service.skill_assessments.use_cases.plan_access import find_plan, read_as, standing_of
from service.skill_assessments.use_cases.plan_readings import (
    KpiOf,
    Scale,
    Skill,
    first_whole_month,
    last_whole_month,
    read_kpis,
    read_skills,
)
from service.success_models.kpis import Polarity
from service.success_models.use_cases.owner_models import ModelTable, load_models


async def get_plan_progress(session: AsyncSession, principal: Principal, plan_id: UUID) -> PlanProgressDTO:
    """How far one plan has come; `not_found` where the caller does not see whose it is."""
    require(principal, Permission.DEVELOPMENT_PLANS_READ)
    reader = await read_as(session, principal)
    row = await find_plan(session, reader, plan_id)
    reader.tell(session, [row])
    return (await _follow(session, principal, [row], utc_now()))[row.id]


async def plan_progress_of(
    session: AsyncSession, principal: Principal, plan_ids: Collection[UUID]
) -> dict[UUID, PlanProgressDTO]:
    """The same of those of some plans that the caller sees; the batch behind loaders."""
    require(principal, Permission.DEVELOPMENT_PLANS_READ)
    reader = await read_as(session, principal)
    rows = await repository.get_plans(session, principal.org_id, reader.people, plan_ids)
    reader.tell(session, rows)
    return await _follow(session, principal, rows, utc_now())


async def active_plans_of(
    session: AsyncSession, principal: Principal, person_ids: Collection[UUID]
) -> dict[UUID, list[PlanProgressDTO]]:
    """The progress of the plans that have not ended of those of some people whom the caller sees, by person.

    Plans under way come first. A constant number of statements for any number of people: what a brief shows.
    """
    require(principal, Permission.DEVELOPMENT_PLANS_READ)
    reader = await read_as(session, principal)
    wanted = set(person_ids) if reader.people is None else reader.people.intersection(person_ids)
    rows = await repository.list_plans_of(session, principal.org_id, wanted)
    reader.tell(session, rows)
    progress = await _follow(session, principal, rows, utc_now())
    found: dict[UUID, list[PlanProgressDTO]] = {}
    for row in rows:
        found.setdefault(row.person_id, []).append(progress[row.id])
    return found


async def freeze_baseline(
    session: AsyncSession, principal: Principal, row: DevelopmentPlan, at: datetime
) -> dict[str, Any]:
    """Where the person stands in each focus of a plan that starts, by skill."""
    today = at.astimezone(await _zone(session, principal)).date()
    focuses = await repository.list_focuses(session, row.org_id, [row.id])
    framework = (await find_frameworks(session, principal, [row.framework_id]))[row.framework_id]
    scale = Scale(framework.key, framework.document.top)
    asked = {scale: {(row.person_id, focus.skill): None for focus in focuses}}
    skills = await read_skills(session, row.org_id, asked, today, at)
    linked = [row.person_id] if any(focus.kpi is not None for focus in focuses) else []
    kpis = await read_kpis(session, principal, linked, last_whole_month(today), at)
    return {
        focus.skill: FocusBaseline(
            skill=skills.get((row.person_id, framework.key, focus.skill)),
            kpi=None if focus.kpi is None else kpis.get((row.person_id, focus.kpi)),
        ).model_dump(mode="json")
        for focus in focuses
    }


async def freeze_progress(
    session: AsyncSession, principal: Principal, row: DevelopmentPlan, at: datetime
) -> dict[str, Any]:
    """How far a plan has come that ends."""
    return (await _follow(session, principal, [row], at))[row.id].model_dump(mode="json")


async def _zone(session: AsyncSession, principal: Principal) -> tzinfo:
    zone = (await local_now(session, principal.org_id)).tzinfo
    assert zone is not None  # noqa: S101 - it is the organization's
    return zone


async def _follow(
    session: AsyncSession, principal: Principal, rows: Sequence[DevelopmentPlan], now: datetime
) -> dict[UUID, PlanProgressDTO]:
    """Each plan's progress: of one that has ended what was kept, of the others what is known now."""
    found = {
        row.id: PlanProgressDTO.model_validate(row.final_progress) for row in rows if row.final_progress is not None
    }
    left = [row for row in rows if row.id not in found]
    if not left:
        return found
    known = await _learn(session, principal, left, now)
    return found | {row.id: known.follow(row) for row in left}


async def _learn(
    session: AsyncSession, principal: Principal, rows: Sequence[DevelopmentPlan], now: datetime
) -> "_Known":
    """Read all that progress of some plans looks at, in a constant number of statements."""
    org_id, ids = principal.org_id, [row.id for row in rows]
    zone = await _zone(session, principal)
    today = now.astimezone(zone).date()
    started = {row.id: row.started_at.astimezone(zone).date() for row in rows if row.started_at is not None}
    people = {row.person_id for row in rows if row.id in started}
    focuses = await repository.list_focuses(session, org_id, ids)
    frameworks = await find_frameworks(session, principal, {row.framework_id for row in rows})
    by_id = {row.id: row for row in rows}
    asked: dict[Scale, dict[Unit, date | None]] = {}
    for focus in focuses:
        if focus.plan_id in started:
            plan = by_id[focus.plan_id]
            framework = frameworks[plan.framework_id]
            units = asked.setdefault(Scale(framework.key, framework.document.top), {})
            units[plan.person_id, focus.skill] = started[plan.id]
    linked = people if any(one.kpi is not None and one.plan_id in started for one in focuses) else set()
    return _Known(
        now=now,
        today=today,
        started=started,
        focuses=focuses,
        steps=await repository.list_steps(session, org_id, ids),
        reviews=await repository.list_reviews(session, org_id, ids),
        frameworks=frameworks,
        newest=await read_skills(session, org_id, asked, today, now),
        kpis=await read_kpis(session, principal, linked, last_whole_month(today), now),
        models=await load_models(session, principal.as_system(), people),
    )


@dataclass(frozen=True, slots=True)
class _Known:
    """All that is known of some plans."""

    now: datetime
    today: date
    started: Mapping[UUID, date]
    focuses: Sequence[PlanFocus]
    steps: Sequence[PlanStep]
    reviews: Sequence[PlanReview]
    frameworks: Mapping[UUID, CompetencyFrameworkDTO]
    newest: Mapping[Skill, SkillReading]
    kpis: Mapping[KpiOf, KpiReading]
    models: ModelTable

    def follow(self, row: DevelopmentPlan) -> PlanProgressDTO:
        """One plan's progress; before the start there is none in its skills."""
        focuses = [focus for focus in self.focuses if focus.plan_id == row.id]
        skills = [self._judge(row, focus) for focus in focuses] if row.id in self.started else []
        steps = count_steps(
            (StepOn(one.due_on, one.done_at is not None) for one in self.steps if one.plan_id == row.id), self.today
        )
        review_on = next_review([one.review_on for one in self.reviews if one.plan_id == row.id and not one.held_at])
        return PlanProgressDTO(
            plan_id=row.id,
            as_of=self.now,
            skills=skills,
            steps=steps.total,
            steps_done=steps.done,
            steps_overdue=steps.overdue,
            next_review_on=review_on,
            days_left=(row.target_on - self.today).days,
            sentences=say_plan(standing_of(row), skills, steps, review_on, row.target_on, self.today),
        )

    def _judge(self, row: DevelopmentPlan, focus: PlanFocus) -> SkillProgress:
        framework, started_on = self.frameworks[row.framework_id], self.started[row.id]
        skill = framework.document.skill(focus.skill)
        baseline = (row.baseline or {}).get(focus.skill)
        newest = self.newest.get((row.person_id, framework.key, focus.skill))
        return judge_skill(
            Focus(
                focus.skill,
                focus.skill if skill is None else skill.name,
                focus.target_level,
                None if baseline is None else FocusBaseline.model_validate(baseline),
                newest,
            ),
            None if focus.kpi is None else self._linked(row.person_id, focus.kpi, started_on),
        )

    def _linked(self, person_id: UUID, key: str, started_on: date) -> LinkedKpi:
        model, first = self.models.of(person_id), first_whole_month(started_on)
        kpi = None if model is None else model.document.kpi(key)
        newest = self.kpis.get((person_id, key))
        return LinkedKpi(
            key,
            None if kpi is None else kpi.name,
            KpiBasis.OTHER if kpi is None else basis_of(kpi),
            Polarity.HIGHER if kpi is None else kpi.polarity,
            newest if newest is not None and newest.period_start >= first.start else None,
            first.end,
        )
