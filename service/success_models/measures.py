"""Measures as data: which facts are aggregated how; pure."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from enum import StrEnum
from functools import cached_property
from typing import Any
from uuid import UUID

from pydantic import Field

from service.core.dto import InputDTO
from service.success_models.filters import FieldKind, FieldName, Filter, Source, contradicts, field_kind, unknown_field


class Aggregate(StrEnum):
    """`share` is that of the facts which also match `matching`; `median` and `share` have no value over no facts."""

    COUNT = "count"
    SUM = "sum"
    COUNT_DISTINCT = "count_distinct"
    MEDIAN = "median"
    SHARE = "share"


class Unit(StrEnum):
    """What a value is counted in; `currency` is the organization's."""

    COUNT = "count"
    CURRENCY = "currency"
    RATIO = "ratio"
    SECONDS = "seconds"
    DAYS = "days"


UNIT_OF_FIELD = {
    "amount": Unit.CURRENCY,
    "deal.amount": Unit.CURRENCY,
    "duration_seconds": Unit.SECONDS,
    "age_days": Unit.DAYS,
    "stage_days": Unit.DAYS,
    "days_to_close": Unit.DAYS,
}
OVER_A_FIELD = frozenset({Aggregate.SUM, Aggregate.MEDIAN, Aggregate.COUNT_DISTINCT})


class Measure(InputDTO):
    """One aggregate over the facts of a source that match every filter."""

    source: Source
    aggregate: Aggregate = Aggregate.COUNT
    field: FieldName | None = None
    """What is summed, or whose median or distinct values are asked for."""
    filters: list[Filter] = Field(default_factory=list, max_length=20)
    matching: list[Filter] = Field(default_factory=list, max_length=20)
    """Of a share: what the facts of the numerator match besides."""

    @property
    def is_additive(self) -> bool:
        """Whether days add up to the period: what cells can be kept of."""
        return self.aggregate in {Aggregate.COUNT, Aggregate.SUM} and self.source is not Source.OPEN_DEALS

    @property
    def unit(self) -> Unit | None:
        """What its value is counted in; None where only the customer knows, or the field is none."""
        if self.aggregate is Aggregate.SHARE:
            return Unit.RATIO
        if self.aggregate in {Aggregate.SUM, Aggregate.MEDIAN}:
            has_own_unit = field_kind(self.source, str(self.field)) is not FieldKind.NUMBER
            return None if has_own_unit else UNIT_OF_FIELD.get(str(self.field), Unit.COUNT)
        return Unit.COUNT

    def problems(self) -> Iterator[tuple[str, str]]:
        """Find what does not fit together, as (pointer below the measure, message)."""
        yield from self._field_problems()
        if self.aggregate is Aggregate.SHARE and not self.matching:
            yield "/matching", "a share needs what its facts must match"
        if self.aggregate is not Aggregate.SHARE and self.matching:
            yield "/matching", f"a {self.aggregate.value} has none; use filters"
        before: list[Filter] = []
        for name, filters in (("filters", self.filters), ("matching", self.matching)):
            for index, condition in enumerate(filters):
                found = condition.problem(self.source)
                if found is not None:
                    yield f"/{name}/{index}{found[0]}", found[1]
                elif contradicts(condition, before):
                    yield f"/{name}/{index}", "contradicts those before it: no fact can match them all"
                else:
                    before.append(condition)

    def _field_problems(self) -> Iterator[tuple[str, str]]:
        if self.aggregate not in OVER_A_FIELD:
            if self.field is not None:
                yield "/field", f"a {self.aggregate.value} has no field"
            return
        kind = None if self.field is None else field_kind(self.source, self.field)
        if self.field is None:
            yield "/field", f"a {self.aggregate.value} needs the field it is taken over"
        elif kind is None:
            yield "/field", unknown_field(self.source)
        elif self.aggregate is not Aggregate.COUNT_DISTINCT and kind in {FieldKind.TEXT, FieldKind.LINK}:
            yield "/field", f"{self.field} is no number: a {self.aggregate.value} needs one"
        elif self.aggregate is Aggregate.COUNT_DISTINCT and kind is FieldKind.NUMBER:
            yield "/field", f"{self.field} is a number: distinct values are counted of texts and links"

    def stage_values(self) -> Iterator[tuple[str, str]]:
        """Every stage that a filter names, with its pointer below the measure."""
        for name, filters in (("filters", self.filters), ("matching", self.matching)):
            for index, condition in enumerate(filters):
                if condition.names_stage():
                    yield from ((f"/{name}/{index}/value", str(value)) for value in condition.values)

    def canonical(self) -> dict[str, Any]:
        """Reduce the definition to its meaning: filters and their values in a fixed order, without repetitions."""
        reduced = {
            "source": self.source.value,
            "aggregate": self.aggregate.value,
            "field": self.field,
            "filters": _canonical(self.filters),
        }
        return reduced | ({"matching": _canonical(self.matching)} if self.matching else {})

    def identity(self) -> UUID:
        """Derive the measure's id: measures of the same meaning share their cells, across KPIs and versions."""
        return self._identity

    @cached_property
    def _identity(self) -> UUID:
        text = json.dumps(self.canonical(), sort_keys=True, separators=(",", ":"))
        return UUID(bytes=hashlib.sha256(text.encode()).digest()[:16], version=5)

    def narrows(self, other: "Measure") -> bool:
        """Whether it counts some of the very facts that `other` counts, so that the two make a proportion."""
        if self.aggregate is not Aggregate.COUNT or other.aggregate is not Aggregate.COUNT:
            return False
        sources = {self.source, other.source}
        same = len(sources) == 1 or (
            other.source is Source.DEALS_CLOSED and self.source in {Source.DEALS_WON, Source.DEALS_LOST}
        )
        return same and _texts(other.filters) <= _texts(self.filters)


def _canonical(filters: Iterable[Filter]) -> list[dict[str, Any]]:
    reduced = [condition.model_dump(mode="json") for condition in filters]
    for condition in reduced:
        if isinstance(condition["value"], list):
            condition["value"] = sorted(set(condition["value"]), key=str)
    distinct = {json.dumps(condition, sort_keys=True): condition for condition in reduced}
    return [distinct[text] for text in sorted(distinct)]


def _texts(filters: Iterable[Filter]) -> set[str]:
    return {json.dumps(condition, sort_keys=True) for condition in _canonical(filters)}
