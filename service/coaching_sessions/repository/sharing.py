"""Queries of what group sessions do to one-to-ones, and of people who are gone from both."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy
from sqlalchemy import and_, func, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_sessions.models import CoachingCadence, CoachingSession
from service.coaching_sessions.replaced import OneToOne
from service.core.database import raw_connection
from service.organizations.models import Person

Row = CoachingSession


async def one_to_ones_ahead(
    session: AsyncSession, org_id: UUID, rep_ids: Collection[UUID], after: datetime
) -> list[OneToOne]:
    """The scheduled sessions of series that some reps have alone and that start after an instant."""
    columns: tuple[Any, ...] = (Row.id, Row.rep_id, Row.occurs_on, Row.starts_at, CoachingCadence.rule)
    query = (
        sqlalchemy.select(*map(col, columns))
        .join(
            CoachingCadence,
            and_(col(CoachingCadence.org_id) == org_id, col(CoachingCadence.id) == col(Row.cadence_id)),
        )
        .where(col(Row.org_id) == org_id, col(Row.rep_id).in_(rep_ids), func.cardinality(col(Row.rep_ids)) == 0)
        .where(col(Row.status) == "scheduled", col(Row.starts_at) > after)
    )
    return [OneToOne(*row) for row in await (await session.connection()).execute(query)]


async def lock_scheduled(session: AsyncSession, org_id: UUID, ids: Collection[UUID]) -> list[Row]:
    """Of some sessions those that are still scheduled, locked in order."""
    query = select(Row).where(col(Row.org_id) == org_id, col(Row.id).in_(ids), col(Row.status) == "scheduled")
    found = await session.exec(
        query.order_by(col(Row.id)).with_for_update(), execution_options={"populate_existing": True}
    )
    return list(found.all())


async def replaces_any(session: AsyncSession, org_id: UUID, session_id: UUID) -> bool:
    """Whether a session took the place of others."""
    query = select(Row.id).where(col(Row.org_id) == org_id, col(Row.replaced_by) == session_id)
    return (await session.exec(query.limit(1))).first() is not None


async def forget_replaced(
    session: AsyncSession, org_id: UUID, session_id: UUID, rep_ids: Collection[UUID] | None
) -> bool:
    """What a session took the place of, of some reps (None: of all), is no longer replaced; whether there was any."""
    statement = update(Row).where(col(Row.org_id) == org_id, col(Row.replaced_by) == session_id)
    if rep_ids is not None:
        statement = statement.where(col(Row.rep_id).in_(rep_ids))
    found = await (await session.connection()).execute(statement.values(replaced_by=None).returning(col(Row.id)))
    return bool(found.all())


async def lock_of_removed(session: AsyncSession, org_id: UUID) -> list[Row]:
    """Scheduled sessions whose substitute was removed from the organization, locked in order."""
    person = select(Person.id).where(col(Person.org_id) == org_id, col(Person.id) == col(Row.substitute_id))
    query = select(Row).where(
        col(Row.org_id) == org_id,
        col(Row.status) == "scheduled",
        col(Row.substitute_id).is_not(None),
        ~person.exists(),
    )
    found = await session.exec(
        query.order_by(col(Row.id)).with_for_update(of=Row), execution_options={"populate_existing": True}
    )
    return list(found.all())


async def forget_removed_attendees(session: AsyncSession, org_id: UUID) -> None:
    """Take people who were removed from the organization out of the sessions that they took part in beside others."""
    connection = await raw_connection(session)
    await connection.execute(
        """
        UPDATE coaching_session AS s SET
            coach_ids = array(SELECT p.id FROM person AS p WHERE p.org_id = $1 AND p.id = ANY(s.coach_ids)
                ORDER BY array_position(s.coach_ids, p.id)),
            rep_ids = array(SELECT p.id FROM person AS p WHERE p.org_id = $1 AND p.id = ANY(s.rep_ids)
                ORDER BY array_position(s.rep_ids, p.id))
        WHERE s.org_id = $1 AND cardinality(s.coach_ids) + cardinality(s.rep_ids) > 0
            AND EXISTS (SELECT FROM unnest(s.coach_ids || s.rep_ids) AS u (id)
                WHERE NOT EXISTS (SELECT FROM person AS p WHERE p.org_id = $1 AND p.id = u.id))
        """,
        org_id,
    )


async def forget_removed_others(session: AsyncSession, org_id: UUID) -> None:
    """The same of the sessions that they were to hold for somebody, or are uninvited from."""
    connection = await raw_connection(session)
    await connection.execute(
        """
        UPDATE coaching_session AS s SET
            uninvited_ids = array(SELECT p.id FROM person AS p WHERE p.org_id = $1 AND p.id = ANY(s.uninvited_ids)
                ORDER BY array_position(s.uninvited_ids, p.id))
        WHERE s.org_id = $1 AND cardinality(s.uninvited_ids) > 0
            AND EXISTS (SELECT FROM unnest(s.uninvited_ids) AS u (id)
                WHERE NOT EXISTS (SELECT FROM person AS p WHERE p.org_id = $1 AND p.id = u.id))
        """,
        org_id,
    )
    await connection.execute(
        """
        UPDATE coaching_session AS s SET substitute_id = NULL, substituted_from = NULL, substituted_until = NULL
        WHERE s.org_id = $1 AND s.substitute_id IS NOT NULL
            AND NOT EXISTS (SELECT FROM person AS p WHERE p.org_id = $1 AND p.id = s.substitute_id)
        """,
        org_id,
    )
