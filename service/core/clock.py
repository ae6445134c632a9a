"""The one place that reads the wall clock, and by which zones; everything pure takes time as an argument."""

import functools
import zoneinfo
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path


def utc_now() -> datetime:
    """The current instant, aware, in UTC."""
    return datetime.now(UTC)


@functools.cache
def clocks_release() -> str:
    """Which release of the time zones this process goes by: that of the system, else that of `tzdata`."""
    for folder in zoneinfo.TZPATH:
        source = Path(folder) / "tzdata.zi"
        if source.is_file():
            with source.open() as lines:
                return lines.readline().strip()
    return metadata.version("tzdata")
