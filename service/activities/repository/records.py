"""Every query of record sources, records and the facts derived from them."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from service.activities.models import Record, RecordSource
from service.activities.rows import Row
from service.core.bulk import insert_rows, upsert_clause

RECORD_COLUMNS = (
    "org_id", "id", "source_id", "object_type", "external_id", "state", "footprint", "unmapped", "received_at",
    "known_from",
)  # fmt: skip
DIRTY_CELL_COLUMNS = ("org_id", "person_id", "day", "marked_at")


class StoredRecord(NamedTuple):
    """A record as loaded: `state` is JSON text, `footprint` lists `person/day`."""

    id: UUID
    source_id: UUID
    object_type: str
    external_id: str
    state: str
    footprint: list[str]
    received_at: datetime
    known_from: datetime


async def find_source(session: AsyncSession, org_id: UUID, system: str, account: str) -> RecordSource | None:
    """The source of an account of a system."""
    query = select(RecordSource).where(
        col(RecordSource.org_id) == org_id,
        col(RecordSource.system) == system,
        col(RecordSource.account) == account,
    )
    return (await session.exec(query)).first()


async def get_source(session: AsyncSession, org_id: UUID, source_id: UUID) -> RecordSource | None:
    """One source."""
    query = select(RecordSource).where(col(RecordSource.org_id) == org_id, col(RecordSource.id) == source_id)
    return (await session.exec(query)).first()


async def list_sources(session: AsyncSession, org_id: UUID, system: str | None = None) -> list[RecordSource]:
    """Every source of the organization, or of one system."""
    query = select(RecordSource).where(col(RecordSource.org_id) == org_id).order_by(col(RecordSource.id))
    if system is not None:
        query = query.where(col(RecordSource.system) == system)
    return list((await session.exec(query)).all())


async def count_unmapped(session: AsyncSession, org_id: UUID, source_id: UUID) -> dict[str, int]:
    """What is unresolved (`owner:…`, `stage:…`) and in how many records."""
    entry = func.unnest(Record.unmapped).label("entry")
    inner = (
        select(entry)
        .where(col(Record.org_id) == org_id, col(Record.source_id) == source_id, col(Record.unmapped).is_not(None))
        .subquery()
    )
    query = select(inner.c.entry, func.count()).group_by(inner.c.entry)
    return dict((await session.exec(query)).all())


async def lock_source(connection: asyncpg.Connection, source_id: UUID) -> None:
    """One writer per source at a time, until the end of the transaction."""
    await connection.fetch("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", str(source_id))


async def load_records(
    connection: asyncpg.Connection, org_id: UUID, source_id: UUID, keys: Sequence[tuple[str, str]]
) -> list[StoredRecord]:
    """The records among `keys` (object type, external id) that exist.

    LATERAL with a LIMIT holds the plan to one index probe per key: a plan made while the table was
    small would otherwise go on scanning it.
    """
    rows = await connection.fetch(
        "SELECT r.* FROM unnest($3::text[], $4::text[]) AS k(object_type, external_id)"
        " CROSS JOIN LATERAL (SELECT id, source_id, object_type, external_id, state::text, footprint, received_at,"
        " known_from"
        " FROM record WHERE org_id = $1 AND source_id = $2 AND object_type = k.object_type"
        " AND external_id = k.external_id LIMIT 1) AS r",
        org_id,
        source_id,
        [key[0] for key in keys],
        [key[1] for key in keys],
    )
    return [StoredRecord(*row) for row in rows]


async def load_records_after(
    connection: asyncpg.Connection,
    org_id: UUID,
    source_id: UUID,
    after: UUID | None,
    limit: int,
    *,
    only_unmapped: bool,
) -> list[StoredRecord]:
    """Records of a source by id, after a position."""
    rows = await connection.fetch(
        "SELECT id, source_id, object_type, external_id, state::text, footprint, received_at, known_from FROM record"  # noqa: S608 - only a constant is added
        " WHERE org_id = $1 AND source_id = $2 AND ($3::uuid IS NULL OR id > $3)"
        + (" AND unmapped IS NOT NULL" if only_unmapped else "")
        + " ORDER BY id LIMIT $4",
        org_id,
        source_id,
        after,
        limit,
    )
    return [StoredRecord(*row) for row in rows]


async def upsert_records(connection: asyncpg.Connection, rows: Sequence[Row]) -> None:
    """Write assembled records."""
    await insert_rows(connection, "record", RECORD_COLUMNS, rows, upsert_clause(("org_id", "id"), RECORD_COLUMNS))


async def delete_records(
    connection: asyncpg.Connection, org_id: UUID, source_id: UUID, object_type: str, external_id: str
) -> None:
    """Purge one record's stored state."""
    await connection.execute(
        "DELETE FROM record WHERE org_id = $1 AND source_id = $2 AND object_type = $3 AND external_id = $4",
        org_id,
        source_id,
        object_type,
        external_id,
    )


async def mark_dirty(connection: asyncpg.Connection, rows: Sequence[Row]) -> None:
    """Mark cells; the update locks a mark that exists, so that a refresh under way cannot swallow it.

    `rows` must be sorted by key: concurrent writers then lock in the same order.
    """
    await insert_rows(
        connection,
        "dirty_cell",
        DIRTY_CELL_COLUMNS,
        rows,
        upsert_clause(("org_id", "person_id", "day"), DIRTY_CELL_COLUMNS),
    )


async def notify(connection: asyncpg.Connection, channel: str, org_id: UUID) -> None:
    """Hint at new work; sent when the transaction commits."""
    await connection.fetch("SELECT pg_notify($1, $2)", channel, str(org_id))


async def list_values(
    session: AsyncSession, org_id: UUID, source_id: UUID, object_type: str, field: str
) -> dict[str, str]:
    """The present value of a field by external id; a write is stored as [at, rank, key, value]."""
    value = Record.state["fields"][field][3].astext
    query = select(Record.external_id, value).where(
        col(Record.org_id) == org_id,
        col(Record.source_id) == source_id,
        col(Record.object_type) == object_type,
        value.is_not(None),
    )
    return dict((await session.exec(query)).all())
