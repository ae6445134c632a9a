"""What every vendor's splitter and translator speak: events of a delivery, and why one cannot be read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from service.activities.records import RecordChange


class Untranslatable(Exception):  # noqa: N818 - the field's word; it is no error of ours
    """An event that cannot be read: the reason names the field. It is quarantined, and blocks nothing."""


class UnreadableDelivery(Exception):  # noqa: N818 - as above
    """A delivery that is not what its vendor sends at all."""


@dataclass(frozen=True, slots=True)
class SplitEvent:
    """One event of a delivery.

    `key` is the deduplication key (32 bytes), `position` its place in the delivery, `at` its time in
    epoch milliseconds (None where it has none that can be read), `payload` what the translator reads,
    `problem` why it cannot be translated at all.
    """

    position: int
    key: bytes
    object_type: str
    object_id: str
    at: int | None
    payload: Any
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Purge:
    """A person asked to be forgotten: what is stored of this object goes, raw payloads included."""

    object_type: str
    object_id: str


@dataclass(frozen=True, slots=True)
class Translation:
    """What an event means here; with neither changes nor a purge it is ignored."""

    changes: tuple[RecordChange, ...] = ()
    purge: Purge | None = None


FieldNames = Mapping[str, str]
"""A connection's own mapping of vendor properties to canonical fields or `attr:…`."""
