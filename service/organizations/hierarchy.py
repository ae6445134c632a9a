"""Pure rules of dated reporting lines."""

from collections.abc import Iterable, Mapping, Sequence
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

    `lines` are those of the new manager and of everyone above. Climbs from the new manager, each step
    narrowed to the days on which the whole chain so far holds.
    """
    steps: list[tuple[UUID, date, date]] = [(new.manager_id, new.start_on, new.end_on or date.max)]
    seen = set(steps)
    while steps:
        person_id, start_on, end_on = steps.pop()
        if person_id == new.person_id:
            return True
        for line in lines:
            step = (line.manager_id, max(start_on, line.start_on), min(end_on, line.end_on or date.max))
            if line.person_id == person_id and step[1] < step[2] and step not in seen:
                seen.add(step)
                steps.append(step)
    return False


Span = tuple[date, date]
"""From a day until before another."""


LinesOf = Mapping[UUID, Sequence[Line]]
"""The lines to each manager."""


def group_lines(lines: Iterable[Line]) -> LinesOf:
    """Index lines by manager, once for many questions."""
    found: dict[UUID, list[Line]] = {}
    for line in lines:
        found.setdefault(line.manager_id, []).append(line)
    return found


def find_spans_below(lines: Iterable[Line], manager_id: UUID, within: Span) -> dict[UUID, list[Span]]:
    """Who was below a manager, directly or through others, and on which days of a span; spans may overlap."""
    return spans_among(group_lines(lines), manager_id, within)


def spans_among(lines_of: LinesOf, manager_id: UUID, within: Span, *, direct: bool = False) -> dict[UUID, list[Span]]:
    """The same from indexed lines; `direct`: only who reported to the manager themself.

    Descends from the manager, each step narrowed to the days on which the whole chain so far holds.
    """
    steps = [(manager_id, within)]
    seen = set(steps)
    found: dict[UUID, list[Span]] = {}
    while steps:
        above, (start_on, end_on) = steps.pop()
        for line in lines_of.get(above, ()):
            span = max(start_on, line.start_on), min(end_on, line.end_on or date.max)
            step = line.person_id, span
            if span[0] < span[1] and step not in seen:
                seen.add(step)
                found.setdefault(line.person_id, []).append(span)
                if not direct:
                    steps.append(step)
    return found
