"""Assessments: asked for or begun, read by those whom they concern, discarded while they are drafts."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.clock import utc_now
from service.core.errors import conflict, invalid
from service.core.etags import UNCONDITIONAL, Precondition
from service.core.ids import new_id
from service.core.pagination import Page, PageRequest
from service.core.principal import Principal, require
from service.organizations.dto.people import PersonDTO
from service.organizations.use_cases.people import get_people
from service.organizations.use_cases.scope import managers_above
from service.skill_assessments.answering import asked_items
from service.skill_assessments.dto.assessments import (
    CreateSkillAssessment,
    SkillAssessmentDTO,
    SkillAssessmentFilter,
    UpdateSkillAssessment,
)
from service.skill_assessments.lifecycle import AssessmentMove, RaterKind, next_reminder
from service.skill_assessments.models import SkillAssessment
from service.skill_assessments.permissions import Permission
from service.skill_assessments.repository import assessments as repository
from service.skill_assessments.use_cases.access import find_readable, get_for_move
from service.skill_assessments.use_cases.frameworks import find_frameworks, resolve_framework
from service.skill_assessments.use_cases.presenting import present
from service.skill_assessments.use_cases.reading import LEADS, Reading, kind_of_rater, reading_of
from service.skill_assessments.use_cases.telling import request_data
from service.skill_assessments.use_cases.templates import resolve_template
from service.webhooks.outbox import EventType, emit


async def list_skill_assessments(
    session: AsyncSession, principal: Principal, filters: SkillAssessmentFilter, page: PageRequest
) -> Page[SkillAssessmentDTO]:
    """A page of those that the caller reads, the last first."""
    require(principal, Permission.SKILL_ASSESSMENTS_READ)
    reading = await reading_of(session, principal)
    found = await repository.list_assessments(session, principal.org_id, reading.reader, filters, page)
    return found.with_items(await present(session, principal, reading, found.items))


async def get_skill_assessment(session: AsyncSession, principal: Principal, assessment_id: UUID) -> SkillAssessmentDTO:
    """One; `not_found` for whoever does not read it."""
    require(principal, Permission.SKILL_ASSESSMENTS_READ)
    reading = await reading_of(session, principal)
    row = await find_readable(session, principal, reading, assessment_id)
    return (await present(session, principal, reading, [row]))[0]


async def create_skill_assessment(
    session: AsyncSession, principal: Principal, data: CreateSkillAssessment
) -> SkillAssessmentDTO:
    """Ask somebody to rate a person, or begin to do so; its answers come next.

    Managers ask anybody about those below them, enablement and keys about anybody; everybody about themself, themself
    and their peers. `invalid` otherwise, `conflict` (`already_asked`) for what the rater has a draft of.
    """
    require(principal, Permission.SKILL_ASSESSMENTS_WRITE)
    reading = await reading_of(session, principal)
    if data.due_on is not None and data.due_on < reading.today:
        raise invalid("/due_on", "must not be in the past")
    person_id, rater_id, kind = await _between(session, principal, reading, data)
    framework_id, template_id = await _by_what(session, principal, data)
    now = utc_now()
    row = SkillAssessment(
        org_id=principal.org_id,
        id=new_id(),
        person_id=person_id,
        rater_id=rater_id,
        rater_kind=kind.value,
        framework_id=framework_id,
        template_id=template_id,
        skill=data.skill,
        requested_by=principal.person_id,
        status="draft",
        due_on=data.due_on,
        reminder_days=data.reminder_days,
        next_reminder_on=next_reminder(data.due_on, data.reminder_days, reading.today),
        created_at=now,
        updated_at=now,
    )
    await repository.lock_requests(session, principal.org_id, person_id)
    if await repository.has_open_request(session, row):
        raise conflict("already_asked", "The rater has a draft of the same already.", "/rater_id")
    await repository.add_rows(session, [row])
    if rater_id != principal.person_id:
        await emit(session, row.org_id, EventType.SKILL_ASSESSMENT_REQUESTED, request_data(row))
    return (await present(session, principal, reading, [row]))[0]


async def update_skill_assessment(
    session: AsyncSession,
    principal: Principal,
    assessment_id: UUID,
    data: UpdateSkillAssessment,
    expected: Precondition = UNCONDITIONAL,
) -> SkillAssessmentDTO:
    """Change when a draft is due and when its rater is reminded."""
    row, reading = await get_for_move(session, principal, assessment_id, expected, AssessmentMove.RESCHEDULE)
    if data.due_on is not None and data.due_on < reading.today:
        raise invalid("/due_on", "must not be in the past")
    for name, value in data.model_dump(exclude_unset=True).items():
        setattr(row, name, value)
    row.next_reminder_on = next_reminder(row.due_on, row.reminder_days, reading.today)
    row.updated_at = utc_now()
    await session.flush()
    return (await present(session, principal, reading, [row]))[0]


async def delete_skill_assessment(
    session: AsyncSession, principal: Principal, assessment_id: UUID, expected: Precondition = UNCONDITIONAL
) -> None:
    """Discard a draft; what is submitted stays."""
    row, _ = await get_for_move(session, principal, assessment_id, expected, AssessmentMove.DISCARD)
    await repository.delete_draft(session, row)


async def _between(
    session: AsyncSession, principal: Principal, reading: Reading, data: CreateSkillAssessment
) -> tuple[UUID, UUID, RaterKind]:
    """Whose skills, who rates, and as what."""
    me, rater_id = principal.person_id, data.rater_id or principal.person_id
    if rater_id is None:
        raise invalid("/rater_id", "must be given: a key of the organization rates nobody")
    asks = me is None or principal.role in LEADS or data.person_id in reading.below
    if not asks and data.person_id != me:
        raise invalid("/person_id", "is neither yourself nor somebody below you")
    people = await get_people(session, principal.as_system(), {data.person_id, rater_id})
    for pointer, id_ in (("/person_id", data.person_id), ("/rater_id", rater_id)):
        _require_there(people, pointer, id_, reading)
    kind = await _kind_of(session, principal, reading, people[rater_id], data.person_id)
    if not asks and kind not in {RaterKind.SELF, RaterKind.PEER}:
        raise invalid("/rater_id", "is neither yourself nor a peer")
    return data.person_id, rater_id, kind


def _require_there(people: dict[UUID, PersonDTO], pointer: str, id_: UUID, reading: Reading) -> None:
    if id_ not in people:
        raise invalid(pointer, "is not a person of this organization")
    left_on = people[id_].left_on
    if left_on is not None and left_on < reading.today:
        raise invalid(pointer, "has left")


async def _kind_of(
    session: AsyncSession, principal: Principal, reading: Reading, rater: PersonDTO, person_id: UUID
) -> RaterKind:
    """As what a rater rates a person today."""
    if rater.id == person_id:
        return RaterKind.SELF
    above = await managers_above(session, principal.org_id, person_id, reading.today)
    return kind_of_rater(rater.role, is_above=rater.id in above)


async def _by_what(
    session: AsyncSession, principal: Principal, data: CreateSkillAssessment
) -> tuple[UUID, UUID | None]:
    """The versions of framework and template; `invalid` for a skill about which nothing is asked."""
    template = None
    if data.template_key is not None:
        template = await resolve_template(session, principal, data.template_key)
        framework = (await find_frameworks(session, principal, [template.framework_id]))[template.framework_id]
    else:
        assert data.framework_key is not None  # noqa: S101 - one of the two is given
        framework = await resolve_framework(session, principal, data.framework_key)
    document = None if template is None else template.document
    if not asked_items(framework.document, document, data.skill):
        skills = dict.fromkeys(item.skill for item in asked_items(framework.document, document, None) if item.skill)
        raise invalid("/skill", f"is none of those that are asked about: {', '.join(skills)}")
    return framework.id, None if template is None else template.id
