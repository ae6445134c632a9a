"""CloudEvents 1.0 over HTTP: any content mode in, one batch of structured events out; attributes validated.

Source: CloudEvents specification 1.0.2, its JSON event format and its HTTP protocol binding.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import unquote

import msgspec

from service.crm.envelope import REFUSED, checked_items, checked_json, decode, label
from service.crm.values import EARLIEST, LATEST

STRUCTURED = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
HEADER_PREFIX = "ce-"
REQUIRED = ("specversion", "id", "source", "type")
VERSION = "1.0"
MAX_ATTRIBUTE = 2000

_NOT_ATTRIBUTES = frozenset({"data", "data_base64", "datacontenttype"})
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")
_JSON_TYPE = re.compile(r"(application|text)/([\w.-]+\+)?json", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CloudEvent:
    """A valid event; `at` (epoch milliseconds) is its `time`, None where it has none."""

    id: str
    source: str
    type: str
    at: int | None
    data: Any


class InvalidEvent(Exception):  # noqa: N818 - a verdict: the event is quarantined
    """An event that breaks the specification: the reason names the attribute."""


def is_json(content_type: str) -> bool:
    """Whether a media type's data is JSON; absent, it is."""
    kind = content_type.partition(";")[0].strip()
    return not kind or _JSON_TYPE.fullmatch(kind) is not None


def from_binary(headers: Mapping[str, str], content_type: str, body: bytes) -> bytes:
    """A binary-mode request as a batch of one structured event; data that is said to be JSON must be JSON.

    `headers` are the `ce-` headers, their names in lower case; values are percent-encoded UTF-8.
    """
    named = {name.removeprefix(HEADER_PREFIX): unquote(value) for name, value in headers.items()}
    event: dict[str, str] = {name: value for name, value in named.items() if name not in _NOT_ATTRIBUTES}
    if content_type:
        event["datacontenttype"] = content_type
    if body and not is_json(content_type):
        event["data_base64"] = base64.b64encode(body).decode()
    head = msgspec.json.encode(event)
    if not body or "data_base64" in event:
        return b"[" + head + b"]"
    return b"[" + head[:-1] + b',"data":' + checked_json(body) + b"}]"


def from_structured(body: bytes) -> bytes:
    """A structured event, as a batch of one."""
    return checked_items(body, b"{")


def from_batch(body: bytes) -> bytes:
    """A batch: a JSON array, which may be empty."""
    return checked_items(body, b"[")


def parse(event: dict[str, Any]) -> CloudEvent:
    """A structured event, or `InvalidEvent` with the attribute's name."""
    for name in REQUIRED:
        value = event.get(name)
        if not isinstance(value, str) or not value or len(value) > MAX_ATTRIBUTE or "\x00" in value:
            raise InvalidEvent(f"{name}: missing or not a text of 1 to {MAX_ATTRIBUTE} characters")
    if event["specversion"] != VERSION:
        raise InvalidEvent(f"specversion: {label(event['specversion'])[:40]} is not {VERSION}")
    return CloudEvent(event["id"], event["source"], event["type"], _time(event.get("time")), _data(event))


def _time(value: Any) -> int | None:
    if value is None:
        return None
    if not isinstance(value, str) or not _RFC3339.fullmatch(value):
        raise InvalidEvent(f"time: not an RFC 3339 time: {label(value)[:40]}")
    try:
        moment = datetime.fromisoformat(value.upper())
    except ValueError as error:
        raise InvalidEvent(f"time: not an RFC 3339 time: {value[:40]}") from error
    if not EARLIEST <= moment <= LATEST:
        raise InvalidEvent(f"time: an implausible time: {value[:40]}")
    return int(moment.timestamp() * 1000)


def _data(event: dict[str, Any]) -> Any:
    encoded = event.get("data_base64")
    if encoded is None:
        return event.get("data")
    if event.get("data") is not None:
        raise InvalidEvent("data_base64: stands beside data")
    content_type = event.get("datacontenttype")
    if not isinstance(content_type, str | None) or not is_json(content_type or ""):
        raise InvalidEvent(f"datacontenttype: {label(content_type)[:100]} is not JSON")
    try:
        return decode(base64.b64decode(encoded, validate=True))
    except (binascii.Error, TypeError, ValueError, *REFUSED) as error:
        raise InvalidEvent("data_base64: not the base64 of JSON") from error
