"""Development plans of a cast, in any state, with a framework of many skills."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from service.core.clock import utc_now
from service.core.ids import new_id
from service.organizations.dto.people import PersonDTO
from service.organizations.use_cases.scope import local_today
from service.skill_assessments.dto.frameworks import CreateCompetencyFramework
from service.skill_assessments.models import (
    DevelopmentPlan,
    PlanFocus,
    PlanReview,
    PlanStep,
)
from service.skill_assessments.repository.plans import add_rows
from service.skill_assessments.use_cases.frameworks import create_competency_framework
from tests.factories.sales_org import SalesOrg

LEVELS = ("New", "Able", "Sure", "Strong", "Master")
SKILLS = tuple(f"skill_{number}" for number in range(40))
FRAMEWORK: dict[str, Any] = {
    "key": "ours",
    "name": "Ours",
    "document": {
        "levels": [{"number": number, "name": name} for number, name in enumerate(LEVELS, 1)],
        "skills": [
            {
                "key": key,
                "name": key.replace("_", " ").capitalize(),
                "anchors": [{"level": number, "text": name} for number, name in enumerate(LEVELS, 1)],
            }
            for key in SKILLS
        ],
    },
}
STARTED = {"active", "extended", "closed"}
ENDED = {"closed", "dropped"}


@dataclass(frozen=True, slots=True)
class Plans:
    """Plans of one organization, and the framework that they are made with."""

    org: SalesOrg
    framework_id: UUID
    today: date

    def day(self, days: int) -> str:
        """A day from today on."""
        return str(self.today + timedelta(days=days))

    def body(self, person: PersonDTO, *skills: str, **fields: Any) -> dict[str, Any]:
        """What a plan is proposed with: to level 3 in 90 days."""
        focuses = [{"skill": skill, "target_level": 3} for skill in skills or SKILLS[:1]]
        given = {"person_id": str(person.id), "framework_key": "ours", "reason": "They cost the most"}
        return given | {"target_on": self.day(90), "focuses": focuses} | fields

    async def plant(self, person: PersonDTO, state: str, *skills: str, **fields: Any) -> UUID:
        """A plan in a state, with a step and a review that are open and have its id."""
        now = utc_now()
        row = DevelopmentPlan(
            org_id=self.org.id,
            id=new_id(),
            person_id=person.id,
            framework_id=self.framework_id,
            status=state,
            reason="They cost the most",
            target_on=self.today + timedelta(days=90),
            created_at=now,
            updated_at=now,
        )
        if state != "proposed":
            row.rep_agreed_at = row.manager_agreed_at = now
        if state in STARTED:
            row.started_at, row.baseline = now, {skill: {"skill": None, "kpi": None} for skill in skills}
        if state == "extended":
            row.extended_at, row.extension_reason, row.first_target_on = now, "No time", self.today
        if state in ENDED:
            row.ended_at, row.end_reason = now, "It is over"
        kpi = fields.pop("kpi", None)
        for name, value in fields.items():
            setattr(row, name, value)
        focuses = [
            PlanFocus(org_id=row.org_id, plan_id=row.id, skill=skill, place=place, target_level=3, kpi=kpi)
            for place, skill in enumerate(skills or SKILLS[:1], 1)
        ]
        step = PlanStep(
            org_id=row.org_id,
            id=row.id,
            plan_id=row.id,
            skill=focuses[0].skill,
            kind="practice",
            description="Two calls",
            owner_id=person.id,
            due_on=self.today + timedelta(days=7),
            created_at=now,
            updated_at=now,
        )
        review = PlanReview(org_id=row.org_id, id=row.id, plan_id=row.id, review_on=self.today + timedelta(days=30))
        async with self.org.database.tenant(self.org.id) as session:
            await add_rows(session, [row, *focuses, step, review])
        return row.id

    async def rows(self) -> dict[UUID, DevelopmentPlan]:
        """Every plan as it is stored."""
        async with self.org.database.tenant(self.org.id) as session:
            found = await session.exec(select(DevelopmentPlan).where(col(DevelopmentPlan.org_id) == self.org.id))
            return {row.id: row for row in found}


async def plans_of(org: SalesOrg) -> Plans:
    """The framework, and nothing planned yet."""
    async with org.database.tenant(org.id) as session:
        data = CreateCompetencyFramework.model_validate(FRAMEWORK)
        made = await create_competency_framework(session, org.system, data)
        today = await local_today(session, org.id)
    return Plans(org, made.id, today)
