"""Outputs of guide mode: one skill in five minutes."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from service.activities.derivation import ActivityKind, DealOutcome
from service.core.dto import OutputDTO
from service.skill_assessments.dto.histories import SkillRatingDTO
from service.skill_assessments.framework_document import Anchor
from service.skill_assessments.guiding import GuideStepKey
from service.skill_assessments.template_document import TemplateItem


class GuideStepDTO(OutputDTO):
    """One step."""

    key: GuideStepKey
    """What it is for."""
    minutes: Decimal
    """How long it takes; five minutes in all."""
    title: str
    text: str
    """What to do."""


class GuideDealDTO(OutputDTO):
    """A deal that came into or out of a stage that the skill is about."""

    id: UUID
    name: str | None
    stage: str | None
    """Where it is now."""
    outcome: DealOutcome
    """What became of it."""
    moved_at: datetime
    """When it last came into or out of such a stage."""


class GuideActivityDTO(OutputDTO):
    """What the person did, last."""

    id: UUID
    kind: ActivityKind
    """A call, a meeting, …"""
    deal_id: UUID | None
    """What it was about."""
    occurred_at: datetime
    """When it took place."""
    outcome: str | None
    """What came of it."""


class AssessmentGuideDTO(OutputDTO):
    """What a rater needs to go through one skill of a person in five minutes."""

    assessment_id: UUID
    """The draft that it is for."""
    person_id: UUID
    """Whose skill it is."""
    person_name: str
    """Their name."""
    skill: str
    """By key."""
    skill_name: str
    """What it is called."""
    description: str | None
    """What it is."""
    required_level: int | None
    """For the person's job role and tenure; null: none is required."""
    steps: list[GuideStepDTO]
    """In order."""
    last_rating: SkillRatingDTO | None
    """The last one of this skill that the rater may read."""
    anchors: list[Anchor]
    """By level, the lowest first."""
    items: list[TemplateItem]
    """What is to be answered."""
    deals: list[GuideDealDTO]
    """Of the last 90 days, the last first; none where the rater may not see them."""
    activities: list[GuideActivityDTO]
    """Of the last 90 days, the last first; those of these deals where there are such deals."""
