"""Which code writes calendar files: part of a feed's tag, so that nobody has to remember to raise a number.

Other code may write the same sessions as another file. A reader must not be told then that nothing changed; told that
something did where nothing has, they read one file for nothing.
"""

import functools
import inspect
import sys
from hashlib import blake2b
from importlib import metadata
from types import ModuleType

from service.coaching_sessions import (
    calendar,
    calendar_entries,
    calendar_series,
    calendar_zones,
    recurrence,
    recurrence_rules,
)

WRITERS: tuple[ModuleType, ...] = (
    calendar,
    calendar_entries,
    calendar_series,
    calendar_zones,
    recurrence,
    recurrence_rules,
)
"""All that a file is made by, once its entries are there; a test follows their imports."""


@functools.cache
def rendering_release(entries_by: str) -> str:
    """A digest of what a file is made by: these sources, those of the module that makes entries, and the library."""
    digest = blake2b(metadata.version("icalendar").encode(), digest_size=8)
    for module in (sys.modules[entries_by], *WRITERS):
        digest.update(inspect.getsource(module).encode())
    return digest.hexdigest()
