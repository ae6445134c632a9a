"""What others hear of an assessment: ids, kinds and days, never a level or a word."""

from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from service.skill_assessments.models import SkillAssessment
from service.webhooks.outbox import EventType, emit


def event_data(row: SkillAssessment, **more: Any) -> dict[str, Any]:
    """The data of an event about an assessment; who rates is told of requests alone, as a peer's stays theirs."""
    return {"assessment_id": row.id, "person_id": row.person_id, "rater_kind": row.rater_kind, **more}


def request_data(row: SkillAssessment, **more: Any) -> dict[str, Any]:
    """The data of an event that asks the rater to rate."""
    return event_data(row, rater_id=row.rater_id, due_on=row.due_on, **more)


async def tell(session: AsyncSession, row: SkillAssessment, type_: EventType) -> None:
    """Emit an event about an assessment."""
    await emit(session, row.org_id, type_, event_data(row))
