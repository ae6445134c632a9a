"""Where a validation error is, as both surfaces name it."""

from collections.abc import Sequence

from service.core.errors import FieldError

_ESCAPES = str.maketrans({"~": "~0", "/": "~1", "\x00": "\ufffd"})


def pointer_of(location: Sequence[str | int]) -> str:
    """An RFC 6901 JSON pointer from a Pydantic error location; names of the caller's are shown without NUL."""
    return "".join("/" + str(part).translate(_ESCAPES) for part in location)


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
