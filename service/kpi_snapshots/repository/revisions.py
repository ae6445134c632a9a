"""Every query of closed periods and of what their snapshots were; rows are added, never changed."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Table, func, select, tuple_
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlmodel import SQLModel, col
from sqlmodel import select as select_rows
from sqlmodel.ext.asyncio.session import AsyncSession

from service.kpi_snapshots.models import PeriodClosing, SnapshotRevision
from service.kpi_snapshots.repository.rows import rows, run

REVISION: Table = SQLModel.metadata.tables[str(SnapshotRevision.__tablename__)]
ROWS_PER_STATEMENT = 1000


class Latest(NamedTuple):
    """The last revision of a person's KPI in a closed period."""

    person_id: UUID
    kpi: str
    revision: int
    recorded_at: datetime
    snapshot: dict[str, Any]


async def list_closings(session: AsyncSession, org_id: UUID, from_day: date | None) -> list[PeriodClosing]:
    """Closed periods that end on or after a day (None: all), the earliest first."""
    query = select_rows(PeriodClosing).where(col(PeriodClosing.org_id) == org_id)
    if from_day is not None:
        query = query.where(col(PeriodClosing.period_end) >= from_day)
    return list((await session.exec(query.order_by(col(PeriodClosing.period_end), col(PeriodClosing.period)))).all())


async def find_closing(
    session: AsyncSession, org_id: UUID, period: str, start: date, known_at: datetime | None
) -> PeriodClosing | None:
    """The closing of a period, if it was closed by then."""
    query = select_rows(PeriodClosing).where(
        col(PeriodClosing.org_id) == org_id,
        col(PeriodClosing.period) == period,
        col(PeriodClosing.period_start) == start,
    )
    if known_at is not None:
        query = query.where(col(PeriodClosing.closed_at) <= known_at)
    return (await session.exec(query)).first()


async def add_closing(session: AsyncSession, closing: PeriodClosing) -> None:
    """Close a period."""
    session.add(closing)
    await session.flush()


async def list_latest(
    session: AsyncSession,
    org_id: UUID,
    period: tuple[str, date],
    person_ids: Collection[UUID],
    known_at: datetime | None = None,
) -> list[Latest]:
    """The last revision of each KPI of some people in a closed period, of those recorded by an instant."""
    query = (
        select(
            REVISION.c.person_id,
            REVISION.c.kpi,
            REVISION.c.revision,
            REVISION.c.recorded_at,
            REVISION.c.snapshot,
        )
        .ext(distinct_on(REVISION.c.person_id, REVISION.c.kpi))
        .where(
            REVISION.c.org_id == org_id,
            REVISION.c.period == period[0],
            REVISION.c.period_start == period[1],
            REVISION.c.person_id.in_(list(person_ids)),
        )
        .order_by(REVISION.c.person_id, REVISION.c.kpi, REVISION.c.revision.desc())
    )
    if known_at is not None:
        query = query.where(REVISION.c.recorded_at <= known_at)
    return [Latest(*row) for row in await rows(session, query)]


async def list_revisions(
    session: AsyncSession, org_id: UUID, keys: Collection[tuple[UUID, str, str, date]]
) -> list[SnapshotRevision]:
    """Everything that some snapshots of closed periods were, the first revisions first.

    A key is a person, a KPI, a kind of period and its first day.
    """
    named = tuple_(
        col(SnapshotRevision.person_id),
        col(SnapshotRevision.kpi),
        col(SnapshotRevision.period),
        col(SnapshotRevision.period_start),
    )
    query = select_rows(SnapshotRevision).where(col(SnapshotRevision.org_id) == org_id, named.in_(list(keys)))
    return list((await session.exec(query.order_by(col(SnapshotRevision.revision)))).all())


async def add_revisions(session: AsyncSession, revisions: Sequence[dict[str, Any]]) -> None:
    """Record revisions."""
    for start in range(0, len(revisions), ROWS_PER_STATEMENT):
        await run(session, insert(REVISION).values(list(revisions[start : start + ROWS_PER_STATEMENT])))


async def lock_snapshots(session: AsyncSession, org_id: UUID) -> None:
    """One writer of ready snapshots and revisions per organization at a time."""
    await run(session, select(func.pg_advisory_xact_lock(func.hashtextextended(f"snapshots:{org_id}", 0))))
