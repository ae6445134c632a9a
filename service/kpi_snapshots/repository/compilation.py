"""Measures compiled to SQL: one scan per grain of facts computes every measure of that grain at once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Date,
    FromClause,
    Numeric,
    Select,
    Table,
    Uuid,
    and_,
    bindparam,
    cast,
    column,
    func,
    literal,
    select,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import array
from sqlmodel import SQLModel

from service.activities.models import Activity, Deal, StageChange
from service.success_models.measures import ATTRIBUTE_PREFIX, NUMBER_FIELDS, Filter, Measure, Scalar, Source


@dataclass(frozen=True, slots=True)
class Grain:
    """A table of facts with the columns that date and attribute them."""

    table: Table
    person: ColumnElement[Any]
    day: ColumnElement[Any]
    at: ColumnElement[Any]


def _grain(model: type[SQLModel], person: str, day: str, at: str) -> Grain:
    table = SQLModel.metadata.tables[str(model.__tablename__)]
    return Grain(table, table.c[person], table.c[day], table.c[at])


ACTIVITY = _grain(Activity, "person_id", "occurred_on", "occurred_at")
CREATED = _grain(Deal, "created_owner_id", "created_on", "created_at")
CLOSED = _grain(Deal, "closed_owner_id", "closed_on", "closed_at")
MOVED = _grain(StageChange, "person_id", "occurred_on", "occurred_at")

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

Bound = Callable[[Grain], ColumnElement[bool]]
"""Which facts of a grain count."""


def totals_of(org_id: UUID, measures: Sequence[Measure], bound: Bound, *, by_day: bool) -> CompoundSelect[Any]:
    """Select (person_id, measure_id, [day,] value, n) of one or more measures over the facts within `bound`.

    Facts without a person are left out, and so is a measure that nothing counts for.
    """
    grains: dict[str, tuple[Grain, list[Measure]]] = {}
    for measure in measures:
        grain = GRAINS[measure.source]
        grains.setdefault(str(grain.day), (grain, []))[1].append(measure)
    parts = [_grain_totals(org_id, grain, members, bound(grain), by_day=by_day) for grain, members in grains.values()]
    return union_all(*parts)


def _grain_totals(
    org_id: UUID, grain: Grain, measures: Sequence[Measure], condition: ColumnElement[bool], *, by_day: bool
) -> Select[Any]:
    """Aggregate each measure with FILTER in one scan, then turn its columns into rows."""
    keys = [grain.person.label("person_id"), *([grain.day.label("day")] if by_day else [])]
    aggregates: list[ColumnElement[Any]] = []
    for index, measure in enumerate(measures):
        where = _where(grain, measure)
        counted: Any = func.count().filter(where)
        value = counted
        if measure.aggregate == "sum":
            summed = _column(grain, str(measure.field))
            counted = func.count(summed).filter(where)
            value = func.sum(summed).filter(where)
        aggregates += [value.label(f"v{index}"), counted.label(f"n{index}")]
    scan = (
        select(*keys, *aggregates)
        .where(grain.table.c.org_id == org_id, grain.person.is_not(None), condition)
        .group_by(grain.person, *([grain.day] if by_day else []))
        .subquery()
    )
    rows = _unpivot(scan, measures)
    shown = [scan.c.person_id, rows.c.measure_id, *([scan.c.day] if by_day else [])]
    return select(*shown, rows.c.value, rows.c.n).select_from(scan.join(rows, true())).where(rows.c.n > 0)


def _unpivot(scan: FromClause, measures: Sequence[Measure]) -> FromClause:
    """Arrays and not VALUES, which SQLAlchemy compiles anew each time."""
    numbers = range(len(measures))
    return (
        func.unnest(
            array([literal(measure.identity(), Uuid) for measure in measures]),
            array([cast(scan.c[f"v{index}"], Numeric) for index in numbers]),
            array([scan.c[f"n{index}"] for index in numbers]),
        )
        .table_valued(column("measure_id", Uuid), column("value", Numeric), column("n", BigInteger))
        .render_derived()
    )


def _where(grain: Grain, measure: Measure) -> ColumnElement[bool]:
    conditions = [_condition(grain, measure, item) for item in measure.filters]
    if measure.source in OUTCOMES:
        conditions.append(grain.table.c.outcome.in_(OUTCOMES[measure.source]))
    return and_(true(), *conditions)


def _condition(grain: Grain, measure: Measure, item: Filter) -> ColumnElement[bool]:
    """Compile one filter; a fact without the field never matches, except for `ne` and `exists: false`."""
    field = _column(grain, item.field)
    numeric = item.field in NUMBER_FIELDS[measure.source]
    values: list[Scalar | Decimal] = [Decimal(str(value)) if numeric else value for value in item.values]
    conditions: dict[str, Callable[[], ColumnElement[bool]]] = {
        "exists": lambda: field.is_not(None) if item.value else field.is_(None),
        "in": lambda: field.in_(values),
        "ne": lambda: field.is_distinct_from(values[0]),
        "eq": lambda: field == values[0],
        "gte": lambda: field >= values[0],
        "lte": lambda: field <= values[0],
    }
    return conditions[item.op]()


def _column(grain: Grain, name: str) -> Any:
    if name.startswith(ATTRIBUTE_PREFIX):
        return grain.table.c.attributes[name.removeprefix(ATTRIBUTE_PREFIX)].astext
    return grain.table.c[COLUMN_OF_FIELD.get(name, name)]


def cell_keys(cells: Sequence[tuple[UUID, date]], name: str) -> FromClause:
    """Put (person_id, day) keys into a relation, passed as two arrays."""
    return (
        func.unnest(
            bindparam(f"{name}_people", [cell[0] for cell in cells], type_=ARRAY(Uuid)),
            bindparam(f"{name}_days", [cell[1] for cell in cells], type_=ARRAY(Date)),
        )
        .table_valued(column("person_id", Uuid), column("day", Date))
        .render_derived(name=name)
    )


def within_cells(cells: Sequence[tuple[UUID, date]]) -> Bound:
    """Bound to the facts of some (person, day) cells."""
    keys = cell_keys(cells, "marked")
    return lambda grain: tuple_(grain.person, grain.day).in_(select(keys.c.person_id, keys.c.day))


def everything(_grain: Grain) -> ColumnElement[bool]:
    """Bound to nothing: every fact."""
    return true()


def between(people: Sequence[UUID], start: date, until: date, as_of: datetime) -> Bound:
    """Bound to the facts of some people from `start` to before `until`, none after `as_of`."""
    ids = bindparam("people", list(people), type_=ARRAY(Uuid))
    return lambda grain: and_(grain.person == func.any(ids), grain.day >= start, grain.day < until, grain.at <= as_of)
