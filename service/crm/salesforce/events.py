"""Salesforce's JSON into events: change events in any wrapping, and what Flow and Apex send.

One event per record: a change event names several records at times, a trigger sends a list. The key is
the event's own id, else (transaction, sequence number), each with the record's id.
"""

import hashlib
from collections.abc import Iterator
from typing import Any

import msgspec

from service.crm.cloudevents import CloudEvent, InvalidEvent
from service.crm.cloudevents import parse as parse_cloud_event
from service.crm.envelope import Envelope, read_items, unwrap
from service.crm.events import SplitEvent
from service.crm.salesforce.callouts import read_callout
from service.crm.salesforce.changes import HEADER, read_change
from service.crm.salesforce.images import Reading

WRAPPERS = ("payload", "data", "detail", "event")
"""Where the streaming API, CometD bridges, event relays and Pub/Sub clients put the change event."""

MAX_WRAPPERS = 4


def split(body: bytes) -> Iterator[SplitEvent]:
    """Every event of a stored JSON delivery."""
    envelope = unwrap(body)
    for position, raw, item, problem in read_items(envelope):
        if problem is not None:
            yield SplitEvent(position, hashlib.sha256(raw).digest(), "unknown", "", None, item, problem)
        else:
            yield from _events(position, raw, item, envelope)


def _events(position: int, raw: bytes, item: dict[str, Any], envelope: Envelope) -> Iterator[SplitEvent]:
    cloud: CloudEvent | None = None
    if "specversion" in item:
        try:
            cloud = parse_cloud_event(item)
        except InvalidEvent as invalid:
            yield SplitEvent(position, hashlib.sha256(raw).digest(), "unknown", "", None, item, str(invalid))
            return
        item = cloud.data if isinstance(cloud.data, dict) else {}
    change, event_id = _find_change(item, None, MAX_WRAPPERS)
    identity: list[Any] | None = None if event_id is None else [event_id]
    if cloud is not None:
        identity = [cloud.source, cloud.id]
    if change is not None:
        readings = read_change(change)
    else:
        readings = read_callout(item, envelope.received_at)
        if identity is None and envelope.webhook_id is not None:
            identity = [envelope.webhook_id, position]
    for number, reading in enumerate(readings):
        key = _key(identity, reading, raw, number)
        yield SplitEvent(
            position, key, reading.object_type, reading.object_id, reading.at, reading.image, reading.problem
        )


def _find_change(item: dict[str, Any], event_id: str | None, depth: int) -> tuple[dict[str, Any] | None, str | None]:
    """The change event inside its wrappings, and the id that one of those gives it."""
    if HEADER in item:
        return item, event_id
    if depth == 0:
        return None, None
    meta = item.get("event")
    given = [item.get("id"), meta.get("EventUuid") if isinstance(meta, dict) else None]
    found_id = next((value for value in given if isinstance(value, str) and value), event_id)
    for name in WRAPPERS:
        inner = item.get(name)
        if isinstance(inner, dict):
            change, inner_id = _find_change(inner, found_id, depth - 1)
            if change is not None:
                return change, inner_id
    return None, None


def _key(identity: list[Any] | None, reading: Reading, raw: bytes, number: int) -> bytes:
    parts = identity or reading.identity
    if parts is None:
        parts = [hashlib.sha256(raw).hexdigest(), number]
    return hashlib.sha256(msgspec.json.encode([*parts, reading.object_id or number])).digest()
