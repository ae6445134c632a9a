"""What the fields of a deal held when, from the present values, the times they were written and superseded ones; pure.

A field whose every value is dated has its history. Of any other we know the present value since the CRM says it was
written, and what it was before from the states that were known then; before the first of those nothing is known.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from service.activities.records import ATTRIBUTE
from service.success_models.evidence import Reading
from service.success_models.filters import ATTRIBUTE_PREFIX
from service.success_models.process import CLOSE_DATE


@dataclass(frozen=True, slots=True)
class KnownState:
    """What a deal's fields without a history held, as it was known from `known_from` on."""

    known_from: datetime
    values: Mapping[str, str | None]


def record_field(name: str) -> str:
    """The field of the assembled record behind a field of a criterion."""
    if name.startswith(ATTRIBUTE_PREFIX):
        return ATTRIBUTE + name.removeprefix(ATTRIBUTE_PREFIX)
    return "closed_at" if name == CLOSE_DATE else name


def read_fields(
    names: Iterable[str],
    present: Mapping[str, str | None],
    written: Mapping[str, datetime],
    earlier: Sequence[KnownState],
    created_at: datetime,
) -> dict[str, list[Reading]]:
    """The readings of each name, oldest first; `earlier` in order of time.

    A field that was never written has been empty since the deal was created.
    """
    found = {}
    for name in names:
        at = written.get(name, created_at)
        before = [Reading(one.known_from, one.values.get(name)) for one in earlier if one.known_from < at]
        found[name] = [*before, Reading(at, present.get(name))]
    return found
