"""Instants and days: an instant has a moment, a date-only value has a day that no time zone may shift."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo

DATE_LENGTH = len("2026-01-02")


@dataclass(frozen=True, slots=True)
class Moment:
    """When something happened: the instant (UTC) and the organization's local day it counts for."""

    at: datetime
    on: date


def moment_of(text: str, zone: tzinfo) -> Moment:
    """Read a normalised value: `2026-01-02` (that very day; the instant is its local start) or ISO 8601.

    ValueError for anything else, a naive time included.
    """
    if len(text) == DATE_LENGTH:
        day = date.fromisoformat(text)
        return Moment(datetime.combine(day, time.min, zone).astimezone(UTC), day)
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError("a time without a time zone")
    return Moment(instant.astimezone(UTC), instant.astimezone(zone).date())


def moment_of_ms(epoch_ms: int, zone: tzinfo) -> Moment:
    """The moment of an epoch time in milliseconds."""
    instant = datetime.fromtimestamp(epoch_ms / 1000, UTC)
    return Moment(instant, instant.astimezone(zone).date())
