"""Lists in an order of the caller's choice, paged by keyset: a cursor is the sort and the row's values.

A page read backward is the same query with every direction turned round, and its rows turned round again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, and_, or_, tuple_
from sqlmodel import SQLModel, col
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from service.core.errors import invalid
from service.core.pagination import Page, PageRequest, cut
from service.core.sorting import Sorting, SortKey

RowT = TypeVar("RowT", bound=SQLModel)


async def fetch_page(
    session: AsyncSession, query: SelectOfScalar[RowT], table: type[RowT], sorting: Sorting, page: PageRequest
) -> Page[RowT]:
    """One page of `query`, which selects `table`, in the order that the page asks for."""
    keys = sorting.parse(page.sort)
    columns = [col(getattr(table, key.name)) for key in keys]
    name = ",".join(("-" if key.descending else "") + key.name for key in keys)
    turned = [replace(key, descending=not key.descending) for key in keys]
    for pointer, position, direction in _bounds(page, len(keys) + 1, keys, turned):
        if position[0] != name:
            raise invalid(pointer, "is a cursor of this list in another order", "invalid_cursor")
        values = [sorting.read(key.name, text, pointer) for key, text in zip(keys, position[1:], strict=True)]
        query = query.where(_beyond(direction, columns, values))
    reading = turned if page.backward else keys
    order = [column.desc() if key.descending else column.asc() for key, column in zip(reading, columns, strict=True)]
    rows = list((await session.exec(query.order_by(*order).limit(page.limit + 1))).all())
    return cut(rows, [(name, *(_text(getattr(row, key.name)) for key in keys)) for row in rows], page)


def _bounds(
    page: PageRequest, length: int, keys: Sequence[SortKey], turned: Sequence[SortKey]
) -> Iterator[tuple[str, tuple[str, ...], Sequence[SortKey]]]:
    """Each bound that was given: its parameter, its position, and the order in which the rows lie beyond it."""
    after, before = page.bounds(length)
    if after is not None:
        yield "cursor", after, keys
    if before is not None:
        yield "before", before, turned


def _beyond(keys: Sequence[SortKey], columns: Sequence[Any], values: Sequence[Any]) -> ColumnElement[bool]:
    """The rows behind a position; one comparison of tuples, which an index serves, where all run the same way."""
    if len({key.descending for key in keys}) == 1:
        left, right = tuple_(*columns), tuple_(*values)
        return left < right if keys[0].descending else left > right
    steps = []
    for index, key in enumerate(keys):
        ties = [column == value for column, value in zip(columns[:index], values[:index], strict=True)]
        further = columns[index] < values[index] if key.descending else columns[index] > values[index]
        steps.append(and_(*ties, further))
    return or_(*steps)


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.hex()
    return value.isoformat() if isinstance(value, date) else str(value)
