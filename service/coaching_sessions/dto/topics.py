"""Inputs and outputs of topics: what is worth talking about, ranked."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from service.coaching_sessions.concerns import Concern
from service.coaching_sessions.topics import TopicSource, TopicState
from service.core.dto import InputDTO, Key, OutputDTO, Text, example
from service.core.sorting import Sorting
from service.kpi_snapshots.leads.grading import LeadGrade


class CreateCoachingTopic(InputDTO):
    """Something that the rep or the manager wants to talk about."""

    model_config = example(rep_id="0199f3c2-7a51-7c3e-9f0b-2d1c5a7e4b60", title="How to ask for the budget")

    rep_id: UUID
    """Whose session it is for."""
    title: Text
    reason: Text | None = None
    """Why it matters."""
    kpi: Key | None = None
    deal_id: UUID | None = None
    criterion: Key | None = None
    skill: Key | None = None


class DismissTopic(InputDTO):
    """Why it is none."""

    model_config = example(reason="Settled by mail")

    reason: Text


TOPIC_SORTING = Sorting({"created_at": datetime}, default="created_at")


class TopicFilter(InputDTO):
    """Which topics a list holds."""

    rep_id: UUID | None = None
    manager_id: UUID | None = None
    status: TopicState | None = None
    source: TopicSource | None = None


class CoachingTopicDTO(OutputDTO):
    """Something to talk about; carried over until it was discussed."""

    id: UUID
    rep_id: UUID
    """Whose session it is for."""
    source: TopicSource
    """Who or what raised it."""
    title: str
    reason: str
    """Why, in words."""
    evidence: dict[str, Any]
    """The numbers behind the reason."""
    concerns: Concern
    """Process or outcome."""
    kpi: str | None
    """Key of the KPI it is about."""
    lead_grade: LeadGrade | None = None
    """What that KPI was worth as a sign of what is to come, when the topic was open last; null of a result."""
    deal_id: UUID | None
    criterion: str | None
    """Key of the exit criterion it is about."""
    skill: str | None
    """Key of the skill it is about."""
    opportunity_id: UUID | None
    """The coaching opportunity that raised it."""
    commitment_id: UUID | None
    """The overdue commitment that raised it."""
    raised_by: UUID | None
    """The person; null: found in the data, or raised by a key of the organization."""
    impact: Decimal
    """What is at stake, from 0 to 1."""
    confidence: Decimal
    """How sure that is, from 0 to 1."""
    rank: Decimal
    """Impact by confidence by age in days, half of it for an outcome; pinned ones come first whatever it is."""
    pinned: bool
    status: TopicState
    visible_on: date
    """The day from which others than the rep see it."""
    dismissal: str | None
    """Why it was dismissed."""
    discussed_in: UUID | None
    """The session in which it was discussed."""
    ended_at: datetime | None
    created_at: datetime
    updated_at: datetime
