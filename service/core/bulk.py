"""Set-based writes: multi-row `INSERT … VALUES … ON CONFLICT`, cached by statement text.

Not COPY and not `INSERT … SELECT` from a function: a distributed engine turns the latter into COPY,
which row-level security refuses.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import asyncpg

MAX_PARAMETERS = 30_000
CHUNK_SIZES = (1000, 250, 50, 10, 1)
"""Rows per statement: few distinct texts, so that each is prepared once per connection."""


@lru_cache(maxsize=512)
def insert_statement(table: str, columns: tuple[str, ...], rows: int, conflict: str) -> str:
    """The text of an INSERT of `rows` rows; `conflict` is the clause after VALUES (may be empty)."""
    width = len(columns)
    groups = ("(" + ", ".join(f"${row * width + column + 1}" for column in range(width)) + ")" for row in range(rows))
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES {', '.join(groups)} {conflict}".rstrip()  # noqa: S608 - names of tables and columns, which are constants


def upsert_clause(key: Sequence[str], columns: Sequence[str]) -> str:
    """`ON CONFLICT (key) DO UPDATE` that takes every other column from the new row."""
    changed = ", ".join(f"{column} = EXCLUDED.{column}" for column in columns if column not in key)
    target = ", ".join(key)
    return f"ON CONFLICT ({target}) DO UPDATE SET {changed}" if changed else f"ON CONFLICT ({target}) DO NOTHING"


async def insert_rows(
    connection: asyncpg.Connection,
    table: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    conflict: str = "",
) -> None:
    """Write `rows` (tuples in the order of `columns`) inside the connection's transaction."""
    await fetch_inserted(connection, table, columns, rows, conflict)


async def fetch_inserted(
    connection: asyncpg.Connection,
    table: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    conflict: str = "",
) -> list[asyncpg.Record]:
    """Like `insert_rows`; returns what a RETURNING clause in `conflict` yields."""
    names, start, returned = tuple(columns), 0, []
    largest = max(1, MAX_PARAMETERS // len(names))
    for size in CHUNK_SIZES:
        if size > largest:
            continue
        while len(rows) - start >= size:
            chunk = rows[start : start + size]
            statement = insert_statement(table, names, size, conflict)
            returned += await connection.fetch(statement, *[value for row in chunk for value in row])
            start += size
    return returned
