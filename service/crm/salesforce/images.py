"""What one JSON event says of one record: which fields count, as text, and what became of the record."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum, auto
from typing import Any

from service.crm.events import Untranslatable
from service.crm.values import EARLIEST, LATEST
from service.organizations.external_ids import salesforce_id

DATE_FIELDS = frozenset({"CloseDate", "ActivityDate"})
"""Dates without a time. Senders make midnight UTC of them, which no time zone may shift to another day."""

PERCENT_FIELDS = frozenset({"Probability"})
"""Numbers that Apex writes as `90%`."""

MAX_DEPTH = 4
MAX_MS_DIGITS = 15

_MIDNIGHT = re.compile(r"(\d{4}-\d\d-\d\d)T00:00:00(\.0+)?(Z|[+-]00:?00)")
_PERCENT = re.compile(r"\s*(-?\d+(?:\.\d+)?)?\s*%\s*")
_ID = re.compile(r"[A-Za-z0-9]{15}([A-Za-z0-9]{3})?")


class Life(Enum):
    """What became of the record."""

    CREATED = auto()
    WRITTEN = auto()
    DELETED = auto()
    RESTORED = auto()


@dataclass(frozen=True, slots=True)
class RecordImage:
    """The fields that count, as text (empty: cleared); `order` breaks ties of time, empty where nothing does."""

    life: Life
    order: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Reading:
    """One event of one record; `identity` is what tells a duplicate, None: the bytes alone."""

    object_type: str
    object_id: str
    at: int | None
    identity: list[Any] | None
    image: RecordImage | None
    problem: str | None = None


def flatten(record: Mapping[str, Any], prefix: str = "", depth: int = MAX_DEPTH) -> dict[str, str]:
    """Field → text; the parts of a compound field are `Name.LastName`. Lists and deeper nests are left out."""
    found: dict[str, str] = {}
    for name, value in record.items():
        if isinstance(value, dict):
            if depth > 1:
                found |= flatten(value, f"{prefix}{name}.", depth - 1)
        elif not isinstance(value, list):
            found[f"{prefix}{name}"] = _text(name, value)
    return found


def _text(name: str, value: Any) -> str:
    """A JSON value as the vendor's XML would write it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    if name in DATE_FIELDS:
        return _day(name, text)
    if name in PERCENT_FIELDS and (percent := _PERCENT.fullmatch(text)):
        return percent[1] or ""
    return text


def _day(name: str, text: str) -> str:
    """The day of a date that was sent as midnight UTC; what is neither is left to be judged as it came."""
    if text.isascii() and text.isdigit() and len(text) <= MAX_MS_DIGITS:
        return datetime.fromtimestamp(plausible_ms(name, int(text)) / 1000, UTC).date().isoformat()
    midnight = _MIDNIGHT.fullmatch(text)
    return text if midnight is None else midnight[1]


def plausible_ms(name: str, epoch_ms: int) -> int:
    """Epoch milliseconds; `Untranslatable` for what cannot be them, seconds for instance."""
    if not EARLIEST.timestamp() * 1000 <= epoch_ms <= LATEST.timestamp() * 1000:
        raise Untranslatable(f"{name}: an implausible time (seconds for milliseconds?): {str(epoch_ms)[:40]}")
    return epoch_ms


def record_id(value: Any) -> str:
    """The 18-character form of a record's id, or an empty string for what is none."""
    text = value.strip() if isinstance(value, str) else ""
    return salesforce_id(text) if _ID.fullmatch(text) else ""
