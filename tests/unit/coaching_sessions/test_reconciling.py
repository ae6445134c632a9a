"""What becomes of cadences, case by case; and nothing the second time."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from service.coaching_sessions.reconciling import Begin, Bound, Running, reconcile
from service.coaching_sessions.roster import CadenceEnd, Pair

LEAD, ANN, NEXT = UUID(int=1), UUID(int=2), UUID(int=3)
ONE, TWO = UUID(int=11), UUID(int=12)
SINCE, TODAY, YESTERDAY = date(2027, 1, 5), date(2027, 3, 10), date(2027, 3, 9)
MAY, APRIL_30 = date(2027, 5, 1), date(2027, 4, 30)

RUNNING = Running(ONE, ONE, LEAD, ANN, SINCE, SINCE, None, None)
FOREVER = Pair(LEAD, ANN, SINCE, None, None)


def why(_manager: UUID, _rep: UUID, _day: date) -> CadenceEnd:
    return CadenceEnd.NOT_COVERED


def test_a_new_pair_begins_today_and_not_before_the_programme() -> None:
    assert reconcile([FOREVER], [], SINCE, TODAY, why).begin == (Begin(LEAD, ANN, TODAY, None, None),)
    assert reconcile([FOREVER], [], MAY, TODAY, why).begin == (Begin(LEAD, ANN, MAY, None, None),)


def test_a_pair_of_the_past_begins_nothing() -> None:
    past = Pair(LEAD, ANN, SINCE, YESTERDAY, CadenceEnd.LEFT)
    assert reconcile([past], [], SINCE, TODAY, why).begin == ()


def test_what_is_as_it_should_be_is_left_alone() -> None:
    assert reconcile([FOREVER], [RUNNING], SINCE, TODAY, why) == reconcile([], [], SINCE, TODAY, why)


def test_an_end_that_is_known_is_noted_and_taken_back() -> None:
    leaving = Pair(LEAD, ANN, SINCE, APRIL_30, CadenceEnd.LEFT)
    (bound,) = reconcile([leaving], [RUNNING], SINCE, TODAY, why).bound
    assert bound == Bound(ONE, SINCE, APRIL_30, CadenceEnd.LEFT)
    ended = replace(RUNNING, ends_on=APRIL_30, end=CadenceEnd.LEFT)
    assert reconcile([FOREVER], [ended], SINCE, TODAY, why).bound == (Bound(ONE, SINCE, None, None),)


def test_a_line_that_ended_last_week_ends_it_then() -> None:
    past = Pair(LEAD, ANN, SINCE, date(2027, 3, 2), CadenceEnd.MOVED)
    assert reconcile([past], [RUNNING], SINCE, TODAY, why).bound == (
        Bound(ONE, SINCE, date(2027, 3, 2), CadenceEnd.MOVED),
    )


def test_a_pair_that_is_none_any_more_ends_yesterday() -> None:
    assert reconcile([], [RUNNING], SINCE, TODAY, why).bound == (Bound(ONE, SINCE, YESTERDAY, CadenceEnd.NOT_COVERED),)


def test_one_that_never_began_holds_no_day() -> None:
    coming = replace(RUNNING, from_on=MAY)
    assert reconcile([], [coming], SINCE, TODAY, why).bound == (Bound(ONE, MAY, APRIL_30, CadenceEnd.NOT_COVERED),)


def test_a_joiner_comes_on_another_day() -> None:
    coming = replace(RUNNING, from_on=MAY)
    pair = replace(FOREVER, from_on=date(2027, 5, 15))
    assert reconcile([pair], [coming], SINCE, TODAY, why).bound == (Bound(ONE, date(2027, 5, 15), None, None),)


def test_a_mover_is_coached_by_one_after_the_other() -> None:
    pairs = [Pair(LEAD, ANN, SINCE, APRIL_30, CadenceEnd.MOVED), Pair(NEXT, ANN, MAY, None, None)]
    outcome = reconcile(pairs, [RUNNING], SINCE, TODAY, why)
    assert outcome.bound == (Bound(ONE, SINCE, APRIL_30, CadenceEnd.MOVED),)
    assert outcome.begin == (Begin(NEXT, ANN, MAY, None, None),)


def test_a_programme_that_changes_takes_its_cadences_along() -> None:
    outcome = reconcile([FOREVER], [RUNNING], MAY, TODAY, why)
    assert outcome.bound == (Bound(ONE, SINCE, APRIL_30, CadenceEnd.CHANGED),)
    assert outcome.begin == (Begin(LEAD, ANN, MAY, None, None, follows=ONE),)
    changed = [
        replace(RUNNING, ends_on=APRIL_30, end=CadenceEnd.CHANGED),
        Running(TWO, ONE, LEAD, ANN, MAY, MAY, None, None),
    ]
    assert reconcile([FOREVER], changed, MAY, TODAY, why) == reconcile([], [], MAY, TODAY, why)


def test_whoever_leaves_before_a_change_ends_both() -> None:
    changed = [
        replace(RUNNING, ends_on=APRIL_30, end=CadenceEnd.CHANGED),
        Running(TWO, ONE, LEAD, ANN, MAY, MAY, None, None),
    ]
    leaving = Pair(LEAD, ANN, SINCE, date(2027, 3, 31), CadenceEnd.LEFT)
    bounds = {one.id: one for one in reconcile([leaving], changed, SINCE, TODAY, why).bound}
    assert bounds[ONE] == Bound(ONE, SINCE, date(2027, 3, 31), CadenceEnd.LEFT)
    assert (bounds[TWO].ends_on, bounds[TWO].from_on) == (APRIL_30, MAY)


@pytest.mark.parametrize("interrupted", [date(2027, 1, 31), date(2027, 5, 31)])
def test_who_is_coached_today_keeps_the_cadence(interrupted: date) -> None:
    """Coverage with a hole, before today or after it."""
    pairs = [
        Pair(LEAD, ANN, SINCE, interrupted, CadenceEnd.NOT_COVERED),
        Pair(LEAD, ANN, date(interrupted.year, interrupted.month + 1, 15), None, None),
    ]
    outcome = reconcile(pairs, [RUNNING], SINCE, TODAY, why)
    if interrupted < TODAY:
        assert outcome == reconcile([], [], SINCE, TODAY, why)
    else:
        assert outcome.bound == (Bound(ONE, SINCE, interrupted, CadenceEnd.NOT_COVERED),)
        assert outcome.begin == (Begin(LEAD, ANN, date(2027, 6, 15), None, None),)
