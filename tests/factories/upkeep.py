"""Series with what was laid down of them, so that keeping them up can be repeated."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from service.coaching_sessions.laying import Diary, GapReason, Laying, WhenAway
from service.coaching_sessions.roster import CadenceEnd
from service.coaching_sessions.upkeep import Clock, Decisions, Kept, Laid, keep_up
from service.organizations.working_time import Away
from tests.factories.series import NEW_YORK, REP, participant, series

TODAY = date(2027, 3, 1)
CLOCK = Clock(datetime(2027, 3, 1, 13, tzinfo=UTC), TODAY, date(2027, 4, 26))
TUESDAY, WEDNESDAY = date(2027, 3, 9), date(2027, 3, 10)
HALF_HOUR = timedelta(minutes=30)


@dataclass(slots=True)
class World:
    """Cadences with what was done for them, so that deciding can be repeated as the cascade does."""

    kept: dict[UUID, Kept]
    laid: dict[UUID, Laid] = field(default_factory=dict)
    gaps: dict[UUID, dict[date, tuple[GapReason, bool]]] = field(default_factory=dict)

    def cascade(self, clock: Clock = CLOCK) -> Decisions:
        """Decide and carry out until nothing is cancelled any more; the last decisions."""
        while True:
            diary = Diary()
            for laid in self.scheduled():
                diary.take((self.kept[laid.cadence_id].laying.rep.id, laid.coach_id), laid.starts_at, laid.minutes)
            found = keep_up([self._with_all(one) for one in self.kept.values()], diary, clock)
            self._carry_out(found)
            if not found.cancelled:
                return found

    def scheduled(self) -> list[Laid]:
        return sorted((one for one in self.laid.values() if one.is_scheduled), key=lambda one: one.starts_at)

    def starts(self) -> list[datetime]:
        return [one.starts_at for one in self.scheduled()]

    def _with_all(self, one: Kept) -> Kept:
        laid = [each for each in self.laid.values() if each.cadence_id == one.id]
        return replace(one, laid=laid, gaps=self.gaps.get(one.id, {}))

    def _carry_out(self, found: Decisions) -> None:
        for id_, planned in found.new:
            assert planned.starts_at is not None
            laying = self.kept[id_].laying
            ends_at = planned.starts_at + timedelta(minutes=laying.timetable.minutes)
            new = Laid(
                uuid4(),
                id_,
                planned.occurs_on,
                laying.time_zone,
                planned.starts_at,
                ends_at,
                is_scheduled=True,
                by_hand=False,
                revivable=False,
                coach_id=laying.coach_at(planned.starts_at).id,
            )
            self.laid[new.id] = new
        for laid, starts_at, _ in found.moved:
            self._put(laid, starts_at)
        for laid in found.reassigned:
            self._put(laid, laid.starts_at)
        for laid, starts_at in found.revived:
            self._put(replace(laid, is_scheduled=True, revivable=False), starts_at)
        for laid, _ in found.cancelled:
            self.laid[laid.id] = replace(laid, is_scheduled=False, revivable=not laid.by_hand)
        for id_, planned in found.gaps:
            assert planned.reason is not None
            self.gaps.setdefault(id_, {})[planned.occurs_on] = (planned.reason, planned.owed)
        for id_, day in found.no_gaps:
            del self.gaps[id_][day]

    def _put(self, laid: Laid, starts_at: datetime) -> None:
        laying = self.kept[laid.cadence_id].laying
        ends_at = starts_at + timedelta(minutes=laying.timetable.minutes)
        put = replace(laid, starts_at=starts_at, ends_at=ends_at, time_zone=laying.time_zone)
        self.laid[laid.id] = replace(put, coach_id=laying.coach_at(starts_at).id)


ONE = UUID(int=100)


def world(laying: Laying | None = None, ends_on: date | None = None, end: CadenceEnd | None = None) -> World:
    return World({ONE: Kept(ONE, laying or series(), TODAY, ends_on, end)})


def change(one: World, **fields: Any) -> None:
    one.kept[ONE] = replace(one.kept[ONE], **fields)


def rep_away(*absences: Away, when_away: WhenAway = WhenAway.MOVE) -> Laying:
    return series(participant(REP, NEW_YORK, *absences), when_away=when_away)
