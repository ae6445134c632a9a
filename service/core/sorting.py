"""What a list can be sorted by, and how callers say so; pure, so that DTOs can declare it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from service.core.errors import invalid

_READERS: Mapping[type, Callable[[str], Any]] = {
    str: str,
    int: int,
    UUID: UUID,
    date: date.fromisoformat,
    datetime: datetime.fromisoformat,
}


@dataclass(frozen=True, slots=True)
class SortKey:
    """One column of an order."""

    name: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Sorting:
    """What a list can be sorted by: names of columns that are never null, with their types."""

    columns: Mapping[str, type]
    default: str

    def parse(self, text: str | None) -> tuple[SortKey, ...]:
        """`name,-created_at` as keys, the row's id last so that the order is total; `invalid` for another name."""
        keys: list[SortKey] = []
        for part in (text or self.default).split(","):
            key = SortKey(part.removeprefix("-").strip(), part.startswith("-"))
            if key.name not in self.columns or key.name in {known.name for known in keys}:
                choices = ", ".join(sorted(self.columns))
                raise invalid("sort", f"takes each of {choices} once, with - before it for descending order")
            keys.append(key)
        return (*keys, SortKey("id", keys[-1].descending))

    def read(self, name: str, text: str) -> Any:
        """A cursor's value as the column's type."""
        kind = UUID if name == "id" else self.columns[name]
        try:
            return _READERS[kind](text)
        except ValueError as error:
            raise invalid("cursor", "is not a cursor of this list", "invalid_cursor") from error
