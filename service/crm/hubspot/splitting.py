"""A HubSpot delivery (a JSON array) into events, each with its deduplication key."""

import hashlib
from collections.abc import Iterator
from typing import Any

import msgspec

from service.crm.events import SplitEvent, UnreadableDelivery
from service.crm.hubspot.vocabulary import OBJECT_TYPE_IDS

_decode = msgspec.json.Decoder().decode
_canonical = msgspec.json.Encoder(order="sorted").encode

MAX_TEXT = 200


def split(body: bytes) -> Iterator[SplitEvent]:
    """Every event of a delivery, bad ones included; a `null` is the place of a purged event.

    The key is the SHA-256 of the canonical event without `attemptNumber`: `eventId` is not unique.
    """
    try:
        events = _decode(body)
    except msgspec.DecodeError as error:
        raise UnreadableDelivery(f"not JSON: {error}") from error
    if not isinstance(events, list):
        raise UnreadableDelivery("not a JSON array")
    for position, event in enumerate(events):
        if event is not None:
            yield _event(position, event)


def _event(position: int, event: Any) -> SplitEvent:
    if not isinstance(event, dict):
        key = hashlib.sha256(_canonical(event)).digest()
        return SplitEvent(position, key, "unknown", "", None, event, "the event is not an object")
    event.pop("attemptNumber", None)
    key = hashlib.sha256(_canonical(event)).digest()
    kind = event.get("subscriptionType") or event.get("eventType")
    at = event.get("occurredAt")
    if not isinstance(kind, str) or "." not in kind:
        return SplitEvent(position, key, "unknown", "", None, event, "subscriptionType: missing or not a type")
    object_type = object_type_of(event, kind)
    object_id = _object_id(event)
    if isinstance(at, bool) or not isinstance(at, int):
        return SplitEvent(
            position, key, object_type, object_id, None, event, "occurredAt: missing or not epoch milliseconds"
        )
    if not object_id:
        return SplitEvent(position, key, object_type, "", at, event, "objectId: missing or not an id")
    return SplitEvent(position, key, object_type, object_id, at, event)


def object_type_of(event: dict[str, Any], kind: str) -> str:
    """`deal`, `call`, …; a generic `object.*` event says so with `objectTypeId`."""
    noun = kind.partition(".")[0]
    if noun != "object":
        return noun[:MAX_TEXT]
    type_id = str(event.get("objectTypeId", ""))[:MAX_TEXT]
    return OBJECT_TYPE_IDS.get(type_id, type_id or "object")


def _object_id(event: dict[str, Any]) -> str:
    """The object the event is about; merges and associations may name it otherwise."""
    for name in ("objectId", "primaryObjectId", "fromObjectId"):
        value = event.get(name)
        if isinstance(value, bool):
            continue
        if isinstance(value, int) or (isinstance(value, str) and value and "\x00" not in value):
            return str(value)[:MAX_TEXT]
    return ""
