"""Finding an assessment that a caller reads, and checking that they may make a move of it now."""

from collections.abc import Collection
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.errors import ErrorKind, ServiceError, not_found
from service.core.etags import Precondition
from service.core.moves import illegal_move
from service.core.principal import Principal, require
from service.skill_assessments.lifecycle import (
    AssessmentMove,
    Side,
    Situation,
    allowed_moves,
    is_possible,
    may_ever,
    whose_move,
)
from service.skill_assessments.models import SkillAssessment
from service.skill_assessments.permissions import Permission
from service.skill_assessments.repository import assessments as repository
from service.skill_assessments.use_cases.presenting import present
from service.skill_assessments.use_cases.reading import Reading, reading_of, sides_of, situation_of


async def find_readable(
    session: AsyncSession, principal: Principal, reading: Reading, assessment_id: UUID
) -> SkillAssessment:
    """One that the caller reads; `not_found` otherwise."""
    row = await repository.get_assessment(session, principal.org_id, reading.reader, assessment_id)
    if row is None:
        raise not_found("skill_assessment")
    return row


async def get_for_move(
    session: AsyncSession, principal: Principal, assessment_id: UUID, expected: Precondition, move: AssessmentMove
) -> tuple[SkillAssessment, Reading]:
    """An assessment under its lock, of which the caller may make this move now.

    `precondition_failed` where it is not what the caller read, `forbidden` where they may never make the move,
    `conflict`, with what may be done instead, where not now.
    """
    require(principal, Permission.SKILL_ASSESSMENTS_WRITE)
    await repository.lock_assessment(session, principal.org_id, assessment_id)
    reading = await reading_of(session, principal)
    row = await find_readable(session, principal, reading, assessment_id)
    if expected.tags is not None:
        expected.check((await present(session, principal, reading, [row], audited=False))[0])
    await require_now(session, principal, reading, row, move)
    return row, reading


async def require_now(
    session: AsyncSession, principal: Principal, reading: Reading, row: SkillAssessment, move: AssessmentMove
) -> None:
    """As `require_move`, of an assessment as it is now."""
    review = (await repository.get_reviews(session, row.org_id, [row.id])).get(row.id)
    revision = (await repository.get_revisions(session, row.org_id, [row.id])).get(row.id)
    require_move(sides_of(principal, reading, row), situation_of(row, review, revision), move)


def require_move(sides: Collection[Side], situation: Situation, move: AssessmentMove) -> None:
    """`forbidden` where these sides may never make a move, `conflict` where not now; both say what may be done."""
    allowed = allowed_moves(situation, sides)
    if not may_ever(move, sides):
        instead = f"allowed to you are {', '.join(allowed)}" if allowed else "you can do nothing with it now"
        raise ServiceError(ErrorKind.FORBIDDEN, "not_your_move", f"{whose_move(move)}: {instead}.")
    if not is_possible(move, situation):
        raise illegal_move("assessment", situation.state, allowed, move)
