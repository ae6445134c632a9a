"""What was said of a person's skills over time, and of what peers say together."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from pydantic import Field

from service.core.dto import InputDTO, OutputDTO, SearchText
from service.skill_assessments.lifecycle import RaterKind


class SkillHistoryFilter(InputDTO):
    """Which skills a history holds."""

    skill: SearchText | None = None


EVERY_SKILL = SkillHistoryFilter()


class SkillRatingDTO(OutputDTO):
    """A submitted rating as it was given, in the words of the framework that it was given to."""

    assessment_id: UUID
    """The assessment that it is part of."""
    item: str
    """Its item in the template; without a template, the skill."""
    rater_id: UUID | None
    """Who rated; null: a tool or a file."""
    rater_kind: RaterKind
    """As what they rated."""
    scorer: str | None
    """The tool or file that it comes from."""
    revision: int = Field(ge=1)
    """Of the assessment."""
    is_superseded: bool
    """A later revision of the assessment was submitted."""
    framework_id: UUID
    """The version of the framework that the level belongs to."""
    framework_version: int = Field(ge=1)
    """Its number."""
    skill_name: str | None
    """What the skill was called."""
    level: Decimal
    """On that version's scale."""
    top_level: int = Field(ge=1)
    """The highest level of that scale."""
    level_name: str | None
    """What this step was called; null between two steps."""
    anchor: str | None
    """What this level meant."""
    given: str | None
    """What a tool or file held before it was mapped to a level."""
    words: str | None
    """What the rater wrote."""
    assessed_on: date
    """The day that it speaks of."""
    submitted_at: datetime
    """From when on nothing changes it."""


class SkillHistoryDTO(OutputDTO):
    """What was said of one skill of a person, over every version of its framework."""

    person_id: UUID
    """Whose skill it is."""
    framework_key: str
    """The framework, whatever its version."""
    skill: str
    """Its key."""
    name: str | None
    """What it was called in the rating that speaks of the last day."""
    ratings: list[SkillRatingDTO]
    """Those that the caller reads, by day, the first first."""


class PeerRatingDTO(OutputDTO):
    """What a person's peers say of one skill together; no number from fewer than three of them."""

    person_id: UUID
    """Whose skill it is."""
    framework_key: str
    """The framework, whatever its version."""
    skill: str
    """Its key."""
    name: str | None
    """What it was called last."""
    missing: int = Field(ge=1, le=3)
    """How many more peers must rate before there is a number, or another one: they count three by three."""
    n: int | None
    """How many peers count; null from fewer than three."""
    level: float | None
    """Their mean."""
    low: float | None
    """The interval's lower end."""
    high: float | None
    """The interval's upper end."""
    top_level: int = Field(ge=1)
    """The highest level of the scale."""
    cannot_tell: str | None
    """Why there is no number; null: there is one."""
    method: str
    """How the number was found."""
    since: date
    """Ratings that speak of earlier days do not count."""
    as_of: date = Field(examples=["2026-03-16"])
    """The day that is asked about: today."""
