"""What the clock tells of development plans: a step or a review whose day has come. For the worker alone."""

from datetime import datetime
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.principal import Principal, require
from service.organizations.use_cases.scope import local_now
from service.skill_assessments.permissions import Permission
from service.skill_assessments.repository import plans as repository
from service.webhooks.outbox import EventType, emit_many


async def tell_due(session: AsyncSession, principal: Principal, now: datetime, limit: int) -> int:
    """Tell of open steps and reviews of plans under way whose day has come, each once; how many, at most `limit` each.

    Those that another transaction is at are left to the next call.
    """
    require(principal, Permission.DEVELOPMENT_PLANS_WRITE)
    today = now.astimezone((await local_now(session, principal.org_id)).tzinfo).date()
    steps = await repository.claim_due_steps(session, principal.org_id, today, limit)
    reviews = await repository.claim_due_reviews(session, principal.org_id, today, limit)
    if not steps and not reviews:
        return 0
    told: list[tuple[EventType, dict[str, Any]]] = []
    for step, person_id in steps:
        step.told_at = now
        data = {"plan_id": step.plan_id, "person_id": person_id, "step_id": step.id}
        who_when = {"owner_id": step.owner_id, "due_on": step.due_on}
        told.append((EventType.DEVELOPMENT_PLAN_STEP_DUE, data | who_when))
    for review, person_id in reviews:
        review.told_at = now
        data = {"plan_id": review.plan_id, "person_id": person_id, "review_id": review.id}
        told.append((EventType.DEVELOPMENT_PLAN_REVIEW_DUE, data | {"review_on": review.review_on}))
    await session.flush()
    await emit_many(session, principal.org_id, told)
    return max(len(steps), len(reviews))
