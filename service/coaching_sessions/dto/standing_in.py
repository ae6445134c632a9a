"""Inputs and outputs of substitutions and hand-overs: who coaches in whose place."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, ValidationInfo, field_validator

from service.core.dto import Day, InputDTO, OutputDTO, Text, example
from service.core.sorting import Sorting

SUBSTITUTION_SORTING = Sorting({"created_at": datetime, "begins_at": datetime}, default="created_at")
HAND_OVER_SORTING = Sorting({"created_at": datetime}, default="created_at")


class CreateSubstitution(InputDTO):
    """Somebody holds a manager's sessions on some days, both ends included, by the manager's own clock."""

    manager_id: UUID
    """Whose sessions."""
    substitute_id: UUID
    """Who holds them: a manager or enablement."""
    rep_id: UUID | None = None
    """Those with this rep only; null: those with everybody for whom nobody else is named."""
    from_on: Day
    to_on: Day
    reason: Text | None = None

    @field_validator("to_on")
    @classmethod
    def _in_order(cls, value: date, info: ValidationInfo) -> date:
        from_on = info.data.get("from_on")
        if from_on and value < from_on:
            raise ValueError("must not be before from_on")
        return value


class EndSubstitution(InputDTO):
    """The last day in place of the one that was planned: yesterday or later, and earlier than planned."""

    model_config = example(to_on="2026-03-06")

    to_on: Day


class SubstitutionFilter(InputDTO):
    """Which substitutions a list holds."""

    manager_id: UUID | None = None
    substitute_id: UUID | None = None


class SubstitutionDTO(OutputDTO):
    """Somebody holds a manager's sessions for a time."""

    id: UUID
    manager_id: UUID
    """Whose sessions; they stay owed by this manager."""
    substitute_id: UUID
    """Who holds them."""
    rep_id: UUID | None
    """Those with this rep only; null: those with everybody for whom nobody else is named."""
    from_on: date
    """The first day."""
    to_on: date
    """The last day; before the first where it was called off."""
    begins_at: datetime
    """Sessions that start from then on are the substitute's."""
    ends_at: datetime
    """Until then; so long the substitute reads what these sessions need."""
    reason: str | None
    """In words."""
    created_by: UUID | None
    """Who arranged it; null: a key of the organization."""
    ended_at: datetime | None
    """When it was ended early; null: it was not."""
    created_at: datetime
    updated_at: datetime


class CreateHandOver(InputDTO):
    """A manager's coaching becomes another's from a day on."""

    from_manager_id: UUID
    """Who coached until then; somebody who has left, too."""
    to_manager_id: UUID
    """Who coaches from then on."""
    hands_over_on: Day
    """The new one's first day; today or later."""
    rep_ids: Annotated[list[UUID], Field(min_length=1, max_length=500)] | None = None
    """Whose coaching; null: of everybody whom the manager coaches."""


class HandOverFilter(InputDTO):
    """Which hand-overs a list holds."""

    from_manager_id: UUID | None = None
    to_manager_id: UUID | None = None


class HandOverDTO(OutputDTO):
    """A manager's coaching became another's."""

    id: UUID
    from_manager_id: UUID
    """Who coached until then: what is past stays theirs."""
    to_manager_id: UUID
    """Who coaches from then on."""
    hands_over_on: date
    """The new one's first day."""
    rep_ids: list[UUID]
    """Whose coaching."""
    clashing_session_ids: list[UUID]
    """Sessions arranged by hand at times that the new one does not have: they stay with the old one."""
    created_by: UUID | None
    """Who arranged it; null: a key of the organization."""
    passed_on_at: datetime | None
    """When open topics and commitments became the new one's; null: the day has not come."""
    created_at: datetime
