"""What the schema tells its readers: descriptions come from the DTOs that both surfaces share."""

from enum import StrEnum
from typing import Any

import strawberry
from pydantic import BaseModel

NEEDS = "needs"
"""Where a field's metadata says which permission it needs."""

ANYONE = "anyone"
"""In place of a permission: any caller."""

COMMON = {
    "created_at": "When it was made.",
    "updated_at": "When it was changed last.",
    "name": "For people.",
}
"""Fields that mean the same everywhere."""


def describe(kind: Any, dto: type[BaseModel]) -> None:
    """Give each field of a type, where it has none, the description that the DTO has for it."""
    for field in kind.__strawberry_definition__.fields:
        known = dto.model_fields.get(field.python_name)
        field.description = field.description or (known and known.description) or COMMON.get(field.python_name)


def describe_enum(kind: type[StrEnum], description: str, *, name: str | None = None, **values: str) -> None:
    """Make an enum one of the schema; every value must be described."""
    strawberry.enum(kind, name=name or kind.__name__, description=description)
    for value in kind.__strawberry_definition__.values:  # type: ignore[attr-defined]
        value.description = values.pop(value.name.lower())
    if values:
        raise ValueError(f"{kind.__name__} has no {sorted(values)}")
