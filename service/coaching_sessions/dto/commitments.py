"""Inputs and outputs of commitments: what somebody took on, and what came of it."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field, field_validator, model_validator

from service.coaching_sessions.concerns import Concern
from service.coaching_sessions.settling import CommitmentState
from service.core.dto import Day, InputDTO, Key, OutputDTO, ShortNumber, Text, example, refuse_null
from service.core.sorting import Sorting
from service.success_models.targets import PeriodKind

GoalValue = Annotated[Decimal, Field(ge=0, le=Decimal(10) ** 15, allow_inf_nan=False), ShortNumber()]


class CommitmentGoal(InputDTO):
    """What the KPI is to reach: its snapshot, in the period that holds the due date, as of that day's end."""

    period: PeriodKind
    value: GoalValue


class CreateCommitment(InputDTO):
    """What somebody takes on; with a goal for a KPI the data settle it."""

    model_config = example(
        rep_id="0199f3c2-7a51-7c3e-9f0b-2d1c5a7e4b60",
        description="Forty calls a week to finance directors",
        due_on="2026-03-31",
        kpi="calls",
        goal={"period": "month", "value": "160"},
    )

    rep_id: UUID
    """Whose coaching it belongs to."""
    owner_id: UUID | None = None
    """Who takes it on, the rep or somebody above them; null: the rep."""
    session_id: UUID | None = None
    """The session in which it was agreed; null: between two sessions."""
    description: Text
    due_on: Day
    kpi: Key | None = None
    goal: CommitmentGoal | None = None
    """Needs a KPI."""
    deal_id: UUID | None = None
    criterion: Key | None = None
    skill: Key | None = None

    @model_validator(mode="after")
    def _goal_of_a_kpi(self) -> "CreateCommitment":
        if self.goal is not None and self.kpi is None:
            raise ValueError("a goal needs a kpi")
        return self


class UpdateCommitment(InputDTO):
    """Merge-patch of an open commitment."""

    description: Text | None = None
    due_on: Day | None = None

    _required = field_validator("description", "due_on")(refuse_null)


class SettlementVerdict(StrEnum):
    """How people settle a commitment that the data do not settle."""

    DONE = "done"
    MISSED = "missed"
    DROPPED = "dropped"


class SettleCommitment(InputDTO):
    """What came of it, and why; one with a goal can only be dropped, as the data settle it."""

    model_config = example(verdict="done", reason="All calls were made on Friday")

    verdict: SettlementVerdict
    reason: Text | None = None
    """Needed where it is missed or dropped."""

    @model_validator(mode="after")
    def _reasoned(self) -> "SettleCommitment":
        if self.verdict is not SettlementVerdict.DONE and self.reason is None:
            raise ValueError("a reason is needed where it was not done")
        return self


COMMITMENT_SORTING = Sorting({"due_on": date, "created_at": datetime}, default="due_on")


class CommitmentFilter(InputDTO):
    """Which commitments a list holds."""

    rep_id: UUID | None = None
    owner_id: UUID | None = None
    session_id: UUID | None = None
    status: CommitmentState | None = None
    due_before: date | None = None


class CommitmentDTO(OutputDTO):
    """What somebody took on; carried into each brief until it is settled."""

    id: UUID
    rep_id: UUID
    """Whose coaching it belongs to."""
    owner_id: UUID
    """Who took it on."""
    session_id: UUID | None
    """The session in which it was agreed."""
    description: str
    due_on: date
    """The last day for it."""
    concerns: Concern
    """Process or outcome."""
    kpi: str | None
    """Key of the KPI it is about."""
    goal_period: PeriodKind | None
    """The kind of period, holding the due date, in which the KPI is to reach the goal."""
    goal_value: Decimal | None
    """What it is to reach; null: people settle it."""
    deal_id: UUID | None
    criterion: str | None
    """Key of the exit criterion it is about."""
    skill: str | None
    """Key of the skill it is about."""
    status: CommitmentState
    settled_at: datetime | None
    settled_by: UUID | None
    """Null of a settled one: by the data, or by a key of the organization."""
    result_value: Decimal | None
    """What the KPI had reached when it was settled."""
    settlement: str | None
    """Why, in words; of an open one that is overdue, what it waits for."""
    created_at: datetime
    updated_at: datetime
