"""One of everything of skill assessments in an organization, as rows: for tests of who sees and finds what."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from tests.factories.rows import Particular, plant_rows

TABLES = {
    "competency_framework": "framework_id",
    "assessment_template": "template_id",
    "skill_assessment": "assessment_id",
}
"""In the order of their foreign keys, with the name that ids of their rows have."""


async def plant_skills(session: AsyncSession, org_id: UUID, manager_id: UUID, rep_id: UUID) -> dict[str, UUID]:
    """Insert one row of each table about a manager and a rep; the ids by their names."""
    people = {"manager_id": manager_id, "rep_id": rep_id, "person_id": rep_id, "rater_id": manager_id}
    return await plant_rows(session, org_id, TABLES, people, _PARTICULAR)


_PARTICULAR: Particular = {"skill_assessment": {"rater_kind": "manager", "skill": None, "due_on": None}}
