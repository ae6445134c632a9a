"""Measures compiled to SQL: one scan per grain of facts computes every measure of that grain at once."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    CompoundSelect,
    FromClause,
    Numeric,
    Select,
    Uuid,
    and_,
    bindparam,
    cast,
    column,
    func,
    literal,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import array

from service.kpi_snapshots.repository.conditions import (
    Grain,
    dated_grain,
    matching,
    needs_deal,
    number_column,
    scan_key,
)
from service.kpi_snapshots.repository.conditions import column as field_column
from service.kpi_snapshots.repository.relations import NOW, Facts
from service.success_models.measures import Aggregate, Measure

Org = UUID | ColumnElement[UUID]
"""An organization, or the parameter that names it."""
Bound = Callable[[Grain], ColumnElement[bool]]
"""Which facts of a grain count."""


def totals_of(
    org_id: Org, measures: Sequence[Measure], bound: Bound, *, by_day: bool, facts: Facts = NOW
) -> CompoundSelect[Any]:
    """Select (person_id, measure_id, [day,] value, n) of one or more measures over the facts within `bound`.

    The value of a share is the number of facts that match, its n the number they are a share of. Facts without a
    person are left out, and so is a measure that nothing counts for.
    """
    scans: dict[tuple[str, str], list[Measure]] = {}
    for measure in measures:
        scans.setdefault(scan_key(measure.source), []).append(measure)
    parts = []
    for members in scans.values():
        grain = dated_grain(facts, members[0].source)
        parts.append(aggregate(org_id, grain, members, bound(grain), by_day=by_day))
    return union_all(*parts)


def aggregate(
    org_id: Org, grain: Grain, measures: Sequence[Measure], condition: ColumnElement[bool], *, by_day: bool
) -> Select[Any]:
    """Aggregate each measure with FILTER in one scan, then turn its columns into rows."""
    keys = [grain.person.label("person_id"), *([grain.day.label("day")] if by_day else [])]
    aggregates: list[ColumnElement[Any]] = []
    for index, measure in enumerate(measures):
        value, counted = _aggregates(grain, measure)
        aggregates += [value.label(f"v{index}"), counted.label(f"n{index}")]
    scan = (
        select(*keys, *aggregates)
        .select_from(_from(grain, measures))
        .where(grain.relation.c.org_id == org_id, grain.person.is_not(None), condition)
        .group_by(grain.person, *([grain.day] if by_day else []))
        .subquery()
    )
    rows = _unpivot(scan, measures)
    shown = [scan.c.person_id, rows.c.measure_id, *([scan.c.day] if by_day else [])]
    return select(*shown, rows.c.value, rows.c.n).select_from(scan.join(rows, true())).where(rows.c.n > 0)


def _from(grain: Grain, measures: Sequence[Measure]) -> FromClause:
    if grain.deal is None or not any(needs_deal([*m.filters, *m.matching], m.field) for m in measures):
        return grain.relation
    same = and_(grain.deal.c.org_id == grain.relation.c.org_id, grain.deal.c.id == grain.relation.c.deal_id)
    return grain.relation.join(grain.deal, same)


def _aggregates(grain: Grain, measure: Measure) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """A measure's value, and the number of facts that it rests on."""
    where = matching(grain, measure.source, measure.filters)
    counted: Any = func.count().filter(where)
    if measure.aggregate is Aggregate.COUNT:
        return counted, counted
    if measure.aggregate is Aggregate.SHARE:
        return func.count().filter(and_(where, matching(grain, measure.source, measure.matching))), counted
    name = str(measure.field)
    if measure.aggregate is Aggregate.COUNT_DISTINCT:
        found = field_column(grain, name)
        return func.count(found.distinct()).filter(where), func.count(found).filter(where)
    number = number_column(grain, measure.source, name)
    rests_on = func.count(number).filter(where)
    if measure.aggregate is Aggregate.SUM:
        return func.sum(number).filter(where), rests_on
    return func.percentile_cont(literal(0.5)).within_group(number).filter(where), rests_on


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


def everything(_grain: Grain) -> ColumnElement[bool]:
    """Bound to nothing: every fact."""
    return true()


def between(people: Sequence[UUID], start: date, until: date, as_of: datetime) -> Bound:
    """Bound to the facts of some people from `start` to before `until`, none after `as_of`."""
    return within(bindparam("people", list(people), type_=ARRAY(Uuid)), start, until, as_of)


def within(people: Any, start: Any, until: Any, as_of: Any) -> Bound:
    """The same, of values or parameters."""
    return lambda grain: and_(
        grain.person == func.any(people), grain.day >= start, grain.day < until, grain.at <= as_of
    )
