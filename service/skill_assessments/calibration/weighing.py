"""The newest ratings as a table of people's skills by raters, and the model of severity fitted to it; pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from service.skill_assessments.calibration.marks import Mark, newest
from service.statistics.severity import Overlap, Ratings, SeverityFit, fit_severity, rater_overlap

Unit = tuple[UUID, str]
"""A person and a skill."""


@dataclass(frozen=True, slots=True, eq=False)
class Weighed:
    """The marks that count, and what they say; raters and units are numbered by their place."""

    marks: Sequence[Mark]
    raters: dict[str, int]
    units: dict[Unit, int]
    ratings: Ratings
    overlap: Overlap
    fit: SeverityFit


def weigh(marks: Iterable[Mark]) -> Weighed:
    """Levels and severities from the newest mark of each rater, person and skill."""
    current = newest(marks)
    raters = {rater: place for place, rater in enumerate(sorted({mark.rater for mark in current}))}
    units: dict[Unit, int] = {}
    for mark in current:
        units.setdefault((mark.person_id, mark.subject), len(units))
    ratings = Ratings.of(
        [raters[mark.rater] for mark in current],
        [units[mark.person_id, mark.subject] for mark in current],
        [mark.value for mark in current],
    )
    return Weighed(current, raters, units, ratings, rater_overlap(ratings), fit_severity(ratings))
