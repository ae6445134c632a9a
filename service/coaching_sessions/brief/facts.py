"""What a brief is made of: plain inputs, gathered elsewhere; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from service.coaching_opportunities.dto import CoachingOpportunityDTO
from service.coaching_sessions.dto.brief import BriefPersonDTO
from service.coaching_sessions.dto.commitments import CommitmentDTO
from service.coaching_sessions.dto.topics import CoachingTopicDTO
from service.coaching_sessions.format_document import FormatSection
from service.kpi_snapshots.dto import KpiSnapshotDTO
from service.kpi_snapshots.quadrants.dto import QuadrantsDTO
from service.skill_assessments.dto.gaps import SkillGapsDTO
from service.skill_assessments.dto.plans import PlanProgressDTO
from service.success_models.dto.adherence import ProcessAdherenceDTO
from service.success_models.dto.owned_deals import OwnedDealDTO
from service.success_models.kpis import KpiKind


@dataclass(frozen=True, slots=True)
class Occasion:
    """The session, the one before it, and the instants between which a brief tells of changes."""

    session_id: UUID
    manager: BriefPersonDTO
    rep: BriefPersonDTO
    starts_at: datetime
    ends_at: datetime
    zone: ZoneInfo
    previous_session_id: UUID | None
    since: datetime
    as_of: datetime

    @property
    def rep_id(self) -> UUID:
        """Whom it is about."""
        return self.rep.id


@dataclass(frozen=True, slots=True)
class BriefFacts:
    """Everything that is known of a rep for a session.

    `snapshots` are those of now in each kind of period that has targets, `before` the same as they were at `since`,
    and `ended` those of the periods that were running then and are over, as they ended. `kinds` and `levels` are
    of the KPIs of the rep's model, by key. `opportunities` are only those that the reader may see. `quadrants` hold the
    rep's, if there is one, and so do `gaps`. `plans` are the rep's development plans that have not ended.
    """

    occasion: Occasion
    currency: str
    kinds: Mapping[str, KpiKind]
    levels: Mapping[str, bool]
    """Whether a KPI is process."""
    snapshots: Sequence[KpiSnapshotDTO]
    before: Sequence[KpiSnapshotDTO]
    ended: Sequence[KpiSnapshotDTO]
    opportunities: Sequence[CoachingOpportunityDTO]
    deals: Sequence[OwnedDealDTO]
    adherence: ProcessAdherenceDTO
    quadrants: QuadrantsDTO
    gaps: SkillGapsDTO
    plans: Sequence[PlanProgressDTO]
    agenda: Sequence[FormatSection]
    commitments: Sequence[CommitmentDTO]
    topics: Sequence[CoachingTopicDTO]
