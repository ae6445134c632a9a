"""Keeping series up: every occurrence has a session or a gap, nobody is in two places, and nothing is done twice."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from service.coaching_sessions.laying import Diary, GapReason, Laying, StandIn, WhenAway
from service.coaching_sessions.roster import CadenceEnd
from service.coaching_sessions.upkeep import Decisions, keep_up
from service.organizations.working_time import Away
from tests.factories.series import MANAGER, NEW_YORK, OTHER, REP, SYDNEY, away, participant, series
from tests.factories.upkeep import CLOCK, HALF_HOUR, ONE, TUESDAY, WEDNESDAY, change, rep_away, world


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


def test_a_leaver_s_session_goes_whoever_moved_it_and_a_series_that_goes_on_keeps_it() -> None:
    for end, stays in ((CadenceEnd.LEFT, False), (CadenceEnd.CHANGED, True), (CadenceEnd.HANDED_OVER, True)):
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
