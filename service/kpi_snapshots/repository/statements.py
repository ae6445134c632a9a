"""Statements that are put together once for the same measures, and executed with other values each time.

To put one together takes longer than to execute it where a few people's numbers are refreshed many times a minute.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CompoundSelect,
    Date,
    FromClause,
    Select,
    Table,
    Uuid,
    bindparam,
    column,
    delete,
    func,
    literal,
    or_,
    select,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import SQLModel

from service.kpi_snapshots.models import MeasureCell
from service.kpi_snapshots.repository.relations import INSTANT, NOW, Facts
from service.kpi_snapshots.repository.totals import totals_of, within
from service.success_models.measures import Measure

CELL: Table = SQLModel.metadata.tables[str(MeasureCell.__tablename__)]
CELL_KEY = ("org_id", "person_id", "measure_id", "day")
CELL_COLUMNS = (*CELL_KEY, "value", "n")
CHANGED = (CELL.c.person_id, CELL.c.measure_id, CELL.c.day)
ORG = bindparam("org", type_=Uuid)
PEOPLE = bindparam("people", type_=ARRAY(Uuid))
STATEMENTS_KEPT = 64


@dataclass(frozen=True, slots=True)
class MeasureList:
    """Measures in order, told apart from others by what they mean."""

    ids: tuple[UUID, ...]
    measures: tuple[Measure, ...] = field(compare=False)

    @classmethod
    def of(cls, measures: Iterable[Measure]) -> "MeasureList":
        """These."""
        members = tuple(measures)
        return cls(tuple(measure.identity() for measure in members), members)


@lru_cache(maxsize=STATEMENTS_KEPT)
def refresh_statement(measures: MeasureList) -> Select[Any]:
    """Compute the days `marked_days` of `marked_people` (arrays of one length) in `org` anew.

    Rows are whose cells are different now, of which measures, and the first and last of those days.
    """
    keys = _marked("marked")
    fresh = totals_of(
        ORG,
        measures.measures,
        lambda grain: tuple_(grain.person, grain.day).in_(select(keys.c.person_id, keys.c.day)),
        by_day=True,
    ).cte("fresh")
    marked = _marked("emptied")
    ids = bindparam("measure_ids", list(measures.ids), type_=ARRAY(Uuid))
    kept = func.unnest(ids).table_valued(column("measure_id", Uuid)).render_derived(name="kept")
    is_fresh = select(literal(1)).where(
        fresh.c.person_id == marked.c.person_id,
        fresh.c.measure_id == kept.c.measure_id,
        fresh.c.day == marked.c.day,
    )
    # The whole key of what may be stale, so that it is looked up and the organization's cells are not scanned.
    absent = (
        select(marked.c.person_id, kept.c.measure_id, marked.c.day)
        .select_from(marked.join(kept, true()))
        .where(~is_fresh.exists())
        .cte("absent")
        .prefix_with("MATERIALIZED")
    )
    emptied = (
        delete(CELL)
        .where(
            CELL.c.org_id == ORG,
            CELL.c.person_id == absent.c.person_id,
            CELL.c.measure_id == absent.c.measure_id,
            CELL.c.day == absent.c.day,
        )
        .returning(*CHANGED)
        .cte("gone")
    )
    upsert = insert(CELL).from_select(CELL_COLUMNS, as_cells(ORG, fresh))
    new = upsert.excluded
    written = (
        upsert.on_conflict_do_update(
            index_elements=CELL_KEY,
            set_={"value": new.value, "n": new.n},
            where=or_(CELL.c.value != new.value, CELL.c.n != new.n),
        )
        .returning(*CHANGED)
        .cte("written")
    )
    changed = union_all(select(emptied), select(written)).subquery()
    return select(
        changed.c.person_id,
        func.array_agg(changed.c.measure_id.distinct()),
        func.min(changed.c.day),
        func.max(changed.c.day),
    ).group_by(changed.c.person_id)


def _marked(name: str) -> FromClause:
    """The keys (person_id, day), passed as two arrays."""
    people, days = bindparam("marked_people", type_=ARRAY(Uuid)), bindparam("marked_days", type_=ARRAY(Date))
    keys = func.unnest(people, days).table_valued(column("person_id", Uuid), column("day", Date))
    return keys.render_derived(name=name)


def as_cells(org_id: Any, totals: Any) -> Select[Any]:
    """Totals by day in the order of a cell's columns, in the order of its key."""
    return select(org_id, totals.c.person_id, totals.c.measure_id, totals.c.day, totals.c.value, totals.c.n).order_by(
        totals.c.person_id, totals.c.measure_id, totals.c.day
    )


def totals_statement(cells: MeasureList, today: MeasureList, unbuilt: MeasureList, facts: Facts) -> Select[Any]:
    """Add up measures of `people` in `org`, up to `instant`: rows (person_id, measure_id, value, n).

    From cells the days from `first_day` to before `cells_until`, from present facts those from `fresh_from` to before
    `until`, from `facts` all of them.
    """
    return _kept_totals(cells, today, unbuilt) if facts is NOW else _totals(cells, today, unbuilt, facts)


@lru_cache(maxsize=STATEMENTS_KEPT)
def _kept_totals(cells: MeasureList, today: MeasureList, unbuilt: MeasureList) -> Select[Any]:
    return _totals(cells, today, unbuilt, NOW)


def _totals(cells: MeasureList, today: MeasureList, unbuilt: MeasureList, facts: Facts) -> Select[Any]:
    first, fresh_from, until = (bindparam(name, type_=Date) for name in ("first_day", "fresh_from", "until"))
    instant = bindparam("instant", type_=INSTANT)
    parts: list[Select[Any] | CompoundSelect[Any]] = []
    if cells.ids:
        parts.append(_cell_totals(cells))
    if today.ids:
        parts.append(totals_of(ORG, today.measures, within(PEOPLE, fresh_from, until, instant), by_day=False))
    if unbuilt.ids:
        bound = within(PEOPLE, first, until, instant)
        parts.append(totals_of(ORG, unbuilt.measures, bound, by_day=False, facts=facts))
    totals = union_all(*parts).subquery()
    keys = (totals.c.person_id, totals.c.measure_id)
    return select(*keys, func.sum(totals.c.value), func.sum(totals.c.n)).group_by(*keys)


def _cell_totals(measures: MeasureList) -> Select[Any]:
    keys = (CELL.c.person_id, CELL.c.measure_id)
    return (
        select(*keys, func.sum(CELL.c.value).label("value"), func.sum(CELL.c.n).label("n"))
        .where(
            CELL.c.org_id == ORG,
            CELL.c.person_id == func.any(PEOPLE),
            CELL.c.measure_id.in_(measures.ids),
            CELL.c.day >= bindparam("first_day", type_=Date),
            CELL.c.day < bindparam("cells_until", type_=Date),
        )
        .group_by(*keys)
    )
