"""Inputs and outputs of the work on a development plan: its steps and reviews."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from pydantic import field_validator

from service.core.dto import Day, InputDTO, Key, OutputDTO, Text, example, refuse_null


class StepKind(StrEnum):
    """What kind of work a step is."""

    PRACTICE = "practice"
    SHADOWING = "shadowing"
    READING = "reading"
    CALL_REVIEW = "call_review"


class CreatePlanStep(InputDTO):
    """Something that somebody does for a focus skill by a day."""

    skill: Key
    """The focus that it is for."""
    kind: StepKind
    description: Text
    owner_id: UUID | None = None
    """Who does it: the rep, somebody above them, or enablement; null: the rep."""
    due_on: Day


class UpdatePlanStep(InputDTO):
    """Merge-patch of a step that is not done."""

    model_config = example(due_on="2026-04-30")

    description: Text | None = None
    owner_id: UUID | None = None
    due_on: Day | None = None

    _required = field_validator("description", "owner_id", "due_on")(refuse_null)


class FinishPlanStep(InputDTO):
    """What came of it, if there is something to say."""

    model_config = example(note="Bea asks about the budget before the demo")

    note: Text | None = None


class CreatePlanReview(InputDTO):
    """A day on which to look at how it goes."""

    review_on: Day


class HoldPlanReview(InputDTO):
    """What the review came to."""

    model_config = example(note="Two calls reviewed; one more to shadow")

    note: Text


class PlanStepDTO(OutputDTO):
    """Something that somebody does for a focus skill by a day."""

    id: UUID
    plan_id: UUID
    skill: str
    """The focus that it is for."""
    kind: StepKind
    """What kind of work it is."""
    description: str
    """What is done."""
    owner_id: UUID
    """Who does it."""
    due_on: date
    """The last day for it."""
    done_at: datetime | None
    """When somebody said that it is done."""
    done_by: UUID | None
    """Who said so; null of one that is done: a key of the organization."""
    note: str | None
    """What came of it."""
    created_at: datetime
    updated_at: datetime


class PlanReviewDTO(OutputDTO):
    """A day on which to look at how it goes."""

    id: UUID
    plan_id: UUID
    review_on: date
    """The day for it."""
    held_at: datetime | None
    """When it was held."""
    held_by: UUID | None
    """Who said so; null of one that was held: a key of the organization."""
    note: str | None
    """What it came to."""
