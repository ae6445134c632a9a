"""Conditions on facts as data: which fields each kind of fact has, and what may be asked of them; pure."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field, PlainValidator, WithJsonSchema

from service.core.dto import InputDTO, refuse_unstorable


class Source(StrEnum):
    """Facts that a measure counts; each is dated and attributed to the owner at the time.

    `open_deals` are a level and not a flow: the deals that are open at an instant, with their owner of then.
    """

    ACTIVITIES = "activities"
    DEALS_CREATED = "deals_created"
    DEALS_WON = "deals_won"
    DEALS_LOST = "deals_lost"
    DEALS_CLOSED = "deals_closed"
    STAGE_CHANGES = "stage_changes"
    OPEN_DEALS = "open_deals"


class FieldKind(StrEnum):
    """What a field holds, and so what may be asked of it. An `attribute` is text that may hold a number."""

    TEXT = "text"
    NUMBER = "number"
    ATTRIBUTE = "attribute"
    LINK = "link"


ATTRIBUTE_PREFIX = "attributes."
"""A customer's own field; kept as text on activities and deals."""
DEAL_PREFIX = "deal."
"""The deal that a stage change belongs to."""

_DEAL: Mapping[str, FieldKind] = {
    **dict.fromkeys(("pipeline", "stage", "outcome", "currency", "name"), FieldKind.TEXT),
    **dict.fromkeys(("amount", "slips"), FieldKind.NUMBER),
}
_CLOSED = {**_DEAL, "age_days": FieldKind.NUMBER}
FIELDS: Mapping[Source, Mapping[str, FieldKind]] = {
    Source.ACTIVITIES: {
        **dict.fromkeys(("kind", "direction", "outcome", "status"), FieldKind.TEXT),
        "duration_seconds": FieldKind.NUMBER,
        "deal": FieldKind.LINK,
    },
    Source.STAGE_CHANGES: {
        **dict.fromkeys(("from_stage", "to_stage"), FieldKind.TEXT),
        "deal": FieldKind.LINK,
        **{f"{DEAL_PREFIX}{name}": kind for name, kind in _DEAL.items()},
    },
    Source.DEALS_CREATED: _DEAL,
    **dict.fromkeys((Source.DEALS_WON, Source.DEALS_LOST, Source.DEALS_CLOSED), _CLOSED),
    Source.OPEN_DEALS: {**_CLOSED, "stage_days": FieldKind.NUMBER, "days_to_close": FieldKind.NUMBER},
}
"""The fields of each kind of fact. Of deals: `amount` in the organization's currency, `slips` how often the close
date was put off, `age_days` from creation to closing (of an open deal to the instant asked for), `stage_days` since it
came into its stage, `days_to_close` until its expected close (negative: overdue)."""

MAX_NUMBER = 10**15
MAX_TEXT = 200
MAX_LIST = 200

Scalar = str | int | float | bool

FieldName = Annotated[str, Field(max_length=100, pattern=r"^[a-z][A-Za-z0-9_.]*$")]


def field_kind(source: Source, name: str) -> FieldKind | None:
    """What a field of a kind of fact holds; None where there is no such field."""
    known = FIELDS[source].get(name)
    if known is not None:
        return known
    bare = name.removeprefix(DEAL_PREFIX) if source is Source.STAGE_CHANGES else name
    if source is Source.STAGE_CHANGES and bare == name:
        return None
    return FieldKind.ATTRIBUTE if len(bare) > len(ATTRIBUTE_PREFIX) and bare.startswith(ATTRIBUTE_PREFIX) else None


def unknown_field(source: Source) -> str:
    """The words for a field that a kind of fact does not have."""
    return f"{source.value} has the fields: {', '.join(sorted(FIELDS[source]))}, and the customer's own as attributes.…"


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

    field: FieldName
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

    def problem(self, source: Source) -> tuple[str, str] | None:
        """Find what does not fit the facts it is asked of, as (pointer below the filter, message)."""
        kind = field_kind(source, self.field)
        return ("/field", unknown_field(source)) if kind is None else self._misfit(kind)

    def _misfit(self, kind: FieldKind) -> tuple[str, str] | None:
        if self.op == "exists":
            return None if isinstance(self.value, bool) else ("/value", "op exists needs true or false")
        if kind is FieldKind.LINK:
            return "/op", f"{self.field} can be asked for existence only: use exists"
        if (self.op == "in") != isinstance(self.value, list):
            needed = "op in needs a list" if self.op == "in" else f"op {self.op} needs a single value"
            return "/value", needed
        if any(isinstance(value, bool) for value in self.values):
            return "/value", f"{self.field} is {kind.value}: true and false are for exists"
        has_text = any(isinstance(value, str) for value in self.values)
        has_number = any(not isinstance(value, str) for value in self.values)
        if kind is FieldKind.TEXT and self.op in {"gte", "lte"}:
            return "/op", f"{self.field} is text: use eq, ne, in or exists"
        if (kind is FieldKind.NUMBER or self.op in {"gte", "lte"}) and has_text:
            return "/value", f"{self.field} is a number" if kind is FieldKind.NUMBER else f"op {self.op} needs a number"
        if kind is not FieldKind.NUMBER and self.op not in {"gte", "lte"} and has_number:
            return "/value", f"{self.field} is text"
        return None

    def admits(self, value: Scalar) -> bool:
        """Whether a fact whose field is this value would match."""
        if self.op == "exists":
            return bool(self.value)
        if self.op in {"eq", "in"}:
            return value in self.values
        return self.op != "ne" or value != self.value

    def names_stage(self) -> bool:
        """Whether its values are stages of the sales process."""
        return self.op != "exists" and self.field in {"stage", "from_stage", "to_stage", f"{DEAL_PREFIX}stage"}


def contradicts(condition: Filter, before: Sequence[Filter]) -> bool:
    """Whether no fact can match it and all those before it: what is measured would be nothing for ever.

    Only what the definition alone tells: values of one field that exclude each other, and bounds the wrong way round.
    """
    same = [one for one in before if one.field == condition.field]
    everything = [*same, condition]
    if any(one.op == "exists" and not one.value for one in everything):
        return any(one.op != "ne" and one.value is not False for one in everything)
    named = [one for one in everything if one.op in {"eq", "in"}]
    if named:
        exact = [one for one in everything if one.op not in {"gte", "lte"}]
        return not any(all(one.admits(value) for one in exact) for value in named[0].values)
    lows = [one.value for one in everything if one.op == "gte" and isinstance(one.value, int | float)]
    highs = [one.value for one in everything if one.op == "lte" and isinstance(one.value, int | float)]
    return bool(lows and highs) and max(lows) > min(highs)
