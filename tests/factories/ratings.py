"""Submitted assessments as rows: who rated whom how, and when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.ids import new_id
from service.skill_assessments.models import AssessmentAnswer, SkillAssessment
from tests.factories.sales_org import SalesOrg


def framework(*job_roles: str, key: str = "seller", top: int = 5) -> dict[str, Any]:
    """Three skills on a scale of so many levels, level 3 of each required."""
    levels = [{"number": number, "name": f"Level {number}"} for number in range(1, top + 1)]
    anchors = [{"level": number, "text": f"What one sees at {number}"} for number in range(1, top + 1)]
    skills = [{"key": key, "name": key.capitalize(), "anchors": anchors} for key in ("discovery", "demo", "closing")]
    required = {"discovery": 3, "demo": 3, "closing": 3}
    requirements = [{"job_role": role, "levels": required} for role in job_roles]
    return {
        "key": key,
        "name": "Seller",
        "document": {"levels": levels, "skills": skills, "requirements": requirements},
    }


@dataclass(frozen=True)
class Rated:
    """One assessment: `levels` by skill, `items` of a template with their skill and a level, or yes and no.

    The rater is a person or, where it is a name, a tool.
    """

    person: UUID
    rater: UUID | str
    levels: Mapping[str, float] = field(default_factory=dict)
    on: date = date(2026, 1, 1)
    kind: str | None = None
    template_id: UUID | None = None
    items: Mapping[str, tuple[str, float | bool]] = field(default_factory=dict)
    revises_id: UUID | None = None
    submitted_at: datetime | None = None


async def rate(
    org: SalesOrg, framework_id: UUID, person: UUID, rater: UUID | str, levels: Mapping[str, float], **fields: Any
) -> UUID:
    """Store one submitted assessment."""
    async with org.database.tenant(org.id) as session:
        return (await plant_ratings(session, org.id, framework_id, [Rated(person, rater, levels, **fields)]))[0]


async def plant_ratings(session: AsyncSession, org_id: UUID, framework_id: UUID, rated: Sequence[Rated]) -> list[UUID]:
    """Store submitted assessments within a session: answers can be given to drafts alone."""
    rows = [_row(org_id, framework_id, one) for one in rated]
    session.add_all(rows)
    await session.flush()
    for row, one in zip(rows, rated, strict=True):
        said = {skill: (skill, level) for skill, level in one.levels.items()} | dict(one.items)
        session.add_all(_answer(row, item, *answer) for item, answer in said.items())
    await session.flush()
    for row in rows:
        row.status, row.submitted_at = "submitted", row.updated_at
    await session.flush()
    return [row.id for row in rows]


def _row(org_id: UUID, framework_id: UUID, one: Rated) -> SkillAssessment:
    at = one.submitted_at or datetime.combine(one.on, time(12), UTC)
    person, tool = (None, one.rater) if isinstance(one.rater, str) else (one.rater, None)
    return SkillAssessment(
        org_id=org_id,
        id=new_id(),
        person_id=one.person,
        rater_kind=one.kind or ("external" if tool else "self" if person == one.person else "manager"),
        rater_id=person,
        scorer=tool,
        framework_id=framework_id,
        template_id=one.template_id,
        status="draft",
        revision=1 if one.revises_id is None else 2,
        revises_id=one.revises_id,
        reminder_days=[],
        assessed_on=one.on,
        created_at=at - timedelta(hours=1),
        updated_at=at,
    )


def _answer(row: SkillAssessment, item: str, skill: str, said: float | bool) -> AssessmentAnswer:
    answer: dict[str, Any] = {"org_id": row.org_id, "assessment_id": row.id, "item": item, "skill": skill}
    if isinstance(said, bool):
        return AssessmentAnswer(**answer, kind="yes_no", yes=said)
    return AssessmentAnswer(**answer, kind="rating", level=Decimal(str(said)))
