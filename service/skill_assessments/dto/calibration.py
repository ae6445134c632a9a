"""Inputs and outputs of how raters compare: agreement, severity, drift, and who never rates below the standard."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from pydantic import AwareDatetime, Field

from service.core.dto import InputDTO, Instant, Key, OutputDTO
from service.skill_assessments.calibration.candour import NoCandour
from service.skill_assessments.calibration.drift import NoDrift
from service.skill_assessments.calibration.items import Clarity, NoClarity
from service.skill_assessments.calibration.raters import Leaning, NoSeverity

DAYS = Field(default=365, ge=30, le=1095, strict=True)


class RaterCalibrationQuery(InputDTO):
    """Of which framework, of all its skills or one, and of which raters; by default of all that the caller reads.

    That is everybody for those who see everybody, and for a manager those below and themself. The framework is by
    default the one by which the last rating was submitted, or the newest.
    """

    framework: Key | None = None
    skill: Key | None = None
    manager_id: UUID | None = None
    team_id: UUID | None = None
    days: int = DAYS
    as_of: Instant | None = None


class AgreementWithheld(StrEnum):
    """Why a caller reads no agreement."""

    NOBODY_BELOW = "nobody_below"
    TOO_FEW_RATERS = "too_few_raters"


class AgreementDTO(OutputDTO):
    """Whether raters mean the same by an item, or by a skill."""

    key: str
    """Of the item or of the skill."""
    template_id: UUID | None
    """The template that asks it; null of a skill."""
    name: str
    """What is asked, or what the skill is called."""
    skill: str | None
    """The skill that it is about."""
    alpha: Decimal | None
    """Krippendorff's alpha for ordered ratings: 1 is perfect agreement, 0 what chance makes."""
    low: Decimal | None
    """Of its interval."""
    high: Decimal | None
    """Its other end."""
    people: int
    """Rated by two raters or more."""
    raters: int
    """Who rated these people."""
    n: int
    """Their ratings."""
    clarity: Clarity | None
    """What that allows; null where it cannot be told."""
    cannot_tell: NoClarity | None
    """Why it cannot be told."""
    explanation: str
    """The same in a sentence."""


class RaterDTO(OutputDTO):
    """One rater against the others."""

    rater_id: UUID | None
    """Who it is; null of a tool or a file."""
    scorer: str | None
    """Which tool or file it is."""
    name: str
    """Either one's name."""
    n: int
    """Ratings of skills, of each person and skill the newest."""
    people: int
    """Whom they are of."""
    shared: int
    """How many of the ratings are of what others have rated too."""
    severity: Decimal | None
    """Levels by which they rate lower than others would; below 0 they rate higher."""
    severity_low: Decimal | None
    """Of its interval."""
    severity_high: Decimal | None
    """Its other end."""
    severity_p: Decimal | None
    """How likely so much is by chance, all raters counted."""
    leaning: Leaning | None
    """Severe or lenient beyond chance, or in line."""
    spread: Decimal | None
    """The standard deviation of their shared ratings: how far they use the scale."""
    others_spread: Decimal | None
    """That of the others' ratings of the same."""
    no_severity: NoSeverity | None
    """Why severity cannot be told."""
    drift: Decimal | None
    """Levels by which their severity rose from the earlier half of the time to the recent one."""
    drift_low: Decimal | None
    """Of its interval."""
    drift_high: Decimal | None
    """Its other end."""
    drift_p: Decimal | None
    """How likely so much is by chance, all raters counted."""
    drift_n: int | None
    """Ratings in both halves that others can be held against."""
    drifting: bool | None
    """Whether that is beyond chance."""
    no_drift: NoDrift | None
    """Why it cannot be told."""
    below: int | None
    """How many of their ratings are below the required level; this and what follows for enablement alone."""
    candour_people: int | None
    """People whom they and others have rated in the same skills."""
    others_below: int | None
    """How many of these somebody else put below the required level in one of them."""
    never_below: bool | None
    """Whether they never rate anybody below the standard although others do, beyond chance."""
    never_below_p: Decimal | None
    """How likely that is by chance, all raters counted."""
    no_candour: NoCandour | None
    """Why it cannot be told."""
    explanation: str
    """The same in sentences."""


class RaterCalibrationDTO(OutputDTO):
    """How the raters of a framework compare within so many days."""

    framework_id: UUID
    """Its newest version."""
    framework_key: str
    """The framework, whatever its version."""
    as_of: AwareDatetime
    """Nothing submitted later counts."""
    since: date
    """Ratings count that speak of later days than this one."""
    halves_on: date
    """The first day of the recent half."""
    interval_level: Decimal
    """Of all intervals."""
    false_discoveries: Decimal
    """The share of named raters that chance alone may have named, at most; of drift half of it."""
    method: str
    """How it is found."""
    n: int
    """Ratings of skills by the raters asked about, self-ratings left out."""
    people: int
    """Whom they are of."""
    rater_count: int
    """Who gave them."""
    withheld: AgreementWithheld | None
    """Why the caller reads no agreement."""
    items: list[AgreementDTO]
    """Of each item of a template, in order of its key."""
    skills: list[AgreementDTO]
    """Of each skill, in the framework's order."""
    raters: list[RaterDTO]
    """By name; who does not see everybody reads of themself alone."""
    explanation: str
    """What to do about it, in sentences."""
