"""Expected wins against counting, against other estimators, and where there is nearly nothing to go by."""

import time
from dataclasses import replace

import numpy as np
import pytest

from service.kpi_snapshots.quadrants.cases import DealFlow, Window, in_cohort, spells_of
from service.kpi_snapshots.quadrants.courses import days_until_decided, trace_courses, trace_together
from service.kpi_snapshots.quadrants.expecting import Expectation, NoExpectation, expect_wins
from service.statistics.competing_risks import Ending
from tests.unit.kpi_snapshots.quadrants.simulation import World, simulate

NONE = np.zeros(0, dtype=np.intp)
WINDOW = Window(100.0, 200.0, 200.0)


def flow(
    people: list[int], created: list[float], seen: list[float], endings: list[int], moves: list[tuple[int, int, float]]
) -> DealFlow:
    """Deals without traits, with moves as (deal, stage, time)."""
    n = len(people)
    deals, stages, times = (np.array(column) for column in zip(*moves, strict=True)) if moves else (NONE, NONE, NONE)
    unknown = np.full(n, -1)
    return DealFlow(
        np.array(people, dtype=np.intp),
        np.array(created, dtype=float),
        np.array(seen, dtype=float),
        np.array(endings, dtype=np.intp),
        unknown,
        unknown,
        np.full(n, np.nan),
        deals,
        stages,
        times.astype(float),
    )


def many(rates: list[float], n: int = 100, days: float = 30.0) -> DealFlow:
    """Of each person as many decided deals, of which a share is won; created one by one over the period."""
    people = np.repeat(np.arange(len(rates)), n)
    created = np.tile(np.linspace(101.0, 160.0, n), len(rates))
    won = np.concatenate([np.arange(n) % 100 < 100 * rate for rate in rates])
    endings = np.where(won, int(Ending.WON), int(Ending.LOST))
    return flow(list(people), list(created), list(created + days), list(endings), [])


def expected(one: Expectation) -> float:
    assert one.expected is not None
    return one.expected.value


def test_a_cohort_is_what_was_open_at_some_time_of_the_period_so_far() -> None:
    deals = flow(
        [0] * 6, [50, 50, 150, 190, 201, 210], [99, 100, 160, 300, 300, 230], [1, 2, 1, 0, 0, 1], [],
    )  # fmt: skip
    assert in_cohort(deals, Window(100, 220, 205)).tolist() == [False, True, True, True, True, False]
    assert in_cohort(deals, Window(100, 200, 300)).tolist() == [False, True, True, True, False, False]


def test_spells_follow_the_furthest_stage() -> None:
    moves = [(0, 0, 0.2), (0, 2, 10.0), (0, 1, 12.0), (0, 3, 20.0), (1, 1, 30.0), (2, 0, 5.0), (2, 1, 5.0)]
    deals = flow([0, 0, 0], [0.0, 5.0, 5.0], [25.0, 40.0, 9.0], [1, 2, 0], moves)
    spells = spells_of(deals)
    assert spells.deals.tolist() == [0, 0, 0, 1, 1, 2]
    assert spells.states.tolist() == [1, 3, 4, 0, 2, 2]
    assert spells.starts.tolist() == [0.0, 10.0, 20.0, 5.0, 30.0, 5.0]
    assert spells.ends.tolist() == [10.0, 20.0, 25.0, 30.0, 40.0, 9.0]
    assert spells.next.tolist() == [3, 4, -1, 2, -1, -1]
    states, stays = spells.at(np.array([10.0, 29.0, 9.0]))
    assert states.tolist() == [3, 0, 2]
    assert stays.tolist() == [0.0, 24.0, 4.0]


def test_without_stages_a_chance_is_that_of_the_competing_risks() -> None:
    generator = np.random.default_rng(3)
    n = 4_000
    created, life = generator.uniform(0, 300, n), generator.gamma(2.0, 20.0, n)
    open_, won = created + life > 300, generator.random(n) < 0.3
    endings = np.where(open_, Ending.OPEN, np.where(won, Ending.WON, Ending.LOST))
    deals = flow([0] * n, list(created), list(np.minimum(created + life, 300)), list(endings), [])
    whole = trace_together(deals, 40.0)
    courses = trace_courses(deals, spells_of(deals), 40.0)
    ages = np.array([1.0, 20.0, 50.0, 80.0])
    # A single pseudo-case among hundreds.
    assert courses.chances(np.zeros(4, dtype=np.intp), ages) == pytest.approx(
        whole.won_if_open_at(ages).value, abs=0.003
    )
    assert courses.chances(np.zeros(1, dtype=np.intp), np.zeros(1)) == pytest.approx(whole.won[-1], abs=0.001)


def test_stages_multiply_to_the_eventual_rate() -> None:
    moves = [(deal, 0, 0.0) for deal in range(400)] + [(deal, 1, 10.0) for deal in range(200)]
    endings = [1] * 100 + [2] * 300
    deals = flow([0] * 400, [0.0] * 400, [30.0] * 200 + [15.0] * 200, endings, moves)
    spells = spells_of(deals)
    courses = trace_courses(deals, spells, 0.0)
    found = courses.chances(np.array([1, 2, 1]), np.array([0.0, 0.0, 12.0]))
    # Half go on after ten days, half of these are won; who has not gone on by then never does.
    assert found == pytest.approx([0.25, 0.5, 0.0], abs=0.01)


def test_one_young_deal_among_old_ones_does_not_decide_for_all() -> None:
    # Records start when all but one deal are fifty days old; the one watched from its beginning is lost at once.
    n = 60
    endings = [int(Ending.WON), int(Ending.LOST)] * (n // 2)
    closes = [51.0 + place / 10 for place in range(n)]
    deals = flow([0] * (n + 1), [0.0] * n + [52.0], [*closes, 52.5], [*endings, int(Ending.LOST)], [])
    courses = trace_courses(deals, spells_of(deals), 50.5)
    found = courses.chances(np.zeros(2, dtype=np.intp), np.array([0.0, 50.6]))
    assert found == pytest.approx([0.5, 0.5], abs=0.03)


def test_expected_wins_are_those_that_others_would_have_made() -> None:
    found = expect_wins(many([0.3, 0.3, 0.3, 0.8]), WINDOW, [0, 3])
    assert [one.won for one in found] == [30, 80]
    assert all(one.own_left_out for one in found)
    # Of the last one, the three others tell; of the first one, these two and the last one.
    assert expected(found[1]) == pytest.approx(30, abs=2)
    assert 30 < expected(found[0]) < 50
    assert found[1].good is not None
    assert found[1].good > 0.99
    assert found[0].good is not None
    assert found[0].good < 0.5


def test_what_a_deal_reached_later_is_not_known_when_it_enters() -> None:
    # Half the deals reach a stage from which all are won: their owner is lucky, not expected to win them.
    moves = [(deal, 0, 101.0) for deal in range(300)] + [(deal, 1, 110.0) for deal in range(300) if deal % 2]
    endings = [1 if deal % 2 else 2 for deal in range(300)]
    owners = [0 if deal % 2 and deal < 100 else 1 + deal % 3 for deal in range(300)]
    deals = flow(owners, [101.0] * 300, [120.0] * 300, endings, moves)
    (lucky,) = expect_wins(deals, WINDOW, [0])
    assert lucky.won == lucky.n == 50
    assert expected(lucky) < 30
    # In a period that begins when they are there already, they are expected to be won.
    (late,) = expect_wins(deals, Window(112.0, 200.0, 200.0), [0])
    assert expected(late) > 46


def test_case_mix_is_no_merit() -> None:
    # Segment 0 is won in three of four, segment 1 in one of four; the first person works the easy one alone.
    n = 600
    owners = np.array([0] * 100 + [1 + place % 5 for place in range(500)])
    segments = np.array([0] * 100 + [(place // 5) % 2 for place in range(500)])
    won = np.array([(place % 4 != 0) if segments[place] == 0 else (place % 4 == 0) for place in range(n)])
    endings = np.where(won, int(Ending.WON), int(Ending.LOST))
    base = flow(list(owners), [101.0 + place % 50 for place in range(n)], [180.0] * n, list(endings), [])
    (plain,) = expect_wins(base, WINDOW, [0])
    (mixed,) = expect_wins(replace(base, segments=segments), WINDOW, [0])
    assert plain.good is not None
    assert plain.good > 0.95
    assert expected(mixed) == pytest.approx(75, abs=4)
    assert mixed.good is not None
    assert 0.1 < mixed.good < 0.9


def test_open_deals_are_undecided() -> None:
    one = simulate(np.random.default_rng(4), World(12, 100))
    (found,) = expect_wins(one.flow, one.window, [3])
    assert found.open > 5
    assert found.to_come is not None
    assert found.final is not None
    assert found.residual is not None
    assert found.to_come.low < found.to_come.value < found.to_come.high
    assert found.final.value == pytest.approx(found.won + found.to_come.value)
    assert found.residual.value == pytest.approx(found.final.value - expected(found))
    assert found.chances.size == found.open
    assert found.chances.sum() == pytest.approx(found.to_come.value, rel=0.05)
    assert found.good_at_worst is not None
    assert found.good_at_best is not None
    assert found.good is not None
    assert found.good_at_worst <= found.good <= found.good_at_best
    assert found.settled_in_days is not None
    assert 10 < found.settled_in_days < 120


def test_when_open_deals_are_mostly_decided() -> None:
    deals = many([0.3], days=30.0)
    whole = trace_together(deals, 0.0)
    assert days_until_decided(whole, np.array([0.0, 10.0, 20.0]), 0.8, 730) == 30
    assert days_until_decided(whole, np.array([25.0]), 0.8, 730) == 5
    assert days_until_decided(whole, np.array([25.0]), 0.8, 3) is None
    # Older than any deal that was decided.
    assert days_until_decided(whole, np.array([90.0]), 0.8, 730) is None


def test_the_same_question_has_the_same_answer() -> None:
    one = simulate(np.random.default_rng(4), World(5, 60))
    first, again = (expect_wins(one.flow, one.window, [2])[0] for _ in range(2))
    assert (first.good, first.expected, first.residual) == (again.good, again.expected, again.residual)


@pytest.mark.filterwarnings("error")
def test_where_there_is_nearly_nothing() -> None:
    nobody = flow([], [], [], [], [])
    (none,) = expect_wins(nobody, WINDOW, [0])
    assert (none.n, none.cannot_tell, none.good) == (0, NoExpectation.NO_DEALS, None)
    assert expect_wins(nobody, WINDOW, []) == []
    (few,) = expect_wins(many([0.5, 0.5], n=4), WINDOW, [0])
    assert (few.n, few.cannot_tell) == (4, NoExpectation.TOO_FEW_DECIDED)
    (alone,) = expect_wins(many([0.5]), WINDOW, [0])
    assert (alone.decided, alone.cannot_tell) == (100, NoExpectation.NOBODY_TO_COMPARE)
    (hired_yesterday,) = expect_wins(many([0.5, 0.5]), WINDOW, [2])
    assert hired_yesterday.cannot_tell is NoExpectation.NO_DEALS


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("rate", [0.0, 1.0])
def test_all_won_and_all_lost(rate: float) -> None:
    for found in expect_wins(many([rate] * 3), WINDOW, range(3)):
        assert (found.won, found.lost) == (100 * rate, 100 - 100 * rate)
        assert found.cannot_tell is NoExpectation.ALL_THE_SAME


@pytest.mark.filterwarnings("error")
def test_deals_without_duration() -> None:
    for found in expect_wins(many([0.5, 0.5, 0.6], days=0.0), WINDOW, range(3)):
        assert expected(found) == pytest.approx(54, abs=5)


@pytest.mark.filterwarnings("error")
def test_all_open() -> None:
    deals = flow([0] * 50 + [1] * 50, [120.0] * 100, [200.0] * 100, [0] * 100, [])
    assert [one.cannot_tell for one in expect_wins(deals, WINDOW, [0, 1])] == [NoExpectation.TOO_FEW_DECIDED] * 2


@pytest.mark.filterwarnings("error")
def test_with_few_deals_of_others_the_own_ones_count_too() -> None:
    people, created = [0] * 40 + [1] * 12, [101.0] * 52
    deals = flow(people, created, [130.0] * 52, [1, 2] * 26, [])
    (found,) = expect_wins(deals, WINDOW, [0])
    assert not found.own_left_out
    assert expected(found) == pytest.approx(20, abs=2)


@pytest.mark.filterwarnings("error")
def test_a_hundred_thousand_deals_of_one_person() -> None:
    generator = np.random.default_rng(5)
    big, small = (simulate(generator, World(1, 100_000)).flow, simulate(generator, World(11, 60)).flow)
    moved = (small.move_deals + big.n, small.move_stages, small.move_times)
    deals = DealFlow(
        np.concatenate([big.people, small.people + 1]),
        *(
            np.concatenate([getattr(big, name), getattr(small, name)])
            for name in ("created", "seen", "endings", "segments", "sources", "amounts")
        ),
        *(
            np.concatenate([column, more])
            for column, more in zip((big.move_deals, big.move_stages, big.move_times), moved, strict=True)
        ),
    )
    before = time.process_time()
    found = expect_wins(deals, Window(274.0, 365.0, 365.0), range(12))
    assert time.process_time() - before < 2
    assert found[0].n > 20_000
    assert all(one.good is not None for one in found)
