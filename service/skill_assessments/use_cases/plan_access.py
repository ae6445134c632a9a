"""Who sees a development plan, as which sides a caller acts, and how a plan is shown to them.

The person, the managers above them, enablement, administrators and keys of the organization; for others there is none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.clock import utc_now
from service.core.errors import not_found
from service.core.etags import Precondition
from service.core.principal import Principal, require
from service.skill_assessments.dto.frameworks import CompetencyFrameworkDTO
from service.skill_assessments.dto.plans import DevelopmentPlanDTO, PlanFocusDTO
from service.skill_assessments.models import DevelopmentPlan, PlanFocus, PlanReview, PlanStep
from service.skill_assessments.permissions import Permission
from service.skill_assessments.plans.lifecycle import (
    PlanMove,
    PlanSide,
    PlanState,
    Standing,
    allowed_moves,
    require_move,
    rewrite,
    sides_of,
)
from service.skill_assessments.repository import plans as repository
from service.skill_assessments.use_cases.frameworks import find_frameworks
from service.skill_assessments.use_cases.reading import LEADS, Reading, reading_of, record_reads


@dataclass(frozen=True, slots=True)
class Reader:
    """A caller, and whose skills they read today."""

    principal: Principal
    reading: Reading

    @property
    def people(self) -> frozenset[UUID] | None:
        """Whose plans they see; None: everybody's."""
        return self.reading.reader.people

    def sides(self, person_id: UUID) -> frozenset[PlanSide]:
        """As which sides they act on a person's plans."""
        me = self.principal.person_id
        return sides_of(
            is_rep=me == person_id,
            is_above=person_id in self.reading.below,
            is_lead=self.principal.role in LEADS,
            is_person=me is not None,
        )

    def tell(self, session: AsyncSession, rows: Sequence[DevelopmentPlan]) -> None:
        """Whoever reads where people stand from outside their reporting line is told of, as of any assessment."""
        record_reads(session, self.principal, self.reading, {row.person_id for row in rows if row.baseline is not None})


async def read_as(session: AsyncSession, principal: Principal) -> Reader:
    """Whose plans the caller sees, and as whom; a constant number of statements."""
    return Reader(principal, await reading_of(session, principal))


async def find_plan(session: AsyncSession, reader: Reader, plan_id: UUID, *, lock: bool = False) -> DevelopmentPlan:
    """One plan; `not_found` where the caller does not see whose it is."""
    row = await repository.get_plan(session, reader.principal.org_id, reader.people, plan_id, lock=lock)
    if row is None:
        raise not_found("development_plan")
    return row


def standing_of(row: DevelopmentPlan) -> Standing:
    """Where a plan is."""
    return Standing(PlanState(row.status), row.rep_agreed_at, row.manager_agreed_at)


def set_standing(row: DevelopmentPlan, standing: Standing, principal: Principal, sides: frozenset[PlanSide]) -> None:
    """Put a plan where it stands now; the manager who agreed is the one who acts, or who did before."""
    if standing.manager_agreed_at is None:
        row.manager_id = None
    elif PlanSide.MANAGER in sides and standing.manager_agreed_at != row.manager_agreed_at:
        row.manager_id = principal.person_id
    row.status = standing.state.value
    row.rep_agreed_at, row.manager_agreed_at = standing.rep_agreed_at, standing.manager_agreed_at


async def get_for_move(
    session: AsyncSession, principal: Principal, plan_id: UUID, expected: Precondition, move: PlanMove
) -> tuple[DevelopmentPlan, Reader]:
    """A plan under its lock, of which the caller may make this move now.

    `not_found` for a plan that they do not see, `precondition_failed` where it is not what they read, `forbidden` for
    who may never make the move, `conflict` with what may be done where it cannot be made now.
    """
    require(principal, Permission.DEVELOPMENT_PLANS_WRITE)
    reader = await read_as(session, principal)
    row = await find_plan(session, reader, plan_id, lock=True)
    if expected.tags is not None:
        expected.check((await present(session, reader, [row], audited=False))[0])
    require_move(standing_of(row), reader.sides(row.person_id), move)
    return row, reader


async def rewritten(session: AsyncSession, reader: Reader, row: DevelopmentPlan) -> DevelopmentPlanDTO:
    """A plan in which something was changed: before it starts the other side's agreement is taken back."""
    sides = reader.sides(row.person_id)
    set_standing(row, rewrite(standing_of(row), sides, utc_now()), reader.principal, sides)
    return await written(session, reader, row)


async def written(session: AsyncSession, reader: Reader, row: DevelopmentPlan) -> DevelopmentPlanDTO:
    """A plan that something was done to."""
    row.updated_at = utc_now()
    await session.flush()
    return await present_one(session, reader, row)


async def present_one(session: AsyncSession, reader: Reader, row: DevelopmentPlan) -> DevelopmentPlanDTO:
    """One row as the caller sees it."""
    return (await present(session, reader, [row]))[0]


async def present(
    session: AsyncSession, reader: Reader, rows: Sequence[DevelopmentPlan], *, audited: bool = True
) -> list[DevelopmentPlanDTO]:
    """Rows as the caller sees them, in a constant number of statements; their reading of baselines is told."""
    if audited:
        reader.tell(session, rows)
    org_id, ids = reader.principal.org_id, [row.id for row in rows]
    focuses: dict[UUID, list[PlanFocus]] = {}
    for focus in await repository.list_focuses(session, org_id, ids):
        focuses.setdefault(focus.plan_id, []).append(focus)
    steps: dict[UUID, list[PlanStep]] = {}
    for step in await repository.list_steps(session, org_id, ids):
        steps.setdefault(step.plan_id, []).append(step)
    reviews: dict[UUID, list[PlanReview]] = {}
    for review in await repository.list_reviews(session, org_id, ids):
        reviews.setdefault(review.plan_id, []).append(review)
    frameworks = await find_frameworks(session, reader.principal, {row.framework_id for row in rows})
    return [
        DevelopmentPlanDTO.model_validate(
            row.model_dump()
            | {
                "focuses": [_focus(row, one, frameworks[row.framework_id]) for one in focuses.get(row.id, [])],
                "steps": steps.get(row.id, []),
                "reviews": reviews.get(row.id, []),
                "allowed_moves": allowed_moves(standing_of(row), reader.sides(row.person_id)),
            }
        )
        for row in rows
    ]


def _focus(row: DevelopmentPlan, focus: PlanFocus, framework: CompetencyFrameworkDTO) -> PlanFocusDTO:
    skill = framework.document.by_key[focus.skill]
    return PlanFocusDTO.model_validate(
        focus.model_dump()
        | {
            "name": skill.name,
            "target_name": framework.document.levels[focus.target_level - 1].name,
            "baseline": None if row.baseline is None else row.baseline.get(focus.skill),
        }
    )
