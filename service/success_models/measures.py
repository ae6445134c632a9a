"""Measures as data: which facts are counted or summed, and which of their fields may be filtered on."""

import hashlib
import json
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, model_validator

from service.core.dto import InputDTO


class Source(StrEnum):
    """What a measure counts; each fact is dated and attributed to the owner at the time."""

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

Scalar = Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")] | int | float | bool


class Filter(InputDTO):
    """One condition on a fact; all filters of a measure hold together."""

    field: Annotated[str, Field(max_length=80, pattern=r"^[a-z][A-Za-z0-9_.]*$")]
    op: Literal["eq", "ne", "in", "gte", "lte", "exists"]
    value: Scalar | list[Scalar]

    @model_validator(mode="after")
    def _value_fits_op(self) -> "Filter":
        if self.op == "in" and (not isinstance(self.value, list) or not self.value):
            raise ValueError("op in needs a non-empty list as value")
        if self.op != "in" and isinstance(self.value, list):
            raise ValueError(f"op {self.op} needs a single value")
        if self.op == "exists" and not isinstance(self.value, bool):
            raise ValueError("op exists needs true or false as value")
        return self


class Measure(InputDTO):
    """A number that adds up per person and day."""

    source: Source
    aggregate: Literal["count", "sum"] = "count"
    field: str | None = None
    filters: list[Filter] = Field(default_factory=list, max_length=20)

    def problems(self) -> list[tuple[str, str]]:
        """What does not fit together, as (pointer below the measure, message)."""
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
        """The definition without anything that does not change its meaning: filters in a fixed order."""
        filters = [condition.model_dump(mode="json") for condition in self.filters]
        for condition in filters:
            if isinstance(condition["value"], list):
                condition["value"] = sorted(condition["value"], key=str)
        return {
            "source": self.source.value,
            "aggregate": self.aggregate,
            "field": self.field,
            "filters": sorted(filters, key=lambda item: json.dumps(item, sort_keys=True)),
        }

    def identity(self) -> UUID:
        """The measure's id: measures of the same meaning share their cells, across KPIs and versions."""
        text = json.dumps(self.canonical(), sort_keys=True, separators=(",", ":"))
        return UUID(bytes=hashlib.sha256(text.encode()).digest()[:16], version=5)


def _value_problem(condition: Filter, *, numeric: bool) -> tuple[str, str] | None:
    if condition.op == "exists":
        return None
    values = condition.value if isinstance(condition.value, list) else [condition.value]
    if not numeric and condition.op in ("gte", "lte"):
        return "op", f"{condition.field} is text: use eq, ne, in or exists"
    if numeric and any(isinstance(value, bool) or not isinstance(value, int | float) for value in values):
        return "value", f"{condition.field} is a number"
    if not numeric and any(not isinstance(value, str) for value in values):
        return "value", f"{condition.field} is text"
    return None
