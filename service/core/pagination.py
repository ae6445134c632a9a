"""Keyset pagination: opaque cursors over (sort key, id), the same on both surfaces."""

import base64
import binascii
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

import orjson

from service.core.errors import invalid

T = TypeVar("T")
U = TypeVar("U")

DEFAULT_LIMIT = 50
MAX_LIMIT = 200


@dataclass(frozen=True, slots=True)
class PageRequest:
    """`limit` rows after the position that `cursor` names (None: from the start); `sort` None: the list's own order."""

    limit: int = DEFAULT_LIMIT
    cursor: str | None = None
    sort: str | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.limit <= MAX_LIMIT:
            raise invalid("limit", f"must be between 1 and {MAX_LIMIT}")

    def position(self, length: int) -> tuple[str, ...] | None:
        """The decoded cursor: `length` strings, or None; a foreign or mangled cursor is refused."""
        return None if self.cursor is None else decode_cursor(self.cursor, length)

    def uuid_position(self) -> UUID | None:
        """The decoded cursor of a list that is sorted by id alone."""
        position = self.position(1)
        return None if position is None else cursor_uuid(position[0])


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page; `cursors[i]` is the position of `items[i]`, `next_cursor` is None on the last page."""

    items: list[T]
    cursors: list[str]
    next_cursor: str | None

    def with_items(self, items: list[U]) -> "Page[U]":
        """The same page with each row as something else."""
        return Page(items, self.cursors, self.next_cursor)


def encode_cursor(*position: str) -> str:
    """An opaque, URL-safe cursor for a position in a sorted list."""
    return base64.urlsafe_b64encode(orjson.dumps(position)).decode().rstrip("=")


def decode_cursor(cursor: str, length: int) -> tuple[str, ...]:
    """The inverse of `encode_cursor`; `invalid` for anything it did not make."""
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        parts = orjson.loads(raw)  # refuses lone surrogates and deep nesting, which json would let through
    except (binascii.Error, ValueError) as error:
        raise invalid("cursor", "is not a cursor of this list", "invalid_cursor") from error
    if not isinstance(parts, list) or len(parts) != length or not all(isinstance(p, str) for p in parts):
        raise invalid("cursor", "is not a cursor of this list", "invalid_cursor")
    if any("\x00" in part for part in parts):
        raise invalid("cursor", "is not a cursor of this list", "invalid_cursor")
    return tuple(parts)


def cursor_uuid(text: str) -> UUID:
    """An id inside a cursor; `invalid` for anything else."""
    try:
        return UUID(text)
    except ValueError as error:
        raise invalid("cursor", "is not a cursor of this list", "invalid_cursor") from error


def paginate(rows: list[T], positions: list[tuple[str, ...]], limit: int) -> Page[T]:
    """Cut `limit + 1` fetched rows to a page; `positions` are the rows' sort positions."""
    cursors = [encode_cursor(*position) for position in positions[:limit]]
    more = len(rows) > limit
    return Page(items=rows[:limit], cursors=cursors, next_cursor=cursors[-1] if more else None)
