"""Where a validation error is, as both surfaces name it."""

from collections.abc import Sequence


def pointer_of(location: Sequence[str | int]) -> str:
    """An RFC 6901 JSON pointer from a Pydantic error location."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in location)
