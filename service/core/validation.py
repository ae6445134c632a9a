"""What is wrong with an input and where, as both surfaces name it."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from service.core.errors import FieldError

_ESCAPES = str.maketrans({"~": "~0", "/": "~1", "\x00": "\ufffd"})


def pointer_of(location: Sequence[str | int]) -> str:
    """An RFC 6901 JSON pointer from a Pydantic error location; names of the caller's are shown without NUL."""
    return "".join("/" + str(part).translate(_ESCAPES) for part in location)


_PLAIN = {
    "extra_forbidden": "is not a field that is known here",
    "missing": "must be given",
    **dict.fromkeys(("model_type", "model_attributes_type", "dict_type"), "must be an object"),
}
"""By Pydantic's type of a fault, where its own words speak of Python."""


def message_of(fault: Mapping[str, Any]) -> str:
    """What is wrong, in words for people, of one of Pydantic's faults."""
    return _PLAIN.get(fault["type"]) or str(fault["msg"]).removeprefix("Value error, ")


def faults_of(error: ValidationError, below: str = "") -> list[FieldError]:
    """Every fault of an input that stands at the pointer `below`."""
    return [FieldError(below + pointer_of(fault["loc"]), message_of(fault)) for fault in error.errors()]


def shown(name: str) -> str:
    """A name of the caller's, as an answer may show it: without NUL."""
    return name.replace("\x00", "\ufffd")


def repeated(pointer: str, keys: Sequence[str], name: str) -> list[FieldError]:
    """The items of the list at a pointer whose field `name` holds what that of an earlier one holds."""
    return [
        FieldError(f"{pointer}/{index}/{name}", f"{key} stands here twice")
        for index, key in enumerate(keys)
        if key in keys[:index]
    ]
