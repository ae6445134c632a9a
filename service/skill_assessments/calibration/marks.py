"""What raters said, as calibration takes it: one number per rater, person and thing asked about; pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

ROUNDING = 1e-9
"""A mean of levels this near to the required one is at it."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What a rater said of a person: `subject` is an item or a skill, `value` a level, or 1 and 0 for yes and no.

    `rater` names the rater in this question only; `required` is the level that the person's job role asks for.
    """

    person_id: UUID
    rater: str
    subject: str
    value: float
    at: datetime
    required: float | None = None

    @property
    def is_below(self) -> bool:
        """Whether that is below the standard."""
        return self.required is not None and self.value < self.required - ROUNDING


def newest(marks: Iterable[Mark]) -> list[Mark]:
    """Of each rater, person and subject the last one, in the order of subjects, people and raters."""
    found: dict[tuple[str, str, str], Mark] = {}
    for mark in sorted(marks, key=lambda one: one.at):
        found[mark.subject, str(mark.person_id), mark.rater] = mark
    return [found[key] for key in sorted(found)]
