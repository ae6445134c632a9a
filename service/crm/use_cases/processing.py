"""Deliveries become events, events become facts: one batch per transaction, poison set aside."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.activities.records import RecordChange
from service.activities.use_cases.applying import apply_changes
from service.activities.use_cases.sources import get_source
from service.core.clock import utc_now
from service.core.database import raw_connection
from service.core.principal import Principal
from service.crm.dto.connections import CrmSystem, EventStatus
from service.crm.events import Purge, SplitEvent, Translation, UnreadableDelivery, Untranslatable
from service.crm.models import CrmConnection
from service.crm.repository import connections as connection_repository
from service.crm.repository import events as repository
from service.crm.repository.events import PendingDelivery
from service.crm.use_cases.privacy import purge_object
from service.crm.vendors import VENDORS

EVENTS_PER_DELIVERY = 10
"""Assumed when a number of events is turned into a number of deliveries to fetch."""

MAX_BATCH_BYTES = 8 * 1024 * 1024


@dataclass(slots=True)
class Batch:
    """What a batch of deliveries holds: one row per distinct event, its meaning, and each delivery's error."""

    rows: dict[tuple[UUID, bytes], tuple[Any, ...]] = field(default_factory=dict)
    translations: dict[tuple[UUID, bytes], Translation] = field(default_factory=dict)
    errors: dict[UUID, str | None] = field(default_factory=dict)
    events: int = 0


def deliveries_at_once(max_events: int) -> int:
    """How many deliveries are fetched for so many events."""
    return max(1, max_events // EVENTS_PER_DELIVERY)


async def process_pending(session: AsyncSession, org_id: UUID, max_events: int) -> int:
    """Split, deduplicate, translate and apply the oldest waiting deliveries; returns how many there were."""
    connection = await raw_connection(session)
    pending = await repository.take_pending(connection, org_id, deliveries_at_once(max_events), MAX_BATCH_BYTES)
    if pending:
        await process_deliveries(session, org_id, pending)
    return len(pending)


async def process_deliveries(session: AsyncSession, org_id: UUID, pending: Sequence[PendingDelivery]) -> None:
    """Process some locked deliveries in the session's transaction."""
    ids = list({delivery.connection_id for delivery in pending})
    connections = {row.id: row for row in await connection_repository.get_connections(session, org_id, ids)}
    sources = {
        id_: await get_source(session, Principal.system(org_id), row.source_id) for id_, row in connections.items()
    }
    batch = Batch()
    for delivery in pending:
        sender = connections.get(delivery.connection_id)
        if sender is None:
            batch.errors[delivery.id] = "the connection no longer exists"
        else:
            _read(batch, org_id, delivery, sender, sources[sender.id].mapping.fields)
    raw = await raw_connection(session)
    claimed = await repository.claim_events(raw, list(batch.rows.values()))
    received_at = max(delivery.received_at for delivery in pending)
    for id_, owner in sorted(connections.items(), key=_source):  # always in one order: each takes a lock
        changes, purges = _meaning(batch, {key for key in claimed if key[0] == id_})
        await apply_changes(session, Principal.system(org_id), sources[id_], changes, received_at)
        for purge in purges:
            await purge_object(session, owner, sources[id_], purge)
    errors = [batch.errors.get(delivery.id) for delivery in pending]
    await repository.mark_processed(raw, org_id, [delivery.id for delivery in pending], errors, utc_now())


def _source(item: tuple[UUID, CrmConnection]) -> UUID:
    return item[1].source_id


def _read(batch: Batch, org_id: UUID, delivery: PendingDelivery, owner: CrmConnection, fields: dict[str, str]) -> None:
    """Split and translate one delivery into the batch."""
    vendor = VENDORS[CrmSystem(owner.system)]
    try:
        for event in vendor.split(delivery.body):
            batch.events += 1
            status, reason, translation = _translate(vendor.translate, event, fields)
            key = (owner.id, event.key)
            if key not in batch.rows:
                batch.rows[key] = _row(org_id, owner.id, delivery, event, status, reason)
                batch.translations[key] = translation
    except UnreadableDelivery as error:
        batch.errors[delivery.id] = str(error)


def _translate(
    translate: Any, event: SplitEvent, fields: dict[str, str]
) -> tuple[EventStatus, str | None, Translation]:
    try:
        translation: Translation = translate(event, fields)
    except Untranslatable as error:
        # A reason may quote what was sent, and PostgreSQL stores no NUL.
        return EventStatus.QUARANTINED, str(error).replace("\x00", "\N{REPLACEMENT CHARACTER}"), Translation()
    means = translation.changes or translation.purge
    return EventStatus.APPLIED if means else EventStatus.IGNORED, None, translation


def _row(
    org_id: UUID,
    connection_id: UUID,
    delivery: PendingDelivery,
    event: SplitEvent,
    status: EventStatus,
    reason: str | None,
) -> tuple[Any, ...]:
    occurred_at = _instant(event.at) or delivery.received_at
    return (
        org_id, connection_id, event.key, delivery.id, event.position, event.object_type, event.object_id,
        occurred_at, delivery.received_at, status.value, reason,
    )  # fmt: skip


def _instant(epoch_ms: int | None) -> datetime | None:
    """The event's own time, where it is one at all."""
    if epoch_ms is None:
        return None
    try:
        return datetime.fromtimestamp(epoch_ms / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _meaning(batch: Batch, keys: Iterable[tuple[UUID, bytes]]) -> tuple[list[RecordChange], list[Purge]]:
    translations = [batch.translations[key] for key in keys]
    changes = [change for translation in translations for change in translation.changes]
    return changes, [translation.purge for translation in translations if translation.purge is not None]
