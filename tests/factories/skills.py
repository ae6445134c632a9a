"""One of everything of skill assessments in an organization, as rows: for tests of who sees and finds what."""

from datetime import date
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from tests.factories.rows import Particular, plant_rows

TABLES = {
    "competency_framework": "framework_id",
    "assessment_template": "template_id",
    "skill_assessment": "assessment_id",
    "development_plan": "plan_id",
    "plan_step": "step_id",
    "plan_review": "review_id",
}
"""In the order of their foreign keys, with the name that ids of their rows have."""


async def plant_skills(session: AsyncSession, org_id: UUID, manager_id: UUID, rep_id: UUID) -> dict[str, UUID]:
    """Insert one row of each table about a manager and a rep; the ids by their names."""
    people = {"manager_id": manager_id, "rep_id": rep_id, "person_id": rep_id, "owner_id": rep_id}
    people |= {"rater_id": manager_id}
    return await plant_rows(session, org_id, TABLES, people, _PARTICULAR)


_NOT_YET = ("manager_agreed_at", "started_at", "baseline", "extended_at", "extension_reason", "first_target_on")
_NEVER = ("ended_at", "end_reason", "final_progress", "lifted_at", "lift_reason")
_PARTICULAR: Particular = {
    "skill_assessment": {"rater_kind": "manager", "skill": None, "due_on": None},
    "development_plan": {
        "status": "proposed",
        "target_on": date(2099, 3, 31),
        **dict.fromkeys((*_NOT_YET, *_NEVER, "manager_id", "created_by", "lifted_by")),
    },
    "plan_step": {"done_at": None, "done_by": None, "note": None, "due_on": date(2099, 3, 1)},
    "plan_review": {"held_at": None, "held_by": None, "note": None, "review_on": date(2099, 3, 1)},
}
