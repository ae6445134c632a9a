"""What a list can be sorted by, and how callers say so; pure, so that DTOs can declare it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from service.core.errors import invalid


def _decimal(text: str) -> Decimal:
    """A number; `ValueError` for what is none."""
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise ValueError(text) from error


_READERS: Mapping[type, Callable[[str], Any]] = {
    str: str,
    int: int,
    UUID: UUID,
    date: date.fromisoformat,
    datetime: datetime.fromisoformat,
    bytes: bytes.fromhex,
    Decimal: _decimal,
}


@dataclass(frozen=True, slots=True)
class SortKey:
    """One column of an order."""

    name: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Sorting:
    """What a list can be sorted by: names of columns that are never null, with their types.

    `tie` is the column, of `tie_type`, that tells rows apart which are equal in all others.
    """

    columns: Mapping[str, type]
    default: str
    tie: str = "id"
    tie_type: type = UUID

    def parse(self, text: str | None) -> tuple[SortKey, ...]:
        """`name,-created_at` as keys, the tie-breaker last so that the order is total; `invalid` for another name."""
        keys: list[SortKey] = []
        for part in (text or self.default).split(","):
            key = SortKey(part.removeprefix("-").strip(), part.startswith("-"))
            if key.name not in self.columns or key.name in {known.name for known in keys}:
                choices = ", ".join(sorted(self.columns))
                raise invalid("sort", f"takes each of {choices} once, with - before it for descending order")
            keys.append(key)
        return (*keys, SortKey(self.tie, keys[-1].descending))

    def read(self, name: str, text: str, pointer: str = "cursor") -> Any:
        """A cursor's value as the column's type; `invalid` (at `pointer`) for what is none."""
        kind = self.columns.get(name, self.tie_type)
        try:
            return _READERS[kind](text)
        except ValueError as error:
            raise invalid(pointer, "is not a cursor of this list", "invalid_cursor") from error
