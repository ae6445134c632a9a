"""Every query of topics and commitments."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, or_, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_sessions.dto.commitments import COMMITMENT_SORTING, CommitmentFilter
from service.coaching_sessions.dto.topics import TOPIC_SORTING, TopicFilter
from service.coaching_sessions.models import CoachingCommitment, CoachingTopic
from service.core.keyset import fetch_page
from service.core.pagination import Page, PageRequest

Topic = CoachingTopic
Commitment = CoachingCommitment
Scope = tuple[Collection[UUID] | None, UUID | None, date]
"""Whose topics a caller sees (None: everybody's), who the caller is, and the day."""


def _visible(scope: Scope) -> list[ColumnElement[bool]]:
    """One's own topics at once, those of others from the day on that they may be seen."""
    people, me, today = scope
    others = col(Topic.visible_on) <= today
    seen = others if me is None else or_(others, col(Topic.rep_id) == me, col(Topic.raised_by) == me)
    return [seen] if people is None else [seen, col(Topic.rep_id).in_(people)]


async def list_topics(
    session: AsyncSession, org_id: UUID, scope: Scope, filters: TopicFilter, page: PageRequest
) -> Page[Topic]:
    """One page of the topics that a caller sees."""
    query = select(Topic).where(col(Topic.org_id) == org_id, *_visible(scope))
    if filters.rep_id is not None:
        query = query.where(col(Topic.rep_id) == filters.rep_id)
    if filters.status is not None:
        query = query.where(col(Topic.status) == filters.status.value)
    if filters.source is not None:
        query = query.where(col(Topic.source) == filters.source.value)
    return await fetch_page(session, query, Topic, TOPIC_SORTING, page)


async def get_topic(
    session: AsyncSession, org_id: UUID, scope: Scope, topic_id: UUID, *, lock: bool = False
) -> Topic | None:
    """One topic that a caller sees, locked for an update on request."""
    query = select(Topic).where(col(Topic.org_id) == org_id, col(Topic.id) == topic_id, *_visible(scope))
    return (await session.exec(query.with_for_update() if lock else query)).first()


async def list_open_topics(session: AsyncSession, org_id: UUID, scope: Scope, rep_ids: Collection[UUID]) -> list[Topic]:
    """The open topics of some reps that a caller sees, the oldest first."""
    query = select(Topic).where(
        col(Topic.org_id) == org_id, col(Topic.rep_id).in_(rep_ids), col(Topic.status) == "open", *_visible(scope)
    )
    return list((await session.exec(query.order_by(col(Topic.created_at), col(Topic.id)))).all())


async def mark_discussed(
    session: AsyncSession,
    org_id: UUID,
    rep_ids: Collection[UUID],
    topic_ids: Collection[UUID],
    session_id: UUID,
    now: datetime,
) -> set[UUID]:
    """Open topics of some reps were discussed in a session; returns which of those asked for were."""
    statement = (
        update(Topic)
        .where(
            col(Topic.org_id) == org_id,
            col(Topic.rep_id).in_(rep_ids),
            col(Topic.id).in_(topic_ids),
            col(Topic.status) == "open",
        )
        .values(status="discussed", discussed_in=session_id, ended_at=now, updated_at=now)
        .returning(col(Topic.id))
    )
    found = await (await session.connection()).execute(statement)
    return {row[0] for row in found}


async def list_commitments(
    session: AsyncSession,
    org_id: UUID,
    people: Collection[UUID] | None,
    filters: CommitmentFilter,
    page: PageRequest,
) -> Page[Commitment]:
    """One page of the commitments in the coaching of some people (None: everybody)."""
    query = select(Commitment).where(col(Commitment.org_id) == org_id)
    if people is not None:
        query = query.where(_concerns(people))
    for name in ("rep_id", "owner_id", "session_id"):
        wanted = getattr(filters, name)
        if wanted is not None:
            query = query.where(col(getattr(Commitment, name)) == wanted)
    if filters.status is not None:
        query = query.where(col(Commitment.status) == filters.status.value)
    if filters.due_before is not None:
        query = query.where(col(Commitment.due_on) < filters.due_before)
    return await fetch_page(session, query, Commitment, COMMITMENT_SORTING, page)


async def get_commitment(
    session: AsyncSession, org_id: UUID, people: Collection[UUID] | None, commitment_id: UUID, *, lock: bool = False
) -> Commitment | None:
    """One commitment in the coaching of some people, locked for an update on request."""
    query = select(Commitment).where(col(Commitment.org_id) == org_id, col(Commitment.id) == commitment_id)
    if people is not None:
        query = query.where(_concerns(people))
    return (await session.exec(query.with_for_update() if lock else query)).first()


async def list_open_commitments(
    session: AsyncSession, org_id: UUID, rep_ids: Collection[UUID] | None
) -> list[Commitment]:
    """The open commitments in the coaching of some reps (None: all), the earliest due first."""
    query = select(Commitment).where(col(Commitment.org_id) == org_id, col(Commitment.status) == "open")
    if rep_ids is not None:
        query = query.where(col(Commitment.rep_id).in_(rep_ids))
    return list((await session.exec(query.order_by(col(Commitment.due_on), col(Commitment.id)))).all())


async def list_made_in(
    session: AsyncSession, org_id: UUID, session_ids: Collection[UUID]
) -> tuple[list[Topic], list[Commitment]]:
    """Topics discussed and commitments made in some sessions: what came out of them."""
    topics = select(Topic).where(col(Topic.org_id) == org_id, col(Topic.discussed_in).in_(session_ids))
    made = select(Commitment).where(col(Commitment.org_id) == org_id, col(Commitment.session_id).in_(session_ids))
    return list((await session.exec(topics)).all()), list((await session.exec(made)).all())


def _concerns(people: Collection[UUID]) -> ColumnElement[bool]:
    return or_(col(Commitment.rep_id).in_(people), col(Commitment.owner_id).in_(people))
