"""Assessments as a caller sees them."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.principal import Principal
from service.skill_assessments.dto.assessments import AssessmentAnswerDTO, SkillAssessmentDTO
from service.skill_assessments.lifecycle import Side, allowed_moves
from service.skill_assessments.models import AssessmentAnswer, AssessmentReview, SkillAssessment
from service.skill_assessments.repository import assessments as repository
from service.skill_assessments.repository.assessments import Revision
from service.skill_assessments.use_cases.frameworks import find_frameworks
from service.skill_assessments.use_cases.reading import Reading, record_reads, sides_of, situation_of
from service.skill_assessments.use_cases.templates import find_templates
from service.skill_assessments.wording import words_of


async def present(
    session: AsyncSession,
    principal: Principal,
    reading: Reading,
    rows: Sequence[SkillAssessment],
    *,
    audited: bool = True,
) -> list[SkillAssessmentDTO]:
    """Rows as the caller may see them, in a constant number of statements; what others wrote counts as read."""
    ids, org_id = [row.id for row in rows], principal.org_id
    reviews = await repository.get_reviews(session, org_id, ids)
    revisions = await repository.get_revisions(session, org_id, ids)
    me = principal.person_id
    read = [row for row in rows if row.status == "submitted" or (me is not None and row.rater_id == me)]
    answers = await present_answers(session, principal, read)
    if audited:
        others = (row.person_id for row in read if me is None or row.rater_id != me)
        record_reads(session, principal, reading, others)
    return [
        _present(
            row, reviews.get(row.id), revisions.get(row.id), answers.get(row.id), sides_of(principal, reading, row)
        )
        for row in rows
    ]


def _present(
    row: SkillAssessment,
    review: AssessmentReview | None,
    revision: Revision | None,
    answers: list[AssessmentAnswerDTO] | None,
    sides: Collection[Side],
) -> SkillAssessmentDTO:
    situation = situation_of(row, review, revision)
    became = dict.fromkeys(name for name in AssessmentReview.model_fields if name in SkillAssessmentDTO.model_fields)
    fields = {
        **(became if review is None else review.model_dump()),
        **row.model_dump(),
        "status": situation.state,
        "revised_by_id": revision.id if revision is not None and revision.is_submitted else None,
        "answers": answers,
        "allowed_moves": allowed_moves(situation, sides),
    }
    return SkillAssessmentDTO.model_validate(fields)


async def present_answers(
    session: AsyncSession, principal: Principal, rows: Sequence[SkillAssessment]
) -> dict[UUID, list[AssessmentAnswerDTO]]:
    """The answers of each, in the words of the framework and template that they were given to, and in their order."""
    frameworks = await find_frameworks(session, principal, {row.framework_id for row in rows})
    wanted = {row.template_id for row in rows if row.template_id is not None}
    templates = await find_templates(session, principal, wanted)
    answers = await repository.list_answers(session, principal.org_id, [row.id for row in rows])
    found = {}
    for row in rows:
        framework = frameworks[row.framework_id].document
        template = None if row.template_id is None else templates[row.template_id].document
        asked = [one.key for one in (framework.skills if template is None else template.items)]
        places = {key: place for place, key in enumerate(asked)}
        given: list[AssessmentAnswer] = sorted(
            answers.get(row.id, []), key=lambda one: places.get(one.item, len(places))
        )
        found[row.id] = [
            AssessmentAnswerDTO.model_validate(
                one.model_dump() | asdict(words_of(framework, template, one.item, one.skill, one.level))
            )
            for one in given
        ]
    return found
