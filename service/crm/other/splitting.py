"""A stored delivery of CloudEvents into events; the key is the SHA-256 of (source, id), as CloudEvents has it."""

import hashlib
from collections.abc import Iterator
from typing import Any

import msgspec

from service.crm.cloudevents import InvalidEvent, parse
from service.crm.envelope import label, read_items, unwrap
from service.crm.events import SplitEvent

MAX_ID_LENGTH = 200


def split(body: bytes) -> Iterator[SplitEvent]:
    """Every event, bad ones included; an event's time is its `time`, else that of its receipt."""
    envelope = unwrap(body)
    for position, raw, item, problem in read_items(envelope):
        yield _event(position, raw, item, problem, envelope.received_at)


def _event(position: int, raw: bytes, item: Any, problem: str | None, received_at: int) -> SplitEvent:
    if problem is not None:
        return SplitEvent(position, hashlib.sha256(raw).digest(), "unknown", "", None, item, problem)
    try:
        event = parse(item)
    except InvalidEvent as invalid:
        return SplitEvent(position, hashlib.sha256(raw).digest(), "unknown", "", None, item, str(invalid))
    key = hashlib.sha256(msgspec.json.encode([event.source, event.id])).digest()
    at = received_at if event.at is None else event.at
    id_ = _record_id(event.data)
    if not isinstance(event.data, dict):
        problem = "data: missing or not an object"
    elif not id_:
        problem = f"data.id: missing or not an id of 1 to {MAX_ID_LENGTH} characters"
    return SplitEvent(position, key, label(event.type), id_, at, event.data, problem)


def _record_id(data: Any) -> str:
    value = data.get("id") if isinstance(data, dict) else None
    if isinstance(value, bool) or not isinstance(value, int | str):
        return ""
    text = str(value).strip()
    return text if 0 < len(text) <= MAX_ID_LENGTH and "\x00" not in text else ""
