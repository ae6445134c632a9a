"""Sparse answers: `?fields=id,name` leaves the other fields of a row, or of each row of a list, out."""

from collections.abc import Mapping
from typing import Any, get_args

from pydantic import BaseModel

from service.core.errors import invalid

ENVELOPE = "data"
SPARSE_MEDIA_TYPE = "application/vnd.touchline.sparse+json"
"""A sparse row is not what the schema of a whole one promises, so it is answered as something else."""


def known_fields(model: Any) -> frozenset[str]:
    """The fields of a response model's rows: of the items of a list, else of the model itself."""
    if not isinstance(model, type) or not issubclass(model, BaseModel):
        return frozenset()
    if ENVELOPE in model.model_fields:
        (item, *_) = get_args(model.model_fields[ENVELOPE].annotation) or (None,)
        return known_fields(item)
    return frozenset(model.model_fields)


def requested_fields(text: str | None, known: frozenset[str]) -> frozenset[str] | None:
    """The names asked for, or None for all; `invalid` for one that the rows do not have."""
    if text is None:
        return None
    names = frozenset(name.strip() for name in text.split(","))
    if unknown := sorted(names - known):
        raise invalid("fields", f"has no field {unknown[0]!r}; there are {', '.join(sorted(known))}")
    return names


def project(answer: Mapping[str, Any], fields: frozenset[str]) -> dict[str, Any]:
    """The answer with those fields only; of a list, its rows."""
    if ENVELOPE in answer:
        return {**answer, ENVELOPE: [_only(row, fields) for row in answer[ENVELOPE]]}
    return _only(answer, fields)


def _only(row: Mapping[str, Any], fields: frozenset[str]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name in fields}
