"""Measures compiled to SQL: one statement per grain of facts computes every measure of that grain at once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Date,
    FromClause,
    Select,
    Uuid,
    and_,
    cast,
    bindparam,
    column,
    false,
    func,
    literal,
    select,
    true,
    tuple_,
    union_all,
    values,
)
from sqlalchemy import Integer as Int
from sqlalchemy import Numeric as Num
from sqlalchemy.sql.selectable import CompoundSelect
from sqlmodel import col

from service.activities.models import Activity, Deal, StageChange
from service.success_models.measures import ATTRIBUTE_PREFIX, Filter, Measure, Source


@dataclass(frozen=True, slots=True)
class Grain:
    """A table of facts with the columns that date and attribute them."""

    table: type[Activity] | type[Deal] | type[StageChange]
    person: Any
    day: Any
    at: Any


ACTIVITY = Grain(Activity, col(Activity.person_id), col(Activity.occurred_on), col(Activity.occurred_at))
CREATED = Grain(Deal, col(Deal.created_owner_id), col(Deal.created_on), col(Deal.created_at))
CLOSED = Grain(Deal, col(Deal.closed_owner_id), col(Deal.closed_on), col(Deal.closed_at))
MOVED = Grain(StageChange, col(StageChange.person_id), col(StageChange.occurred_on), col(StageChange.occurred_at))

GRAINS = {
    Source.ACTIVITIES: ACTIVITY,
    Source.DEALS_CREATED: CREATED,
    Source.DEALS_WON: CLOSED,
    Source.DEALS_LOST: CLOSED,
    Source.DEALS_CLOSED: CLOSED,
    Source.STAGE_CHANGES: MOVED,
}
OUTCOMES = {Source.DEALS_WON: ("won",), Source.DEALS_LOST: ("lost",), Source.DEALS_CLOSED: ("won", "lost")}

COLUMN_OF_FIELD = {"amount": "org_amount"}
"""Sums and limits of amounts are in the organization's currency."""

Bound = Callable[[Grain, Sequence[Measure]], ColumnElement[bool] | None]
"""Which facts of a grain count; None where none of them do."""


def totals_of(org_id: UUID, measures: Sequence[Measure], bound: Bound, *, by_day: bool) -> CompoundSelect[Any] | None:
    """(person_id, measure_id, [day,] value, n) of every measure over the facts within `bound`.

    Facts without a person are left out. None when `bound` leaves nothing to compute.
    """
    grains: dict[Grain, list[Measure]] = {}
    for measure in measures:
        grains.setdefault(GRAINS[measure.source], []).append(measure)
    parts = []
    for grain, members in grains.items():
        condition = bound(grain, members)
        if condition is not None:
            parts.append(_grain_totals(org_id, grain, members, condition, by_day=by_day))
    return union_all(*parts) if parts else None


def _grain_totals(
    org_id: UUID, grain: Grain, measures: Sequence[Measure], condition: ColumnElement[bool], *, by_day: bool
) -> Select[Any]:
    """Aggregate each measure with FILTER in one scan, then turn its columns into rows."""
    keys = [grain.person.label("person_id"), *([grain.day.label("day")] if by_day else [])]
    aggregates: list[Any] = []
    for index, measure in enumerate(measures):
        where = _where(grain, measure)
        counted = func.count().filter(where)
        if measure.aggregate == "sum":
            summed = _field(grain, str(measure.field))
            counted = func.count(summed).filter(where)
            aggregates.append(func.coalesce(func.sum(summed).filter(where), 0).label(f"v{index}"))
        else:
            aggregates.append(counted.label(f"v{index}"))
        aggregates.append(counted.label(f"n{index}"))
    scan = (
        select(*keys, *aggregates)
        .where(col(grain.table.org_id) == org_id, grain.person.is_not(None), condition)
        .group_by(grain.person, *([grain.day] if by_day else []))
        .subquery()
    )
    unpivoted = _unpivot(scan, measures)
    shown = [scan.c.person_id, unpivoted.c.measure_id, *([scan.c.day] if by_day else [])]
    return select(*shown, unpivoted.c.value, unpivoted.c.n).select_from(scan).join(
        unpivoted, true()
    ).where(unpivoted.c.n > 0)


def _unpivot(scan: FromClause, measures: Sequence[Measure]) -> FromClause:
    rows = [
        (literal(measure.identity(), Uuid), cast(scan.c[f"v{index}"], Num), scan.c[f"n{index}"])
        for index, measure in enumerate(measures)
    ]
    table = values(column("measure_id", Uuid), column("value", Num), column("n", Int), name="m")
    return table.data(rows).lateral()


def _where(grain: Grain, measure: Measure) -> ColumnElement[bool]:
    conditions = [_condition(grain, item) for item in measure.filters]
    if measure.source in OUTCOMES:
        conditions.append(col(Deal.outcome).in_(OUTCOMES[measure.source]))
    return and_(true(), *conditions)


def _condition(grain: Grain, item: Filter) -> ColumnElement[bool]:
    """One filter; a fact without the field never matches, except for `ne` and `exists: false`."""
    field = _field(grain, item.field)
    if item.op == "exists":
        return field.is_not(None) if item.value else field.is_(None)
    if item.op == "in":
        return field.in_(item.value) if isinstance(item.value, list) else false()
    if item.op == "ne":
        return field.is_distinct_from(item.value)
    if item.op == "eq":
        return field == item.value
    return field >= item.value if item.op == "gte" else field <= item.value


def _field(grain: Grain, name: str) -> Any:
    if name.startswith(ATTRIBUTE_PREFIX):
        attributes: Any = getattr(grain.table, "attributes")  # noqa: B009 - only two of the three tables have it
        return attributes[name.removeprefix(ATTRIBUTE_PREFIX)].astext
    return getattr(grain.table, COLUMN_OF_FIELD.get(name, name))


def within_cells(people: Sequence[UUID], days: Sequence[date]) -> Bound:
    """The facts of some (person, day) cells, given as two arrays of equal length."""
    cells = func.unnest(
        bindparam("cell_people", list(people), type_=ARRAY(Uuid)), bindparam("cell_days", list(days), type_=ARRAY(Date))
    ).table_valued(column("person_id", Uuid), column("day", Date)).render_derived(name="cells")
    wanted = select(cells.c.person_id, cells.c.day)
    return lambda grain, _measures: tuple_(grain.person, grain.day).in_(wanted)


def everything(_grain: Grain, _measures: Sequence[Measure]) -> ColumnElement[bool]:
    """Every fact."""
    return true()


def between(people: Sequence[UUID], start: date, until: date, as_of: datetime) -> Bound:
    """The facts of some people from `start` to before `until`, none after `as_of`."""
    ids = bindparam("people", list(people), type_=ARRAY(Uuid))
    return lambda grain, _measures: and_(
        grain.person == func.any(ids), grain.day >= start, grain.day < until, grain.at <= as_of
    )


__all__ = ["Bound", "between", "everything", "totals_of", "within_cells"]
