"""Changes to records become facts and dirty cells, set-based, in the caller's transaction."""

import zoneinfo
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from service.activities.derivation import Derivation, DerivedActivity, DerivedDeal, derive
from service.activities.dto.sources import RecordSourceDTO
from service.activities.mapping import DerivationContext
from service.activities.permissions import Permission
from service.activities.records import FieldWrite, RecordChange, RecordState, merge_all
from service.activities.repository import records as repository
from service.activities.repository.records import StoredRecord
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
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class AppliedRecord:
    """What changes did to a record; `id` is also that of its fact."""

    id: UUID
    status: Literal["created", "updated", "unchanged"]


@dataclass(slots=True)
class FactWrites:
    """Rows to write for a batch of records, in the repository's column orders."""

    records: list[tuple[Any, ...]] = field(default_factory=list)
    activities: list[tuple[Any, ...]] = field(default_factory=list)
    deals: list[tuple[Any, ...]] = field(default_factory=list)
    moves: dict[UUID, int] = field(default_factory=dict)
    stage_changes: list[tuple[Any, ...]] = field(default_factory=list)
    gone: list[UUID] = field(default_factory=list)
    dirty: set[tuple[UUID, date]] = field(default_factory=set)


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
    context = await derivation_context(session, principal, source)
    writes = FactWrites()
    applied: dict[RecordKey, AppliedRecord] = {}
    for key, record_writes in grouped.items():
        row = stored.get(key)
        state = RecordState(fields={}, history={}) if row is None else decode_state(row.state)
        changed = merge_all(state, record_writes)
        if row is None:
            row = StoredRecord(new_id(), source.id, key[0], key[1], "", [], received_at)
        applied[key] = AppliedRecord(row.id, _status(known=key in stored, changed=changed))
        if changed:
            _collect(writes, principal.org_id, row, state, derive(state, key[0], context), received_at)
    await _write(session, principal.org_id, writes)
    return applied


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
    context = await derivation_context(session, principal, source)
    writes = FactWrites()
    for row in rows:
        state = decode_state(row.state)
        _collect(writes, principal.org_id, row, state, derive(state, row.object_type, context), row.received_at)
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
    writes = FactWrites(gone=[row.id for row in rows])
    for row in rows:
        writes.dirty |= _read_footprint(row.footprint)
    await _write(session, principal.org_id, writes)
    await repository.delete_records(connection, principal.org_id, source.id, object_type, external_id)


async def derivation_context(session: AsyncSession, principal: Principal, source: RecordSourceDTO) -> DerivationContext:
    """What derivations of a source's records depend on now."""
    system = Principal.system(principal.org_id)
    organization = await get_organization(session, system)
    return DerivationContext(
        zone=zoneinfo.ZoneInfo(organization.time_zone),
        currency=organization.currency,
        owners=await owner_identities(session, system, source.system),
        stages=source.mapping.stages,
        dispositions=source.mapping.dispositions,
    )


def _collect(
    writes: FactWrites,
    org_id: UUID,
    row: StoredRecord,
    state: RecordState,
    derived: Derivation,
    received_at: datetime,
) -> None:
    footprint = derived.footprint()
    writes.dirty |= footprint
    writes.dirty |= _read_footprint(row.footprint)
    writes.records.append(
        (
            org_id,
            row.id,
            row.source_id,
            row.object_type,
            row.external_id,
            _encode(state).decode(),
            [f"{person}/{day}" for person, day in footprint],
            sorted(derived.unmapped) or None,
            received_at,
        )
    )
    if isinstance(derived.fact, DerivedActivity):
        writes.activities.append(_activity_row(org_id, row.id, derived.fact, received_at))
    elif isinstance(derived.fact, DerivedDeal):
        writes.deals.append(_deal_row(org_id, row.id, derived.fact, received_at))
        writes.moves[row.id] = len(derived.fact.stage_changes)
        writes.stage_changes += _stage_change_rows(org_id, row.id, derived.fact, received_at)
    else:
        writes.gone.append(row.id)


def _activity_row(org_id: UUID, id_: UUID, fact: DerivedActivity, received_at: datetime) -> tuple[Any, ...]:
    return (
        org_id, id_, fact.kind, fact.person_id, fact.occurred.at, fact.occurred.on, received_at, fact.direction,
        fact.outcome, fact.status, fact.duration_seconds, _encode(fact.attributes).decode(),
    )  # fmt: skip


def _deal_row(org_id: UUID, id_: UUID, fact: DerivedDeal, received_at: datetime) -> tuple[Any, ...]:
    closed = fact.closed
    return (
        org_id, id_, fact.name, fact.pipeline, fact.stage, fact.outcome, fact.amount, fact.currency,
        fact.org_amount, fact.owner_id, fact.created.at, fact.created.on, fact.created_owner_id,
        closed and closed.at, closed and closed.on, fact.closed_owner_id, received_at,
        _encode(fact.attributes).decode(),
    )  # fmt: skip


def _stage_change_rows(org_id: UUID, id_: UUID, fact: DerivedDeal, received_at: datetime) -> Iterable[tuple[Any, ...]]:
    for position, change in enumerate(fact.stage_changes):
        yield (
            org_id, id_, position, change.from_stage, change.to_stage, change.person_id, change.occurred.at,
            change.occurred.on, received_at,
        )  # fmt: skip


def _read_footprint(footprint: Iterable[str]) -> set[tuple[UUID, date]]:
    cells = (entry.split("/") for entry in footprint)
    return {(UUID(person), date.fromisoformat(day)) for person, day in cells}


async def _write(session: AsyncSession, org_id: UUID, writes: FactWrites) -> None:
    connection = await raw_connection(session)
    await repository.upsert_records(connection, writes.records)
    await repository.delete_facts(connection, org_id, writes.gone)
    await repository.upsert_activities(connection, writes.activities)
    await repository.upsert_deals(connection, writes.deals)
    await repository.replace_stage_changes(connection, org_id, writes.moves, writes.stage_changes)
    if writes.dirty:
        now = utc_now()
        cells = sorted(writes.dirty)
        await repository.mark_dirty(connection, [(org_id, person, day, now) for person, day in cells])
        await repository.notify(connection, DIRTY_CELLS, org_id)
