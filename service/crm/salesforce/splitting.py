"""A stored Salesforce delivery into events: an outbound message's notifications, or JSON events."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime

from lxml import etree

from service.crm.events import SplitEvent
from service.crm.salesforce import events
from service.crm.salesforce.soap import OUTBOUND, parse
from service.organizations.external_ids import salesforce_id

XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
XSI_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"

MODIFIED_FIELDS = ("SystemModstamp", "LastModifiedDate")


def split(body: bytes) -> Iterator[SplitEvent]:
    """Every notification, its key the SHA-256 of (organization, `Notification/Id`); or every JSON event."""
    if body[:1] == b"{":
        yield from events.split(body)
        return
    message = parse(body)
    for position, notification in enumerate(message.notifications):
        yield _event(position, message.organization_id, notification)


def _event(position: int, organization_id: str, notification: "etree._Element") -> SplitEvent:
    notification_id = notification.findtext(f"{{{OUTBOUND}}}Id", "").strip()
    identity = notification_id or hashlib.sha256(etree.tostring(notification, method="c14n")).hexdigest()
    key = hashlib.sha256(f"{organization_id}/{identity}".encode()).digest()
    record = notification.find(f"{{{OUTBOUND}}}sObject")
    if record is None:
        return SplitEvent(position, key, "unknown", "", None, {}, "sObject: missing")
    object_type = (record.get(XSI_TYPE) or "").rpartition(":")[2]
    fields = {etree.QName(child).localname: child.text or "" for child in record if _has_value(child)}
    object_id = salesforce_id(fields.get("Id", "").strip())
    at, problem = _modified_at(fields)
    if not notification_id:
        problem = "Notification/Id: missing"
    elif not object_type:
        problem = "sObject: no xsi:type"
    elif not object_id:
        problem = "Id: missing"
    return SplitEvent(position, key, object_type or "unknown", object_id, at, fields, problem)


def _has_value(child: "etree._Element") -> bool:
    return isinstance(child.tag, str) and child.get(XSI_NIL) != "true"


def _modified_at(fields: dict[str, str]) -> tuple[int | None, str | None]:
    """When the record was last written, in epoch milliseconds; a message without it cannot be ordered."""
    for name in MODIFIED_FIELDS:
        text = fields.get(name)
        if not text:
            continue
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            return None, f"{name}: not a date or time: {text[:40]}"
        if moment.tzinfo is None:
            return None, f"{name}: a time without a time zone: {text[:40]}"
        return int(moment.astimezone(UTC).timestamp() * 1000), None
    return None, None
