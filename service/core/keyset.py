"""Lists in an order of the caller's choice, paged by keyset: a cursor is the sort and the last row's values."""

from collections.abc import Sequence
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, and_, or_, tuple_
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from service.core.errors import invalid
from service.core.pagination import Page, PageRequest, encode_cursor
from service.core.sorting import Sorting, SortKey
from service.core.tables import TenantRow

RowT = TypeVar("RowT", bound=TenantRow)


async def fetch_page(
    session: AsyncSession, query: SelectOfScalar[RowT], table: type[RowT], sorting: Sorting, page: PageRequest
) -> Page[RowT]:
    """One page of `query`, which selects `table`, in the order that the page asks for."""
    keys = sorting.parse(page.sort)
    columns = [col(getattr(table, key.name)) for key in keys]
    name = ",".join(("-" if key.descending else "") + key.name for key in keys)
    position = page.position(len(keys) + 1)
    if position is not None:
        if position[0] != name:
            raise invalid("cursor", "is a cursor of this list in another order", "invalid_cursor")
        values = [sorting.read(key.name, text) for key, text in zip(keys, position[1:], strict=True)]
        query = query.where(_after(keys, columns, values))
    order = [column.desc() if key.descending else column.asc() for key, column in zip(keys, columns, strict=True)]
    rows = list((await session.exec(query.order_by(*order).limit(page.limit + 1))).all())
    cursors = [encode_cursor(name, *(_text(getattr(row, key.name)) for key in keys)) for row in rows[: page.limit]]
    return Page(rows[: page.limit], cursors, cursors[-1] if len(rows) > page.limit else None)


def _after(keys: Sequence[SortKey], columns: Sequence[Any], values: Sequence[Any]) -> ColumnElement[bool]:
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
    return value.isoformat() if isinstance(value, date) else str(value)
