"""Inputs of ratings from outside: those that a scorer posts, and those of an imported skill matrix."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from service.core.bulk_items import MAX_ITEMS
from service.core.dto import Day, InputDTO, Key, Text, example, refuse_unstorable
from service.organizations.dto.fields import ExternalId
from service.skill_assessments.scoring import SkillRating

Scorer = Annotated[Text, StringConstraints(max_length=100)]
Link = Annotated[
    str, StringConstraints(pattern=r"^https://[^\s\x00]+$", max_length=2_000), BeforeValidator(refuse_unstorable)
]

RATINGS_EXAMPLE: dict[str, Any] = {
    "external_id": "call-4711",
    "person": "ada@example.org",
    "framework_key": "b2b-seller",
    "assessed_on": "2026-03-02",
    "skills": [
        {"skill": "discovery", "level": "3.5", "words": "Three questions deep at 12:40"},
        {"skill": "closing", "score": "62", "scale": {"low": "0", "high": "100"}},
    ],
    "link": "https://calls.example.com/4711",
}


class RatingsItem(InputDTO):
    """What was found of one person's skills on a day."""

    person: Text | None = None
    """Whose skills they are: their id in `system`, or their e-mail address."""
    person_id: UUID | None = None
    """In place of `person`."""
    framework_key: Key
    """The newest version of this framework."""
    assessed_on: Day
    """The day that the ratings speak of."""
    skills: Annotated[list[SkillRating], Field(min_length=1, max_length=40)]
    deal_id: UUID | None = None
    """A deal that shows it."""
    activity_id: UUID | None = None
    """An activity that shows it."""
    link: Link | None = None
    """Where the scorer shows what it found."""

    @model_validator(mode="after")
    def _somebody(self) -> "RatingsItem":
        if (self.person is None) == (self.person_id is None):
            raise ValueError("give either person or person_id")
        return self


class UpsertSkillRatings(RatingsItem):
    """What a scorer found; sent twice it is one, and with other values the next revision."""

    model_config = example(**RATINGS_EXAMPLE)

    external_id: ExternalId
    """The scorer's own id of these ratings."""


class BulkUpsertSkillRatings(InputDTO):
    """Up to 500 items of one scorer; each is answered on its own."""

    model_config = example(scorer="Call review", system="hubspot", ratings=[RATINGS_EXAMPLE])

    scorer: Scorer
    """The tool that rates, as people will read it."""
    system: Key | None = None
    """Where the ids live by which items name people; without it they name e-mail addresses."""
    ratings: list[dict[str, Any]] = Field(min_length=1, max_length=MAX_ITEMS)


class ImportedSkillRatings(RatingsItem):
    """A row of a skill matrix; rated by a person, or else by the file or tool that `scorer` names."""

    id: ExternalId
    rater: Text | None = None
    scorer: Scorer
