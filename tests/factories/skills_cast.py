"""Everybody who may or may not do something with what is said of one rep's skills, each with a key."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from service.core.clock import utc_now
from service.core.database import Database
from service.core.ids import new_id
from service.core.principal import Principal
from service.organizations.dto.api_keys import CreateApiKey
from service.organizations.dto.people import PersonDTO
from service.organizations.use_cases.api_keys import create_api_key
from service.permissions import ALL_PERMISSIONS, ROLES
from service.skill_assessments.dto.frameworks import CreateAssessmentTemplate, CreateCompetencyFramework
from service.skill_assessments.models import AssessmentAnswer, AssessmentReview, SkillAssessment
from service.skill_assessments.use_cases.frameworks import create_competency_framework
from service.skill_assessments.use_cases.templates import create_assessment_template
from tests.factories.sales_org import SalesOrg, make_sales_org

ROLES_OF_CAST = (
    *("rep", "manager", "above", "enablement", "admin", "org_key"),
    *("peer", "colleague", "stranger", "other_org"),
)
LEVELS = [{"number": number, "name": name} for number, name in enumerate(("Learns", "Can", "Leads"), 1)]
FRAMEWORK: dict[str, Any] = {
    "key": "seller",
    "name": "Seller",
    "document": {
        "levels": LEVELS,
        "skills": [
            {
                "key": key,
                "name": name,
                "description": f"How well they {verb}",
                "stages": stages,
                "anchors": [{"level": level, "text": f"{verb} at {level}"} for level in (1, 2, 3)],
            }
            for key, name, verb, stages in (
                ("discovery", "Discovery", "ask", ["qualified"]),
                ("closing", "Closing", "close", ["negotiation"]),
            )
        ],
        "requirements": [{"job_role": "AE", "levels": {"discovery": 2, "closing": 2}}],
    },
}
TEMPLATE: dict[str, Any] = {
    "key": "seller",
    "name": "Seller, by calls",
    "framework_key": "seller",
    "document": {
        "items": [
            {"key": "asks", "kind": "rating", "skill": "discovery", "prompt": "How well do they ask?"},
            {"key": "budget", "kind": "yes_no", "skill": "discovery", "prompt": "Was the budget named?"},
            {"key": "call", "kind": "evidence", "skill": "discovery", "prompt": "In which call?", "required": False},
            {"key": "closes", "kind": "rating", "skill": "closing", "prompt": "How well do they close?"},
            {"key": "next", "kind": "text", "prompt": "What next?", "required": False},
        ]
    },
}
COMPLETE: list[dict[str, Any]] = [
    {"item": "asks", "level": 2, "words": "Asked three times"},
    {"item": "budget", "yes": True},
    {"item": "closes", "level": 1},
]
"""Answers to every required item."""
STORED: list[dict[str, Any]] = [
    {"item": "asks", "kind": "rating", "skill": "discovery", "level": 2, "words": "Asked three times"},
    {"item": "budget", "kind": "yes_no", "skill": "discovery", "yes": True},
    {"item": "closes", "kind": "rating", "skill": "closing", "level": 1},
]
"""The same as rows."""


@dataclass(slots=True)
class SkillsCast:
    """An organization in which Ann is rated; Lead is above her, Top above Lead, Bob and Cleo are her peers."""

    org: SalesOrg
    people: dict[str, PersonDTO]
    keys: dict[str, str]
    framework_id: UUID
    template_id: UUID

    def acting(self, role: str) -> Principal:
        """The principal of a role of the cast."""
        if role == "org_key":
            return Principal(org_id=self.org.id, permissions=ALL_PERMISSIONS, key_id=UUID(int=7))
        return self.org.acting_as(self.people[role])

    def rater(self, kind: str) -> tuple[UUID | None, UUID | None]:
        """Who rates, and who asked for it."""
        id_of = {role: person.id for role, person in self.people.items()}
        return {
            "manager": (id_of["manager"], id_of["enablement"]),
            "self": (id_of["rep"], id_of["rep"]),
            "peer": (id_of["peer"], id_of["manager"]),
            "enablement": (id_of["enablement"], id_of["enablement"]),
            "external": (None, None),
        }[kind]

    async def plant(self, kind: str = "manager", state: str = "submitted", **fields: Any) -> UUID:
        """An assessment of Ann in a state, with complete answers; its id."""
        rater_id, requested_by = self.rater(kind)
        now = utc_now()
        values: dict[str, Any] = {
            "org_id": self.org.id,
            "id": new_id(),
            "person_id": self.people["rep"].id,
            "rater_kind": kind,
            "rater_id": rater_id,
            "scorer": "calls" if kind == "external" else None,
            "framework_id": self.framework_id,
            "template_id": self.template_id,
            "requested_by": requested_by,
            "status": "draft",
            "reminder_days": [],
            "created_at": now,
            "updated_at": now,
        }
        row = SkillAssessment(**(values | fields))
        async with self.org.database.tenant(self.org.id) as session:
            session.add(row)
            await session.flush()
            session.add_all(AssessmentAnswer(org_id=self.org.id, assessment_id=row.id, **one) for one in STORED)
            await session.flush()
            if state != "draft":
                row.status, row.submitted_at = "submitted", now
                row.assessed_on = row.assessed_on or self.org.day_of(now)
        await self._review(row.id, state)
        if state == "superseded":
            later = {"revises_id": row.id, "revision": row.revision + 1}
            await self.plant(kind, "submitted", **(fields | later))
        return row.id

    async def _review(self, assessment_id: UUID, state: str) -> None:
        now = utc_now()
        became: dict[str, dict[str, Any]] = {
            "acknowledged": {"status": "acknowledged", "acknowledged_at": now},
            "contested": {"status": "contested", "contested_at": now, "contest_reason": "Not so"},
        }
        became["resolved"] = became["contested"] | {
            "resolution": "upheld",
            "resolution_reason": "It is so",
            "resolved_at": now,
        }
        if state in became:
            row = AssessmentReview(org_id=self.org.id, assessment_id=assessment_id, updated_at=now, **became[state])
            async with self.org.database.tenant(self.org.id) as session:
                session.add(row)

    async def row(self, assessment_id: UUID) -> SkillAssessment:
        """One assessment as it is stored."""
        async with self.org.database.tenant(self.org.id) as session:
            query = select(SkillAssessment).where(
                col(SkillAssessment.org_id) == self.org.id, col(SkillAssessment.id) == assessment_id
            )
            return (await session.exec(query)).one()


async def make_skills_cast(database: Database) -> SkillsCast:
    """Everybody."""
    org = await make_sales_org(database)
    other = await make_sales_org(database)
    people = {"above": await org.add_person("Top", role="manager")}
    people["manager"] = await org.add_person("Lead", role="manager", manager_id=people["above"].id)
    for role, name in (("rep", "Ann"), ("peer", "Bob"), ("colleague", "Cleo")):
        people[role] = await org.add_person(name, job_role="AE", manager_id=people["manager"].id)
    people["stranger"] = await org.add_person("Stan", role="manager")
    people["enablement"] = await org.add_person("Ena", role="enablement")
    people["admin"] = await org.add_person("Ada", role="admin")
    keys = {role: await org.key_for(person) for role, person in people.items()}
    async with database.tenant(org.id) as session:
        data = CreateApiKey(name="Script", scopes=sorted(ALL_PERMISSIONS))
        keys["org_key"] = (await create_api_key(session, org.system, data, ROLES)).key
        framework = CreateCompetencyFramework.model_validate(FRAMEWORK)
        framework_id = (await create_competency_framework(session, org.system, framework)).id
        template = CreateAssessmentTemplate.model_validate(TEMPLATE)
        template_id = (await create_assessment_template(session, org.system, template)).id
    return SkillsCast(org, people, {**keys, "other_org": other.admin_key}, framework_id, template_id)
