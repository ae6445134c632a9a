"""Queries of what passes from one manager to another: cadences, open commitments and topics, and who has any."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_sessions.models import CoachingCadence, CoachingCommitment, CoachingSession, CoachingTopic

Cadence = CoachingCadence
Commitment = CoachingCommitment
Session = CoachingSession
Topic = CoachingTopic


async def lock_cadences_of(session: AsyncSession, org_id: UUID, manager_id: UUID, since: date) -> list[Cadence]:
    """The cadences of a manager that hold on a day or later, locked."""
    query = select(Cadence).where(col(Cadence.org_id) == org_id, col(Cadence.manager_id) == manager_id)
    ordered = query.order_by(col(Cadence.id)).with_for_update(key_share=True)
    return [row for row in (await session.exec(ordered)).all() if row.ends_on is None or row.ends_on >= since]


async def matters_of(session: AsyncSession, org_id: UUID, manager_ids: Collection[UUID]) -> set[tuple[UUID, UUID]]:
    """Some managers, each with the reps in whose coaching they have an open commitment or asked to talk."""
    owned = select(Commitment.owner_id, Commitment.rep_id).where(
        col(Commitment.org_id) == org_id, col(Commitment.owner_id).in_(manager_ids), col(Commitment.status) == "open"
    )
    raised = select(Topic.raised_by, Topic.rep_id).where(
        col(Topic.org_id) == org_id, col(Topic.raised_by).in_(manager_ids), col(Topic.status) == "open"
    )
    found = [*(await session.exec(owned)).all(), *(await session.exec(raised)).all()]
    return {(manager_id, rep_id) for manager_id, rep_id in found if manager_id is not None and manager_id != rep_id}


async def pass_on_matters(
    session: AsyncSession, org_id: UUID, manager_id: UUID, to_of: Mapping[UUID, UUID], now: datetime
) -> None:
    """Open commitments that a manager owns and open topics that they raised become another's, by rep."""
    connection = await session.connection()
    for to_id in sorted(set(to_of.values())):
        reps = [rep_id for rep_id, one in to_of.items() if one == to_id]
        owned = update(Commitment).where(
            col(Commitment.org_id) == org_id,
            col(Commitment.owner_id) == manager_id,
            col(Commitment.rep_id).in_(reps),
            col(Commitment.status) == "open",
        )
        await connection.execute(owned.values(owner_id=to_id, updated_at=now))
        raised = update(Topic).where(
            col(Topic.org_id) == org_id,
            col(Topic.raised_by) == manager_id,
            col(Topic.rep_id).in_(reps),
            col(Topic.status) == "open",
        )
        await connection.execute(raised.values(raised_by=to_id, updated_at=now))


async def lock_ahead_of(
    session: AsyncSession, org_id: UUID, manager_ids: Collection[UUID], after: datetime
) -> list[Session]:
    """Scheduled sessions that some managers owe and that start after an instant, locked."""
    query = select(Session).where(
        col(Session.org_id) == org_id,
        col(Session.manager_id).in_(manager_ids),
        col(Session.status) == "scheduled",
        col(Session.starts_at) > after,
    )
    found = await session.exec(
        query.order_by(col(Session.id)).with_for_update(), execution_options={"populate_existing": True}
    )
    return list(found.all())
