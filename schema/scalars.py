"""The scalars of the schema beyond those of GraphQL: each says what it holds."""

import datetime as dt
import decimal
import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NewType

import strawberry
from graphql import GraphQLError
from strawberry.schema.types.base_scalars import (
    DateDefinition,
    DateTimeDefinition,
    DecimalDefinition,
    TimeDefinition,
    UUIDDefinition,
    wrap_parser,
)
from strawberry.types.scalar import ScalarDefinition

Cursor = NewType("Cursor", str)
Scope = NewType("Scope", str)
FieldName = NewType("FieldName", str)
Pointer = NewType("Pointer", str)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise GraphQLError(f"Not a string: {value!r:.40}")
    return value


def _of_text(name: str, description: str, specified_by_url: str | None = None) -> ScalarDefinition:
    return strawberry.scalar(
        name=name, description=description, specified_by_url=specified_by_url, serialize=str, parse_value=_text
    )


def _wall_clock(text: str) -> dt.time:
    """A time of day without an offset: a wall clock has none."""
    at = dt.time.fromisoformat(text)
    if at.tzinfo is not None:
        raise ValueError("It must be a local time of day, without an offset.")
    return at


SCALARS: Mapping[object, ScalarDefinition] = {
    Cursor: _of_text("Cursor", "A place in one list in one order: opaque, and of use only where it came from."),
    Scope: _of_text("Scope", "A permission by its name, as `people:read`."),
    FieldName: _of_text("FieldName", "The name of a field of a request."),
    Pointer: _of_text(
        "Pointer", "An RFC 6901 pointer into the input of a mutation.", "https://www.rfc-editor.org/rfc/rfc6901"
    ),
    dt.date: replace(DateDefinition, description="A calendar day, `YYYY-MM-DD`; given ones between 1970 and 2199."),
    dt.datetime: replace(
        DateTimeDefinition,
        description="An ISO 8601 instant with its offset, as `2026-01-31T09:00:00Z`; given ones between 1970 and 2199.",
    ),
    dt.time: replace(
        TimeDefinition,
        description="A wall-clock time of day, as `10:30:00`.",
        parse_value=wrap_parser(_wall_clock, "Time"),
    ),
    decimal.Decimal: replace(DecimalDefinition, description="A decimal number as text, so that no digit is lost."),
    uuid.UUID: replace(
        UUIDDefinition,
        description="An RFC 9562 UUID: an id as the other surfaces have it.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc9562",
    ),
}
"""By the Python type that stands for each."""
