"""Whose people and sessions count for a manager on which days, through every reorganization; pure.

Sessions count for whoever was to hold them, on the day they were due. A person counts once, as they stood on the last
of the days on which they were in the tree.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from service.organizations.hierarchy import LinesOf, Span, spans_among
from service.organizations.known import KnownPerson

DAY = timedelta(days=1)
Reach = dict[UUID, list[Span]]
"""People, and the days, ends excluded, on which they count."""


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of the organization; `managed_from` is the first day on which anybody reported to them."""

    known: KnownPerson
    name: str
    is_rep: bool
    is_manager: bool
    managed_from: date | None = None

    def sold_on(self, day: date) -> bool:
        """Whether they were somebody to coach and no coach: reps, and managers until they had a report."""
        return self.is_rep or (self.is_manager and self.managed_from is not None and day < self.managed_from)

    def last_day_in(self, span: Span) -> date | None:
        """The last day of a span, its end excluded, on which they were employed; None: there is none."""
        first, last = max(span[0], self.known.hired_on or date.min), span[1] - DAY
        if self.known.left_on is not None:
            last = min(last, self.known.left_on)
        return last if first <= last else None


@dataclass(frozen=True, slots=True)
class Tree:
    """A manager, whose sessions count for them on which days, and who was below."""

    manager_id: UUID
    managers: Reach
    below: Reach

    def has_sessions_of(self, manager_id: UUID, day: date) -> bool:
        """Whether what a manager was to do on a day counts."""
        return any(start <= day < end for start, end in self.managers.get(manager_id, ()))

    def standing_days(self, members: Mapping[UUID, Member], span: Span) -> dict[UUID, date]:
        """Of each rep who was in the tree within a span, its end excluded, the last day of it."""
        manager = members.get(self.manager_id)
        found = {}
        for person_id, spans in self.below.items():
            person = members.get(person_id)
            if person is None or manager is None:
                continue
            met = ((max(start, span[0]), min(end, span[1])) for start, end in spans)
            days = [
                day
                for one in met
                if one[0] < one[1] and (until := manager.last_day_in(one)) is not None
                if (day := person.last_day_in((one[0], until + DAY))) is not None
            ]
            if days and person.sold_on(max(days)):
                found[person_id] = max(days)
        return found


def reach_below(lines_of: LinesOf, root_id: UUID, spans: Iterable[Span]) -> Reach:
    """Somebody and everybody below them, on the days of some spans."""
    found: Reach = {root_id: list(spans)}
    for span in found[root_id].copy():
        for person_id, days in spans_among(lines_of, root_id, span).items():
            found.setdefault(person_id, []).extend(days)
    return found


def grow(lines_of: LinesOf, manager_id: UUID, spans: Sequence[Span], *, whole: bool) -> Tree:
    """The tree of a manager on the days of some spans; not `whole`: their own sessions and direct reports alone."""
    below: Reach = {}
    for span in spans:
        for person_id, days in spans_among(lines_of, manager_id, span, direct=not whole).items():
            below.setdefault(person_id, []).extend(days)
    return Tree(manager_id, {manager_id: list(spans), **(below if whole else {})}, below)


def managers_within(lines_of: LinesOf, reach: Mapping[UUID, Sequence[Span]] | None, span: Span) -> set[UUID]:
    """Those to whom somebody reported on a day of a span, while they were within reach (None: everybody is)."""
    found = set()
    for manager_id, lines in lines_of.items():
        held: Collection[Span] = [span] if reach is None else reach.get(manager_id, ())
        for start, end in held:
            first, last = max(start, span[0]), min(end, span[1])
            if any(max(first, line.start_on) < min(last, line.end_on or date.max) for line in lines):
                found.add(manager_id)
    return found
