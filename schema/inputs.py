"""Arguments become the use cases' DTOs, and their faults are named as the schema names them."""

from typing import Any, TypeVar

from pydantic import ValidationError
from strawberry.utils.str_converters import to_camel_case

from service.core.dto import InputDTO
from service.core.errors import FieldError, invalid_fields
from service.core.validation import pointer_of

InputT = TypeVar("InputT", bound=InputDTO)

RELAY_NAMES = {"limit": "first", "cursor": "after"}


def to_input(kind: type[InputT], **fields: Any) -> InputT:
    """The DTO; `invalid` names every bad field."""
    try:
        return kind(**fields)
    except ValidationError as error:
        faults = [FieldError(pointer_of(fault["loc"]).lstrip("/"), fault["msg"]) for fault in error.errors()]
        raise invalid_fields(faults) from error


def argument_name(pointer: str) -> str:
    """The argument that a use case's parameter came from; a pointer into a document stays as it is."""
    return pointer if pointer.startswith("/") else to_camel_case(RELAY_NAMES.get(pointer, pointer))
