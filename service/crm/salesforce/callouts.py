"""What Flow and Apex send, which no standard defines: `{previous, current}`, `{New, Old}`, or a record itself.

A record stands alone, in a list (a trigger's), or under its object's name. It is the whole record, as of
its own modification, or as of the receipt where it does not tell; one that has a past only was deleted.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from service.crm.envelope import label
from service.crm.events import Untranslatable
from service.crm.salesforce.images import (
    MAX_MS_DIGITS,
    Life,
    Reading,
    RecordImage,
    flatten,
    plausible_ms,
    record_id,
)
from service.crm.salesforce.vocabulary import OBJECT_TYPES

NOW, BEFORE = frozenset({"current", "new"}), frozenset({"previous", "old"})
MODIFIED_FIELDS = ("SystemModstamp", "LastModifiedDate")
PREFIXES = {"006": "Opportunity", "00T": "Task", "00U": "Event"}
"""The first characters of an id say of which object it is."""

_BY_WORD = {name.lower(): name for name in OBJECT_TYPES}


def read_callout(item: dict[str, Any], received_at: int) -> Iterator[Reading]:
    """One reading per record; `received_at` in epoch milliseconds."""
    words = {name.lower(): value for name, value in item.items()}
    now = [value for word, value in words.items() if word in NOW]
    before = [value for word, value in words.items() if word in BEFORE]
    if not now and not before:
        if "Id" not in item:
            reason = "the event is neither a change event nor {previous, current} nor {New, Old} nor a record"
            yield Reading("unknown", "", None, None, None, reason)
            return
        now = [item]
    present = [record for value in now for record in _records(value)]
    life = Life.WRITTEN if present else Life.DELETED
    records = present or [record for value in before for record in _records(value)]
    if not records:
        yield Reading("unknown", "", None, None, None, "current and previous: both empty")
    for record in records:
        yield _reading(record, life, received_at)


def _records(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _reading(given: Any, life: Life, received_at: int) -> Reading:
    if not isinstance(given, dict):
        return Reading("unknown", "", None, None, None, "current: the record is not an object")
    object_type, record = _named(given)
    id_ = record_id(record.get("Id"))
    object_type = object_type or PREFIXES.get(id_[:3], "unknown")
    identity: list[Any] | None = None
    try:
        fields = flatten({name: value for name, value in record.items() if name != "attributes"})
        if "OwnerId" not in fields and fields.get("Owner.Id"):
            fields["OwnerId"] = fields["Owner.Id"]
        modified = _modified_at(fields)
    except Untranslatable as error:
        return Reading(object_type, id_, None, None, None, str(error))
    if modified is None:
        # Without an id and a time of its own, the same bytes may well be said twice: a stage set, unset and set again.
        identity = ["received", received_at, sorted(fields.items())]
    if fields.get("IsDeleted", "").lower() == "true":
        life = Life.DELETED
    image = RecordImage(life, "", {} if life is Life.DELETED else fields)
    problem = None if id_ else "Id: missing or not a record id"
    return Reading(object_type, id_, received_at if modified is None else modified, identity, image, problem)


def _named(given: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """(object, record): the object's name stands over the record or in its `attributes`; else it is empty."""
    if len(given) == 1:
        ((name, inner),) = given.items()
        if isinstance(inner, dict):
            return _BY_WORD.get(name.lower(), label(name)), inner
    attributes = given.get("attributes")
    kind = attributes.get("type") if isinstance(attributes, dict) else None
    return (label(kind) if isinstance(kind, str) else ""), given


def _modified_at(fields: dict[str, str]) -> int | None:
    for name in MODIFIED_FIELDS:
        text = fields.get(name)
        if not text:
            continue
        if text.isascii() and text.isdigit() and len(text) <= MAX_MS_DIGITS:
            return plausible_ms(name, int(text))
        try:
            moment = datetime.fromisoformat(text)
        except ValueError as error:
            raise Untranslatable(f"{name}: not a date or time: {label(text)[:40]}") from error
        if moment.tzinfo is None:
            raise Untranslatable(f"{name}: a time without a time zone: {text[:40]}")
        return plausible_ms(name, int(moment.timestamp() * 1000))
    return None
