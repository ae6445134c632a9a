"""What cadences need now: sessions that are missing, that must move, or that are not to be any more, and gaps; pure.

Of what is there already only the series' own doing is touched: a session that somebody moved or cancelled by hand stays
as they left it. Where nothing changed there is nothing to do.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from service.coaching_sessions.laying import Diary, GapReason, Laying, Planned
from service.coaching_sessions.roster import CadenceEnd

GAP_SAYS = {
    GapReason.HOLIDAY: "A holiday",
    GapReason.REP_AWAY: "The rep is away",
    GapReason.MANAGER_AWAY: "The manager is away",
    GapReason.NO_FREE_TIME: "No time is free for both",
}
END_SAYS = {
    CadenceEnd.LEFT: "One of the two no longer works here",
    CadenceEnd.MOVED: "The rep reports to somebody else",
    CadenceEnd.HANDED_OVER: "The coaching was handed over",
    CadenceEnd.NOT_COVERED: "The programme no longer covers the rep",
    CadenceEnd.CHANGED: "The series changed",
    CadenceEnd.PROGRAMME_ENDED: "The programme has ended",
}
GOES_ON = frozenset({CadenceEnd.CHANGED, CadenceEnd.HANDED_OVER})
"""The ends after which another cadence carries the series on."""
OTHER_ZONE = "The time zone changed"
OTHER_COACH = "Somebody else holds it, who has no time then"


@dataclass(frozen=True, slots=True)
class Laid:
    """A session of a series as it is; `revivable`: the series itself cancelled it.

    `by_hand`: somebody moved it, or brought others into it, whose time the series does not know.

    `coach_id` is whose time it takes besides the rep's.
    """

    id: UUID
    cadence_id: UUID
    occurs_on: date
    time_zone: str
    starts_at: datetime
    ends_at: datetime
    is_scheduled: bool
    by_hand: bool
    revivable: bool
    coach_id: UUID

    @property
    def minutes(self) -> int:
        """How long it is."""
        return (self.ends_at - self.starts_at) // timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Kept:
    """A cadence that is to be kept up, with what is there of it; gaps by day.

    `taken_on` are the days of which another cadence of the same series still has a session.
    """

    id: UUID
    laying: Laying
    from_on: date
    ends_on: date | None
    end: CadenceEnd | None
    laid: Sequence[Laid] = ()
    gaps: Mapping[date, tuple[GapReason, bool]] = field(default_factory=dict)
    taken_on: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True)
class Clock:
    """The instant, the organization's day, and the last day to which sessions are laid down."""

    now: datetime
    today: date
    horizon: date


@dataclass(slots=True)
class Decisions:
    """What is to be done, each with the id of its cadence or the session it is about, and why in words."""

    new: list[tuple[UUID, Planned]] = field(default_factory=list)
    moved: list[tuple[Laid, datetime, str]] = field(default_factory=list)
    reassigned: list[Laid] = field(default_factory=list)
    cancelled: list[tuple[Laid, str]] = field(default_factory=list)
    revived: list[tuple[Laid, datetime]] = field(default_factory=list)
    gaps: list[tuple[UUID, Planned]] = field(default_factory=list)
    no_gaps: list[tuple[UUID, date]] = field(default_factory=list)


def keep_up(cadences: Iterable[Kept], diary: Diary, clock: Clock) -> Decisions:
    """Decide for cadences in order; `diary` holds what their people have booked, and then what is planned as well.

    Where something is cancelled that is all: time is released, and that committed, before others may have it, as
    bookers who wait for each other's time could wait in a circle. Then ask again.
    """
    found = Decisions()
    several = list(cadences)
    for cadence in several:
        found.cancelled += [
            (laid, END_SAYS[cadence.end or CadenceEnd.CHANGED]) for laid in cadence.laid if _is_stray(cadence, laid)
        ]
    wanted: dict[UUID, dict[date, Planned]] = {cadence.id: {} for cadence in several}
    for cadence in several:
        _move_on(cadence, diary, clock, found, wanted[cadence.id])
    if found.cancelled:
        return Decisions(cancelled=found.cancelled)
    for cadence in several:
        _lay_down(cadence, diary, clock, found, wanted[cadence.id])
    for cadence in several:
        _settle_gaps(cadence, clock, found, wanted[cadence.id])
    return found


def _is_stray(cadence: Kept, laid: Laid) -> bool:
    """Outside of the cadence's days; where the series goes on, what was moved by hand stays what it was moved to."""
    within = cadence.from_on <= laid.occurs_on <= (cadence.ends_on or date.max)
    stays = cadence.end in GOES_ON and laid.by_hand
    return laid.is_scheduled and not within and not stays


def _move_on(cadence: Kept, diary: Diary, clock: Clock, found: Decisions, wanted: dict[date, Planned]) -> None:
    """Plan those anew that cannot stay where they are."""
    laying = cadence.laying
    for laid in cadence.laid:
        if not laid.is_scheduled or laid.by_hand or laid.starts_at <= clock.now or _is_stray(cadence, laid):
            continue
        reason = laying.why_not(laid.starts_at)
        both = laying.both_at(laid.starts_at)
        stays = reason is None and laid.time_zone == laying.time_zone
        if stays and laid.coach_id in both:
            continue
        if stays and diary.is_free(both[1:], laid.starts_at, laid.minutes):
            diary.take(both, laid.starts_at, laid.minutes)
            found.reassigned.append(laid)
            continue
        had = (laying.rep.id, laid.coach_id)
        diary.give_back(had, laid.starts_at, laid.minutes)
        planned = laying.plan(laid.occurs_on, diary, clock.now, cadence.ends_on)
        diary.take(had, laid.starts_at, laid.minutes)
        if planned.starts_at is None:
            wanted[laid.occurs_on] = planned
            found.cancelled.append((laid, GAP_SAYS[reason or planned.reason or GapReason.NO_FREE_TIME]))
            continue
        diary.take(laying.both_at(planned.starts_at), planned.starts_at, laying.timetable.minutes)
        if planned.starts_at != laid.starts_at or laid.time_zone != laying.time_zone:
            found.moved.append((laid, planned.starts_at, _why(laid, laying, reason)))


def _why(laid: Laid, laying: Laying, reason: GapReason | None) -> str:
    if reason is not None:
        return GAP_SAYS[reason]
    return OTHER_ZONE if laid.time_zone != laying.time_zone else OTHER_COACH


def _lay_down(cadence: Kept, diary: Diary, clock: Clock, found: Decisions, wanted: dict[date, Planned]) -> None:
    """A session, or a gap, for every occurrence to come that has none."""
    laying, there = cadence.laying, {laid.occurs_on: laid for laid in cadence.laid}
    for occurrence in laying.occurrences(*_days(cadence, clock)):
        laid = there.get(occurrence.on)
        is_there = occurrence.on in cadence.taken_on or (laid is not None and not laid.revivable)
        if is_there or occurrence.on in wanted or occurrence.starts_at <= clock.now:
            continue
        planned = laying.plan(occurrence.on, diary, clock.now, cadence.ends_on)
        if planned.starts_at is None:
            wanted[occurrence.on] = planned
            continue
        diary.take(laying.both_at(planned.starts_at), planned.starts_at, laying.timetable.minutes)
        if laid is None:
            found.new.append((cadence.id, planned))
        else:
            found.revived.append((laid, planned.starts_at))


def _days(cadence: Kept, clock: Clock) -> tuple[date, date]:
    # The participants' day may be a day before or after the organization's; what is over is left out by its instant.
    first = max(cadence.from_on, clock.today - timedelta(days=1))
    return first, min(cadence.ends_on or date.max, clock.horizon)


def _settle_gaps(cadence: Kept, clock: Clock, found: Decisions, wanted: Mapping[date, Planned]) -> None:
    """Write the gaps that are new or otherwise; of those to come forget the ones that are none any more."""
    for day, planned in sorted(wanted.items()):
        if planned.reason is not None and cadence.gaps.get(day) != (planned.reason, planned.owed):
            found.gaps.append((cadence.id, planned))
    first, last = _days(cadence, clock)
    over = {one.on for one in cadence.laying.occurrences(first, last) if one.starts_at <= clock.now}
    found.no_gaps += [
        (cadence.id, day) for day in sorted(cadence.gaps) if day >= first and day not in wanted and day not in over
    ]
