"""Whether a person's skill gaps were assessed and agreed on a day; pure.

Assessed: every skill that their job role requires was rated within the last 365 days by a manager, enablement or a
tool; what one says of oneself and what peers say shows no gap yet. Agreed: the person acknowledged one of these
assessments, and where a rating is below what is required there is a development plan to which rep and manager agreed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from service.organizations.known import KnownPerson
from service.skill_assessments.framework_document import FrameworkDocument, required_levels
from service.skill_assessments.levels import WINDOW


class Agreement(StrEnum):
    """How far it has come, in the order in which it is done."""

    NO_FRAMEWORK = "no_framework"
    NOT_ASSESSED = "not_assessed"
    NOT_ACKNOWLEDGED = "not_acknowledged"
    NO_PLAN = "no_plan"
    AGREED = "agreed"


@dataclass(frozen=True, slots=True)
class Framework:
    """What a person's job role is rated by."""

    key: str
    document: FrameworkDocument


@dataclass(frozen=True, slots=True)
class RatedSkill:
    """What an assessment says of a skill, on a scale from 1 to `top`; `replaced_at`: when a correction followed."""

    person_id: UUID
    framework: str
    top: int
    skill: str
    level: float
    assessed_on: date
    submitted_at: datetime
    replaced_at: datetime | None = None
    acknowledged_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AgreedPlan:
    """A development plan to which both sides agreed; `kept`: it was not dropped."""

    person_id: UUID
    agreed_at: datetime
    ended_at: datetime | None = None
    kept: bool = True

    def holds(self, at: datetime) -> bool:
        """Whether it was agreed at an instant and had not ended, or was closed no longer ago than ratings count."""
        if self.agreed_at > at:
            return False
        return self.ended_at is None or self.ended_at > at or (self.kept and self.ended_at > at - WINDOW)


def find_agreement(
    person: KnownPerson,
    frameworks: Sequence[Framework],
    ratings: Iterable[RatedSkill],
    plans: Iterable[AgreedPlan],
    day: date,
    at: datetime,
) -> Agreement:
    """How far a person's gaps were assessed and agreed on a day, by what was there at an instant."""
    if not frameworks:
        return Agreement.NO_FRAMEWORK
    tops = {one.key: one.document.top for one in frameworks}
    counted = [one for one in ratings if tops.get(one.framework) == one.top and _counts(one, day, at)]
    newest = {(one.framework, one.skill): one for one in sorted(counted, key=_age)}
    required = {
        (one.key, skill): level
        for one in frameworks
        for skill, level in required_levels(one.document, person.job_role, person.hired_on, day).items()
    }
    if not counted or not required.keys() <= newest.keys():
        return Agreement.NOT_ASSESSED
    if not any(one.acknowledged_at is not None and one.acknowledged_at <= at for one in counted):
        return Agreement.NOT_ACKNOWLEDGED
    has_gap = any(newest[skill].level < level for skill, level in required.items())
    if has_gap and not any(plan.holds(at) for plan in plans):
        return Agreement.NO_PLAN
    return Agreement.AGREED


def _counts(one: RatedSkill, day: date, at: datetime) -> bool:
    is_recent = day - WINDOW < one.assessed_on <= day
    return is_recent and one.submitted_at <= at and (one.replaced_at is None or one.replaced_at > at)


def _age(one: RatedSkill) -> tuple[date, datetime]:
    return one.assessed_on, one.submitted_at
