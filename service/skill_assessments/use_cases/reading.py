"""Who reads what is said of a person's skills, as what a caller acts, and that their reading is told.

The assessed person reads what others than peers say of them; managers above, enablement and keys of the organization do
so too, and of the latter each reading is in the audit log, by which the person sees it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core import audit
from service.core.principal import Principal, Role
from service.organizations.use_cases.scope import local_today, tree_below
from service.skill_assessments.lifecycle import AssessmentState, RaterKind, Side, Situation
from service.skill_assessments.models import AssessmentReview, SkillAssessment
from service.skill_assessments.repository.assessments import Reader, Revision

READ_SKILLS = "readSkillAssessments"
"""How the audit log names that somebody outside the reporting line read what is said of a person's skills."""
LEADS = frozenset({Role.ENABLEMENT, Role.ADMIN})


@dataclass(frozen=True, slots=True)
class Reading:
    """What a caller reads today, and who is below them."""

    today: date
    reader: Reader
    below: frozenset[UUID]

    def sees(self, person_id: UUID) -> bool:
        """Whether they read what is said of a person."""
        return self.reader.people is None or person_id in self.reader.people

    def is_outside(self, principal: Principal, person_id: UUID) -> bool:
        """Whether their reading of it is to be told, as they are neither the person nor above them."""
        return not principal.is_system and person_id != principal.person_id and person_id not in self.below


async def reading_of(session: AsyncSession, principal: Principal) -> Reading:
    """What the caller reads today."""
    today, me = await local_today(session, principal.org_id), principal.person_id
    below = await tree_below(session, principal, today)
    people = None if principal.sees_everyone or me is None else below | {me}
    return Reading(today, Reader(me, people), below)


def record_reads(session: AsyncSession, principal: Principal, reading: Reading, person_ids: Iterable[UUID]) -> None:
    """Tell of each person, once, that the caller reads what is said of them, where they are outside their line."""
    for person_id in sorted(set(person_ids)):
        if reading.is_outside(principal, person_id):
            audit.record_read(session, principal, READ_SKILLS, person_id)


async def tell_of_reading(session: AsyncSession, principal: Principal, person_id: UUID) -> None:
    """As `record_reads`, where levels of a person are part of something else."""
    if principal.person_id != person_id:
        record_reads(session, principal, await reading_of(session, principal), [person_id])


def kind_of_rater(role: Role, *, is_above: bool) -> RaterKind:
    """As what somebody with a role rates somebody else, whom they are above or not."""
    if is_above and role is not Role.REP:
        return RaterKind.MANAGER
    return RaterKind.ENABLEMENT if role in LEADS else RaterKind.PEER


def sides_of(principal: Principal, reading: Reading, row: SkillAssessment) -> frozenset[Side]:
    """As what the caller acts."""
    me = principal.person_id
    acting = {
        Side.ASSESSED: row.person_id == me,
        Side.RATER: me is not None and row.rater_id == me,
        Side.REQUESTER: row.requested_by == me,
        Side.MANAGER: row.person_id in reading.below,
        Side.LEAD: principal.role in LEADS,
        Side.KEY: me is None,
    }
    return frozenset(side for side, is_so in acting.items() if is_so)


def situation_of(row: SkillAssessment, review: AssessmentReview | None, revision: Revision | None) -> Situation:
    """Where an assessment is."""
    state = AssessmentState(row.status)
    if revision is not None and revision.is_submitted:
        state = AssessmentState.SUPERSEDED
    elif review is not None:
        state = AssessmentState(review.status)
    return Situation(
        state,
        RaterKind(row.rater_kind),
        is_resolved=review is not None and review.resolution is not None,
        is_being_revised=revision is not None,
    )
