"""What a rater answers, while their assessment is a draft."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.clock import utc_now
from service.core.errors import ErrorKind, FieldError, ServiceError, invalid_fields
from service.core.etags import UNCONDITIONAL, Precondition
from service.core.principal import Principal
from service.skill_assessments.answering import Answer, answer_problems, asked_items, missing_items
from service.skill_assessments.dto.assessments import AnswerInput, PutAnswers, SkillAssessmentDTO
from service.skill_assessments.framework_document import FrameworkDocument
from service.skill_assessments.lifecycle import AssessmentMove
from service.skill_assessments.models import AssessmentAnswer, SkillAssessment
from service.skill_assessments.repository import assessments as repository
from service.skill_assessments.repository import evidence
from service.skill_assessments.template_document import TemplateItem
from service.skill_assessments.use_cases.access import get_for_move
from service.skill_assessments.use_cases.frameworks import find_frameworks
from service.skill_assessments.use_cases.presenting import present
from service.skill_assessments.use_cases.reading import Reading
from service.skill_assessments.use_cases.templates import find_templates


async def put_assessment_answers(
    session: AsyncSession,
    principal: Principal,
    assessment_id: UUID,
    data: PutAnswers,
    expected: Precondition = UNCONDITIONAL,
) -> SkillAssessmentDTO:
    """Put all answers of a draft in place of those before; it need not be complete yet.

    `invalid` names what is not asked, what does not answer its item, a level beyond the scale, and evidence that the
    rater may not see.
    """
    row, reading = await get_for_move(session, principal, assessment_id, expected, AssessmentMove.ANSWER)
    framework, items = await asked_of(session, principal, row)
    given = [Answer(**one.model_dump()) for one in data.answers]
    problems = answer_problems(items, given, framework.top)
    problems += await _evidence_problems(session, row.org_id, reading, data.answers)
    if problems:
        raise invalid_fields(problems)
    about = {item.key: item for item in items}
    await repository.delete_answers(session, row.org_id, row.id)
    await repository.add_rows(session, [_answer(row, about[one.item], one) for one in data.answers])
    row.updated_at = utc_now()
    await session.flush()
    return (await present(session, principal, reading, [row]))[0]


async def asked_of(
    session: AsyncSession, principal: Principal, row: SkillAssessment
) -> tuple[FrameworkDocument, list[TemplateItem]]:
    """The framework of an assessment, and the items that its rater answers."""
    framework = (await find_frameworks(session, principal, [row.framework_id]))[row.framework_id].document
    template = None
    if row.template_id is not None:
        template = (await find_templates(session, principal, [row.template_id]))[row.template_id].document
    return framework, asked_items(framework, template, row.skill)


async def require_complete(session: AsyncSession, principal: Principal, row: SkillAssessment) -> None:
    """`conflict` (`answers_missing`) naming each item that must still be answered."""
    _, items = await asked_of(session, principal, row)
    answers = await repository.list_answers(session, row.org_id, [row.id])
    missing = missing_items(items, {one.item for one in answers.get(row.id, [])})
    if missing:
        fields = tuple(FieldError(f"/answers/{key}", "is not answered yet") for key in missing)
        message = f"{len(missing)} more must be answered before this assessment is submitted: {', '.join(missing)}."
        raise ServiceError(ErrorKind.CONFLICT, "answers_missing", message, fields)


def _answer(row: SkillAssessment, item: TemplateItem, given: AnswerInput) -> AssessmentAnswer:
    return AssessmentAnswer(
        org_id=row.org_id, assessment_id=row.id, kind=item.kind.value, skill=item.skill, **given.model_dump()
    )


async def _evidence_problems(
    session: AsyncSession, org_id: UUID, reading: Reading, answers: Sequence[AnswerInput]
) -> list[FieldError]:
    """What the rater names and may not see, as in lists of deals and activities."""
    people = reading.reader.people
    found = []
    for name, owners_of in (("deal", evidence.owners_of_deals), ("activity", evidence.owners_of_activities)):
        named: dict[int, Any] = {i: getattr(one, f"{name}_id") for i, one in enumerate(answers)}
        wanted = {i: id_ for i, id_ in named.items() if id_ is not None}
        owners = await owners_of(session, org_id, set(wanted.values())) if wanted else {}
        for index, id_ in wanted.items():
            if id_ not in owners or (people is not None and owners[id_] not in people):
                found.append(FieldError(f"/answers/{index}/{name}_id", f"is no {name} that you may see"))
    return found
