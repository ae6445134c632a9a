"""A pushed record as writes to its fields; pure. What it holds already is not written again."""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Any

from service.activities.instants import moment_of
from service.activities.records import (
    ASSOCIATION,
    ATTRIBUTE,
    DELETED,
    DELETION,
    PROPERTY,
    FieldWrite,
    RecordChange,
    RecordState,
)

NOT_FIELDS = frozenset({"external_id", "object", "attributes", "modified_at", "deleted"})
DATES = ("closed_at", "occurred_at", "created_at")
SKEW_MS = 60_000
"""How far another clock may be ahead for a push still to count as made after what it wrote."""


def to_text(value: Any) -> str | None:
    """A value in the normal form of record fields: plain decimals, ISO 8601 days and instants."""
    if value is None:
        return None
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return value.isoformat() if isinstance(value, date) else str(value)


def pushed_changes(
    object_type: str, item: Mapping[str, Any], state: RecordState | None, zone: tzinfo, now: datetime
) -> Iterator[RecordChange]:
    """The writes of an item (its given fields by name) to a record whose state is known (None: a new one)."""
    at = _written_at(item, state, zone, now)
    values = {name: to_text(value) for name, value in item.items() if name not in NOT_FIELDS}
    values |= {f"{ATTRIBUTE}{name}": value for name, value in item.get("attributes", {}).items()}
    if values.get("kind") == object_type:
        del values["kind"]
    ranks = dict.fromkeys(values, PROPERTY)
    deleted = item.get("deleted")
    if deleted is not None:
        values[DELETED], ranks[DELETED] = str(deleted).lower(), DELETION if deleted else ASSOCIATION
    dated = item.get("modified_at") is not None
    for name, value in values.items():
        known = None if state is None else state.value(name)
        # A dated write counts even where it repeats the value: it says that the value held then.
        if dated or value != known:
            yield _change(object_type, item["external_id"], name, FieldWrite(at, ranks[name], "", value))


def _written_at(item: Mapping[str, Any], state: RecordState | None, zone: tzinfo, now: datetime) -> int:
    """Epoch milliseconds: the item's word; else now, after all that is known; of a new record its latest date."""
    said = item.get("modified_at")
    if said is not None:
        return _ms(said)
    if state is not None and state.fields:
        known = [write.at for write in state.fields.values() if write.at < _ms(now) + SKEW_MS]
        return max(_ms(now), *(at + 1 for at in known))
    dates = [moment_of(text, zone).at for name in DATES if (text := to_text(item.get(name)))]
    return _ms(min(max(dates), now)) if dates else _ms(now)


def _ms(instant: datetime) -> int:
    return int(instant.timestamp() * 1000)


def _change(object_type: str, external_id: str, field: str, write: FieldWrite) -> RecordChange:
    text = f"push/{object_type}/{external_id}/{field}/{write.at}/{write.value}"
    key = hashlib.sha256(text.encode()).hexdigest()[:32]
    return RecordChange(object_type, external_id, field, FieldWrite(write.at, write.rank, key, write.value))
