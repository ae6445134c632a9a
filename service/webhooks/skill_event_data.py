"""The shape of the data of events about skills: ids, kinds and days, never a level or a word."""

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import ConfigDict, Field

from service.webhooks.event_data import EventData

_ID = "01890a5d-ac96-774b-bcce-b302099a8057"
_ASSESSMENT = {"assessment_id": _ID, "person_id": _ID, "rater_kind": "manager"}


def _example(**fields: Any) -> ConfigDict:
    return ConfigDict(json_schema_extra={"example": fields})


class SkillAssessmentData(EventData):
    """An assessment is another one now: read it again."""

    model_config = _example(**_ASSESSMENT)
    assessment_id: UUID
    person_id: UUID = Field(description="Whose skills they are.")
    rater_kind: str


class SkillAssessmentRequestedData(SkillAssessmentData):
    """Somebody is to rate a person."""

    model_config = _example(**_ASSESSMENT, rater_id=_ID, due_on="2026-03-31")
    rater_id: UUID = Field(description="Who is to rate.")
    due_on: date | None


class SkillAssessmentReminderData(SkillAssessmentRequestedData):
    """It is not submitted yet."""

    model_config = _example(**_ASSESSMENT, rater_id=_ID, due_on="2026-03-31", days_left=7)
    days_left: int = Field(description="Until the due day; below 0: it is overdue.")


class DevelopmentPlanData(EventData):
    """A development plan has begun or ended."""

    model_config = _example(plan_id=_ID, person_id=_ID, status="active")
    plan_id: UUID
    person_id: UUID
    status: str


class PlanReviewDueData(EventData):
    """The day of a review has come, and it was not held."""

    model_config = _example(plan_id=_ID, person_id=_ID, review_id=_ID, review_on="2026-04-30")
    plan_id: UUID
    person_id: UUID
    review_id: UUID
    review_on: date


class PlanStepDueData(EventData):
    """The last day for a step has come, and it is not done."""

    model_config = _example(plan_id=_ID, person_id=_ID, step_id=_ID, owner_id=_ID, due_on="2026-04-15")
    plan_id: UUID
    person_id: UUID
    step_id: UUID
    owner_id: UUID = Field(description="Who does it.")
    due_on: date
