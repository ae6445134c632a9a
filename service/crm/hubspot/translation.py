"""A HubSpot event into writes to fields of records."""

from typing import Any

from service.activities.records import (
    ASSOCIATION,
    CREATED,
    CREATION,
    DEAL,
    DELETED,
    DELETION,
    MERGED_INTO,
    PROPERTY,
    FieldWrite,
    RecordChange,
)
from service.crm.events import FieldNames, Purge, SplitEvent, Translation, Untranslatable
from service.crm.hubspot.vocabulary import EMAIL_DIRECTIONS, MILLISECOND_PROPERTIES, PROPERTIES
from service.crm.values import decimal, normalise

REDACTED = "REDACTED"
IGNORED = Translation()


def translate(event: SplitEvent, fields: FieldNames) -> Translation:
    """What an event means: writes, a purge, or nothing (a type that becomes no fact)."""
    if event.problem is not None or event.at is None:
        raise Untranslatable(event.problem or "occurredAt: missing")
    payload: dict[str, Any] = event.payload
    kind = payload.get("subscriptionType") or payload["eventType"]
    action = kind.partition(".")[2]
    if action == "privacyDeletion":
        return Translation(purge=Purge(event.object_type, event.object_id))
    if action == "associationChange":
        return _association(event, payload)
    if event.object_type not in PROPERTIES:
        return IGNORED
    if action == "propertyChange":
        return _property_change(event, payload, fields)
    if action == "creation":
        return Translation((_change(event, event.object_id, CREATED, CREATION, "true"),))
    if action == "deletion":
        return Translation((_change(event, event.object_id, DELETED, DELETION, "true"),))
    if action == "restore":
        return Translation((_change(event, event.object_id, DELETED, ASSOCIATION, "false"),))
    if action == "merge":
        return _merge(event, payload)
    return IGNORED


def _property_change(event: SplitEvent, payload: dict[str, Any], fields: FieldNames) -> Translation:
    name, value = payload.get("propertyName"), payload.get("propertyValue")
    if not isinstance(name, str) or not name:
        raise Untranslatable("propertyName: missing or not a name")
    canonical = fields.get(name) or PROPERTIES[event.object_type].get(name)
    if canonical is None or value == REDACTED:
        return IGNORED
    if value is not None and not isinstance(value, str):
        raise Untranslatable(f"{name}: propertyValue is not a string")
    text = None if value is None or value == "" else _value(event.object_type, canonical, name, value)
    return Translation((_change(event, event.object_id, canonical, PROPERTY, text),))


def _value(object_type: str, canonical: str, name: str, value: str) -> str:
    if name in MILLISECOND_PROPERTIES:
        value = str(_seconds(name, value))
    text = normalise(canonical, name, value)
    if object_type == "email" and canonical == "direction":
        return EMAIL_DIRECTIONS.get(text, text)
    return text


def _seconds(name: str, milliseconds: str) -> str:
    number = decimal(name, milliseconds)
    whole, _, fraction = number.partition(".")
    if fraction or not whole.lstrip("-").isdigit():
        raise Untranslatable(f"{name}: not whole milliseconds: {milliseconds[:40]}")
    return f"{int(whole) / 1000:.3f}"


def _merge(event: SplitEvent, payload: dict[str, Any]) -> Translation:
    """The others point to the survivor: `newObjectId`, else `primaryObjectId`."""
    merged, primary = payload.get("mergedObjectIds"), payload.get("primaryObjectId")
    if not isinstance(merged, list) or not all(isinstance(item, int | str) for item in merged):
        raise Untranslatable("mergedObjectIds: missing or not a list of ids")
    survivor = payload.get("newObjectId") or primary
    if survivor is None:
        raise Untranslatable("newObjectId: missing, and primaryObjectId too")
    ids = {str(item) for item in [*merged, primary] if item is not None} - {str(survivor)}
    changes = (_change(event, id_, MERGED_INTO, ASSOCIATION, str(survivor)) for id_ in sorted(ids))
    return Translation(tuple(changes))


def _association(event: SplitEvent, payload: dict[str, Any]) -> Translation:
    """An engagement and the deal it is about, whichever of the two the event names first."""
    first, _, second = str(payload.get("associationType") or "").lower().partition("_to_")
    ends = {first: payload.get("fromObjectId"), second: payload.get("toObjectId")}
    deal, others = ends.pop(DEAL, None), [name for name in ends if name in PROPERTIES]
    if deal is None or not others:
        return IGNORED
    object_id = ends[others[0]]
    if not all(isinstance(id_, int | str) and not isinstance(id_, bool) for id_ in (deal, object_id)):
        raise Untranslatable("fromObjectId, toObjectId: missing or not ids")
    value = None if payload.get("associationRemoved") is True else str(deal)
    write = FieldWrite(event.at or 0, ASSOCIATION, event.key.hex()[:32], value)
    return Translation((RecordChange(others[0], str(object_id), DEAL, write),))


def _change(event: SplitEvent, object_id: str, field: str, rank: int, value: str | None) -> RecordChange:
    assert event.at is not None  # noqa: S101 - checked by translate
    write = FieldWrite(event.at, rank, event.key.hex()[:32], value)
    return RecordChange(event.object_type, object_id, field, write)
