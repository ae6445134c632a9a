"""Changes to records become facts and dirty cells, set-based, in the caller's transaction."""

import zoneinfo
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

import asyncpg
import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from service.activities.derivation import Derivation, derive
from service.activities.dto.sources import RecordSourceDTO
from service.activities.mapping import DerivationContext
from service.activities.permissions import Permission
from service.activities.records import DEAL, FieldWrite, RecordChange, RecordState, merge_all
from service.activities.repository import records as repository
from service.activities.repository import writes as facts
from service.activities.repository.records import StoredRecord
from service.activities.rows import Arrival, FactWrites, Row, encode, read_footprint, write_footprint
from service.core.clock import utc_now
from service.core.database import raw_connection
from service.core.ids import new_id
from service.core.notifications import DIRTY_CELLS
from service.core.principal import Principal, require
from service.organizations.use_cases.organizations import get_organization
from service.organizations.use_cases.people import owner_identities

REDERIVE_BATCH = 2000

RecordKey = tuple[str, str]
"""Object type and external id: what names a record within its source."""

decode_state = msgspec.json.Decoder(RecordState).decode
"""A record's state as it is stored."""


@dataclass(frozen=True, slots=True)
class AppliedRecord:
    """What changes did to a record; `id` is also that of its fact."""

    id: UUID
    status: Literal["created", "updated", "unchanged"]


async def apply_changes(
    session: AsyncSession,
    principal: Principal,
    source: RecordSourceDTO,
    changes: Sequence[RecordChange],
    received_at: datetime,
) -> dict[RecordKey, AppliedRecord]:
    """Merge changes into their records and derive the facts anew; returns what became of each record.

    Any order and any number of repetitions of the same changes ends in the same facts. Only one
    transaction at a time works on a source; the cells touched before and after are marked dirty.
    """
    require(principal, Permission.ACTIVITIES_WRITE)
    if not changes:
        return {}
    grouped: dict[RecordKey, list[tuple[str, FieldWrite]]] = {}
    for change in changes:
        grouped.setdefault((change.object_type, change.external_id), []).append((change.field, change.write))
    connection = await raw_connection(session)
    await repository.lock_source(connection, source.id)
    loaded = await repository.load_records(connection, principal.org_id, source.id, list(grouped))
    stored = {(row.object_type, row.external_id): row for row in loaded}
    writes = FactWrites()
    applied: dict[RecordKey, AppliedRecord] = {}
    changed: list[tuple[StoredRecord, RecordState]] = []
    for key, record_writes in grouped.items():
        row = stored.get(key)
        state = RecordState(fields={}, history={}) if row is None else decode_state(row.state)
        is_known = bool(state.fields)  # an activity may have named the deal before
        is_changed = merge_all(state, record_writes)
        if row is None:
            row = StoredRecord(new_id(), source.id, key[0], key[1], "", [], received_at, received_at)
        applied[key] = AppliedRecord(row.id, _status(known=is_known, changed=is_changed))
        if is_changed:
            changed.append((row, state))
    known = {key[1]: record.id for key, record in applied.items() if key[0] == DEAL}
    deals = await _deals(connection, principal.org_id, source.id, changed, known, received_at)
    context = await derivation_context(session, principal, source, deals)
    for row, state in changed:
        arrival = Arrival(received_at, max(received_at, row.known_from))
        _collect(writes, principal.org_id, row, state, derive(state, row.object_type, context), arrival)
    await _write(session, principal.org_id, writes)
    return applied


async def _deals(
    connection: asyncpg.Connection,
    org_id: UUID,
    source_id: UUID,
    records: Iterable[tuple[StoredRecord, RecordState]],
    known: Mapping[str, UUID],
    now: datetime,
) -> dict[str, UUID]:
    """The ids of the deals that some activities name; one that is not known yet gets its record, still empty.

    So an activity may come before its deal: the id is the same whatever the order.
    """
    named = {name for _, state in records if (name := state.value(DEAL))} - known.keys()
    if not named:
        return dict(known)
    loaded = await repository.load_records(connection, org_id, source_id, [(DEAL, name) for name in sorted(named)])
    found = {**known, **{row.external_id: row.id for row in loaded}}
    empty = encode(RecordState(fields={}, history={})).decode()
    missing = {name: new_id() for name in sorted(named - found.keys())}
    rows: list[Row] = [(org_id, id_, source_id, DEAL, name, empty, [], None, now, now) for name, id_ in missing.items()]
    await repository.upsert_records(connection, rows)
    return found | missing


def _status(*, known: bool, changed: bool) -> Literal["created", "updated", "unchanged"]:
    if not known:
        return "created"
    return "updated" if changed else "unchanged"


async def rederive_records(
    session: AsyncSession,
    principal: Principal,
    source_id: UUID,
    after: UUID | None,
    *,
    only_unmapped: bool,
) -> UUID | None:
    """Derive one batch of a source's facts anew, from the record after `after`; returns the last id, or None.

    Call it until it returns None, each batch in a transaction of its own.
    """
    require(principal, Permission.ACTIVITIES_WRITE)
    source_row = await repository.get_source(session, principal.org_id, source_id)
    if source_row is None:
        return None
    source = RecordSourceDTO.model_validate(source_row)
    connection = await raw_connection(session)
    await repository.lock_source(connection, source_id)
    rows = await repository.load_records_after(
        connection, principal.org_id, source_id, after, REDERIVE_BATCH, only_unmapped=only_unmapped
    )
    now = utc_now()
    states = [(row, decode_state(row.state)) for row in rows]
    deals = await _deals(connection, principal.org_id, source_id, states, {}, now)
    context = await derivation_context(session, principal, source, deals)
    writes = FactWrites()
    for row, state in states:
        arrival = Arrival(row.received_at, max(now, row.known_from))
        _collect(writes, principal.org_id, row, state, derive(state, row.object_type, context), arrival)
    await _write(session, principal.org_id, writes)
    return rows[-1].id if rows else None


async def purge_record(
    session: AsyncSession, principal: Principal, source: RecordSourceDTO, object_type: str, external_id: str
) -> None:
    """Remove a record's state and facts for good (a privacy deletion)."""
    require(principal, Permission.ACTIVITIES_WRITE)
    connection = await raw_connection(session)
    await repository.lock_source(connection, source.id)
    rows = await repository.load_records(connection, principal.org_id, source.id, [(object_type, external_id)])
    now = utc_now()
    writes = FactWrites(gone=dict.fromkeys([row.id for row in rows], now))
    for row in rows:
        writes.dirty |= read_footprint(row.footprint)
    await _write(session, principal.org_id, writes)
    await facts.purge_versions(connection, principal.org_id, [row.id for row in rows])
    await repository.delete_records(connection, principal.org_id, source.id, object_type, external_id)


async def derivation_context(
    session: AsyncSession, principal: Principal, source: RecordSourceDTO, deals: Mapping[str, UUID]
) -> DerivationContext:
    """What derivations of a source's records depend on now; `deals` by external id, as far as records name them."""
    system = Principal.system(principal.org_id)
    organization = await get_organization(session, system)
    return DerivationContext(
        zone=zoneinfo.ZoneInfo(organization.time_zone),
        currency=organization.currency,
        owners=await owner_identities(session, system, source.system),
        stages=source.mapping.stages,
        dispositions=source.mapping.dispositions,
        deals=deals,
    )


def _collect(
    writes: FactWrites, org_id: UUID, row: StoredRecord, state: RecordState, derived: Derivation, arrival: Arrival
) -> None:
    footprint = derived.footprint()
    writes.dirty |= footprint
    writes.dirty |= read_footprint(row.footprint)
    writes.records.append(
        (
            org_id,
            row.id,
            row.source_id,
            row.object_type,
            row.external_id,
            encode(state).decode(),
            write_footprint(footprint),
            sorted(derived.unmapped) or None,
            arrival.received_at,
            arrival.known_from,
        )
    )
    writes.add(org_id, row.id, derived, arrival)


async def _write(session: AsyncSession, org_id: UUID, writes: FactWrites) -> None:
    connection = await raw_connection(session)
    await repository.upsert_records(connection, writes.records)
    await facts.delete_facts(connection, org_id, writes.gone)
    await facts.upsert_activities(connection, writes.activities)
    await facts.upsert_deals(connection, writes.deals)
    await facts.replace_stage_changes(connection, org_id, writes.moves, writes.stage_changes)
    if writes.dirty:
        now = utc_now()
        cells = sorted(writes.dirty)
        await repository.mark_dirty(connection, [(org_id, person, day, now) for person, day in cells])
        await repository.notify(connection, DIRTY_CELLS, org_id)
