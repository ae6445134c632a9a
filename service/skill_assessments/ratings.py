"""What raters say of a skill, taken together; pure.

Peers' ratings are counted from three of them on only, so that nobody can tell who said what.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import sqrt
from uuid import UUID

import numpy as np

from service.skill_assessments.disagreement import USUAL_NOISE
from service.skill_assessments.gaps import SkillLevel

LEAST_PEERS = 3
PEER, SELF = "peer", "self"


@dataclass(frozen=True, slots=True)
class Rating:
    """The newest level that a rater gives a person in a skill of a framework (by its key); the rater may be a tool."""

    person_id: UUID
    framework: str
    skill: str
    rater_kind: str
    rater_id: UUID | None
    rater: str
    level: float
    assessed_on: date

    @property
    def about(self) -> tuple[UUID, str, str]:
        """Whom and what it is about."""
        return self.person_id, self.framework, self.skill


def level_of(skill: str, given: Sequence[Rating]) -> SkillLevel:
    """The mean of the ratings; its error is that of raters who scatter as usual, or as much as these do."""
    levels = np.array([one.level for one in given])
    scatter = float(levels.std(ddof=1)) if len(levels) > 2 else 0.0
    error = max(USUAL_NOISE, scatter) / sqrt(len(levels))
    return SkillLevel(given[0].person_id, skill, float(levels.mean()), error, len(levels))
