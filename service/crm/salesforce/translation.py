"""A Salesforce notification (the record as it was when the message was sent) into writes to its fields."""

from collections.abc import Iterator

from service.activities.records import CREATED, CREATION, DELETED, DELETION, PROPERTY, FieldWrite, RecordChange
from service.crm.events import FieldNames, SplitEvent, Translation, Untranslatable
from service.crm.salesforce.vocabulary import FIELDS, OBJECT_TYPES, TASK_KINDS
from service.crm.values import normalise
from service.organizations.external_ids import salesforce_id


def translate(event: SplitEvent, fields: FieldNames) -> Translation:
    """What a notification means; objects that become no fact are ignored."""
    if event.object_type not in OBJECT_TYPES:
        if event.problem is not None:
            raise Untranslatable(event.problem)
        return Translation()
    if event.problem is not None:
        raise Untranslatable(event.problem)
    if event.at is None:
        raise Untranslatable("LastModifiedDate: missing; add it to the outbound message's fields")
    return Translation(tuple(_changes(event, event.at, fields)))


def _changes(event: SplitEvent, at: int, fields: FieldNames) -> Iterator[RecordChange]:
    record: dict[str, str] = event.payload
    object_type = OBJECT_TYPES[event.object_type]

    def change(field: str, rank: int, value: str | None) -> RecordChange:
        return RecordChange(object_type, event.object_id, field, FieldWrite(at, rank, event.key.hex()[:32], value))

    created = record.get("CreatedDate")
    if created and created in (record.get("LastModifiedDate"), record.get("SystemModstamp")):
        yield change(CREATED, CREATION, "true")
    if "IsDeleted" in record:
        deleted = normalise("is_closed", "IsDeleted", record["IsDeleted"])
        yield change(DELETED, DELETION, deleted)
    for canonical, value in _values(event.object_type, record, fields).items():
        yield change(canonical, PROPERTY, value)


def _values(object_type: str, record: dict[str, str], fields: FieldNames) -> dict[str, str | None]:
    """Canonical field → value; the connection's own mapping goes before ours."""
    values: dict[str, str | None] = {}
    for name, canonical in {**FIELDS[object_type], **fields}.items():
        text = record.get(name)
        if text is not None:
            values[canonical] = _value(canonical, name, text)
    if object_type == "Task":
        kind = TASK_KINDS.get((record.get("TaskSubtype") or record.get("Type") or "").lower())
        if kind is not None:
            values["kind"] = kind
    return values


def _value(canonical: str, name: str, text: str) -> str | None:
    if not text.strip():
        return None
    value = normalise(canonical, name, text)
    return salesforce_id(value) if canonical == "owner" else value
