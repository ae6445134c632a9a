"""What a development plan may name: skills and levels of its framework, KPIs of the person's model, owners and days."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.errors import FieldError, invalid_fields
from service.core.ids import new_id
from service.core.principal import Principal
from service.organizations.use_cases.people import get_people
from service.organizations.use_cases.scope import local_today, managers_above
from service.skill_assessments.dto.plan_steps import (
    CreatePlanStep,
)
from service.skill_assessments.dto.plans import (
    PlanFocusInput,
)
from service.skill_assessments.framework_document import FrameworkDocument
from service.skill_assessments.models import DevelopmentPlan, PlanStep
from service.skill_assessments.use_cases.reading import LEADS
from service.success_models.use_cases.owner_models import load_models

LONGEST = timedelta(days=366)
"""How far away a target, a step or a review may be."""
Given = Sequence[tuple[str, date]]
"""Days with the pointers of their fields."""


def require_days(days: Given, today: date) -> None:
    """`invalid`, naming each, for days that are over or more than a year away."""
    said = f"must be today ({today}) or later, and within a year"
    _refuse([FieldError(at, said) for at, day in days if not today <= day <= today + LONGEST])


async def require_focuses(
    session: AsyncSession,
    principal: Principal,
    person_id: UUID,
    focuses: Sequence[PlanFocusInput],
    document: FrameworkDocument,
) -> None:
    """`invalid`, naming each, for a skill or level that the framework lacks, and a KPI that the person's model does."""
    faults = []
    skills = ", ".join(skill.key for skill in document.skills)
    model = (await load_models(session, principal.as_system(), [person_id])).of(person_id)
    for index, focus in enumerate(focuses):
        if document.skill(focus.skill) is None:
            faults.append(FieldError(f"/focuses/{index}/skill", f"is none of the skills of the framework: {skills}"))
        if focus.target_level > document.top:
            faults.append(FieldError(f"/focuses/{index}/target_level", f"the scale ends at {document.top}"))
        if focus.kpi is not None and (model is None or model.document.kpi(focus.kpi) is None):
            faults.append(FieldError(f"/focuses/{index}/kpi", "is no KPI of the person's success model"))
    _refuse(faults)


def require_skills(steps: Sequence[CreatePlanStep], skills: Collection[str]) -> None:
    """`invalid`, naming each, for a step of a plan that is for none of its focuses."""
    said = "is no focus of this plan"
    _refuse([FieldError(f"/steps/{i}/skill", said) for i, step in enumerate(steps) if step.skill not in skills])


async def require_owners(
    session: AsyncSession, principal: Principal, person_id: UUID, owners: Sequence[tuple[str, UUID | None]]
) -> None:
    """`invalid`, naming each, for an owner who is neither the rep nor above them nor enablement; None is the rep."""
    others = {owner for _, owner in owners if owner is not None} - {person_id}
    if not others:
        return
    known = await get_people(session, principal.as_system(), others)
    today = await local_today(session, principal.org_id)
    may = {id_ for id_, person in known.items() if person.role in LEADS}
    may |= set(await managers_above(session, principal.org_id, person_id, today))
    said = "is neither the rep nor somebody above them nor enablement"
    _refuse([FieldError(at, said) for at, owner in owners if owner in others - may])


def new_step(row: DevelopmentPlan, data: CreatePlanStep, now: datetime) -> PlanStep:
    """A step of a plan; the rep's unless somebody else is named."""
    return PlanStep(
        org_id=row.org_id,
        id=new_id(),
        plan_id=row.id,
        skill=data.skill,
        kind=data.kind.value,
        description=data.description,
        owner_id=data.owner_id or row.person_id,
        due_on=data.due_on,
        created_at=now,
        updated_at=now,
    )


def _refuse(faults: list[FieldError]) -> None:
    if faults:
        raise invalid_fields(faults)
