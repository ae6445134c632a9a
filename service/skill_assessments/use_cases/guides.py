"""Guide mode: what the rater of a draft needs to go through one skill in five minutes."""

from datetime import timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.errors import conflict, not_found
from service.core.principal import Principal, require
from service.organizations.use_cases.people import get_people
from service.skill_assessments.dto.guides import (
    AssessmentGuideDTO,
    GuideActivityDTO,
    GuideDealDTO,
    GuideStepDTO,
)
from service.skill_assessments.framework_document import required_levels
from service.skill_assessments.guiding import GuideFacts, guide_steps
from service.skill_assessments.lifecycle import AssessmentMove, Side
from service.skill_assessments.models import SkillAssessment
from service.skill_assessments.permissions import Permission
from service.skill_assessments.repository import evidence
from service.skill_assessments.use_cases.access import find_readable, require_now
from service.skill_assessments.use_cases.answers import asked_of
from service.skill_assessments.use_cases.histories import ratings_of_skill
from service.skill_assessments.use_cases.reading import Reading, reading_of, sides_of

WINDOW = timedelta(days=90)
SHOWN = 5
"""Deals, and activities: more than one opens in a minute and a half."""


async def get_assessment_guide(session: AsyncSession, principal: Principal, assessment_id: UUID) -> AssessmentGuideDTO:
    """For the rater of a draft about one skill, with what they may read and see of the person.

    `not_found` for whoever does not rate, `conflict` for what is no draft or asks about more than one skill.
    """
    require(principal, Permission.SKILL_ASSESSMENTS_READ)
    reading = await reading_of(session, principal)
    row = await find_readable(session, principal, reading, assessment_id)
    if Side.RATER not in sides_of(principal, reading, row):
        raise not_found("assessment_guide")
    await require_now(session, principal, reading, row, AssessmentMove.ANSWER)
    if row.skill is None:
        raise conflict("no_single_skill", "This assessment is about more than one skill: ask for one to be guided.")
    framework, items = await asked_of(session, principal, row)
    skill = framework.by_key[row.skill]
    person = (await get_people(session, principal.as_system(), [row.person_id]))[row.person_id]
    required = required_levels(framework, person.job_role, person.hired_on, reading.today).get(skill.key)
    ratings = await ratings_of_skill(session, principal, reading, row)
    last = ratings[-1] if ratings else None
    deals, activities = await _evidence(session, reading, row, skill.stages)
    facts = GuideFacts(
        name=person.name,
        skill=skill.name,
        required=required,
        last_level=None if last is None else last.level,
        last_days_ago=None if last is None else (reading.today - last.assessed_on).days,
        n_evidence=len(deals) + len(activities),
        sees_evidence=reading.sees(row.person_id),
    )
    return AssessmentGuideDTO(
        assessment_id=row.id,
        person_id=row.person_id,
        person_name=person.name,
        skill=skill.key,
        skill_name=skill.name,
        description=skill.description,
        required_level=required,
        steps=[GuideStepDTO.model_validate(step) for step in guide_steps(facts)],
        last_rating=last,
        anchors=sorted(skill.anchors, key=lambda one: one.level),
        items=items,
        deals=deals,
        activities=activities,
    )


async def _evidence(
    session: AsyncSession, reading: Reading, row: SkillAssessment, stages: list[str]
) -> tuple[list[GuideDealDTO], list[GuideActivityDTO]]:
    """What the person did of late that the skill is about; nothing where the rater may not see it."""
    if not reading.sees(row.person_id):
        return [], []
    since = reading.today - WINDOW
    moved = await evidence.recent_deals(session, row.org_id, row.person_id, stages, since, SHOWN)
    deals = [GuideDealDTO.model_validate({**deal.model_dump(), "moved_at": at}) for deal, at in moved]
    about = [deal.id for deal in deals]
    done = await evidence.recent_activities(session, row.org_id, row.person_id, about, since, SHOWN)
    return deals, [GuideActivityDTO.model_validate(one) for one in done]
