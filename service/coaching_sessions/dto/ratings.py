"""Inputs and outputs of how reps rate their coaching."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field, field_validator

from service.coaching_sessions.rating_questions import HIGHEST, LOWEST
from service.core.dto import Day, InputDTO, Key, OutputDTO, example

Step = Annotated[int, Field(ge=LOWEST, le=HIGHEST, strict=True)]


class RateCoachingSession(InputDTO):
    """The caller's answer to every question, each a step from 1 to 5; it takes the place of an earlier one."""

    model_config = example(answers={"focus": 4, "listening": 5, "feedback": 3, "next_step": 5, "openness": 4})

    answers: Annotated[dict[Key, Step], Field(max_length=20)]
    """Steps by question."""


class RatingQuestionDTO(OutputDTO):
    """A question, and what each of its steps means."""

    key: str
    question: str
    """As it is asked."""
    anchors: list[str]
    """What the steps from 1 to 5 mean, in this order."""

    _as_list = field_validator("anchors", mode="before")(list)


class CoachingRatingDTO(OutputDTO):
    """What the caller is asked about a session; what they answered is never read again, not even by them."""

    model_config = example(
        session_id="0199f3c2-7a51-7c3e-9f0b-2d1c5a7e4b60",
        set_key="coaching-voice",
        set_version=1,
        questions=[
            {"key": "focus", "question": "Did it work on what matters?", "anchors": ["No", "", "Partly", "", "Yes"]}
        ],
        open_until="2026-03-16T14:30:00Z",
    )

    session_id: UUID
    set_key: str
    """Which set of questions."""
    set_version: int
    """Which version of the set; the words of a version never change."""
    questions: list[RatingQuestionDTO]
    """The questions, in order."""
    open_until: datetime
    """Until when the session can be rated, or rated anew."""


class CoachingRatingsQuery(InputDTO):
    """Of which period, and of whom.

    `on` is any day of the period; by default it is the last that was published. Of `manager_id` this manager and
    everybody who was below when the period ended; by default everybody whom the caller sees.
    """

    on: Day | None = None
    manager_id: UUID | None = None


class RatingGroupStatus(StrEnum):
    """Whether a group's numbers can be told."""

    SHOWN = "shown"
    WITHHELD = "withheld"


class QuestionMeanDTO(OutputDTO):
    """What a group says on average to one question."""

    question: str
    """The question's key."""
    mean: Decimal
    """From 1 to 5, each rater's answer with the same weight; the middle of the range where it is told as one."""
    mean_low: Decimal
    """The lower end of the range; the mean itself where it is told exactly."""
    mean_high: Decimal
    """The upper end of the range."""
    interval_low: Decimal
    """The lower end of the 90 % interval of what such raters would say."""
    interval_high: Decimal
    """The upper end of it."""


class RatingGroupDTO(OutputDTO):
    """The ratings of one group in the period."""

    status: RatingGroupStatus
    """Withheld where fewer than five raters could be shown together."""
    reason: str
    """Why it is withheld, in words; empty where it is shown."""
    n_raters: int | None
    """How many rated, each counted once per manager; null where it is withheld."""
    means: list[QuestionMeanDTO]
    """By question, in order; empty where it is withheld."""


class ManagerRatingsDTO(OutputDTO):
    """The ratings of the coaching of one manager, and of those below them."""

    manager_id: UUID
    name: str | None
    """Null for somebody who was deleted since."""
    own: RatingGroupDTO
    """Of the sessions that this manager held."""
    tree: RatingGroupDTO
    """Of those and of the sessions of everybody who was below when the period ended."""


class CoachingRatingsDTO(OutputDTO):
    """What reps say of their coaching in one closed period, in groups of five raters or more; it never changes."""

    period_starts_on: date | None
    """The first day of the period; null where none was published yet."""
    period_ends_on: date | None
    """The last day of it."""
    as_of: datetime | None
    """When its numbers were made, once and for all."""
    previous_ends_on: date | None
    """The last day of the period that was published before, to ask for it; null: there is none."""
    reason: str
    """Why there is nothing to show, in words; empty where a period is shown."""
    method: str
    """How it was made."""
    set_key: str | None
    """Which set of questions was asked."""
    set_version: int | None
    """Which version of it."""
    questions: list[RatingQuestionDTO]
    """The questions, in order."""
    organization: RatingGroupDTO | None
    """Everybody together; null for those who see only a part, or who ask for one."""
    managers: list[ManagerRatingsDTO]
    """Managers whose sessions could be rated, and those above them; from the top down, by name."""
