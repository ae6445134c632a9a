"""What raters say of a skill, taken together: the level, and where person and manager see it differently; pure.

Peers' ratings are counted from three of them on only, so that nobody can tell who said what.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from math import sqrt
from uuid import UUID

import numpy as np

from service.skill_assessments.disagreement import USUAL_NOISE, TwoViews
from service.skill_assessments.gaps import SkillLevel

LEAST_PEERS = 3
PEER, SELF, MANAGER = "peer", "self", "manager"


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


def group_ratings(ratings: Iterable[Rating]) -> dict[tuple[UUID, str, str], list[Rating]]:
    """By person, framework and skill; too few peers are left out."""
    found: dict[tuple[UUID, str, str], list[Rating]] = {}
    for rating in ratings:
        found.setdefault(rating.about, []).append(rating)
    for about, given in found.items():
        if sum(one.rater_kind == PEER for one in given) < LEAST_PEERS:
            found[about] = [one for one in given if one.rater_kind != PEER]
    return {about: given for about, given in found.items() if given}


def level_of(skill: str, given: Sequence[Rating]) -> SkillLevel:
    """The mean of the ratings; its error is that of raters who scatter as usual, or as much as these do."""
    levels = np.array([one.level for one in given])
    scatter = float(levels.std(ddof=1)) if len(levels) > 2 else 0.0
    error = max(USUAL_NOISE, scatter) / sqrt(len(levels))
    return SkillLevel(given[0].person_id, skill, float(levels.mean()), error, len(levels))


def views_of(key: str, name: str, given: Sequence[Rating], levels: int) -> TwoViews | None:
    """The newest ratings of the person and of a manager; None without both."""
    own = [one for one in given if one.rater_kind == SELF]
    managers = sorted((one for one in given if one.rater_kind == MANAGER), key=lambda one: one.assessed_on)
    if not own or not managers or managers[-1].rater_id is None:
        return None
    manager = managers[-1]
    return TwoViews(own[0].person_id, managers[-1].rater_id, key, name, own[0].level, manager.level, levels)
