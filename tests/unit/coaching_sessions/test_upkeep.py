"""Keeping series up: every occurrence has a session or a gap, nobody is in two places, and nothing is done twice."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from service.coaching_sessions.laying import Diary, GapReason, Laying, StandIn, WhenAway, slots_of
from service.coaching_sessions.roster import CadenceEnd
from service.coaching_sessions.upkeep import Clock, Decisions, Kept, Laid, keep_up
from service.organizations.working_time import Away, CompanyCalendar
from tests.factories.series import MANAGER, NEW_YORK, OTHER, REP, SYDNEY, away, participant, series

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


def test_eight_weeks_are_laid_down_once() -> None:
    one = world()
    assert len(one.cascade().new) == 8
    assert one.cascade() == Decisions()
    later = replace(CLOCK, now=CLOCK.now + timedelta(days=7), today=date(2027, 3, 8), horizon=date(2027, 5, 3))
    assert [planned.occurs_on for _, planned in one.cascade(later).new] == [date(2027, 4, 27)]


def test_an_absence_added_later_moves_and_taken_back_leaves_it_where_it_was_told() -> None:
    one = world()
    one.cascade()
    change(one, laying=rep_away(away(TUESDAY)))
    ((laid, starts_at, why),) = one.cascade().moved
    assert (laid.occurs_on, starts_at, why) == (TUESDAY, datetime(2027, 3, 10, 15, tzinfo=UTC), "The rep is away")
    change(one, laying=series())
    assert one.cascade() == Decisions()


def stood_in(*absences: Away, days: int = 7) -> Laying:
    """The manager is away on a Tuesday, and somebody stands in for them from the Monday before."""
    begins_at = datetime(2027, 3, 8, 5, tzinfo=UTC)
    stand_in = StandIn(participant(OTHER, NEW_YORK, *absences), begins_at, begins_at + timedelta(days=days))
    return replace(series(manager=participant(MANAGER, NEW_YORK, away(TUESDAY))), stand_ins=(stand_in,))


def test_a_stand_in_holds_what_would_have_moved_and_only_that() -> None:
    one = world()
    one.cascade()
    before = one.starts()
    change(one, laying=stood_in())
    decided = one.cascade()
    assert ([laid.occurs_on for laid in decided.reassigned], decided.moved) == ([TUESDAY], [])
    assert one.starts() == before
    assert [laid.coach_id for laid in one.scheduled()] == [MANAGER, OTHER] + [MANAGER] * 6
    assert one.cascade() == Decisions()
    change(one, laying=series())
    assert [laid.occurs_on for laid in one.cascade().reassigned] == [TUESDAY]
    assert {laid.coach_id for laid in one.scheduled()} == {MANAGER}


def test_a_stand_in_on_a_day_off_moves_it_and_a_taken_one_too() -> None:
    one = world()
    one.cascade()
    change(one, laying=stood_in(away(TUESDAY)))
    ((laid, starts_at, why),) = one.cascade().moved
    assert (laid.occurs_on, starts_at.date(), why) == (TUESDAY, WEDNESDAY, "The manager is away")
    taken = world()
    taken.cascade()
    change(taken, laying=stood_in())
    diary = Diary()
    diary.take([OTHER], datetime(2027, 3, 9, 15, tzinfo=UTC), 30)
    kept = replace(taken.kept[ONE], laid=taken.scheduled())
    ((_, starts_at, why),) = keep_up([kept], diary, CLOCK).moved
    assert starts_at == datetime(2027, 3, 9, 15, 30, tzinfo=UTC)
    assert why == "Somebody else holds it, who has no time then"


def test_new_sessions_go_to_the_stand_in_at_once() -> None:
    one = world(stood_in(days=14))
    assert len(one.cascade().new) == 8
    assert [laid.coach_id for laid in one.scheduled()] == [MANAGER, OTHER, OTHER] + [MANAGER] * 5


def test_an_absence_skips_and_taken_back_brings_the_same_session_back() -> None:
    one = world(rep_away(when_away=WhenAway.SKIP))
    one.cascade()
    before = one.laid.copy()
    change(one, laying=rep_away(away(TUESDAY), when_away=WhenAway.SKIP))
    one.cascade()
    assert one.gaps == {ONE: {TUESDAY: (GapReason.REP_AWAY, False)}}
    assert len(one.scheduled()) == 7
    assert one.cascade() == Decisions()
    change(one, laying=rep_away(when_away=WhenAway.SKIP))
    assert [laid.occurs_on for laid, _ in one.cascade().revived] == [TUESDAY]
    assert (one.laid, one.gaps) == (before, {ONE: {}})


def test_what_somebody_moved_by_hand_stays_there() -> None:
    one = world()
    one.cascade()
    first = one.scheduled()[1]
    by_hand = replace(first, starts_at=first.starts_at + HALF_HOUR, ends_at=first.ends_at + HALF_HOUR, by_hand=True)
    one.laid[first.id] = by_hand
    change(one, laying=rep_away(away(TUESDAY)))
    assert one.cascade() == Decisions()
    assert one.laid[first.id] == by_hand


def test_what_somebody_cancelled_stays_cancelled() -> None:
    one = world()
    one.cascade()
    first = one.scheduled()[1]
    one.laid[first.id] = replace(first, is_scheduled=False)
    assert one.cascade() == Decisions()


def test_sessions_after_the_end_are_cancelled_and_come_back_with_the_series() -> None:
    one = world()
    one.cascade()
    before = one.laid.copy()
    change(one, ends_on=date(2027, 3, 31), end=CadenceEnd.LEFT)
    one.cascade()
    assert [laid.occurs_on.day for laid in one.scheduled()] == [2, 9, 16, 23, 30]
    change(one, ends_on=None, end=None)
    one.cascade()
    assert one.laid == before


def test_a_leaver_s_session_goes_whoever_moved_it_and_a_changed_series_keeps_it() -> None:
    for end, stays in ((CadenceEnd.LEFT, False), (CadenceEnd.CHANGED, True)):
        one = world()
        one.cascade()
        last = one.scheduled()[-1]
        one.laid[last.id] = replace(last, by_hand=True)
        change(one, ends_on=date(2027, 3, 31), end=end)
        one.cascade()
        assert one.laid[last.id].is_scheduled is stays


def test_where_the_series_before_kept_its_session_the_next_one_lays_none() -> None:
    one = world()
    change(one, taken_on=frozenset({TUESDAY}))
    one.cascade()
    assert TUESDAY not in {laid.occurs_on for laid in one.scheduled()}
    assert one.gaps == {}


def test_another_time_zone_moves_what_is_to_come() -> None:
    one = world()
    one.cascade()
    change(one, laying=series(participant(REP, SYDNEY)))
    assert {why for _, _, why in one.cascade().moved} == {"The time zone changed"}
    assert {start.hour for start in one.starts()} <= {23, 0}


def test_what_is_over_is_not_touched() -> None:
    one = world()
    one.cascade()
    before = one.laid.copy()
    clock = replace(CLOCK, now=datetime(2027, 3, 9, 15, 30, tzinfo=UTC), today=TUESDAY)
    change(one, laying=rep_away(away(date(2027, 3, 1), TUESDAY)))
    assert one.cascade(clock) == Decisions()
    assert one.laid == before


def test_a_moved_session_moves_on() -> None:
    one = world(rep_away(away(TUESDAY)))
    one.cascade()
    change(one, laying=rep_away(away(TUESDAY, WEDNESDAY)))
    clock = replace(CLOCK, now=datetime(2027, 3, 9, 20, tzinfo=UTC), today=TUESDAY)
    ((_, starts_at, _),) = one.cascade(clock).moved
    assert starts_at == datetime(2027, 3, 11, 15, tzinfo=UTC)


# What holds of any set of series.

RULES = ["FREQ=WEEKLY;BYDAY=TU", "FREQ=WEEKLY;INTERVAL=2", "FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,TH", "FREQ=MONTHLY"]
ABSENCES = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 12)).map(
        lambda one: away(TODAY + timedelta(days=one[0]), TODAY + timedelta(days=sum(one)))
    ),
    max_size=3,
)
COMPANY = CompanyCalendar(days_off=frozenset({date(2027, 3, 16), date(2027, 4, 2)}))


@st.composite
def worlds(draw: st.DrawFn) -> World:
    manager = participant(MANAGER, draw(st.sampled_from([NEW_YORK, SYDNEY])), *draw(ABSENCES), company=COMPANY)
    kept = {}
    for number in range(draw(st.integers(1, 4))):
        rep = participant(
            UUID(int=10 + number), draw(st.sampled_from([NEW_YORK, SYDNEY])), *draw(ABSENCES), company=COMPANY
        )
        laying = series(
            rep,
            manager,
            draw(st.sampled_from(RULES)),
            time(draw(st.sampled_from([8, 10, 17, 21]))),
            draw(st.sampled_from(WhenAway)),
        )
        id_ = UUID(int=100 + number)
        kept[id_] = Kept(id_, laying, TODAY, draw(st.sampled_from([None, date(2027, 4, 9)])), None)
    return World(kept)


@given(one=worlds(), later=ABSENCES)
@settings(max_examples=60, deadline=None)
def test_what_holds_of_any_series(one: World, later: list[Away]) -> None:
    one.cascade()
    _check(one)
    first = next(iter(one.kept.values()))
    rep = first.laying.rep
    changed = participant(rep.id, rep.time_zone, *rep.calendar.absences, *later, company=COMPANY)
    one.kept[first.id] = replace(first, laying=replace(first.laying, rep=changed))
    one.cascade()
    _check(one)


def _check(one: World) -> None:
    assert one.cascade() == Decisions()
    assert _clashes(one) == []
    for kept in one.kept.values():
        days = {each.occurs_on for each in one.scheduled() if each.cadence_id == kept.id}
        gaps = set(one.gaps.get(kept.id, {}))
        last = min(kept.ends_on or date.max, CLOCK.horizon)
        wanted = {each.on for each in kept.laying.occurrences(TODAY, last) if each.starts_at > CLOCK.now}
        assert days | gaps == wanted
        assert not days & gaps
    for laid in one.scheduled():
        laying = one.kept[laid.cadence_id].laying
        local = laid.starts_at.astimezone(ZoneInfo(laying.time_zone)).time()
        assert local == laying.timetable.at or time(8) <= local <= time(17, 30)
        assert laying.why_not(laid.starts_at) is None


def _clashes(one: World) -> list[tuple[UUID, int]]:
    seen: set[tuple[UUID, int]] = set()
    twice = []
    for laid in one.scheduled():
        for slot in _slots(one, laid):
            if slot in seen:
                twice.append(slot)
            seen.add(slot)
    return twice


def _slots(one: World, laid: Laid) -> Iterable[tuple[UUID, int]]:
    for person in (one.kept[laid.cadence_id].laying.rep.id, laid.coach_id):
        yield from ((person, slot) for slot in slots_of(laid.starts_at, laid.minutes))
