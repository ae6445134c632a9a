"""Measures as data: which facts are counted or summed, and which of their fields may be filtered on."""

import hashlib
import json
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, PlainValidator, WithJsonSchema

from service.core.dto import InputDTO, refuse_unstorable


class Source(StrEnum):
    """Facts that a measure counts; each is dated and attributed to the owner at the time."""

    ACTIVITIES = "activities"
    DEALS_CREATED = "deals_created"
    DEALS_WON = "deals_won"
    DEALS_LOST = "deals_lost"
    DEALS_CLOSED = "deals_closed"
    STAGE_CHANGES = "stage_changes"


DEAL_TEXT = frozenset({"pipeline", "stage", "outcome", "currency", "name"})
TEXT_FIELDS: dict[Source, frozenset[str]] = {
    Source.ACTIVITIES: frozenset({"kind", "direction", "outcome", "status"}),
    Source.STAGE_CHANGES: frozenset({"from_stage", "to_stage"}),
    **dict.fromkeys((Source.DEALS_CREATED, Source.DEALS_WON, Source.DEALS_LOST, Source.DEALS_CLOSED), DEAL_TEXT),
}
NUMBER_FIELDS: dict[Source, frozenset[str]] = {
    Source.ACTIVITIES: frozenset({"duration_seconds"}),
    Source.STAGE_CHANGES: frozenset(),
    **dict.fromkeys(
        (Source.DEALS_CREATED, Source.DEALS_WON, Source.DEALS_LOST, Source.DEALS_CLOSED), frozenset({"amount"})
    ),
}
ATTRIBUTE_PREFIX = "attributes."
"""A customer's own field; kept as text on activities and deals."""

MAX_NUMBER = 10**15
MAX_TEXT = 200
MAX_LIST = 200

Scalar = str | int | float | bool


def _check_value(value: Any) -> Scalar | list[Scalar]:
    """One scalar or a list of them; a single check, so that an error points at the value and not inside a union."""
    if isinstance(value, list):
        if not 1 <= len(value) <= MAX_LIST:
            raise ValueError(f"a list holds 1 to {MAX_LIST} values")
        return [_check_scalar(item) for item in value]
    return _check_scalar(value)


def _check_scalar(value: Any) -> Scalar:
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        if not -MAX_NUMBER <= value <= MAX_NUMBER:  # false for NaN too
            raise ValueError(f"a number lies between -{MAX_NUMBER} and {MAX_NUMBER}")
        return value
    if isinstance(value, str) and len(value) <= MAX_TEXT:
        return str(refuse_unstorable(value))
    raise ValueError(f"must be a text of at most {MAX_TEXT} characters, a number, true or false, or a list of these")


class Filter(InputDTO):
    """One condition on a fact; all filters of a measure hold together."""

    field: Annotated[str, Field(max_length=80, pattern=r"^[a-z][A-Za-z0-9_.]*$")]
    op: Literal["eq", "ne", "in", "gte", "lte", "exists"]
    value: Annotated[
        Scalar | list[Scalar],
        PlainValidator(_check_value),
        WithJsonSchema({"description": "A text, number or boolean; a list for `in`"}),
    ]

    @property
    def values(self) -> list[Scalar]:
        """The value as a list."""
        return self.value if isinstance(self.value, list) else [self.value]


class Measure(InputDTO):
    """A number that adds up per person and day."""

    source: Source
    aggregate: Literal["count", "sum"] = "count"
    field: Annotated[str, Field(max_length=80, pattern=r"^[a-z][a-z_]*$")] | None = None
    filters: list[Filter] = Field(default_factory=list, max_length=20)

    def problems(self) -> list[tuple[str, str]]:
        """Find what does not fit together, as (pointer below the measure, message)."""
        found: list[tuple[str, str]] = []
        numbers = NUMBER_FIELDS[self.source]
        if self.aggregate == "count" and self.field is not None:
            found.append(("/field", "a count has no field"))
        if self.aggregate == "sum" and self.field not in numbers:
            allowed = ", ".join(sorted(numbers)) or "none"
            found.append(("/field", f"{self.source.value} can be summed over: {allowed}"))
        for index, condition in enumerate(self.filters):
            message = self._filter_problem(condition)
            if message is not None:
                found.append((f"/filters/{index}/{message[0]}", message[1]))
        return found

    def _filter_problem(self, condition: Filter) -> tuple[str, str] | None:
        name = condition.field
        is_attribute = name.startswith(ATTRIBUTE_PREFIX) and len(name) > len(ATTRIBUTE_PREFIX)
        if is_attribute and self.source is not Source.STAGE_CHANGES:
            return _value_problem(condition, numeric=False)
        if name in NUMBER_FIELDS[self.source]:
            return _value_problem(condition, numeric=True)
        if name in TEXT_FIELDS[self.source]:
            return _value_problem(condition, numeric=False)
        known = ", ".join(sorted(TEXT_FIELDS[self.source] | NUMBER_FIELDS[self.source]))
        return "field", f"{self.source.value} has the fields: {known}"

    def canonical(self) -> dict[str, Any]:
        """Reduce the definition to its meaning: filters and their values in a fixed order, without repetitions."""
        filters = [condition.model_dump(mode="json") for condition in self.filters]
        for condition in filters:
            if isinstance(condition["value"], list):
                condition["value"] = sorted(set(condition["value"]), key=str)
        distinct = {json.dumps(condition, sort_keys=True): condition for condition in filters}
        return {
            "source": self.source.value,
            "aggregate": self.aggregate,
            "field": self.field,
            "filters": [distinct[text] for text in sorted(distinct)],
        }

    def identity(self) -> UUID:
        """Derive the measure's id: measures of the same meaning share their cells, across KPIs and versions."""
        text = json.dumps(self.canonical(), sort_keys=True, separators=(",", ":"))
        return UUID(bytes=hashlib.sha256(text.encode()).digest()[:16], version=5)


def _value_problem(condition: Filter, *, numeric: bool) -> tuple[str, str] | None:
    if condition.op == "exists":
        return None if isinstance(condition.value, bool) else ("value", "op exists needs true or false")
    if (condition.op == "in") != isinstance(condition.value, list):
        return "value", "op in needs a list" if condition.op == "in" else f"op {condition.op} needs a single value"
    if not numeric and condition.op in {"gte", "lte"}:
        return "op", f"{condition.field} is text: use eq, ne, in or exists"
    if numeric and any(isinstance(value, bool | str) for value in condition.values):
        return "value", f"{condition.field} is a number"
    if not numeric and any(not isinstance(value, str) for value in condition.values):
        return "value", f"{condition.field} is text"
    return None
