"""Pure rules of dated reporting lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Line:
    """`person` reports to `manager` from `start_on` until before `end_on` (None: open)."""

    person_id: UUID
    manager_id: UUID
    start_on: date
    end_on: date | None


def overlaps(a: Line, b: Line) -> bool:
    """Whether two lines share a day."""
    return a.start_on < (b.end_on or date.max) and b.start_on < (a.end_on or date.max)


def find_cycle(lines: Sequence[Line], new: Line) -> bool:
    """Whether `new` puts somebody above themself at some date within its period.

    Lines change at their starts only, so it is enough to look at each start within the new period.
    """
    instants = {new.start_on} | {line.start_on for line in lines if overlaps(line, new)}
    return any(_cycle_at(lines, new, max(on, new.start_on)) for on in instants)


def _cycle_at(lines: Sequence[Line], new: Line, on: date) -> bool:
    managers = {
        line.person_id: line.manager_id
        for line in lines
        if line.start_on <= on and (line.end_on is None or on < line.end_on)
    }
    above: UUID | None = new.manager_id
    for _ in range(len(managers) + 1):
        if above == new.person_id:
            return True
        above = managers.get(above) if above is not None else None
    return False
