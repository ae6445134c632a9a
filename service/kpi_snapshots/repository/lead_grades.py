"""Every query of the grades of leads: written once a day, never changed."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Table, and_, func, select
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from service.kpi_snapshots.models import LeadGradeRow
from service.kpi_snapshots.repository.rows import rows, run

GRADE: Table = SQLModel.metadata.tables[str(LeadGradeRow.__tablename__)]


async def lock_leads(session: AsyncSession, org_id: UUID) -> None:
    """Let one grading per organization run at a time."""
    await run(session, select(func.pg_advisory_xact_lock(func.hashtextextended(f"leads:{org_id}", 0))))


async def add_grades(session: AsyncSession, fresh: Sequence[dict[str, Any]]) -> None:
    """Keep a day's grades; those that are there already stay."""
    if fresh:
        await run(session, insert(GRADE).values(list(fresh)).on_conflict_do_nothing())


async def list_graded(session: AsyncSession, org_id: UUID, model_ids: Collection[UUID], on: date) -> set[UUID]:
    """Which of some versions of models were graded on a day."""
    query = (
        select(GRADE.c.model_id)
        .where(GRADE.c.org_id == org_id, GRADE.c.model_id.in_(list(model_ids)), GRADE.c.graded_on == on)
        .distinct()
    )
    return {row[0] for row in await rows(session, query)}


async def list_latest(
    session: AsyncSession, org_id: UUID, model_ids: Collection[UUID], until: date
) -> list[LeadGradeRow]:
    """Of each KPI of some versions of models the last grade by a day, by model and in its order."""
    query = (
        select(GRADE)
        .ext(distinct_on(GRADE.c.model_id, GRADE.c.kpi))
        .where(GRADE.c.org_id == org_id, GRADE.c.model_id.in_(list(model_ids)), GRADE.c.graded_on <= until)
        .order_by(GRADE.c.model_id, GRADE.c.kpi, GRADE.c.graded_on.desc())
    )
    found = [LeadGradeRow(**row._asdict()) for row in await rows(session, query)]
    return sorted(found, key=lambda row: (row.model_id, row.place))


async def load_grades(
    session: AsyncSession, org_id: UUID, model_ids: Collection[UUID], until: date, known_at: datetime | None = None
) -> dict[tuple[UUID, str], str]:
    """The same, no more of each than what it is, of those that there were at an instant (None: now)."""
    made = () if known_at is None else (GRADE.c.graded_at <= known_at,)
    query = (
        select(GRADE.c.model_id, GRADE.c.kpi, GRADE.c.grade)
        .ext(distinct_on(GRADE.c.model_id, GRADE.c.kpi))
        .where(GRADE.c.org_id == org_id, GRADE.c.model_id.in_(list(model_ids)), GRADE.c.graded_on <= until, *made)
        .order_by(GRADE.c.model_id, GRADE.c.kpi, GRADE.c.graded_on.desc())
    )
    return {(row[0], row[1]): row[2] for row in await rows(session, query)}


async def first_of_run(
    session: AsyncSession, org_id: UUID, model_ids: Collection[UUID], until: date
) -> dict[tuple[UUID, str], date]:
    """Since when each KPI has had the grade that it has by a day."""
    now = GRADE.alias("now")
    latest = (
        select(now.c.model_id, now.c.kpi, now.c.grade)
        .ext(distinct_on(now.c.model_id, now.c.kpi))
        .where(now.c.org_id == org_id, now.c.model_id.in_(list(model_ids)), now.c.graded_on <= until)
        .order_by(now.c.model_id, now.c.kpi, now.c.graded_on.desc())
        .subquery()
    )
    same = and_(GRADE.c.model_id == latest.c.model_id, GRADE.c.kpi == latest.c.kpi)
    other = (
        select(latest.c.model_id, latest.c.kpi, func.max(GRADE.c.graded_on).label("day"))
        .select_from(latest.join(GRADE, same))
        .where(GRADE.c.org_id == org_id, GRADE.c.graded_on <= until, GRADE.c.grade != latest.c.grade)
        .group_by(latest.c.model_id, latest.c.kpi)
        .subquery()
    )
    ended = and_(other.c.model_id == GRADE.c.model_id, other.c.kpi == GRADE.c.kpi)
    query = (
        select(GRADE.c.model_id, GRADE.c.kpi, func.min(GRADE.c.graded_on))
        .select_from(GRADE.outerjoin(other, ended))
        .where(
            GRADE.c.org_id == org_id,
            GRADE.c.model_id.in_(list(model_ids)),
            GRADE.c.graded_on <= until,
            other.c.day.is_(None) | (GRADE.c.graded_on > other.c.day),
        )
        .group_by(GRADE.c.model_id, GRADE.c.kpi)
    )
    return {(row[0], row[1]): row[2] for row in await rows(session, query)}
