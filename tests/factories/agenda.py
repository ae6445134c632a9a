"""Topics and commitments of a team, reviewed and settled as the worker does, and sessions to agree them in."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col

from service.coaching_sessions.dto.commitments import CommitmentDTO, CreateCommitment
from service.coaching_sessions.dto.topics import CoachingTopicDTO, CreateCoachingTopic, TopicFilter
from service.coaching_sessions.lifecycle import SessionState
from service.coaching_sessions.models import CoachingCommitment, CoachingSession, CoachingTopic
from service.coaching_sessions.repository.agenda import mark_discussed
from service.coaching_sessions.topics import Changes
from service.coaching_sessions.use_cases.commitments import create_commitment, get_commitment
from service.coaching_sessions.use_cases.formats import resolve_format
from service.coaching_sessions.use_cases.settlement import settle_due
from service.coaching_sessions.use_cases.topic_review import review_topics, review_topics_if_due
from service.coaching_sessions.use_cases.topics import create_coaching_topic, list_coaching_topics
from service.core.clock import utc_now
from service.core.ids import new_id
from service.core.pagination import PageRequest
from service.core.principal import Principal
from service.kpi_snapshots.repository.rows import run
from service.organizations.dto.people import PersonDTO
from tests.factories.sales_org import SalesOrg


@dataclass(frozen=True, slots=True)
class Agenda:
    """What an organization's people are to talk about."""

    org: SalesOrg

    async def review(self) -> Changes:
        """Review, whatever moved."""
        async with self.org.database.tenant(self.org.id) as session:
            return await review_topics(session, self.org.system)

    async def review_if_due(self) -> bool:
        """Review, as the worker does."""
        async with self.org.database.tenant(self.org.id) as session:
            return await review_topics_if_due(session, self.org.system)

    async def settle(self, now: datetime, limit: int = 100) -> int:
        """Settle by the data."""
        async with self.org.database.tenant(self.org.id) as session:
            return await settle_due(session, self.org.system, now, limit)

    async def topics(self, principal: Principal | None = None, **filters: Any) -> list[CoachingTopicDTO]:
        """The first page of the list."""
        asked = TopicFilter.model_validate(filters)
        async with self.org.database.tenant(self.org.id) as session:
            page = await list_coaching_topics(session, principal or self.org.system, asked, PageRequest(200))
        return page.items

    async def ask_for(self, principal: Principal, rep: PersonDTO, title: str, **links: Any) -> CoachingTopicDTO:
        """Raise a topic by hand."""
        data = CreateCoachingTopic.model_validate({"rep_id": rep.id, "title": title, **links})
        async with self.org.database.tenant(self.org.id) as session:
            return await create_coaching_topic(session, principal, data)

    async def commit(self, principal: Principal, rep: PersonDTO, **fields: Any) -> CommitmentDTO:
        """Take something on; due in a week unless said otherwise."""
        base = {"rep_id": rep.id, "description": "Forty calls", "due_on": self.today + timedelta(days=7)}
        data = CreateCommitment.model_validate(base | fields)
        async with self.org.database.tenant(self.org.id) as session:
            return await create_commitment(session, principal, data)

    async def commitment(self, id_: UUID) -> CommitmentDTO:
        """As it is now."""
        async with self.org.database.tenant(self.org.id) as session:
            return await get_commitment(session, self.org.system, id_)

    async def change(self, kind: type[CoachingTopic | CoachingCommitment], id_: UUID, **values: Any) -> None:
        """Write fields as if time had passed."""
        async with self.org.database.tenant(self.org.id) as session:
            await run(session, update(kind).where(col(kind.id) == id_).values(**values))

    async def arrange(self, manager: PersonDTO, rep: PersonDTO, state: SessionState = SessionState.IN_PROGRESS) -> UUID:
        """A session of the two that began an hour ago."""
        now, id_ = utc_now(), new_id()
        ends: dict[SessionState, dict[str, Any]] = {
            SessionState.COMPLETED: {"completed_at": now},
            SessionState.CANCELLED: {"cancelled_at": now, "cancelled_side": "manager"},
            SessionState.MISSED: {"missed_at": now},
        }
        async with self.org.database.tenant(self.org.id) as session:
            format_ = await resolve_format(session, self.org.system, "grow")
            row = CoachingSession(
                org_id=self.org.id,
                id=id_,
                manager_id=manager.id,
                rep_id=rep.id,
                format_id=format_.id,
                time_zone="UTC",
                due_at=now - timedelta(hours=1),
                starts_at=now - timedelta(hours=1),
                ends_at=now,
                status=state.value,
                reminder_minutes=[],
                answers={},
                created_at=now,
                updated_at=now,
                **ends.get(state, {}),
            )
            session.add(row)
        return id_

    async def discuss(self, rep: PersonDTO, session_id: UUID, *topic_ids: UUID) -> set[UUID]:
        """What completing a session does to the topics that were talked about."""
        async with self.org.database.tenant(self.org.id) as session:
            return await mark_discussed(session, self.org.id, [rep.id], topic_ids, session_id, utc_now())

    @property
    def today(self) -> date:
        """The organization's."""
        return self.org.day_of(utc_now())
