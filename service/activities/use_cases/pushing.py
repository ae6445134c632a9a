"""Activities and deals that partners push in bulk: each item is answered on its own."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlmodel.ext.asyncio.session import AsyncSession

from service.activities.attribution import resolve_owner
from service.activities.dto.facts import (
    BulkUpsertActivities,
    BulkUpsertDeals,
    PushedRecord,
    PushedSource,
    UpsertActivity,
    UpsertDeal,
)
from service.activities.mapping import DerivationContext
from service.activities.permissions import Permission
from service.activities.pushed import pushed_changes
from service.activities.records import RecordChange
from service.activities.repository import records as repository
from service.activities.repository.records import StoredRecord
from service.activities.use_cases.applying import (
    AppliedRecord,
    RecordKey,
    apply_changes,
    decode_state,
    derivation_context,
)
from service.activities.use_cases.sources import resolve_source
from service.core.bulk_items import BulkItemResult, failed
from service.core.clock import utc_now
from service.core.database import raw_connection
from service.core.errors import ServiceError, invalid
from service.core.principal import Principal, require

DEAL = "deal"


async def bulk_upsert_activities(
    session: AsyncSession, principal: Principal, data: BulkUpsertActivities
) -> list[BulkItemResult]:
    """Create or change each activity by its id in the system; a failed item does not stop the others."""
    require(principal, Permission.ACTIVITIES_WRITE)
    return await _Push(session, principal, data, UpsertActivity).run(data.activities)


async def bulk_upsert_deals(session: AsyncSession, principal: Principal, data: BulkUpsertDeals) -> list[BulkItemResult]:
    """Create or change each deal by its id in the system; a failed item does not stop the others."""
    require(principal, Permission.ACTIVITIES_WRITE)
    return await _Push(session, principal, data, UpsertDeal).run(data.deals)


class _Push:
    """One bulk request to one source."""

    def __init__(
        self, session: AsyncSession, principal: Principal, source: PushedSource, kind: type[UpsertActivity | UpsertDeal]
    ) -> None:
        self._session = session
        self._principal = principal
        self._source = source
        self._kind = kind
        self._results: dict[int, BulkItemResult] = {}
        self._stored: dict[RecordKey, StoredRecord] = {}
        self._seen: dict[RecordKey, PushedRecord] = {}

    async def run(self, raw_items: Sequence[dict[str, Any]]) -> list[BulkItemResult]:
        """One answer per item, in their order."""
        source = await resolve_source(self._session, self._principal, self._source.system, self._source.account)
        items = self._valid(raw_items)
        await self._lock_records(source.id, list({_key(item) for item in items.values()}))
        context, now = await derivation_context(self._session, self._principal, source, {}), utc_now()
        accepted: dict[int, RecordKey] = {}
        changes: list[RecordChange] = []
        for index, item in items.items():
            try:
                changes += self._changes(item, context, now)
            except ServiceError as error:
                self._results[index] = failed(index, error)
            else:
                self._seen[_key(item)] = item
                accepted[index] = _key(item)
        applied = await apply_changes(self._session, self._principal, source, changes, now)
        for index, key in accepted.items():
            done = applied.get(key) or AppliedRecord(self._stored[key].id, "unchanged")
            self._results[index] = BulkItemResult(index=index, status=done.status, id=done.id)
        return [self._results[index] for index in range(len(raw_items))]

    def _valid(self, raw_items: Sequence[dict[str, Any]]) -> dict[int, UpsertActivity | UpsertDeal]:
        items = {}
        for index, raw in enumerate(raw_items):
            try:
                items[index] = self._kind.model_validate(raw)
            except ValidationError as error:
                self._results[index] = failed(index, error)
        return items

    async def _lock_records(self, source_id: UUID, keys: Sequence[RecordKey]) -> None:
        """What is known of the records, which nobody else changes until the end of the transaction."""
        connection = await raw_connection(self._session)
        await repository.lock_source(connection, source_id)
        rows = await repository.load_records(connection, self._principal.org_id, source_id, keys)
        self._stored = {(row.object_type, row.external_id): row for row in rows if decode_state(row.state).fields}

    def _changes(
        self, item: UpsertActivity | UpsertDeal, context: DerivationContext, now: datetime
    ) -> list[RecordChange]:
        """The writes of an item; `invalid` for what its model alone cannot tell."""
        key = _key(item)
        earlier = self._seen.get(key)
        if earlier is not None and (item.modified_at is None or earlier.modified_at is None):
            raise invalid("/external_id", "is in the request twice: give both a modified_at")
        if item.owner is not None and resolve_owner(item.owner, context.owners) is None:
            raise invalid("/owner", "is nobody known: add the person first")
        known = key in self._stored or earlier is not None
        undated = isinstance(item, UpsertActivity) and item.occurred_at is None
        if undated and (not known or "occurred_at" in item.model_fields_set):
            raise invalid("/occurred_at", "is needed")
        state = decode_state(self._stored[key].state) if key in self._stored else None
        found = list(pushed_changes(key[0], item.model_dump(exclude_unset=True), state, context.zone, now))
        if not found and not known:
            raise invalid("", "holds nothing that a new record could begin with")
        return found


def _key(item: UpsertActivity | UpsertDeal) -> RecordKey:
    """Object type and external id."""
    if isinstance(item, UpsertDeal):
        return DEAL, item.external_id
    return (item.object or item.kind).value, item.external_id
