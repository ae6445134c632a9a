"""Every query of record sources, records and the facts derived from them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from service.activities.models import Record, RecordSource
from service.core.bulk import insert_rows, upsert_clause

RECORD_COLUMNS = (
    "org_id", "id", "source_id", "object_type", "external_id", "state", "footprint", "unmapped", "received_at",
)  # fmt: skip
ACTIVITY_COLUMNS = (
    "org_id", "id", "kind", "person_id", "occurred_at", "occurred_on", "received_at", "direction", "outcome",
    "status", "duration_seconds", "attributes",
)  # fmt: skip
DEAL_COLUMNS = (
    "org_id", "id", "name", "pipeline", "stage", "outcome", "amount", "currency", "org_amount", "owner_id",
    "created_at", "created_on", "created_owner_id", "closed_at", "closed_on", "closed_owner_id", "received_at",
    "attributes",
)  # fmt: skip
STAGE_CHANGE_COLUMNS = (
    "org_id", "deal_id", "position", "from_stage", "to_stage", "person_id", "occurred_at", "occurred_on",
    "received_at",
)  # fmt: skip
DIRTY_CELL_COLUMNS = ("org_id", "person_id", "day", "marked_at")

Row = tuple[Any, ...]


class StoredRecord(NamedTuple):
    """A record as loaded: `state` is JSON text, `footprint` lists `person/day`."""

    id: UUID
    source_id: UUID
    object_type: str
    external_id: str
    state: str
    footprint: list[str]
    received_at: datetime


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
        " CROSS JOIN LATERAL (SELECT id, source_id, object_type, external_id, state::text, footprint, received_at"
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
        "SELECT id, source_id, object_type, external_id, state::text, footprint, received_at FROM record"  # noqa: S608 - only a constant is added
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


async def upsert_activities(connection: asyncpg.Connection, rows: Sequence[Row]) -> None:
    """Write activities."""
    await insert_rows(connection, "activity", ACTIVITY_COLUMNS, rows, upsert_clause(("org_id", "id"), ACTIVITY_COLUMNS))


async def upsert_deals(connection: asyncpg.Connection, rows: Sequence[Row]) -> None:
    """Write deals."""
    await insert_rows(connection, "deal", DEAL_COLUMNS, rows, upsert_clause(("org_id", "id"), DEAL_COLUMNS))


async def replace_stage_changes(
    connection: asyncpg.Connection, org_id: UUID, counts: dict[UUID, int], rows: Sequence[Row]
) -> None:
    """Write the moves of some deals and drop those beyond each deal's new number of moves."""
    if counts:
        await connection.execute(
            "DELETE FROM stage_change s USING unnest($2::uuid[], $3::int[]) AS k(deal_id, moves)"
            " WHERE s.org_id = $1 AND s.deal_id = k.deal_id AND s.position >= k.moves",
            org_id,
            list(counts),
            list(counts.values()),
        )
    key = ("org_id", "deal_id", "position")
    await insert_rows(connection, "stage_change", STAGE_CHANGE_COLUMNS, rows, upsert_clause(key, STAGE_CHANGE_COLUMNS))


async def delete_facts(connection: asyncpg.Connection, org_id: UUID, ids: Sequence[UUID]) -> None:
    """Remove the facts of records that are deleted, merged away or of no kind we count."""
    if ids:
        for table in ("activity", "deal"):
            await connection.execute(
                f"DELETE FROM {table} WHERE org_id = $1 AND id = ANY($2::uuid[])",  # noqa: S608 - two constants
                org_id,
                ids,
            )


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
