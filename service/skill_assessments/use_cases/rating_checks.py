"""What is wrong with ratings from outside, given what is there of all that they name."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from service.core.errors import FieldError, ServiceError, invalid_fields
from service.skill_assessments.dto.frameworks import CompetencyFrameworkDTO
from service.skill_assessments.dto.ratings import RatingsItem
from service.skill_assessments.scoring import rating_problems


@dataclass(frozen=True, slots=True)
class Known:
    """What is there of all that a batch of ratings names; a framework that is not is a refusal."""

    today: date
    frameworks: Mapping[str, CompetencyFrameworkDTO | ServiceError]
    people: frozenset[UUID]
    find_person: Callable[[str], UUID | None]
    deals: frozenset[UUID]
    activities: frozenset[UUID]

    def check(self, item: RatingsItem) -> tuple[UUID, CompetencyFrameworkDTO]:
        """Whose ratings they are and by what; `invalid` with all that is wrong with them."""
        faults = list(self._faults(item))
        person_id, framework = self._person_of(item), self.frameworks[item.framework_key]
        if faults or person_id is None or isinstance(framework, ServiceError):
            raise invalid_fields(faults)
        return person_id, framework

    def _person_of(self, item: RatingsItem) -> UUID | None:
        if item.person is not None:
            return self.find_person(item.person)
        return item.person_id if item.person_id in self.people else None

    def _faults(self, item: RatingsItem) -> Iterator[FieldError]:
        if self._person_of(item) is None:
            pointer = "/person_id" if item.person is None else "/person"
            yield FieldError(pointer, "is nobody known: add the person first")
        if item.assessed_on > self.today:
            yield FieldError("/assessed_on", "must not be in the future")
        framework = self.frameworks[item.framework_key]
        if isinstance(framework, ServiceError):
            yield from framework.fields
        else:
            for problem in rating_problems(framework.document, item.skills):
                yield FieldError(f"/skills{problem.pointer}", problem.message)
        if item.deal_id is not None and item.deal_id not in self.deals:
            yield FieldError("/deal_id", "is no deal of this organization")
        if item.activity_id is not None and item.activity_id not in self.activities:
            yield FieldError("/activity_id", "is no activity of this organization")
