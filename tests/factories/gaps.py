"""A team whose skills are assessed, and whose funnel says which gap costs: Una loses her deals at discovery."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import numpy as np
from sqlmodel import SQLModel

from service.activities.models import Deal, StageChange
from service.core.database import Database
from service.core.ids import new_id
from service.organizations.dto.people import PersonDTO
from service.skill_assessments.dto.frameworks import CompetencyFrameworkDTO, CreateCompetencyFramework
from service.skill_assessments.models import AssessmentAnswer, SkillAssessment
from service.skill_assessments.use_cases.frameworks import create_competency_framework
from tests.factories.quadrants import quadrant_document
from tests.factories.sales_org import KNOWN, NO_HISTORY, SalesOrg, make_sales_org

AS_OF = datetime(2026, 6, 30, 21, 0, tzinfo=UTC)
PEERS = ("Ada", "Bea", "Cid", "Dan", "Eve", "Fay", "Gus")
SKILLS: dict[str, dict[str, list[str]]] = {
    "questioning": {"stages": ["discovery"]},
    "closing": {"stages": ["proposal"]},
    "writing": {},
    "planning": {"kpis": ["no-such-kpi"]},
}
REQUIRED = 3


@dataclass(frozen=True, slots=True)
class GapHouse:
    """The organization; Lea manages all of the team, who are account executives and known by name."""

    org: SalesOrg
    lea: PersonDTO
    people: dict[str, PersonDTO]
    framework: CompetencyFrameworkDTO

    @property
    def query(self) -> dict[str, str]:
        """As the facts were when the quarter ended."""
        return {"as_of": AS_OF.isoformat()}

    async def assess(self, person: str, levels: Mapping[str, float], **fields: Any) -> UUID:
        """A submitted assessment of somebody: by their manager, unless the fields say otherwise."""
        at = fields.pop("submitted_at", AS_OF - timedelta(days=9))
        row = SkillAssessment(
            org_id=self.org.id,
            id=new_id(),
            person_id=self.people[person].id,
            framework_id=self.framework.id,
            status="draft",
            reminder_days=[],
            created_at=at,
            updated_at=at,
            **{"rater_kind": "manager", "rater_id": self.lea.id, **fields},
        )
        answers = [
            AssessmentAnswer(
                org_id=self.org.id,
                assessment_id=row.id,
                item=skill,
                kind="rating",
                skill=skill,
                level=Decimal(str(level)),
            )
            for skill, level in levels.items()
        ]
        async with self.org.database.tenant(self.org.id) as session:
            session.add(row)
            await session.flush()
            session.add_all(answers)
            await session.flush()
            row.status, row.submitted_at, row.assessed_on = "submitted", at, at.date()
        return row.id


def framework_document() -> dict[str, Any]:
    """Four skills of four levels, of which an account executive needs the third of each."""
    levels = [{"number": number, "name": f"Level {number}"} for number in range(1, 5)]
    anchors = [{"level": number, "text": f"Does it at level {number}"} for number in range(1, 5)]
    skills = [{"key": key, "name": key.title(), "anchors": anchors, **links} for key, links in SKILLS.items()]
    required = [{"job_role": "AE", "levels": dict.fromkeys(SKILLS, REQUIRED)}]
    return {"levels": levels, "skills": skills, "requirements": required}


async def make_gap_house(database: Database, *, deals: int = 60, own: float = 0.2) -> GapHouse:
    """Una moves `own` of her deals on from discovery, and seven others 60 %; of all, half of the proposals are won.

    Una is rated at level 1 in questioning and closing, and at the required one in writing, by her manager and herself.
    """
    org = await make_sales_org(database)
    await org.activate(quadrant_document(), build=False)
    lea = await org.add_person("Lea", role="manager")
    async with database.tenant(org.id) as session:
        data = CreateCompetencyFramework.model_validate(
            {"key": "seller", "name": "Seller", "document": framework_document()}
        )
        framework = await create_competency_framework(session, org.system, data)
    people = {}
    rows: list[SQLModel] = []
    for name in ("Una", *PEERS):
        people[name] = await org.add_person(name, manager_id=lea.id, hired_on="2020-01-01", job_role="AE")
        for number in range(deals):
            moves_on = number < deals * (own if name == "Una" else 0.6)
            begun = AS_OF - timedelta(days=40 + int(np.random.default_rng(number).integers(0, 200)))
            rows += _deal(org, people[name], begun, moves_on=moves_on, is_won=moves_on and number % 2 == 0)
    await org.write([row for row in rows if isinstance(row, Deal)], [])
    await org.write([row for row in rows if isinstance(row, StageChange)], [])
    house = GapHouse(org, lea, people, framework)
    levels = {"questioning": 1, "closing": 1, "writing": 3}
    await house.assess("Una", levels)
    await house.assess("Una", levels, rater_kind="self", rater_id=people["Una"].id)
    return house


def _deal(org: SalesOrg, owner: PersonDTO, begun: datetime, *, moves_on: bool, is_won: bool) -> list[SQLModel]:
    """A deal that is decided ten days after it began."""
    stages = ["discovery", *(["proposal"] if moves_on else []), "closed_won" if is_won else "closed_lost"]
    moves = [(begun + timedelta(days=5 * place), stage) for place, stage in enumerate(stages)]
    closed = moves[-1][0]
    deal = Deal(
        org_id=org.id,
        id=new_id(),
        name=f"Deal of {owner.name}",
        stage=stages[-1],
        outcome="won" if is_won else "lost",
        amount=Decimal(1000),
        org_amount=Decimal(1000),
        owner_id=owner.id,
        created_at=begun,
        created_on=org.day_of(begun),
        created_owner_id=owner.id,
        closed_at=closed,
        closed_on=org.day_of(closed),
        closed_owner_id=owner.id,
        attributes={},
        **KNOWN,
        **NO_HISTORY,
    )
    changes = [
        StageChange(
            org_id=org.id,
            deal_id=deal.id,
            position=place,
            from_stage=stages[place - 1] if place else None,
            to_stage=stage,
            person_id=owner.id,
            occurred_at=at,
            occurred_on=org.day_of(at),
            received_at=KNOWN["received_at"],
        )
        for place, (at, stage) in enumerate(moves)
    ]
    return [deal, *changes]
