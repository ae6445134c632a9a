"""Arguments become the use cases' DTOs, and their faults are named as the schema names them."""

import dataclasses
from typing import Any, TypeVar
from uuid import UUID

import strawberry
from pydantic import ValidationError
from strawberry.types.unset import UNSET
from strawberry.utils.str_converters import to_camel_case

from schema.relay import id_of, snake
from service.core.dto import InputDTO
from service.core.errors import FieldError, ServiceError, invalid_fields, not_found
from service.core.etags import Precondition
from service.core.validation import faults_of, message_of, pointer_of

InputT = TypeVar("InputT", bound=InputDTO)

CONTROL = frozenset({"id", "if_match", "idempotency_key"})
"""Inputs that say what a mutation is about and under which condition, and are no fields of it."""

REFERENCES = {
    "activity_id": "Activity",
    "discussed_topic_ids": "CoachingTopic",
    "deal_id": "Deal",
    "manager_id": "Person",
    "member_ids": "Person",
    "owner_id": "Person",
    "person_id": "Person",
    "rater_id": "Person",
    "rep_id": "Person",
    "session_id": "CoachingSession",
    "team_id": "Team",
}
"""The type that the global ids in an input of this name belong to."""

RELAY_NAMES = {"cursor": "after"}

DOCUMENTS = frozenset({"answers", "document"})
"""Inputs below which names are the organization's own and stay as they are."""


def to_input(kind: type[InputT], /, **fields: Any) -> InputT:
    """The filters of a list as a DTO; `invalid` names every bad one, `not_found` is for text that nothing can hold."""
    try:
        return kind(**fields)
    except ValidationError as error:
        faults = [fault for fault in error.errors() if not isinstance(fault["input"], str)]
        if not faults:
            raise not_found("match") from error
        raise invalid_fields([FieldError(pointer_of(e["loc"]).lstrip("/"), message_of(e)) for e in faults]) from error


def argument_name(pointer: str) -> str:
    """The argument that a use case's parameter came from; a pointer into a document stays as it is."""
    return pointer if pointer.startswith("/") else to_camel_case(RELAY_NAMES.get(pointer, pointer))


def camel_pointer(pointer: str, document: str | None = None) -> str:
    """A pointer into a DTO as one into the mutation's input; names inside a document stay as they are."""
    if document is not None:
        return f"/{document}{pointer}"
    parts = pointer.split("/")
    # What has places instead of names is a list of ours.
    below = zip(parts, [*parts[1:], ""], strict=True)
    ours = next(
        (at for at, (one, next_) in enumerate(below, 1) if one in DOCUMENTS and not next_.isdigit()), len(parts)
    )
    return "/".join([*map(to_camel_case, parts[:ours]), *parts[ours:]])


def to_dto(kind: type[InputT], data: Any, *, apart: str | None = None) -> InputT:
    """The DTO of a mutation's input: what is absent stays absent, null is null, global ids become row ids.

    `apart` names an input that is no field of the DTO.
    """
    fields: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for field in dataclasses.fields(data):
        value = getattr(data, field.name)
        if value is UNSET or field.name in CONTROL or field.name == apart:
            continue
        fields[field.name] = _plain(f"/{field.name}", value, faults)
    if faults:
        raise invalid_fields([FieldError(pointer, detail) for pointer, detail in faults.items()])
    try:
        return kind(**fields)
    except ValidationError as error:
        raise invalid_fields(faults_of(error)) from error


def _plain(pointer: str, value: Any, faults: dict[str, str]) -> Any:
    """The value at a pointer of the input, its global ids as row ids; what is wrong with these goes to `faults`."""
    name = pointer.rpartition("/")[2]
    if isinstance(value, list):
        nested = any(dataclasses.is_dataclass(item) for item in value)
        return [_plain(f"{pointer}/{at}" if nested else pointer, item, faults) for at, item in enumerate(value)]
    if name in REFERENCES:
        try:
            return id_of(value, REFERENCES[name])
        except ServiceError:
            faults[pointer] = f"is not the id of a {snake(REFERENCES[name]).replace('_', ' ')}"
            return None
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        given = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        return {key: _plain(f"{pointer}/{key}", item, faults) for key, item in given.items() if item is not UNSET}
    return value


def row_id(global_id: strawberry.ID, type_name: str) -> UUID:
    """The row that a mutation is about; `not_found` for an id of another type."""
    found = id_of(global_id, type_name)
    assert found is not None  # noqa: S101 - the id is required
    return found


def precondition(if_match: Any) -> Precondition:
    """What the caller saw: the `etag` it read; absent: whatever is there."""
    return Precondition(frozenset({if_match}) if if_match else None)
