"""Every query of measures, cells and dirty cells; cells are computed inside the database, never fetched."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

import sqlmodel
from sqlalchemy import Uuid, and_, delete, func, literal, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from service.activities.models import DirtyCell
from service.kpi_snapshots.models import Measure as MeasureRow
from service.kpi_snapshots.models import MeasureCell
from service.kpi_snapshots.repository.relations import NOW, Facts
from service.kpi_snapshots.repository.rows import rows, run
from service.kpi_snapshots.repository.statements import (
    CELL,
    CELL_COLUMNS,
    MeasureList,
    as_cells,
    refresh_statement,
    totals_statement,
)
from service.kpi_snapshots.repository.totals import everything, totals_of
from service.success_models.measures import Measure


class CellDifference(NamedTuple):
    """A cell whose stored value is not what the facts say; None where one side has no cell."""

    person_id: UUID
    measure_id: UUID
    day: date
    stored: Decimal | None
    recomputed: Decimal | None


class CellsChanged(NamedTuple):
    """Whose cells a refresh changed: of which measures, and on which days at the outside."""

    person_id: UUID
    measure_ids: frozenset[UUID]
    first_day: date
    last_day: date


class MeasureTotal(NamedTuple):
    """What a measure adds up to for a person, over `n` facts."""

    person_id: UUID
    measure_id: UUID
    value: Decimal
    n: int


async def lock_cells(session: AsyncSession, org_id: UUID) -> None:
    """Let one recomputation per organization run at a time: a build cannot overwrite what a refresh just saw."""
    await run(session, select(func.pg_advisory_xact_lock(func.hashtextextended(f"cells:{org_id}", 0))))


async def list_measures(session: AsyncSession, org_id: UUID) -> list[MeasureRow]:
    """Every measure whose cells are kept."""
    return list((await session.exec(sqlmodel.select(MeasureRow).where(col(MeasureRow.org_id) == org_id))).all())


async def add_measures(session: AsyncSession, org_id: UUID, measures: dict[UUID, Measure]) -> None:
    """Begin to keep the cells of measures that are not kept yet."""
    known = {row.id for row in await list_measures(session, org_id)}
    session.add_all(
        MeasureRow(org_id=org_id, id=id_, definition=measure.canonical())
        for id_, measure in measures.items()
        if id_ not in known
    )
    await session.flush()


async def drop_measures_except(session: AsyncSession, org_id: UUID, kept: Collection[UUID]) -> None:
    """Stop keeping cells that no active model reads."""
    await run(
        session, delete(MeasureRow).where(col(MeasureRow.org_id) == org_id, col(MeasureRow.id).not_in(list(kept)))
    )


async def build_cells(session: AsyncSession, org_id: UUID, measures: Sequence[Measure], now: datetime) -> None:
    """Compute every cell of some measures anew."""
    ids = [measure.identity() for measure in measures]
    await run(session, delete(CELL).where(CELL.c.org_id == org_id, CELL.c.measure_id.in_(ids)))
    totals = totals_of(org_id, measures, everything, by_day=True).subquery()
    await run(session, insert(CELL).from_select(CELL_COLUMNS, as_cells(literal(org_id, Uuid), totals)))
    await run(
        session,
        update(MeasureRow).where(col(MeasureRow.org_id) == org_id, col(MeasureRow.id).in_(ids)).values(built_at=now),
    )


async def take_dirty_cells(session: AsyncSession, org_id: UUID, limit: int) -> list[tuple[UUID, date]]:
    """Remove and return up to `limit` marks; marks that another transaction is making are left to it."""
    key = (col(DirtyCell.person_id), col(DirtyCell.day))
    chosen = (
        select(*key)
        .where(col(DirtyCell.org_id) == org_id)
        .order_by(*key)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("chosen")
        .prefix_with("MATERIALIZED")
    )
    taken = (
        delete(DirtyCell)
        .where(col(DirtyCell.org_id) == org_id, tuple_(*key) == tuple_(chosen.c.person_id, chosen.c.day))
        .returning(*key)
    )
    return [(row[0], row[1]) for row in await rows(session, taken)]


async def refresh_cells(
    session: AsyncSession, org_id: UUID, measures: Sequence[Measure], cells: Sequence[tuple[UUID, date]]
) -> list[CellsChanged]:
    """Compute some people's days anew, for every measure, in one statement; says whose cells are different now.

    It must not be the statement that took the marks: facts are read after the marks are locked, so that
    a change which marks a cell again is either seen here or leaves its mark.
    """
    values = {"org": org_id, "marked_people": [cell[0] for cell in cells], "marked_days": [cell[1] for cell in cells]}
    found = await rows(session, refresh_statement(MeasureList.of(measures)), values)
    return [CellsChanged(row[0], frozenset(row[1]), row[2], row[3]) for row in found]


async def load_totals(
    session: AsyncSession,
    org_id: UUID,
    people: Sequence[UUID],
    built: Sequence[Measure],
    unbuilt: Sequence[Measure],
    span: tuple[date, date],
    as_of: tuple[datetime, date],
    facts: Facts = NOW,
) -> list[MeasureTotal]:
    """Add up measures within `span` (both days included) up to `as_of` (the instant, its local day), in one statement.

    Of the `built` ones whole days before the day of `as_of` come from the cells and that day itself from the facts;
    the `unbuilt` ones come from `facts` altogether.
    """
    start, until = span[0], span[1] + timedelta(days=1)
    instant, today = as_of
    from_cells = built if start < min(until, today) else ()
    from_today = built if max(start, today) < until else ()
    if not (from_cells or from_today or unbuilt):
        return []
    cells, fresh, rest = (MeasureList.of(part) for part in (from_cells, from_today, unbuilt))
    values = {
        "org": org_id,
        "people": list(people),
        "first_day": start,
        "cells_until": min(until, today),
        "fresh_from": max(start, today),
        "until": until,
        "instant": instant,
    }
    found = await rows(session, totals_statement(cells, fresh, rest, facts), values)
    return [MeasureTotal(row[0], row[1], row[2], int(row[3])) for row in found]


async def find_differences(
    session: AsyncSession, org_id: UUID, measures: Sequence[Measure], limit: int
) -> list[CellDifference]:
    """Cells that differ from the facts, leaving out those marked dirty, which are about to change."""
    if not measures:
        return []
    fresh = totals_of(org_id, measures, everything, by_day=True).subquery("fresh")
    ids = [measure.identity() for measure in measures]
    stored = select(CELL).where(CELL.c.org_id == org_id, CELL.c.measure_id.in_(ids)).subquery("stored")
    person, measure_id, day = (
        func.coalesce(fresh.c[name], stored.c[name]) for name in ("person_id", "measure_id", "day")
    )
    dirty = select(literal(1)).where(
        col(DirtyCell.org_id) == org_id, col(DirtyCell.person_id) == person, col(DirtyCell.day) == day
    )
    same_cell = and_(*(fresh.c[name] == stored.c[name] for name in ("person_id", "measure_id", "day")))
    differs = or_(fresh.c.value.is_distinct_from(stored.c.value), fresh.c.n.is_distinct_from(stored.c.n))
    query = (
        select(person, measure_id, day, stored.c.value, fresh.c.value)
        .select_from(fresh.join(stored, same_cell, full=True))
        .where(differs, ~dirty.exists())
        .order_by(person, measure_id, day)
        .limit(limit)
    )
    return [CellDifference(*row) for row in await rows(session, query)]


async def count_cells(session: AsyncSession, org_id: UUID) -> tuple[int, int]:
    """How many cells there are, and how many are marked dirty."""
    cells = sqlmodel.select(func.count()).select_from(MeasureCell).where(col(MeasureCell.org_id) == org_id)
    dirty = sqlmodel.select(func.count()).select_from(DirtyCell).where(col(DirtyCell.org_id) == org_id)
    return (await session.exec(cells)).one(), (await session.exec(dirty)).one()
