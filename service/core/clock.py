"""The one place that reads the wall clock; everything pure takes time as an argument."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """The current instant, aware, in UTC."""
    return datetime.now(UTC)
