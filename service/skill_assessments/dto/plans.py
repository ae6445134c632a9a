"""Inputs and outputs of development plans."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, field_validator, model_validator

from service.core.dto import Day, InputDTO, Key, OutputDTO, Text, example, refuse_null
from service.core.sorting import Sorting
from service.skill_assessments.dto.plan_steps import CreatePlanStep, PlanReviewDTO, PlanStepDTO
from service.skill_assessments.framework_document import LevelNumber
from service.skill_assessments.plans.lifecycle import MOST_FOCUSES, PlanMove, PlanState
from service.skill_assessments.plans.progress import SkillProgress
from service.skill_assessments.plans.readings import FocusBaseline


class PlanFocusInput(InputDTO):
    """A skill to work on."""

    skill: Key
    """Its key in the framework."""
    target_level: LevelNumber
    """What is to be reached."""
    kpi: Key | None = None
    """What should move with it: a KPI of the person's success model."""


Focuses = Annotated[list[PlanFocusInput], Field(min_length=1, max_length=MOST_FOCUSES)]


class CreateDevelopmentPlan(InputDTO):
    """A proposal of what to work on; who is the rep or above them agrees to it by writing it."""

    model_config = example(
        person_id="0199f3c2-7a51-7c3e-9f0b-2d1c5a7e4b60",
        framework_key="b2b-seller",
        reason="Most deals stall before the demo",
        target_on="2026-06-30",
        focuses=[{"skill": "discovery", "target_level": 3, "kpi": "connect_rate"}],
        steps=[
            {
                "skill": "discovery",
                "kind": "call_review",
                "description": "Listen to two of Bea's first calls",
                "due_on": "2026-04-15",
            }
        ],
        review_days=["2026-04-30", "2026-05-31"],
    )

    person_id: UUID
    framework_key: Key
    """The framework that names the skills; its newest version is used, and kept."""
    reason: Text
    """Why these skills."""
    target_on: Day
    """By when."""
    focuses: Focuses
    steps: Annotated[list[CreatePlanStep], Field(max_length=20)] = Field(default_factory=list)
    review_days: Annotated[list[Day], Field(max_length=12)] = Field(default_factory=list)
    """When to look at how it goes."""

    @model_validator(mode="after")
    def _each_once(self) -> "CreateDevelopmentPlan":
        _refuse_twice(self.focuses)
        if len(set(self.review_days)) != len(self.review_days):
            raise ValueError("review_days must not have the same day twice")
        return self


class UpdateDevelopmentPlan(InputDTO):
    """Merge-patch of a plan that has not started; the other side's agreement is taken back."""

    model_config = example(reason="Discovery alone", focuses=[{"skill": "discovery", "target_level": 4}])

    reason: Text | None = None
    target_on: Day | None = None
    focuses: Focuses | None = None
    """In place of those that there were; steps for a skill that is none of them any more go with it."""

    _required = field_validator("reason", "target_on", "focuses")(refuse_null)

    @model_validator(mode="after")
    def _each_once(self) -> "UpdateDevelopmentPlan":
        _refuse_twice(self.focuses or [])
        return self


class ExtendDevelopmentPlan(InputDTO):
    """A later target day, and why."""

    model_config = example(target_on="2026-09-30", reason="The quarter's end left no time for practice")

    target_on: Day
    reason: Text


class EndDevelopmentPlan(InputDTO):
    """Why a plan is closed or dropped."""

    model_config = example(reason="Discovery is at the level of the team")

    reason: Text


class LiftFocusLimit(InputDTO):
    """Why this person may work on more than two skills at a time."""

    model_config = example(reason="Back from parental leave with a coach of their own")

    reason: Text


PLAN_SORTING = Sorting({"created_at": datetime, "target_on": date}, default="-created_at")


class DevelopmentPlanFilter(InputDTO):
    """Which plans a list holds."""

    person_id: UUID | None = None
    status: PlanState | None = None


class PlanFocusDTO(OutputDTO):
    """A skill that a plan is about."""

    skill: str
    """Its key in the framework."""
    name: str
    """Its name in the version of the framework that the plan was made with."""
    target_level: int
    """What is to be reached."""
    target_name: str
    """What that level is called."""
    kpi: str | None
    """Key of the KPI that should move with it."""
    baseline: FocusBaseline | None
    """Where the person stood when the plan started; null: it has not."""


class DevelopmentPlanDTO(OutputDTO):
    """One or two skills that a person works on, agreed by them and a manager above them."""

    id: UUID
    person_id: UUID
    """Whose plan it is."""
    framework_id: UUID
    """The version of the framework that names the skills."""
    status: PlanState
    """Where it is on its way."""
    reason: str
    """Why these skills."""
    target_on: date
    """By when."""
    focuses: list[PlanFocusDTO]
    """In order."""
    steps: list[PlanStepDTO]
    """The earliest due first."""
    reviews: list[PlanReviewDTO]
    """By day."""
    created_by: UUID | None
    """Null: a key of the organization."""
    rep_agreed_at: datetime | None
    """When the person agreed to it as it is."""
    manager_agreed_at: datetime | None
    """When a manager above them did."""
    manager_id: UUID | None
    """That manager."""
    started_at: datetime | None
    """When the work began, and the baseline was frozen."""
    extended_at: datetime | None
    """When the target day was put off last."""
    extension_reason: str | None
    """Why."""
    first_target_on: date | None
    """The target day before it was ever put off; null: it was not."""
    ended_at: datetime | None
    """When it was closed or dropped."""
    end_reason: str | None
    """Why."""
    lifted_at: datetime | None
    """When an enablement lead let it start beyond the limit of two focuses; null: nobody did."""
    lifted_by: UUID | None
    """Who did."""
    lift_reason: str | None
    """Why."""
    allowed_moves: list[PlanMove]
    """What the caller may do now."""
    created_at: datetime
    updated_at: datetime


class PlanProgressDTO(OutputDTO):
    """How far a plan has come, as of an instant; of one that has ended, as it was then."""

    plan_id: UUID
    as_of: datetime
    """Nothing later counts."""
    skills: list[SkillProgress]
    """Of each focus; none before the start."""
    steps: int
    """How many there are."""
    steps_done: int
    """Of them."""
    steps_overdue: int
    """Not done, and due before today."""
    next_review_on: date | None
    """The earliest review that was not held; it may be over."""
    days_left: int
    """Until the target day; below 0: it is over."""
    sentences: list[str]
    """The same in words, the most important first."""


def _refuse_twice(focuses: list[PlanFocusInput]) -> None:
    if len({focus.skill for focus in focuses}) != len(focuses):
        raise ValueError("focuses must not name the same skill twice")
