"""Answers whose global id names the question, field by field: asked again, the id has the answer of then."""

from collections.abc import Sequence
from typing import Any, TypeVar

from service.core.dto import InputDTO

QueryT = TypeVar("QueryT", bound=InputDTO)


def key_of_question(query: InputDTO, names: Sequence[str]) -> str:
    """The fields in the order of `names`; an instant comes last, as it has colons."""
    parts: dict[str, Any] = query.model_dump(mode="json")
    return ":".join("" if parts[name] is None else str(parts[name]) for name in names)


def read_question(kind: type[QueryT], names: Sequence[str], key: str) -> QueryT:
    """The question that a key names; `ValueError` for a key that names none."""
    parts = (part or None for part in key.split(":", len(names) - 1))
    return kind.model_validate(dict(zip(names, parts, strict=True)))
