"""Every query of reps' ratings, and of what was published of them.

Ratings are written by their rater, and read when a period is summed up and never else; row-level security shows none to
a transaction that said neither (`write_as`, `read_for_publication`).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_sessions.models import CoachingRating, CoachingSession, RatingGroup, RatingPeriod
from service.core.database import raw_connection
from service.core.tenancy import PUBLICATION, READER_SETTING


@dataclass(frozen=True, slots=True)
class Attendance:
    """Somebody was coached by a manager in a completed session, and may rate it."""

    session_id: UUID
    manager_id: UUID
    rater_id: UUID
    completed_at: datetime


Span = tuple[datetime, datetime]
"""From an instant until before another."""


async def list_attendances(
    session: AsyncSession, org_id: UUID, *, session_ids: Collection[UUID] | None = None, span: Span | None = None
) -> list[Attendance]:
    """Who may rate which completed sessions, of some ids or completed within a span: the one place that decides it.

    All who were coached, each for themself. A session counts for the one who held it: the substitute, if there was
    one, else the manager who owed it, whoever coached beside them; so no rating is in two groups.
    """
    row = CoachingSession
    query = select(row).where(col(row.org_id) == org_id, col(row.status) == "completed")
    if session_ids is not None:
        query = query.where(col(row.id).in_(session_ids))
    if span is not None:
        query = query.where(col(row.completed_at) >= span[0], col(row.completed_at) < span[1])
    return [
        Attendance(one.id, one.substitute_id or one.manager_id, rater_id, one.completed_at)
        for one in await session.exec(query.order_by(col(row.id)))
        if one.completed_at is not None
        for rater_id in (one.rep_id, *one.rep_ids)
    ]


async def first_completed(session: AsyncSession, org_id: UUID) -> datetime | None:
    """When the first session of an organization was completed."""
    row = CoachingSession
    query = select(row.completed_at).where(col(row.org_id) == org_id, col(row.completed_at).is_not(None))
    return (await session.exec(query.order_by(col(row.completed_at)).limit(1))).first()


async def write_as(session: AsyncSession, rater_id: UUID) -> None:
    """From here on the transaction finds this person's ratings, to put others in their place."""
    # The simple protocol, as for the organization: prepared, each id would fill the statement cache.
    await (await raw_connection(session)).execute(f"SET LOCAL {READER_SETTING} = '{UUID(str(rater_id))}'")


async def read_for_publication(session: AsyncSession) -> None:
    """From here on the transaction sees every rating, to sum them up."""
    await (await raw_connection(session)).execute(f"SET LOCAL {READER_SETTING} = '{PUBLICATION}'")


async def put_own_rating(session: AsyncSession, rating: CoachingRating) -> None:
    """Write one's own rating in the place of an earlier one."""
    await write_as(session, rating.rater_id)
    given = insert(CoachingRating).values(rating.model_dump())
    changes = {name: given.excluded[name] for name in ("set_key", "set_version", "answers")}
    query = given.on_conflict_do_update(index_elements=["org_id", "session_id", "rater_id"], set_=changes)
    await (await session.connection()).execute(query)


async def list_ratings(session: AsyncSession, org_id: UUID, session_ids: Collection[UUID]) -> list[CoachingRating]:
    """Every rating of some sessions, for publication alone."""
    await read_for_publication(session)
    row = CoachingRating
    query = select(row).where(col(row.org_id) == org_id, col(row.session_id).in_(session_ids))
    return list((await session.exec(query)).all())


async def last_period(session: AsyncSession, org_id: UUID, on: date | None = None) -> RatingPeriod | None:
    """The last published period, or the last that begins by a day."""
    row = RatingPeriod
    query = select(row).where(col(row.org_id) == org_id)
    if on is not None:
        query = query.where(col(row.starts_on) <= on)
    return (await session.exec(query.order_by(col(row.starts_on).desc()).limit(1))).first()


async def claim_period(session: AsyncSession, period: RatingPeriod) -> bool:
    """Store that a period is published; False where another worker did."""
    query = insert(RatingPeriod).values(period.model_dump()).on_conflict_do_nothing()
    return bool((await (await session.connection()).execute(query.returning(col(RatingPeriod.starts_on)))).all())


async def add_groups(session: AsyncSession, groups: Sequence[SQLModel]) -> None:
    """Store what is published of a period."""
    session.add_all(groups)
    await session.flush()


async def list_groups(session: AsyncSession, org_id: UUID, starts_on: date) -> list[RatingGroup]:
    """What was published of a period, the organization first and each manager after the one above."""
    query = select(RatingGroup).where(col(RatingGroup.org_id) == org_id, col(RatingGroup.starts_on) == starts_on)
    return list((await session.exec(query.order_by(col(RatingGroup.place)))).all())
