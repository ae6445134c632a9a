"""Writes of facts, set-based: what is known now, and what was known before it as superseded versions.

A fact is what its content says: one with the same fingerprint is not written again. A changed or vanished
one is copied first, known until the change came: what was known at an instant is then the rows with
`known_from` at or before it and the versions that span it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from service.activities.rows import ACTIVITY_COLUMNS, DEAL_COLUMNS, STAGE_CHANGE_COLUMNS, Row
from service.core.bulk import insert_rows, upsert_clause

KEY = ("org_id", "id")


async def upsert_activities(connection: asyncpg.Connection, rows: Sequence[Row]) -> None:
    """Write activities."""
    await _upsert(connection, "activity", ACTIVITY_COLUMNS, rows)


async def upsert_deals(connection: asyncpg.Connection, rows: Sequence[Row]) -> None:
    """Write deals."""
    await _upsert(connection, "deal", DEAL_COLUMNS, rows)


async def _upsert(connection: asyncpg.Connection, table: str, columns: tuple[str, ...], rows: Sequence[Row]) -> None:
    if not rows:
        return
    others = [name for name in columns if name not in {"org_id", "id", "known_from"}]
    await connection.execute(
        _archive(table, columns, "n.fingerprint <> f.fingerprint AND"),
        rows[0][0],
        [row[1] for row in rows],
        [row[3] for row in rows],
        [row[4] for row in rows],
    )
    changes = ", ".join(f"{name} = EXCLUDED.{name}" for name in others)
    conflict = (
        f"ON CONFLICT (org_id, id) DO UPDATE SET {changes},"
        f" known_from = GREATEST({table}.known_from, EXCLUDED.known_from)"
        f" WHERE {table}.fingerprint <> EXCLUDED.fingerprint"
    )
    await insert_rows(connection, table, columns, rows, conflict)


async def delete_facts(connection: asyncpg.Connection, org_id: UUID, gone: Mapping[UUID, datetime]) -> None:
    """Remove the facts of records that are deleted, merged away or of no kind we count; each with when we knew."""
    if not gone:
        return
    ids, known = list(gone), list(gone.values())
    for table, columns in (("activity", ACTIVITY_COLUMNS), ("deal", DEAL_COLUMNS)):
        await connection.execute(
            _archive(table, columns, "n.fingerprint = '' AND"), org_id, ids, known, [b""] * len(ids)
        )
        await connection.execute(
            f"DELETE FROM {table} WHERE org_id = $1 AND id = ANY($2::uuid[])",  # noqa: S608 - two constants
            org_id,
            ids,
        )


def _archive(table: str, columns: tuple[str, ...], condition: str) -> str:
    """Copy rows that are about to change ($2 ids, $3 when that became known, $4 their new fingerprints)."""
    names = ", ".join(columns)
    return (
        f"INSERT INTO {table}_version ({names}, known_until)"  # noqa: S608 - names of tables and columns
        f" SELECT {', '.join(f'f.{name}' for name in columns)}, n.known_from FROM {table} AS f"
        " JOIN unnest($2::uuid[], $3::timestamptz[], $4::bytea[]) AS n(id, known_from, fingerprint) ON n.id = f.id"
        f" WHERE f.org_id = $1 AND {condition} f.known_from < n.known_from"
    )


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


async def purge_versions(connection: asyncpg.Connection, org_id: UUID, ids: Sequence[UUID]) -> None:
    """Forget what was known of some facts (a privacy deletion)."""
    for table in ("activity_version", "deal_version"):
        await connection.execute(
            f"DELETE FROM {table} WHERE org_id = $1 AND id = ANY($2::uuid[])",  # noqa: S608 - two constants
            org_id,
            ids,
        )
