"""Who never rates anybody below the standard although others do, beyond chance; pure.

Feedback is avoided where it costs most, so what is missing is looked for among the same people. Had the raters of a
person changed places, whoever found nothing below the standard would have been any of them alike: the chance of it is
the share of this person's raters who found nothing. Over people these multiply, an exact permutation test (Fisher 1935,
"The Design of Experiments") with people as blocks, so that a rater's general impression of somebody counts once however
many skills it colours.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import prod
from uuid import UUID

from service.skill_assessments.calibration.marks import Mark, newest
from service.statistics.comparisons import adjusted_p_values

LEAST_SHARED = 5
"""People whom others have rated too: with one other rater each, fewer cannot be beyond chance (1/2 to the power)."""
FALSE_DISCOVERIES = 0.05


class NoCandour(StrEnum):
    """Why it cannot be told."""

    NO_STANDARD = "no_standard"
    TOO_LITTLE_OVERLAP = "too_little_overlap"


@dataclass(frozen=True, slots=True)
class Candour:
    """A rater's `ratings` where a level is required, and `below` how many of them are below it.

    `others_below`: of the `shared` people whom others have rated in the same skills, those whom one of these put below
    the standard somewhere. `p` is adjusted over all raters.
    """

    rater: str
    ratings: int = 0
    people: int = 0
    below: int = 0
    shared: int = 0
    others_below: int = 0
    p: float | None = None
    never_below: bool | None = None
    cannot_tell: NoCandour | None = NoCandour.NO_STANDARD


Said = dict[str, dict[str, bool]]
"""Of one person, by rater and skill: whether it is below the standard."""


def find_never_below(marks: Iterable[Mark]) -> list[Candour]:
    """One per rater, by the name that the marks give; marks are of skills, the newest of each counts."""
    current = newest(marks)
    by_rater: dict[str, list[Mark]] = {mark.rater: [] for mark in current}
    by_person: dict[UUID, Said] = {}
    for mark in current:
        if mark.required is not None:
            by_rater[mark.rater].append(mark)
            by_person.setdefault(mark.person_id, {}).setdefault(mark.rater, {})[mark.subject] = mark.is_below
    counted = [_count(rater, by_rater[rater], by_person) for rater in sorted(by_rater)]
    # Untested ones are nan, which counts as no test.
    adjusted = adjusted_p_values([float("nan") if one.p is None else one.p for one in counted])
    return [
        one if one.p is None else replace(one, p=float(p), never_below=bool(p <= FALSE_DISCOVERIES))
        for one, p in zip(counted, adjusted, strict=True)
    ]


def _count(rater: str, own: Sequence[Mark], by_person: dict[UUID, Said]) -> Candour:
    if not own:
        return Candour(rater)
    people = {mark.person_id for mark in own}
    chances: list[float] = []
    others_below = 0
    for person in people:
        found = _others(rater, by_person[person])
        if found:
            chances.append((1 + found.count(False)) / (1 + len(found)))
            others_below += any(found)
    below = sum(mark.is_below for mark in own)
    counted = Candour(rater, len(own), len(people), below, len(chances), others_below, cannot_tell=None)
    if below:
        return replace(counted, p=1.0)
    if len(chances) < LEAST_SHARED:
        return replace(counted, cannot_tell=NoCandour.TOO_LITTLE_OVERLAP)
    return replace(counted, p=prod(chances))


def _others(rater: str, said: Said) -> list[bool]:
    """Of each other rater with a skill in common, whether one of these is below the standard."""
    asked = said[rater].keys()
    common = [(there, there.keys() & asked) for other, there in said.items() if other != rater]
    return [any(there[skill] for skill in skills) for there, skills in common if skills]
