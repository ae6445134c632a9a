"""What a competency framework holds: a scale of levels, skills with anchors, and what each job role needs; pure.

A level means what its anchor says that one sees somebody do: raters compare with the words, not with each other.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated

from pydantic import Field

from service.core.dto import InputDTO, Key, Text, example
from service.core.errors import FieldError
from service.core.validation import repeated
from service.success_models.targets import months_after

MOST_LEVELS = 10

LevelNumber = Annotated[int, Field(ge=1, le=MOST_LEVELS, strict=True)]


class Level(InputDTO):
    """One step of the scale; 1 is the lowest."""

    number: LevelNumber
    name: Text


class Anchor(InputDTO):
    """What one sees somebody do who has a level of a skill."""

    level: LevelNumber
    text: Text


class Skill(InputDTO):
    """Something that one can do more or less well."""

    key: Key
    name: Text
    description: Text | None = None
    anchors: Annotated[list[Anchor], Field(min_length=1, max_length=MOST_LEVELS)]
    """One of each level."""
    stages: Annotated[list[Key], Field(max_length=20)] = Field(default_factory=list)
    """Stages of the sales process, by key, out of which more deals should move on."""
    kpis: Annotated[list[Key], Field(max_length=20)] = Field(default_factory=list)
    """KPIs of the success model, by key, that should become better."""


class SkillRequirement(InputDTO):
    """The levels that a job role needs from so many months after the day of hiring on."""

    job_role: Text
    from_month: int = Field(default=0, ge=0, le=60, strict=True)
    levels: Annotated[dict[Key, LevelNumber], Field(min_length=1, max_length=40)]
    """By skill; a skill that is not here is not required."""


class FrameworkDocument(InputDTO):
    """A whole framework; stages and KPIs are named by key, so that it fits every model that has them."""

    model_config = example(
        levels=[{"number": 1, "name": "New"}, {"number": 2, "name": "Able"}],
        skills=[
            {
                "key": "discovery",
                "name": "Discovery",
                "anchors": [
                    {"level": 1, "text": "Asks a list of questions."},
                    {"level": 2, "text": "Lets the customer name the problem and what it costs."},
                ],
                "stages": ["discovery"],
                "kpis": ["proposals-made"],
            }
        ],
        requirements=[{"job_role": "AE", "from_month": 6, "levels": {"discovery": 2}}],
    )

    levels: Annotated[list[Level], Field(min_length=2, max_length=MOST_LEVELS)]
    """From 1 on, in order."""
    skills: Annotated[list[Skill], Field(min_length=1, max_length=40)]
    requirements: Annotated[list[SkillRequirement], Field(max_length=200)] = Field(default_factory=list)

    @property
    def top(self) -> int:
        """The highest level."""
        return len(self.levels)

    @property
    def by_key(self) -> Mapping[str, Skill]:
        """Skills by their keys."""
        return {skill.key: skill for skill in self.skills}

    def skill(self, key: str) -> Skill | None:
        """Find a skill by a key that need not be one of theirs."""
        return self.by_key.get(key)

    @property
    def job_roles(self) -> frozenset[str]:
        """Whom it is for."""
        return frozenset(one.job_role for one in self.requirements)


def required_levels(
    document: FrameworkDocument, job_role: str | None, hired_on: date | None, day: date
) -> Mapping[str, int]:
    """The level that a job role needs of each skill on a day: those of the latest `from_month` that is reached.

    Of somebody whose first day nobody knows the latest of all is asked, as targets are asked in full. Empty: nothing
    is required (yet).
    """
    steps = sorted(
        (one for one in document.requirements if one.job_role == job_role), key=lambda one: one.from_month, reverse=True
    )
    for step in steps:
        if not step.from_month or hired_on is None or months_after(hired_on, step.from_month) <= day:
            return step.levels
    return {}


def framework_problems(document: FrameworkDocument) -> list[FieldError]:
    """Check everything that types alone cannot see; each problem with its pointer in the document."""
    found = [
        FieldError(f"/levels/{index}/number", f"must be {index + 1}: levels are numbered from 1, in order")
        for index, level in enumerate(document.levels)
        if level.number != index + 1
    ]
    found += repeated("/levels", [level.name for level in document.levels], "name")
    found += repeated("/skills", [skill.key for skill in document.skills], "key")
    for index, skill in enumerate(document.skills):
        found += [FieldError(f"/skills/{index}{at}", said) for at, said in _skill_problems(skill, document.top)]
    return [*found, *_requirement_problems(document)]


def _skill_problems(skill: Skill, top: int) -> Iterator[tuple[str, str]]:
    levels = [anchor.level for anchor in skill.anchors]
    for place, level in enumerate(levels):
        if level > top:
            yield f"/anchors/{place}/level", f"the scale ends at {top}"
        elif level in levels[:place]:
            yield f"/anchors/{place}/level", f"level {level} has an anchor already"
    missing = [str(level) for level in range(1, top + 1) if level not in levels]
    if missing:
        yield "/anchors", f"has no anchor of level {', '.join(missing)}"
    for name, keys in (("stages", skill.stages), ("kpis", skill.kpis)):
        yield from ((f"/{name}/{i}", f"{key} stands here twice") for i, key in enumerate(keys) if key in keys[:i])


def _requirement_problems(document: FrameworkDocument) -> Iterator[FieldError]:
    known = {skill.key for skill in document.skills}
    seen: set[tuple[str, int]] = set()
    for index, one in enumerate(document.requirements):
        if (one.job_role, one.from_month) in seen:
            said = f"{one.job_role} has a requirement from month {one.from_month} already"
            yield FieldError(f"/requirements/{index}/from_month", said)
        seen.add((one.job_role, one.from_month))
        for key, level in one.levels.items():
            if key not in known:
                yield FieldError(f"/requirements/{index}/levels/{key}", f"{key} is no skill of this framework")
            elif level > document.top:
                yield FieldError(f"/requirements/{index}/levels/{key}", f"the scale ends at {document.top}")
