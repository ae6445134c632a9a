"""Every query of measures, cells and dirty cells."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, Date, Uuid, bindparam, column, literal, union_all, update
from sqlalchemy import select as sa_select
from sqlmodel import col, delete, func, select, tuple_
from sqlmodel.ext.asyncio.session import AsyncSession

from service.activities.models import DirtyCell
from service.core.bulk import insert_rows
from service.core.database import raw_connection
from service.kpi_snapshots.models import Measure as MeasureRow
from service.kpi_snapshots.models import MeasureCell
from service.kpi_snapshots.repository.compilation import between, everything, totals_of, within_cells
from service.success_models.measures import Measure

CELL_COLUMNS = ("org_id", "person_id", "measure_id", "day", "value", "n")


class CellDifference(NamedTuple):
    """A cell whose stored value is not what the facts say; None where one side has no cell."""

    person_id: UUID
    measure_id: UUID
    day: date
    stored: str | None
    recomputed: str | None


async def lock_cells(session: AsyncSession, org_id: UUID) -> None:
    """One recomputation per organization at a time: a build cannot overwrite what a refresh just saw."""
    await session.exec(select(func.pg_advisory_xact_lock(func.hashtextextended(f"cells:{org_id}", 0))))


async def list_measures(session: AsyncSession, org_id: UUID) -> list[MeasureRow]:
    """Every measure whose cells are kept."""
    return list((await session.exec(select(MeasureRow).where(col(MeasureRow.org_id) == org_id))).all())


async def add_measures(session: AsyncSession, org_id: UUID, measures: dict[UUID, Measure]) -> None:
    """Begin to keep the cells of measures that are not kept yet."""
    known = {row.id for row in await list_measures(session, org_id)}
    for id_, measure in measures.items():
        if id_ not in known:
            session.add(MeasureRow(org_id=org_id, id=id_, definition=measure.canonical()))
    await session.flush()


async def drop_measures_except(session: AsyncSession, org_id: UUID, kept: Collection[UUID]) -> None:
    """Stop keeping cells that no active model reads."""
    await session.exec(
        delete(MeasureRow).where(col(MeasureRow.org_id) == org_id, col(MeasureRow.id).not_in(list(kept)))
    )


async def build_cells(session: AsyncSession, org_id: UUID, measures: Sequence[Measure], now: datetime) -> None:
    """Compute every cell of some measures anew."""
    ids = [measure.identity() for measure in measures]
    await session.exec(
        delete(MeasureCell).where(col(MeasureCell.org_id) == org_id, col(MeasureCell.measure_id).in_(ids))
    )
    totals = totals_of(org_id, measures, everything, by_day=True)
    if totals is not None:
        rows = totals.subquery()
        source = sa_select(
            literal(org_id, Uuid), rows.c.person_id, rows.c.measure_id, rows.c.day, rows.c.value, rows.c.n
        )
        table: Any = MeasureCell.__table__  # type: ignore[attr-defined]  # SQLModel adds it at run time
        await session.execute(table.insert().from_select(list(CELL_COLUMNS), source))
    await session.execute(
        update(MeasureRow).where(col(MeasureRow.org_id) == org_id, col(MeasureRow.id).in_(ids)).values(built_at=now)
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
    )
    taken = (
        delete(DirtyCell).where(col(DirtyCell.org_id) == org_id, tuple_(*key).in_(chosen)).returning(*key)
    )
    return [(row[0], row[1]) for row in (await session.execute(taken)).all()]


async def refresh_cells(
    session: AsyncSession, org_id: UUID, measures: Sequence[Measure], cells: Sequence[tuple[UUID, date]]
) -> None:
    """Compute some people's days anew from the facts, for every measure."""
    people, days = [cell[0] for cell in cells], [cell[1] for cell in cells]
    computed: Sequence[Any] = []
    totals = totals_of(org_id, measures, within_cells(people, days), by_day=True)
    if totals is not None:
        computed = (await session.execute(totals)).all()
    wanted = func.unnest(
        bindparam("people", people, type_=ARRAY(Uuid)), bindparam("days", days, type_=ARRAY(Date))
    ).table_valued(column("person_id", Uuid), column("day", Date)).render_derived(name="wanted")
    await session.execute(
        delete(MeasureCell).where(
            col(MeasureCell.org_id) == org_id,
            col(MeasureCell.person_id) == wanted.c.person_id,
            col(MeasureCell.day) == wanted.c.day,
            col(MeasureCell.measure_id).in_([measure.identity() for measure in measures]),
        )
    )
    rows = [(org_id, row.person_id, row.measure_id, row.day, row.value, row.n) for row in computed]
    await insert_rows(await raw_connection(session), "measure_cell", CELL_COLUMNS, rows)


async def load_totals(
    session: AsyncSession,
    org_id: UUID,
    people: Sequence[UUID],
    built: Sequence[Measure],
    unbuilt: Sequence[Measure],
    span: tuple[date, date],
    as_of: tuple[datetime, date],
) -> Sequence[Any]:
    """(person_id, measure_id, value, n) within `span` (both days included) up to `as_of`, in one statement.

    Whole days before the day of `as_of` come from the cells, that day itself from the facts; measures
    whose cells are not complete yet come from the facts altogether.
    """
    start, until = span[0], date.fromordinal(span[1].toordinal() + 1)
    instant, today = as_of
    cells_until = min(until, today)
    parts: list[Any] = []
    if built and start < cells_until:
        ids = bindparam("cell_people", list(people), type_=ARRAY(Uuid))
        parts.append(
            sa_select(
                col(MeasureCell.person_id),
                col(MeasureCell.measure_id),
                func.sum(MeasureCell.value).label("value"),
                func.sum(MeasureCell.n).label("n"),
            )
            .where(
                col(MeasureCell.org_id) == org_id,
                col(MeasureCell.person_id) == func.any(ids),
                col(MeasureCell.measure_id).in_([measure.identity() for measure in built]),
                col(MeasureCell.day) >= start,
                col(MeasureCell.day) < cells_until,
            )
            .group_by(col(MeasureCell.person_id), col(MeasureCell.measure_id))
        )
    facts_from = max(start, today)
    if built and facts_from < until:
        bound = between(people, facts_from, until, instant)
        parts.append(totals_of(org_id, built, bound, by_day=False))
    if unbuilt:
        parts.append(totals_of(org_id, unbuilt, between(people, start, until, instant), by_day=False))
    if not parts:
        return []
    return (await session.execute(union_all(*parts))).all()


async def find_differences(
    session: AsyncSession, org_id: UUID, measures: Sequence[Measure], limit: int
) -> list[CellDifference]:
    """Cells that differ from the facts, leaving out those marked dirty, which are about to change."""
    computed = totals_of(org_id, measures, everything, by_day=True)
    if computed is None:
        return []
    fresh = computed.subquery("fresh")
    stored = (
        sa_select(MeasureCell.person_id, MeasureCell.measure_id, MeasureCell.day, MeasureCell.value, MeasureCell.n)
        .where(
            col(MeasureCell.org_id) == org_id,
            col(MeasureCell.measure_id).in_([measure.identity() for measure in measures]),
        )
        .subquery("stored")
    )
    person = func.coalesce(fresh.c.person_id, stored.c.person_id)
    day = func.coalesce(fresh.c.day, stored.c.day)
    dirty = sa_select(literal(1)).where(
        col(DirtyCell.org_id) == org_id, col(DirtyCell.person_id) == person, col(DirtyCell.day) == day
    )
    query = (
        sa_select(
            person,
            func.coalesce(fresh.c.measure_id, stored.c.measure_id),
            day,
            stored.c.value,
            fresh.c.value,
        )
        .select_from(
            fresh.join(
                stored,
                (fresh.c.person_id == stored.c.person_id)
                & (fresh.c.measure_id == stored.c.measure_id)
                & (fresh.c.day == stored.c.day),
                full=True,
            )
        )
        .where(
            fresh.c.value.is_distinct_from(stored.c.value) | fresh.c.n.is_distinct_from(stored.c.n), ~dirty.exists()
        )
        .limit(limit)
    )
    return [
        CellDifference(row[0], row[1], row[2], _text(row[3]), _text(row[4]))
        for row in (await session.execute(query)).all()
    ]


async def count_cells(session: AsyncSession, org_id: UUID) -> tuple[int, int]:
    """How many cells there are, and how many are marked dirty."""
    cells = select(func.count()).select_from(MeasureCell).where(col(MeasureCell.org_id) == org_id)
    dirty = select(func.count()).select_from(DirtyCell).where(col(DirtyCell.org_id) == org_id)
    return (await session.exec(cells)).one(), (await session.exec(dirty)).one()


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
