"""Fields and filters of measures as SQL expressions over relations of facts."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Date, FromClause, Numeric, and_, case, cast, literal, true

from service.kpi_snapshots.repository.relations import Facts
from service.success_models.filters import ATTRIBUTE_PREFIX, DEAL_PREFIX, FieldKind, Filter, Scalar, Source, field_kind

OUTCOMES = {Source.DEALS_WON: ("won",), Source.DEALS_LOST: ("lost",), Source.DEALS_CLOSED: ("won", "lost")}
COLUMN_OF_FIELD = {"amount": "org_amount", "deal": "deal_id"}
"""Sums and limits of amounts are in the organization's currency."""
NUMBER = r"^-?[0-9]{1,15}(\.[0-9]{1,6})?$"
"""A customer's field is text; what does not look like a number counts as none."""


@dataclass(frozen=True, slots=True)
class Grain:
    """A relation of facts and the columns that date and attribute them; `deal` holds the deals of stage changes."""

    source: Source
    relation: FromClause
    person: ColumnElement[Any]
    day: ColumnElement[Any]
    at: ColumnElement[Any]
    deal: FromClause | None = None
    today: date | None = None
    """Of a level: the day it is taken on."""


_DATED = {
    Source.ACTIVITIES: ("activity", "person_id", "occurred_on", "occurred_at"),
    Source.STAGE_CHANGES: ("stage_change", "person_id", "occurred_on", "occurred_at"),
    Source.DEALS_CREATED: ("deal", "created_owner_id", "created_on", "created_at"),
    **dict.fromkeys(OUTCOMES, ("deal", "closed_owner_id", "closed_on", "closed_at")),
}


def dated_grain(facts: Facts, source: Source) -> Grain:
    """The facts of a flow, each with its day and its owner of then."""
    name, person, day, at = _DATED[source]
    relation: FromClause = getattr(facts, name)
    deal = facts.deal if source is Source.STAGE_CHANGES else None
    return Grain(source, relation, relation.c[person], relation.c[day], relation.c[at], deal)


def scan_key(source: Source) -> tuple[str, str]:
    """What measures have in common that one scan computes."""
    name, _, day, _ = _DATED[source]
    return name, day


def matching(grain: Grain, source: Source, filters: Iterable[Filter]) -> ColumnElement[bool]:
    """Whether a fact is of the source and matches every filter."""
    conditions = [_condition(grain, source, item) for item in filters]
    if source in OUTCOMES:
        conditions.append(grain.relation.c.outcome.in_(OUTCOMES[source]))
    return and_(true(), *conditions)


def needs_deal(filters: Iterable[Filter], field: str | None) -> bool:
    """Whether a measure of stage changes looks at their deals."""
    names = [item.field for item in filters] + ([field] if field else [])
    return any(name.startswith(DEAL_PREFIX) for name in names)


def number_column(grain: Grain, source: Source, name: str) -> ColumnElement[Any]:
    """A field as a number; NULL where it holds none."""
    found = column(grain, name)
    if field_kind(source, name) is not FieldKind.ATTRIBUTE:
        return cast(found, Numeric)
    return case((found.regexp_match(NUMBER), cast(found, Numeric)))


def column(grain: Grain, name: str) -> Any:
    """A field as it is stored, or as it follows from what is."""
    relation = grain.relation
    if name.startswith(DEAL_PREFIX) and grain.deal is not None:
        relation, name = grain.deal, name.removeprefix(DEAL_PREFIX)
    if name.startswith(ATTRIBUTE_PREFIX):
        return relation.c.attributes[name.removeprefix(ATTRIBUTE_PREFIX)].astext
    if name == "age_days":
        until = relation.c.closed_on if grain.today is None else literal(grain.today, Date)
        return until - relation.c.created_on
    if name == "stage_days":
        return literal(grain.today, Date) - relation.c.stage_on
    if name == "days_to_close":
        return relation.c.close_on - literal(grain.today, Date)
    return relation.c[COLUMN_OF_FIELD.get(name, name)]


def _condition(grain: Grain, source: Source, item: Filter) -> ColumnElement[bool]:
    """Compile one filter; a fact without the field never matches, except for `ne` and `exists: false`."""
    kind = field_kind(source, item.field)
    as_number = kind is FieldKind.NUMBER or item.op in {"gte", "lte"}
    field = number_column(grain, source, item.field) if as_number else column(grain, item.field)
    values: list[Scalar | Decimal] = [Decimal(str(value)) if as_number else value for value in item.values]
    conditions: dict[str, Callable[[], ColumnElement[bool]]] = {
        "exists": lambda: field.is_not(None) if item.value else field.is_(None),
        "in": lambda: field.in_(values),
        "ne": lambda: field.is_distinct_from(values[0]),
        "eq": lambda: field == values[0],
        "gte": lambda: field >= values[0],
        "lte": lambda: field <= values[0],
    }
    return conditions[item.op]()
