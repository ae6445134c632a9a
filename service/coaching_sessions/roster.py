"""Whom a programme covers from when to when: dated reporting lines and days of employment, of the future too; pure.

Lines, first and last days are dated, so joiners, movers and leavers are known ahead. Team and job role are what they
are today.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from service.organizations.hierarchy import Line

DAY = timedelta(days=1)
Span = tuple[date, date]
"""The first and the last day, both included; `date.max`: no end is known."""


class CadenceEnd(StrEnum):
    """Why a cadence ended."""

    LEFT = "left"
    MOVED = "moved"
    HANDED_OVER = "handed_over"
    NOT_COVERED = "not_covered"
    CHANGED = "changed"
    PROGRAMME_ENDED = "programme_ended"


@dataclass(frozen=True, slots=True)
class Audience:
    """Of the tree below `manager_id`, the team and the job role all that are given must fit, until `ends_on`."""

    manager_id: UUID | None = None
    team_id: UUID | None = None
    job_role: str | None = None
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """What decides about a person; `hired_on` and `left_on` are days of work, None: without an end."""

    id: UUID
    job_role: str | None = None
    hired_on: date | None = None
    left_on: date | None = None
    teams: frozenset[str] = frozenset()

    @property
    def employed(self) -> Span:
        """The first and the last day."""
        return (self.hired_on or date.min, self.left_on or date.max)


@dataclass(frozen=True, slots=True)
class Pair:
    """A manager coaches a rep from a day to a day, both included; `to_on` None: no end is known."""

    manager_id: UUID
    rep_id: UUID
    from_on: date
    to_on: date | None
    end: CadenceEnd | None

    def holds(self, day: date) -> bool:
        """Whether it is on a day."""
        return self.from_on <= day <= (self.to_on or date.max)


@dataclass(frozen=True, slots=True)
class HandOver:
    """From a day on another coaches some reps in a manager's place, for as long as they report to that manager."""

    from_manager_id: UUID
    to_manager_id: UUID
    rep_ids: frozenset[UUID]
    on: date


@dataclass(frozen=True, slots=True, eq=False)
class Roster:
    """Everybody, who reports to whom when, and what was handed over, the earliest first."""

    people: Mapping[UUID, Member]
    lines: Sequence[Line]
    hand_overs: Sequence[HandOver] = ()
    _by_manager: dict[UUID, list[Line]] = field(default_factory=dict, init=False, repr=False)
    _by_rep: dict[UUID, list[Line]] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        """Sort the lines once for every programme."""
        for line in self.lines:
            if line.person_id in self.people and line.manager_id in self.people:
                self._by_manager.setdefault(line.manager_id, []).append(line)
                self._by_rep.setdefault(line.person_id, []).append(line)

    def find_pairs(self, audience: Audience, first: date, last: date) -> list[Pair]:
        """The pairs that an audience holds on any of the days `first` to `last`, by manager, rep and day.

        Their ends may lie beyond: two spans that follow each other without a day between are one.
        """
        found: dict[tuple[UUID, UUID], list[Span]] = {}
        for line, below in self._covered(audience):
            rep = self.people[line.person_id]
            for coach_id, during in self._coaches(line):
                employed = (rep.employed, self.people[coach_id].employed)
                span = _meet(below, during, *employed, (date.min, audience.ends_on or date.max))
                if span is not None and coach_id != rep.id:
                    found.setdefault((coach_id, rep.id), []).append(span)
        return [
            self._pair(audience, manager_id, rep_id, span)
            for (manager_id, rep_id), spans in sorted(found.items())
            for span in _joined(spans)
            if span[0] <= last and span[1] >= first
        ]

    def why_ended(self, audience: Audience, manager_id: UUID, rep_id: UUID, day: date) -> CadenceEnd:
        """Why a day is the first on which an audience no longer holds a pair."""
        if audience.ends_on is not None and day > audience.ends_on:
            return CadenceEnd.PROGRAMME_ENDED
        both = (self.people.get(manager_id), self.people.get(rep_id))
        if any(one is None or not _meet(one.employed, (day, day)) for one in both):
            return CadenceEnd.LEFT
        lines = [line for line in self._by_rep.get(rep_id, ()) if _meet(_days(line), (day, day))]
        if self.coach_of(rep_id, day) == manager_id:
            return CadenceEnd.NOT_COVERED
        is_same = any(line.manager_id == manager_id or self._had(line, manager_id, day) for line in lines)
        return CadenceEnd.HANDED_OVER if is_same else CadenceEnd.MOVED

    def coach_of(self, rep_id: UUID, day: date) -> UUID | None:
        """Who coaches a rep on a day: whom they report to, unless that was handed over; None: nobody."""
        coaches = (one for line in self._by_rep.get(rep_id, ()) for one in self._coaches(line))
        return next((coach_id for coach_id, during in coaches if _meet(during, (day, day))), None)

    def _had(self, line: Line, coach_id: UUID, day: date) -> bool:
        """Whether somebody had the coaching of a line before a day."""
        return any(one == coach_id and during[0] <= day for one, during in self._coaches(line))

    def _coaches(self, line: Line) -> list[tuple[UUID, Span]]:
        """Who coaches on which days of a line."""
        found = [(line.manager_id, _days(line))]
        for one in self.hand_overs:
            if line.person_id not in one.rep_ids or one.to_manager_id not in self.people:
                continue
            parts = []
            for coach_id, during in found:
                later = _meet(during, (one.on, date.max)) if coach_id == one.from_manager_id else None
                before = during if later is None else _meet(during, (date.min, one.on - DAY))
                parts += [(coach_id, before)] if before else []
                parts += [(one.to_manager_id, later)] if later else []
            found = parts
        return found

    def _pair(self, audience: Audience, manager_id: UUID, rep_id: UUID, span: Span) -> Pair:
        if span[1] == date.max:
            return Pair(manager_id, rep_id, span[0], None, None)
        why = self.why_ended(audience, manager_id, rep_id, span[1] + DAY)
        return Pair(manager_id, rep_id, span[0], span[1], why)

    def _covered(self, audience: Audience) -> Iterable[tuple[Line, Span]]:
        """The lines of those who fit, each with the days on which it hangs below the audience's manager."""
        for line, span in self._all() if audience.manager_id is None else self._below(audience.manager_id):
            rep = self.people[line.person_id]
            in_team = audience.team_id is None or str(audience.team_id) in rep.teams
            if in_team and audience.job_role in {None, rep.job_role}:
                yield line, span

    def _all(self) -> Iterable[tuple[Line, Span]]:
        return ((line, _days(line)) for lines in self._by_manager.values() for line in lines)

    def _below(self, manager_id: UUID) -> Iterable[tuple[Line, Span]]:
        """Each line below a manager with the days on which the whole chain up to them holds."""
        steps: list[tuple[UUID, Span]] = [(manager_id, (date.min, date.max))]
        seen = set(steps)
        while steps:
            above, during = steps.pop()
            for line in self._by_manager.get(above, ()):
                span = _meet(_days(line), during)
                if span is None:
                    continue
                yield line, span
                if (line.person_id, span) not in seen:
                    seen.add((line.person_id, span))
                    steps.append((line.person_id, span))


def _days(line: Line) -> Span:
    return (line.start_on, date.max if line.end_on is None else line.end_on - DAY)


def _meet(*spans: Span) -> Span | None:
    """The days that all spans share."""
    first, last = max(span[0] for span in spans), min(span[1] for span in spans)
    return (first, last) if first <= last else None


def _joined(spans: Iterable[Span]) -> list[Span]:
    """Spans in order, those that touch or overlap made one."""
    found: list[Span] = []
    for first, last in sorted(spans):
        if found and (found[-1][1] == date.max or first <= found[-1][1] + DAY):
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return found
