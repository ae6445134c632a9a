"""Change data capture: `ChangeEventHeader` says whose fields count; order is (commitNumber, sequenceNumber).

Both shapes occur: all fields with unchanged ones null and dates in milliseconds (decoded Pub/Sub), and
changed fields alone with ISO dates (relayed). `changedFields`, where present, decides; a field it names
that has no value was cleared. Numbers exceed 2^53 and may be strings: integer arithmetic only.
"""

from collections.abc import Iterator
from typing import Any

from service.crm.envelope import label
from service.crm.events import Untranslatable
from service.crm.salesforce.images import Life, Reading, RecordImage, flatten, plausible_ms, record_id

HEADER = "ChangeEventHeader"
GAP = "GAP_"
OVERFLOW = "GAP_OVERFLOW"
LIVES = {"CREATE": Life.CREATED, "UPDATE": Life.WRITTEN, "DELETE": Life.DELETED, "UNDELETE": Life.RESTORED}
MAX_RECORDS = 10_000
MAX_DIGITS = 20


def read_change(change: dict[str, Any]) -> Iterator[Reading]:
    """One reading per record of a change event."""
    header = change[HEADER]
    if not isinstance(header, dict):
        yield Reading("unknown", "", None, None, None, f"{HEADER}: not an object")
        return
    object_type = label(header.get("entityName") or "unknown")
    identity, at, image, problem = None, None, None, None
    try:
        at = plausible_ms("commitTimestamp", _integer(header, "commitTimestamp"))
        order = f"{_integer(header, 'commitNumber'):0{MAX_DIGITS}d}.{_integer(header, 'sequenceNumber'):010d}"
        identity = _identity(header)
        image = _image(change, header, order)
    except Untranslatable as error:
        problem = str(error)
    for id_ in _record_ids(header):
        missing = None if id_ else "recordIds: missing or not record ids"
        yield Reading(object_type, id_, at, identity, image, problem or missing)


def _image(change: dict[str, Any], header: dict[str, Any], order: str) -> RecordImage:
    kind = header.get("changeType")
    if not isinstance(header.get("entityName"), str) or not header["entityName"]:
        raise Untranslatable("entityName: missing")
    if kind == OVERFLOW:
        raise Untranslatable(f"changeType {OVERFLOW}: changes were lost; resynchronise the object")
    if isinstance(kind, str) and kind.startswith(GAP):
        raise Untranslatable(f"changeType {label(kind)[:40]}: the change was not sent; read the record again")
    life = LIVES.get(kind) if isinstance(kind, str) else None
    if life is None:
        raise Untranslatable(f"changeType: not known: {label(kind)[:40]}")
    if life is Life.DELETED:
        return RecordImage(life, order, {})
    return RecordImage(life, order, _fields(change, header))


def _fields(change: dict[str, Any], header: dict[str, Any]) -> dict[str, str]:
    sent = flatten({name: value for name, value in change.items() if name != HEADER})
    changed, nulled = _names(header, "changedFields"), _names(header, "nulledFields")
    if changed:
        fields: dict[str, str] = {}
        for name in changed:
            parts = {key: text for key, text in sent.items() if key.startswith(f"{name}.")}
            fields |= parts or {name: sent.get(name, "")}
    else:
        fields = {name: text for name, text in sent.items() if text}
    return fields | dict.fromkeys(nulled, "")


def _names(header: dict[str, Any], name: str) -> list[str]:
    names = header.get(name) or []
    if not isinstance(names, list) or not all(isinstance(item, str) for item in names):
        raise Untranslatable(f"{name}: not a list of field names")
    if any(item.startswith("0x") or "-0x" in item for item in names):
        raise Untranslatable(f"{name}: a bitmap of fields; decode it with the event's schema")
    return names


def _record_ids(header: dict[str, Any]) -> list[str]:
    """The ids, once each; one empty one where there are none, so that the event is not lost."""
    given = header.get("recordIds")
    values = given if isinstance(given, list) else [header.get("recordId")]
    return list(dict.fromkeys(record_id(value) for value in values[:MAX_RECORDS])) or [""]


def _identity(header: dict[str, Any]) -> list[Any] | None:
    transaction = header.get("transactionKey")
    return [transaction, _integer(header, "sequenceNumber")] if isinstance(transaction, str) and transaction else None


def _integer(header: dict[str, Any], name: str) -> int:
    value = header.get(name)
    text = value.strip() if isinstance(value, str) else value
    if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS:
        return int(text)
    if isinstance(text, int) and not isinstance(text, bool) and 0 <= text < 10**MAX_DIGITS:
        return text
    raise Untranslatable(f"{name}: missing or not a whole number: {label(value)[:40]}")
