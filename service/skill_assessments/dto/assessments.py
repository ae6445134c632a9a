"""Inputs and outputs of assessments: who rates whom by what, the answers, and what became of them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import Field, ValidationInfo, field_validator

from service.core.dto import (
    Day,
    InputDTO,
    Key,
    OutputDTO,
    SearchText,
    Text,
    example,
    refuse_null,
)
from service.core.sorting import Sorting
from service.skill_assessments.framework_document import LevelNumber
from service.skill_assessments.lifecycle import AssessmentMove, AssessmentState, RaterKind, Resolution
from service.skill_assessments.scoring import Words
from service.skill_assessments.template_document import ItemKind

ReminderDays = Annotated[list[Annotated[int, Field(ge=0, le=90, strict=True)]], Field(max_length=5)]
"""Days before the due day, each a reminder."""


class CreateSkillAssessment(InputDTO):
    """Ask somebody to rate a person, or begin to do so; by a template, or by the skills of a framework alone."""

    model_config = example(
        person_id="01890a5d-ac96-774b-bcce-b302099a8057",
        rater_id="01890a5d-ac96-774b-bcce-b302099a8058",
        template_key="b2b-seller",
        due_on="2027-03-31",
    )

    person_id: UUID
    """Whose skills they are."""
    rater_id: UUID | None = None
    """Who rates; null: the caller."""
    template_key: Key | None = None
    """The newest version of this template."""
    framework_key: Key | None = Field(default=None, validate_default=True)
    """In place of a template: a level of each skill of the newest version of this framework."""
    skill: Key | None = None
    """Guide mode: only this skill of the framework."""
    due_on: Day | None = None
    reminder_days: ReminderDays = Field(default_factory=lambda: [7, 1])

    @field_validator("framework_key")
    @classmethod
    def _one_of_two(cls, value: str | None, info: ValidationInfo) -> str | None:
        if "template_key" in info.data and (info.data["template_key"] is None) == (value is None):
            raise ValueError("give either template_key or framework_key")
        return value


class UpdateSkillAssessment(InputDTO):
    """Merge-patch of when a draft is due; null: never."""

    model_config = example(due_on="2027-04-15")

    due_on: Day | None = None
    reminder_days: ReminderDays | None = None

    _required = field_validator("reminder_days")(refuse_null)


class AnswerInput(InputDTO):
    """The answer to one item: a level, yes or no, words, or a deal or activity that shows it; words may be added."""

    item: Key
    level: LevelNumber | None = None
    yes: bool | None = Field(default=None, strict=True)
    words: Words | None = None
    deal_id: UUID | None = None
    activity_id: UUID | None = None


class PutAnswers(InputDTO):
    """All answers of a draft, in place of those before."""

    model_config = example(answers=[{"item": "discovery", "level": 3, "words": "Asked about the budget"}])

    answers: Annotated[list[AnswerInput], Field(max_length=200)]


class SubmitSkillAssessment(InputDTO):
    """The rater is done; nothing changes it afterwards."""

    assessed_on: Day | None = None
    """The day that the ratings speak of; null: today."""


class ContestSkillAssessment(InputDTO):
    """Why the assessed person disagrees."""

    model_config = example(reason="I led two of the three calls that week")

    reason: Text


class ResolveSkillAssessment(InputDTO):
    """How a contest ends, and why."""

    model_config = example(resolution="to_be_revised", reason="The two calls were not looked at")

    resolution: Resolution
    reason: Text


ASSESSMENT_SORTING = Sorting({"created_at": datetime, "updated_at": datetime}, default="-created_at")


class SkillAssessmentFilter(InputDTO):
    """Which assessments a list holds."""

    person_id: UUID | None = None
    rater_id: UUID | None = None
    rater_kind: RaterKind | None = None
    status: AssessmentState | None = None
    skill: SearchText | None = None
    """Those that ask about this skill alone, and submitted ones that answer about it."""


class AssessmentAnswerDTO(OutputDTO):
    """An answer as it was given, in the words of the framework and the template that it was given to."""

    item: str
    """Its key in the template; without a template, the skill."""
    kind: ItemKind
    """How it was answered."""
    prompt: str | None
    """What was asked; null without a template."""
    skill: str | None
    """What it is about, by key."""
    skill_name: str | None
    """What the skill was called."""
    level: Decimal | None
    """On the framework's scale; a tool may send one between two steps."""
    level_name: str | None
    """What this step of the scale was called; null between two steps."""
    anchor: str | None
    """What this level meant."""
    given: str | None
    """What a tool or file held before it was mapped to a level."""
    yes: bool | None
    """Yes or no."""
    words: str | None
    """What the rater wrote."""
    deal_id: UUID | None
    """The deal that shows it."""
    activity_id: UUID | None
    """The activity that shows it."""


class SkillAssessmentDTO(OutputDTO):
    """What one rater says of one person's skills.

    A single peer's is read by its author alone once it is submitted; a draft's answers by its rater alone.
    """

    id: UUID
    person_id: UUID
    """Whose skills they are."""
    rater_id: UUID | None
    """Who rates; null: a tool or a file."""
    rater_kind: RaterKind
    """As what they rate."""
    scorer: str | None
    """The tool or file that the ratings come from."""
    external_id: str | None
    """Its id there."""
    framework_id: UUID
    """The version of the framework that its levels belong to."""
    template_id: UUID | None
    """The version of the template; null: a level of each skill."""
    skill: str | None
    """In guide mode the only skill that is asked about."""
    requested_by: UUID | None
    """The person who asked for it; null: a key of the organization."""
    status: AssessmentState
    """Where it is."""
    revision: int = Field(ge=1)
    """1 for the first; a correction is another one."""
    revises_id: UUID | None
    """The revision before."""
    revised_by_id: UUID | None
    """The revision that was submitted in its place."""
    due_on: date | None
    """Until when the rater is asked to submit it."""
    reminder_days: list[int]
    """Days before the due day, each a reminder."""
    assessed_on: date | None
    """The day that the ratings speak of."""
    submitted_at: datetime | None
    """From when on nothing changes it."""
    acknowledged_at: datetime | None
    """When the assessed person took note of it."""
    contested_at: datetime | None
    """When they disagreed."""
    contest_reason: str | None
    """Why they disagreed."""
    resolution: Resolution | None
    """How the contest ended."""
    resolution_reason: str | None
    """Why it ended so."""
    resolved_at: datetime | None
    """When it ended."""
    resolved_by: UUID | None
    """The person who ended it; null: a key of the organization."""
    answers: list[AssessmentAnswerDTO] | None
    """Null: the caller does not read them."""
    allowed_moves: list[AssessmentMove]
    """What the caller may do now."""
    created_at: datetime
    updated_at: datetime
