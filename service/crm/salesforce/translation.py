"""A Salesforce event into writes to a record's fields: a notification, a change event, or what Apex sent."""

from collections.abc import Iterator, Mapping

from service.activities.records import CREATED, CREATION, DEAL, DELETED, DELETION, PROPERTY, FieldWrite, RecordChange
from service.crm.events import FieldNames, SplitEvent, Translation, Untranslatable
from service.crm.salesforce.images import Life, RecordImage
from service.crm.salesforce.vocabulary import FIELDS, OBJECT_TYPES, OPPORTUNITY_PREFIX, TASK_KINDS
from service.crm.values import normalise
from service.organizations.external_ids import salesforce_id


def translate(event: SplitEvent, fields: FieldNames) -> Translation:
    """What an event means. Objects that become no fact are ignored in an outbound message, and named elsewhere."""
    if isinstance(event.payload, RecordImage):
        return Translation(tuple(_image_changes(event, event.payload, fields)))
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


def _image_changes(event: SplitEvent, image: RecordImage, fields: FieldNames) -> Iterator[RecordChange]:
    """An image's writes; at one instant the commit's order decides."""
    if event.problem is not None or event.at is None:
        raise Untranslatable(event.problem or "commitTimestamp: missing")
    object_type = OBJECT_TYPES.get(event.object_type)
    if object_type is None:
        raise Untranslatable(f"{event.object_type}: no object that becomes a fact here; leave it out of the channel")
    at, key = event.at, image.order or event.key.hex()[:32]

    def change(field: str, rank: int, value: str | None) -> RecordChange:
        return RecordChange(object_type, event.object_id, field, FieldWrite(at, rank, key, value))

    if image.life is Life.CREATED:
        yield change(CREATED, CREATION, "true")
    if image.life in {Life.DELETED, Life.RESTORED}:
        # One rank for both, so that of the same instant the later commit stands.
        yield change(DELETED, DELETION, "true" if image.life is Life.DELETED else "false")
    for canonical, value in _values(event.object_type, image.fields, fields).items():
        yield change(canonical, PROPERTY, value)


def _values(object_type: str, record: Mapping[str, str], fields: FieldNames) -> dict[str, str | None]:
    """Canonical field → value; the connection's own mapping goes before ours, and a value before none."""
    values: dict[str, str | None] = {}
    for name, canonical in {**FIELDS[object_type], **fields}.items():
        text = record.get(name)
        if text is not None:
            value = _value(canonical, name, text)
            if value is not None or canonical not in values:
                values[canonical] = value
    if object_type == "Task":
        kind = TASK_KINDS.get((record.get("TaskSubtype") or record.get("Type") or "").lower())
        if kind is not None:
            values["kind"] = kind
    return values


def _value(canonical: str, name: str, text: str) -> str | None:
    if not text.strip():
        return None
    value = normalise(canonical, name, text)
    if canonical == DEAL:
        return salesforce_id(value) if value.startswith(OPPORTUNITY_PREFIX) else None
    return salesforce_id(value) if canonical == "owner" else value
