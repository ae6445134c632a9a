"""An event in the schema for any other CRM into writes to a record's fields."""

import re
from typing import Any

from service.activities.records import (
    ASSOCIATION,
    ATTRIBUTE,
    DELETED,
    DELETION,
    PROPERTY,
    FieldWrite,
    RecordChange,
)
from service.crm.envelope import label
from service.crm.events import FieldNames, SplitEvent, Translation, Untranslatable
from service.crm.other.vocabulary import ACTIONS, FIELDS, PREFIX
from service.crm.values import normalise

_ATTRIBUTE_NAME = re.compile(r"[A-Za-z0-9_]{1,64}")
_CURRENCY = re.compile(r"[A-Z]{3}")


def translate(event: SplitEvent, fields: FieldNames) -> Translation:
    """What `touchline.<object>.<upserted|deleted|restored>` means; `Untranslatable` names the field at fault."""
    if event.problem is not None or event.at is None:
        raise Untranslatable(event.problem or "time: missing")
    prefix, _, rest = event.object_type.partition(".")
    object_type, _, action = rest.partition(".")
    if prefix != PREFIX or object_type not in FIELDS or action not in ACTIONS:
        raise Untranslatable(f"type: {event.object_type[:80]} is not one of the types that are read here")
    if action == "deleted":
        return Translation((_change(event, object_type, DELETED, DELETION, "true"),))
    if action == "restored":
        return Translation((_change(event, object_type, DELETED, ASSOCIATION, "false"),))
    values = _values(object_type, event.payload, fields)
    return Translation(
        tuple(_change(event, object_type, name, PROPERTY, value) for name, value in sorted(values.items()))
    )


def _values(object_type: str, data: dict[str, Any], fields: FieldNames) -> dict[str, str | None]:
    """Canonical field → value; a null clears. The connection's own mapping goes before the schema."""
    values: dict[str, str | None] = {}
    for name, value in data.items():
        canonical = fields.get(name) or (name if name in FIELDS[object_type] else None)
        if canonical is not None:
            values[canonical] = _value(canonical, name, value)
    attributes = data.get("attributes")
    if attributes is None:
        return values
    if not isinstance(attributes, dict):
        raise Untranslatable("attributes: not an object")
    for name, value in attributes.items():
        if not _ATTRIBUTE_NAME.fullmatch(name):
            raise Untranslatable(f"attributes: not a name of letters, digits and _: {label(name)[:40]}")
        values[ATTRIBUTE + name] = _value(ATTRIBUTE + name, f"attributes.{name}", value)
    return values


def _value(canonical: str, name: str, value: Any) -> str | None:
    if isinstance(value, dict | list):
        raise Untranslatable(f"{label(name)[:80]}: not a plain value")
    if value is None or value == "":
        return None
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if canonical == "currency" and not _CURRENCY.fullmatch(text):
        raise Untranslatable(f"{label(name)[:80]}: not an ISO 4217 code: {label(text)[:40]}")
    return normalise(canonical, label(name)[:80], text)


def _change(event: SplitEvent, object_type: str, field: str, rank: int, value: str | None) -> RecordChange:
    assert event.at is not None  # noqa: S101 - checked by translate
    write = FieldWrite(event.at, rank, event.key.hex()[:32], value)
    return RecordChange(object_type, event.object_id, field, write)
