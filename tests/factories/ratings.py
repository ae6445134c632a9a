"""Submitted assessments as rows: who rated whom how, and when."""

from collections.abc import Mapping
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


async def rate(
    org: SalesOrg, framework_id: UUID, person: UUID, rater: UUID | str, levels: Mapping[str, float], **fields: Any
) -> UUID:
    """Store one submitted assessment of `levels` by skill, by a person or, where `rater` is a name, a scorer."""
    async with org.database.tenant(org.id) as session:
        return await plant_rating(session, org.id, framework_id, person, rater, levels, **fields)


async def plant_rating(
    session: AsyncSession,
    org_id: UUID,
    framework_id: UUID,
    person: UUID,
    rater: UUID | str,
    levels: Mapping[str, float],
    *,
    on: date,
    kind: str | None = None,
    template_id: UUID | None = None,
    items: Mapping[str, Any] | None = None,
    revises_id: UUID | None = None,
    submitted_at: datetime | None = None,
) -> UUID:
    """The same within a session; `items` are answers to items of a template: (skill, level) or yes and no."""
    at = submitted_at or datetime.combine(on, time(12), UTC)
    is_tool = isinstance(rater, str)
    row = SkillAssessment(
        org_id=org_id,
        id=new_id(),
        person_id=person,
        rater_kind=kind or ("external" if is_tool else "self" if rater == person else "manager"),
        rater_id=None if is_tool else rater,
        scorer=rater if is_tool else None,
        framework_id=framework_id,
        template_id=template_id,
        status="draft",
        revision=1 if revises_id is None else 2,
        revises_id=revises_id,
        reminder_days=[],
        assessed_on=on,
        created_at=at - timedelta(hours=1),
        updated_at=at,
    )
    session.add(row)
    await session.flush()
    session.add_all(
        AssessmentAnswer(
            org_id=org_id, assessment_id=row.id, item=skill, kind="rating", skill=skill, level=Decimal(str(level))
        )
        for skill, level in levels.items()
    )
    for item, said in (items or {}).items():
        answer = AssessmentAnswer(org_id=org_id, assessment_id=row.id, item=item, kind="yes_no", yes=said)
        if isinstance(said, tuple):
            skill, level = said
            answer = AssessmentAnswer(
                org_id=org_id, assessment_id=row.id, item=item, kind="rating", skill=skill, level=Decimal(str(level))
            )
        session.add(answer)
    await session.flush()
    row.status, row.submitted_at = "submitted", at
    session.add(row)
    await session.flush()
    return row.id
