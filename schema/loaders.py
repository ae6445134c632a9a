"""Loaders: however many objects ask, one batch use case answers; scope and permission are the use case's."""

import datetime as dt
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from uuid import UUID

from strawberry.dataloader import DataLoader

from service.coaching_opportunities.dto import CoachingOpportunityDTO
from service.coaching_opportunities.use_cases.opportunities import coaching_opportunities_of
from service.coaching_sessions.dto.commitments import CommitmentDTO
from service.coaching_sessions.dto.ratings import CoachingRatingDTO
from service.coaching_sessions.dto.sessions import CoachingSessionDTO, NoteGrantDTO, PrivateNoteDTO, SessionMoveDTO
from service.coaching_sessions.dto.topics import CoachingTopicDTO
from service.coaching_sessions.use_cases.commitments import open_commitments_of
from service.coaching_sessions.use_cases.ratings import coaching_ratings_of
from service.coaching_sessions.use_cases.session_moves import session_moves_of
from service.coaching_sessions.use_cases.session_notes import note_grants_of, private_notes_of
from service.coaching_sessions.use_cases.sessions import next_coaching_sessions_of
from service.coaching_sessions.use_cases.topics import open_topics_of
from service.core.database import TenantSession
from service.core.principal import Principal
from service.kpi_snapshots.dto import KpiSnapshotDTO, KpiSnapshotQuery, ScorecardDTO, SnapshotKey, SnapshotRevisionDTO
from service.kpi_snapshots.use_cases.revisions import snapshot_revisions_of
from service.kpi_snapshots.use_cases.scorecards import scorecards_of
from service.kpi_snapshots.use_cases.snapshots import kpi_snapshots_of
from service.organizations.dto.absences import AbsenceDTO
from service.organizations.dto.people import ManagerPeriodDTO, PersonDTO
from service.organizations.use_cases.absences import absences_of
from service.organizations.use_cases.people import get_people
from service.organizations.use_cases.reporting_lines import manager_periods_of
from service.skill_assessments.dto.frameworks import CompetencyFrameworkDTO
from service.skill_assessments.dto.plans import DevelopmentPlanDTO, PlanProgressDTO
from service.skill_assessments.use_cases.frameworks import competency_frameworks_of
from service.skill_assessments.use_cases.plan_progress import plan_progress_of
from service.skill_assessments.use_cases.plans import development_plans_of
from service.success_models.dto.evidence import CriterionEvidenceDTO, DealHealthDTO
from service.success_models.use_cases.deal_evidence import deal_evidence_of, deal_health_of

DealKey = tuple[UUID, dt.datetime | None]
"""A deal, and the instant that is asked about (None: now)."""

SessionFactory = Callable[[], AbstractAsyncContextManager[TenantSession]]


class Loaders:
    """The loaders of one request; each opens its own read session."""

    def __init__(self, session: SessionFactory, principal: Principal) -> None:
        self._session = session
        self._principal = principal
        self.people: DataLoader[UUID, PersonDTO | None] = DataLoader(self._load_people)
        self.snapshots: DataLoader[tuple[UUID, KpiSnapshotQuery], list[KpiSnapshotDTO]] = DataLoader(
            self._load_snapshots
        )
        self.scorecards: DataLoader[tuple[UUID, KpiSnapshotQuery], ScorecardDTO | None] = DataLoader(
            self._load_scorecards
        )
        self.snapshot_revisions: DataLoader[SnapshotKey, list[SnapshotRevisionDTO]] = DataLoader(self._load_revisions)
        self.manager_periods: DataLoader[UUID, list[ManagerPeriodDTO]] = DataLoader(self._load_manager_periods)
        self.coaching_opportunities: DataLoader[UUID, list[CoachingOpportunityDTO]] = DataLoader(
            self._load_opportunities
        )
        self.coaching_topics: DataLoader[UUID, list[CoachingTopicDTO]] = DataLoader(self._load_topics)
        self.commitments: DataLoader[UUID, list[CommitmentDTO]] = DataLoader(self._load_commitments)
        self.absences: DataLoader[UUID, list[AbsenceDTO]] = DataLoader(self._load_absences)
        self.next_sessions: DataLoader[UUID, CoachingSessionDTO | None] = DataLoader(self._load_next_sessions)
        self.session_moves: DataLoader[UUID, list[SessionMoveDTO]] = DataLoader(self._load_session_moves)
        self.private_notes: DataLoader[UUID, PrivateNoteDTO | None] = DataLoader(self._load_private_notes)
        self.coaching_ratings: DataLoader[UUID, CoachingRatingDTO | None] = DataLoader(self._load_coaching_ratings)
        self.note_grants: DataLoader[UUID, list[NoteGrantDTO]] = DataLoader(self._load_note_grants)
        self.competency_frameworks: DataLoader[UUID, list[CompetencyFrameworkDTO]] = DataLoader(self._load_frameworks)
        self.development_plans: DataLoader[UUID, list[DevelopmentPlanDTO]] = DataLoader(self._load_development_plans)
        self.plan_progress: DataLoader[UUID, PlanProgressDTO | None] = DataLoader(self._load_plan_progress)
        self.deal_evidence: DataLoader[DealKey, list[CriterionEvidenceDTO]] = DataLoader(self._load_evidence)
        self.deal_health: DataLoader[DealKey, DealHealthDTO | None] = DataLoader(self._load_health)

    async def _load_absences(self, ids: list[UUID]) -> list[list[AbsenceDTO]]:
        async with self._session() as session:
            found = await absences_of(session, self._principal, ids)
        return [found.get(id_, []) for id_ in ids]

    async def _load_frameworks(self, ids: list[UUID]) -> list[list[CompetencyFrameworkDTO]]:
        async with self._session() as session:
            found = await competency_frameworks_of(session, self._principal, ids)
        return [found.get(id_, []) for id_ in ids]

    async def _load_opportunities(self, ids: list[UUID]) -> list[list[CoachingOpportunityDTO]]:
        async with self._session() as session:
            found = await coaching_opportunities_of(session, self._principal, ids)
        return [found.get(id_, []) for id_ in ids]

    async def _load_next_sessions(self, ids: list[UUID]) -> list[CoachingSessionDTO | None]:
        async with self._session() as session:
            found = await next_coaching_sessions_of(session, self._principal, ids)
        return [found.get(id_) for id_ in ids]

    async def _load_session_moves(self, ids: list[UUID]) -> list[list[SessionMoveDTO]]:
        async with self._session() as session:
            found = await session_moves_of(session, self._principal, ids)
        return [found.get(id_, []) for id_ in ids]

    async def _load_private_notes(self, ids: list[UUID]) -> list[PrivateNoteDTO | None]:
        async with self._session() as session:
            found = await private_notes_of(session, self._principal, ids)
        return [found.get(id_) for id_ in ids]

    async def _load_coaching_ratings(self, ids: list[UUID]) -> list[CoachingRatingDTO | None]:
        async with self._session() as session:
            found = await coaching_ratings_of(session, self._principal, ids)
        return [found.get(id_) for id_ in ids]

    async def _load_note_grants(self, ids: list[UUID]) -> list[list[NoteGrantDTO]]:
        async with self._session() as session:
            found = await note_grants_of(session, self._principal, ids)
        return [found.get(id_, []) for id_ in ids]

    async def _load_topics(self, ids: list[UUID]) -> list[list[CoachingTopicDTO]]:
        async with self._session() as session:
            found = await open_topics_of(session, self._principal, ids)
        return [found.get(id_, []) for id_ in ids]

    async def _load_commitments(self, ids: list[UUID]) -> list[list[CommitmentDTO]]:
        async with self._session() as session:
            found = await open_commitments_of(session, self._principal, ids)
        return [found.get(id_, []) for id_ in ids]

    async def _load_development_plans(self, ids: list[UUID]) -> list[list[DevelopmentPlanDTO]]:
        async with self._session() as session:
            found = await development_plans_of(session, self._principal, ids)
        return [found.get(id_, []) for id_ in ids]

    async def _load_plan_progress(self, ids: list[UUID]) -> list[PlanProgressDTO | None]:
        async with self._session() as session:
            found = await plan_progress_of(session, self._principal, ids)
        return [found.get(id_) for id_ in ids]

    async def _load_evidence(self, keys: list[DealKey]) -> list[list[CriterionEvidenceDTO]]:
        found: dict[DealKey, list[CriterionEvidenceDTO]] = {}
        async with self._session() as session:
            for as_of, ids in _by_instant(keys).items():
                deals = await deal_evidence_of(session, self._principal, ids, as_of)
                found |= {(deal_id, as_of): criteria for deal_id, criteria in deals.items()}
        return [found.get(key, []) for key in keys]

    async def _load_health(self, keys: list[DealKey]) -> list[DealHealthDTO | None]:
        found: dict[DealKey, DealHealthDTO] = {}
        async with self._session() as session:
            for as_of, ids in _by_instant(keys).items():
                deals = await deal_health_of(session, self._principal, ids, as_of)
                found |= {(deal_id, as_of): health for deal_id, health in deals.items()}
        return [found.get(key) for key in keys]

    async def _load_manager_periods(self, ids: list[UUID]) -> list[list[ManagerPeriodDTO]]:
        async with self._session() as session:
            found = await manager_periods_of(session, self._principal, ids)
        return [found.get(id_, []) for id_ in ids]

    async def _load_people(self, ids: list[UUID]) -> list[PersonDTO | None]:
        async with self._session() as session:
            found = await get_people(session, self._principal, ids)
        return [found.get(id_) for id_ in ids]

    async def _load_revisions(self, keys: list[SnapshotKey]) -> list[list[SnapshotRevisionDTO]]:
        async with self._session() as session:
            found = await snapshot_revisions_of(session, self._principal, keys)
        return [found.get(key, []) for key in keys]

    async def _load_scorecards(self, keys: list[tuple[UUID, KpiSnapshotQuery]]) -> list[ScorecardDTO | None]:
        people_of: dict[KpiSnapshotQuery, list[UUID]] = {}
        for person_id, query in keys:
            people_of.setdefault(query, []).append(person_id)
        cards: dict[tuple[UUID, KpiSnapshotQuery], ScorecardDTO] = {}
        async with self._session() as session:
            for query, ids in people_of.items():
                found = await scorecards_of(session, self._principal, ids, query)
                cards |= {(person_id, query): card for person_id, card in found.items()}
        return [cards.get(key) for key in keys]

    async def _load_snapshots(self, keys: list[tuple[UUID, KpiSnapshotQuery]]) -> list[list[KpiSnapshotDTO]]:
        """One batch per distinct question; people who ask the same one share it."""
        people_of: dict[KpiSnapshotQuery, list[UUID]] = {}
        for person_id, query in keys:
            people_of.setdefault(query, []).append(person_id)
        answers: dict[tuple[UUID, KpiSnapshotQuery], list[KpiSnapshotDTO]] = {}
        async with self._session() as session:
            for query, ids in people_of.items():
                found = await kpi_snapshots_of(session, self._principal, ids, query)
                answers |= {(person_id, query): found.get(person_id, []) for person_id in ids}
        return [answers[key] for key in keys]


def _by_instant(keys: list[DealKey]) -> dict[dt.datetime | None, list[UUID]]:
    """The deals by the instant that is asked about them; most often there is one."""
    found: dict[dt.datetime | None, list[UUID]] = {}
    for deal_id, as_of in keys:
        found.setdefault(as_of, []).append(deal_id)
    return found
