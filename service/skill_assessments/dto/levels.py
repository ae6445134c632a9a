"""Inputs and outputs of people's levels in skills."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from pydantic import AwareDatetime, Field

from service.core.dto import InputDTO, Instant, Key, OutputDTO
from service.skill_assessments.calibration.raters import NoSeverity
from service.skill_assessments.levels import ErrorBasis, NoLevel
from service.skill_assessments.lifecycle import RaterKind


class SkillLevelsQuery(InputDTO):
    """Whose levels, as of when; by default by every framework that names the job role or that they were rated by."""

    person_id: UUID
    framework: Key | None = None
    as_of: Instant | None = None


class RaterKindLevelDTO(OutputDTO):
    """What raters of one kind say together; of peers three at least."""

    kind: RaterKind
    """As what they rated."""
    n: int
    """How many of them count."""
    level: Decimal
    """The mean of what they gave."""


class SkillLevelPointDTO(OutputDTO):
    """What counted on a day on which something new did."""

    on: date
    """The day that the newest rating speaks of."""
    n: int
    """How many raters counted."""
    raw_level: Decimal
    """The mean of what they gave."""
    adjusted_level: Decimal | None
    """With severity taken out, as it is known today; null where it is not."""


class SkillLevelDTO(OutputDTO):
    """Where a person stands in one skill, and how sure that is."""

    framework_id: UUID
    """The newest version of the framework."""
    framework_key: str
    """The framework, whatever its version."""
    skill: str
    """Its key."""
    name: str
    """What it is called."""
    top_level: int
    """The highest level of the scale, which begins at 1."""
    required_level: int | None
    """What job role and tenure ask for; null: nothing."""
    level: Decimal | None
    """The adjusted one where there is one, else the raw one; null where it cannot be told."""
    raw_level: Decimal | None
    """The mean of the newest rating of each rater that counts."""
    adjusted_level: Decimal | None
    """The same with the severity of the raters taken out; null where they have too little in common."""
    standard_error: Decimal | None
    """Of `level`, in levels."""
    error_basis: ErrorBasis | None
    """Whether the error is measured on raters who rated the same, or assumed as long as hardly any did."""
    interval_low: Decimal | None
    """Of 90 %, within the scale."""
    interval_high: Decimal | None
    """Its other end."""
    n: int
    """How many raters count."""
    raters: list[RaterKindLevelDTO]
    """The same by kind."""
    own_level: Decimal | None
    """The person's own rating; it does not count."""
    peers_waiting: int
    """Peers who have rated, but not enough of them to count: they do in rounds of three."""
    assessed_on: date | None
    """The newest day that a counted rating speaks of."""
    not_adjusted: NoSeverity | None
    """Why severity is not taken out."""
    cannot_tell: NoLevel | None
    """Why there is no level."""
    explanation: str
    """The same in a sentence or two."""
    history: list[SkillLevelPointDTO]
    """The newest twelve changes within the window, the oldest first."""


class PersonSkillLevelsDTO(OutputDTO):
    """Where a person stands in each skill of their frameworks."""

    person_id: UUID
    """Whose levels they are."""
    as_of: AwareDatetime
    """Nothing submitted later counts."""
    since: date
    """Ratings count that speak of later days than this one."""
    interval_level: Decimal = Field(ge=0, le=1)
    """Of the intervals."""
    method: str
    """How levels are found."""
    skills: list[SkillLevelDTO]
    """By framework, in its order."""
