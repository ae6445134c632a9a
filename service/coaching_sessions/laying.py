"""Where the sessions of a series are laid down: on which day and at what time both can, or why there is none; pure.

A day is one of each participant's own: ten o'clock on a Tuesday in Sydney is a Monday evening in New York. Somebody
who is away for half of a day is there for the other half.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from uuid import UUID
from zoneinfo import ZoneInfo

from service.coaching_sessions.recurrence import Occurrence, Recurrence, instant, occurrences
from service.organizations.working_time import WorkingCalendar

SLOT_MINUTES = 5
FURTHEST_MOVE = 5
"""Working days that a session may move by."""
LONGEST_SEARCH = 60
"""Days in which those are looked for."""
DAYS_TO_CHOOSE_BY = 8
RULE_SEARCHES = (timedelta(weeks=9), timedelta(days=400))
"""How far they are looked for: most rules are weekly, and a year is long to count."""
DAY = timedelta(days=1)
DAY_MINUTES = 24 * 60


class ClockOf(StrEnum):
    """Whose time zone the wall clock of a series is in."""

    REP = "rep"
    MANAGER = "manager"


class WhenAway(StrEnum):
    """What becomes of a session on a holiday, or on which one of the two is away."""

    MOVE = "move"
    """It moves to the next day, of the next five working days, that suits both."""
    SKIP = "skip"
    """There is none this time, and none is owed."""


class GapReason(StrEnum):
    """Why an occurrence has no session."""

    HOLIDAY = "holiday"
    REP_AWAY = "rep_away"
    MANAGER_AWAY = "manager_away"
    NO_FREE_TIME = "no_free_time"


@dataclass(frozen=True, slots=True, eq=False)
class Participant:
    """Who takes part: their IANA zone and working time."""

    id: UUID
    time_zone: str
    calendar: WorkingCalendar

    def day_of(self, at: datetime) -> date:
        """Their own day at an instant."""
        return at.astimezone(_zone(self.time_zone)).date()


@dataclass(frozen=True, slots=True, eq=False)
class StandIn:
    """Somebody who holds the manager's sessions that start within a span, its end excluded."""

    person: Participant
    begins_at: datetime
    ends_at: datetime

    def holds(self, starts_at: datetime) -> bool:
        """Whether what starts then is theirs."""
        return self.begins_at <= starts_at < self.ends_at


@dataclass(frozen=True, slots=True)
class Timetable:
    """When, how long and how a series is handled; `at` is a wall-clock time of whoever `clock_of` names."""

    rule: str
    starts_on: date
    at: time
    minutes: int
    clock_of: ClockOf
    when_away: WhenAway


@dataclass(frozen=True, slots=True)
class Planned:
    """A session of an occurrence, or a gap: then `reason` is given, and whether the session is owed all the same."""

    occurs_on: date
    starts_at: datetime | None
    reason: GapReason | None = None
    owed: bool = True


@dataclass(slots=True)
class Diary:
    """Whose five minutes are taken; what is planned is taken at once, so that the next one finds another time."""

    taken: dict[UUID, set[int]] = field(default_factory=dict)

    def is_free(self, person_ids: Iterable[UUID], starts_at: datetime, minutes: int) -> bool:
        """Whether all of some people are."""
        slots = slots_of(starts_at, minutes)
        return all(self.taken.get(id_, set()).isdisjoint(slots) for id_ in person_ids)

    def take(self, person_ids: Iterable[UUID], starts_at: datetime, minutes: int) -> None:
        """Book it for all of them."""
        for id_ in person_ids:
            self.taken.setdefault(id_, set()).update(slots_of(starts_at, minutes))

    def give_back(self, person_ids: Iterable[UUID], starts_at: datetime, minutes: int) -> None:
        """Free it for all of them."""
        for id_ in person_ids:
            self.taken.get(id_, set()).difference_update(slots_of(starts_at, minutes))


def slots_of(starts_at: datetime, minutes: int) -> range:
    """The five-minute slots of a span, counted from 1970."""
    first = int(starts_at.timestamp()) // (SLOT_MINUTES * 60)
    return range(first, first - (-minutes // SLOT_MINUTES))


@dataclass(frozen=True, slots=True, eq=False)
class Laying:
    """The series of two people; whoever stands in for the manager is there in their place, on days off too."""

    timetable: Timetable
    rep: Participant
    manager: Participant
    stand_ins: Sequence[StandIn] = ()

    @property
    def time_zone(self) -> str:
        """In which the wall clock is."""
        return (self.rep if self.timetable.clock_of is ClockOf.REP else self.manager).time_zone

    def stand_in_at(self, starts_at: datetime) -> StandIn | None:
        """Who holds what starts then in the manager's place, if anybody does."""
        return next((one for one in self.stand_ins if one.holds(starts_at)), None)

    def coach_at(self, starts_at: datetime) -> Participant:
        """Who holds what starts then."""
        stand_in = self.stand_in_at(starts_at)
        return self.manager if stand_in is None else stand_in.person

    def both_at(self, starts_at: datetime) -> tuple[UUID, UUID]:
        """Whose time it takes then."""
        return (self.rep.id, self.coach_at(starts_at).id)

    def occurrences(self, first: date, last: date) -> list[Occurrence]:
        """Those of the rule on some local days, both ends included."""
        table = self.timetable
        return occurrences(Recurrence(table.rule, table.starts_on, table.at, self.time_zone), first, last)

    def why_not(self, starts_at: datetime) -> GapReason | None:
        """Why the day of an instant does not suit; None: it suits both."""
        day = self.rep.day_of(starts_at)
        if not self.rep.calendar.company.is_working(day):
            return GapReason.HOLIDAY
        if not self.rep.calendar.is_working(day):
            return GapReason.REP_AWAY
        coach = self.coach_at(starts_at)
        if not coach.calendar.is_working(coach.day_of(starts_at)):
            return GapReason.MANAGER_AWAY
        return None

    def plan(self, on: date, diary: Diary, now: datetime, last: date | None) -> Planned:
        """Where the occurrence of a local day goes: at its own time, at the next free one, or on another day.

        Nothing is planned before `now` or after the local day `last`. A gap is owed unless the rule skips it.
        """
        own = instant(on, self.timetable.at, self.time_zone)
        reason = self.why_not(own)
        if reason is None and own > now:
            found = self._free_time(on, diary, now)
            return Planned(on, found, None if found else GapReason.NO_FREE_TIME)
        # What was moved from a day that is over, and cannot stay where it is either, goes on from there.
        reason = reason or GapReason.NO_FREE_TIME
        if self.timetable.when_away is WhenAway.SKIP:
            return Planned(on, None, reason, owed=False)
        for day in self._days_after(on, last):
            found = self._free_time(day, diary, now)
            if found is not None:
                return Planned(on, found)
        return Planned(on, None, reason)

    def choose_time(self, days: Sequence[date], diary: Diary) -> time:
        """The earliest time of day, in steps of a session's length, that is free on most of some days.

        On days that do not suit it does not matter. The timetable's own time comes first, wherever it lies.
        """
        open_days = [day for day in days if self.why_not(instant(day, self.timetable.at, self.time_zone)) is None]

        def taken(at: time) -> int:
            starts = (instant(day, at, self.time_zone) for day in open_days)
            return sum(not diary.is_free(self.both_at(start), start, self.timetable.minutes) for start in starts)

        best, fewest = self.timetable.at, taken(self.timetable.at)
        for at in self._later_times(self.timetable.minutes):
            if not fewest:
                break
            if (found := taken(at)) < fewest:
                best, fewest = at, found
        return best

    def first_days(self, since: date, last: date | None) -> list[date]:
        """The first days of the rule from a day on by which a time is chosen."""
        found: list[date] = []
        for span in RULE_SEARCHES:
            until = min(last or date.max, since + span)
            found = [one.on for one in self.occurrences(since, until)[:DAYS_TO_CHOOSE_BY]]
            if len(found) == DAYS_TO_CHOOSE_BY:
                break
        return found

    def at_time(self, at: time) -> "Laying":
        """The same at another time of day."""
        return replace(self, timetable=replace(self.timetable, at=at))

    def _days_after(self, on: date, last: date | None) -> Iterator[date]:
        """Of the next working days of the rep's company those that suit both."""
        worked = 0
        for days in range(1, LONGEST_SEARCH):
            day = on + days * DAY
            if worked == FURTHEST_MOVE or (last is not None and day > last):
                return
            reason = self.why_not(instant(day, self.timetable.at, self.time_zone))
            worked += reason is not GapReason.HOLIDAY
            if reason is None:
                yield day

    def _free_time(self, day: date, diary: Diary, now: datetime) -> datetime | None:
        for at in (self.timetable.at, *self._later_times(SLOT_MINUTES)):
            starts_at = instant(day, at, self.time_zone)
            if starts_at <= now or not diary.is_free(self.both_at(starts_at), starts_at, self.timetable.minutes):
                continue
            # Hours later it may be another day of the manager's, or another's to hold.
            if self.why_not(starts_at) is None:
                return starts_at
        return None

    def _later_times(self, step: int) -> Iterator[time]:
        """Times of the same day after the own one, within the company's hours."""
        company = self.rep.calendar.company
        table = self.timetable
        first = table.at.hour * 60 + table.at.minute
        for minute in range(first + step, company.day_ends * 60 - table.minutes + 1, step):
            if minute >= company.day_starts * 60 and minute + table.minutes <= DAY_MINUTES:
                yield time(minute // 60, minute % 60)


@dataclass(frozen=True, slots=True, eq=False)
class Days:
    """A series and the days, both included, from and to which it holds; `last` None: no end is known."""

    laying: Laying
    first: date
    last: date | None


def stagger(new: Iterable[Days], there: Iterable[Days], diary: Diary) -> list[Laying]:
    """New series at times at which no two of a manager's take place at once: each after those that are there.

    The diary stays as it is.
    """
    taken = Diary({person_id: set(slots) for person_id, slots in diary.taken.items()})

    def take(laying: Laying, days: Iterable[date]) -> None:
        for day in days:
            start = instant(day, laying.timetable.at, laying.time_zone)
            taken.take(laying.both_at(start), start, laying.timetable.minutes)

    for one in there:
        take(one.laying, one.laying.first_days(one.first, one.last))
    found = []
    for one in new:
        days = one.laying.first_days(one.first, one.last)
        chosen = one.laying.at_time(one.laying.choose_time(days, taken))
        take(chosen, days)
        found.append(chosen)
    return found


@lru_cache(maxsize=1024)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
