"""Every query of the review of topics, and of the settling of commitments by the data."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, or_
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_sessions.models import CoachingClock, CoachingCommitment, CoachingTopic

Topic = CoachingTopic
Commitment = CoachingCommitment


class Moved(NamedTuple):
    """When the last review was, and when a commitment was written last; None: never."""

    reviewed_at: datetime | None
    written_at: datetime | None


async def last_moves(session: AsyncSession, org_id: UUID) -> Moved:
    """What the next review depends on, in one statement."""
    reviewed = select(CoachingClock.reviewed_at).where(col(CoachingClock.org_id) == org_id).scalar_subquery()
    written = select(func.max(col(Commitment.updated_at))).where(col(Commitment.org_id) == org_id).scalar_subquery()
    connection = await session.connection()
    row = (await connection.execute(select(reviewed, written))).one()
    return Moved(row[0], row[1])


async def note_review(session: AsyncSession, org_id: UUID, at: datetime) -> None:
    """Remember a review."""
    upsert = insert(CoachingClock).values(org_id=org_id, reviewed_at=at)
    connection = await session.connection()
    await connection.execute(upsert.on_conflict_do_update(index_elements=["org_id"], set_={"reviewed_at": at}))


async def lock_topics(session: AsyncSession, org_id: UUID) -> None:
    """Whoever raises topics of an organization, or opens one again, takes turns."""
    key = func.hashtextextended(f"coaching_topics:{org_id}", 0)
    await session.exec(select(func.pg_advisory_xact_lock(key)))


async def lock_open_topics(session: AsyncSession, org_id: UUID) -> list[Topic]:
    """Every open topic, for a review; one review of an organization at a time."""
    await lock_topics(session, org_id)
    query = select(Topic).where(col(Topic.org_id) == org_id, col(Topic.status) == "open")
    return list((await session.exec(query.order_by(col(Topic.id)).with_for_update())).all())


async def has_open_topic(session: AsyncSession, org_id: UUID, rep_id: UUID, subject: str) -> bool:
    """Whether something about a rep's subject is open."""
    query = select(Topic.id).where(
        col(Topic.org_id) == org_id,
        col(Topic.rep_id) == rep_id,
        col(Topic.subject) == subject,
        col(Topic.status) == "open",
    )
    return (await session.exec(query)).first() is not None


async def list_last_ended(session: AsyncSession, org_id: UUID, subjects: Collection[str]) -> list[Topic]:
    """Of some subjects and each rep the topic that was discussed or dismissed last."""
    query = select(Topic).where(
        col(Topic.org_id) == org_id,
        col(Topic.subject).in_(subjects),
        col(Topic.status).in_(("discussed", "dismissed")),
    )
    last = query.ext(distinct_on(col(Topic.rep_id), col(Topic.subject)))
    order = (col(Topic.rep_id), col(Topic.subject), col(Topic.ended_at).desc())
    return list((await session.exec(last.order_by(*order))).all())


async def add_topics(session: AsyncSession, rows: Sequence[Topic]) -> None:
    """Raise them."""
    session.add_all(rows)
    await session.flush()


async def list_unsettled(session: AsyncSession, org_id: UUID, missed_since: datetime) -> list[Commitment]:
    """Open commitments, and those that the data found missed since an instant."""
    is_open = col(Commitment.status) == "open"
    missed = (
        (col(Commitment.status) == "missed")
        & col(Commitment.goal_value).is_not(None)
        & (col(Commitment.settled_at) > missed_since)
    )
    query = select(Commitment).where(col(Commitment.org_id) == org_id, or_(is_open, missed))
    return list((await session.exec(query.order_by(col(Commitment.due_on), col(Commitment.id)))).all())


async def lock_goals(session: AsyncSession, org_id: UUID) -> list[Commitment]:
    """Open commitments that have a goal for a KPI, the earliest due first."""
    query = select(Commitment).where(
        col(Commitment.org_id) == org_id, col(Commitment.status) == "open", col(Commitment.goal_value).is_not(None)
    )
    ordered = query.order_by(col(Commitment.due_on), col(Commitment.id))
    return list((await session.exec(ordered.with_for_update())).all())
