"""Keyset pagination: opaque cursors over (sort key, id), read forward and backward, the same on both surfaces."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import orjson

from service.core.errors import ServiceError, invalid

T = TypeVar("T")
U = TypeVar("U")

DEFAULT_LIMIT = 50
MAX_LIMIT = 200


@dataclass(frozen=True, slots=True)
class PageRequest:
    """`limit` rows of those between the positions `cursor` and `before` (None: no bound), in the order `sort`.

    The first ones, or with `backward` the last ones; in the list's order either way. `sort` None: the list's own.
    How long a page may get (`MAX_LIMIT`) is a matter of the surfaces.
    """

    limit: int = DEFAULT_LIMIT
    cursor: str | None = None
    sort: str | None = None
    before: str | None = None
    backward: bool = False

    def __post_init__(self) -> None:
        if self.limit < 1:
            raise invalid("limit", "must be at least 1")

    def position(self, length: int) -> tuple[str, ...] | None:
        """The decoded cursor: `length` strings, or None; a foreign or mangled cursor is refused."""
        return None if self.cursor is None else decode_cursor(self.cursor, length)

    def bounds(self, length: int) -> tuple[tuple[str, ...] | None, tuple[str, ...] | None]:
        """The decoded `cursor` and `before`: the rows lie between the two."""
        before = None if self.before is None else decode_cursor(self.before, length, "before")
        return self.position(length), before


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page; `cursors[i]` is the position of `items[i]`.

    `next_cursor` is None on the last page, and `previous_cursor`, which only a page read backward has, on the first.
    """

    items: list[T]
    cursors: list[str]
    next_cursor: str | None
    previous_cursor: str | None = None

    def with_items(self, items: list[U]) -> "Page[U]":
        """The same page with each row as something else."""
        return Page(items, self.cursors, self.next_cursor, self.previous_cursor)


def encode_cursor(*position: str) -> str:
    """An opaque, URL-safe cursor for a position in a sorted list."""
    return base64.urlsafe_b64encode(orjson.dumps(position)).decode().rstrip("=")


def decode_cursor(cursor: str, length: int, pointer: str = "cursor") -> tuple[str, ...]:
    """The inverse of `encode_cursor`; `invalid` (at `pointer`) for anything it did not make."""
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        parts = orjson.loads(raw)  # refuses lone surrogates and deep nesting, which json would let through
    except (binascii.Error, ValueError) as error:
        raise invalid_cursor(pointer) from error
    if not isinstance(parts, list) or len(parts) != length or not all(isinstance(p, str) for p in parts):
        raise invalid_cursor(pointer)
    if any("\x00" in part for part in parts):
        raise invalid_cursor(pointer)
    return tuple(parts)


def invalid_cursor(pointer: str = "cursor") -> ServiceError:
    """The answer to a cursor that this list did not hand out."""
    return invalid(pointer, "is not a cursor of this list", "invalid_cursor")


def cut(rows: Sequence[T], positions: Sequence[tuple[str, ...]], page: PageRequest) -> Page[T]:
    """Cut up to `limit + 1` rows to a page; read backward they come the last one first, and are turned here."""
    kept, cursors = list(rows[: page.limit]), [encode_cursor(*position) for position in positions[: page.limit]]
    more = len(rows) > page.limit
    if not page.backward:
        return Page(kept, cursors, cursors[-1] if more else None)
    kept.reverse()
    cursors.reverse()
    following = cursors[-1] if cursors and page.before is not None else None
    return Page(kept, cursors, following, cursors[0] if more else None)


def cut_list(items: Sequence[T], positions: Sequence[tuple[str, ...]], page: PageRequest, length: int) -> Page[T]:
    """The page of a list that is there as a whole; `positions`, `length` strings each, are in ascending order."""
    after, before = page.bounds(length)
    inside = [
        (item, position)
        for item, position in zip(items, positions, strict=True)
        if (after is None or position > after) and (before is None or position < before)
    ]
    if page.backward:
        inside.reverse()
    taken = inside[: page.limit + 1]
    return cut([item for item, _ in taken], [position for _, position in taken], page)
