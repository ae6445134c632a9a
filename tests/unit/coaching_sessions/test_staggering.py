"""The draw of a staggered start: even within each manager, by seed, and what becomes of pairs."""

from collections import Counter
from datetime import date
from uuid import UUID

from service.coaching_sessions.roster import Pair
from service.coaching_sessions.staggering import begin_in_turn, draw_waves, first_days

START = date(2026, 3, 2)
MANAGERS = [UUID(int=number) for number in range(1, 9)]


def pair(manager: UUID, rep: int, from_on: date = START, to_on: date | None = None) -> Pair:
    return Pair(manager, UUID(int=rep), from_on, to_on, None)


PAIRS = [pair(manager, 100 * place + rep) for place, manager in enumerate(MANAGERS, 1) for rep in range(7)]


def test_every_managers_reps_are_spread_evenly_over_the_waves() -> None:
    waves = draw_waves(PAIRS, 3, seed=1)
    assert len(waves) == 56
    for manager in MANAGERS:
        sizes = Counter(waves[one.rep_id] for one in PAIRS if one.manager_id == manager)
        assert sorted(sizes.values()) == [2, 2, 3]


def test_a_seed_draws_the_same_in_whatever_order_and_another_seed_another() -> None:
    assert draw_waves(PAIRS, 3, seed=1) == draw_waves(PAIRS[::-1], 3, seed=1)
    assert draw_waves(PAIRS, 3, seed=1) != draw_waves(PAIRS, 3, seed=2)


def test_everybody_is_as_likely_in_each_wave() -> None:
    rep = PAIRS[0].rep_id
    counts = Counter(draw_waves(PAIRS[:7], 3, seed)[rep] for seed in range(900))
    assert all(240 <= count <= 360 for count in counts.values())


def test_a_rep_of_two_managers_is_drawn_once() -> None:
    assert len(draw_waves([pair(MANAGERS[0], 100), pair(MANAGERS[1], 100)], 2, 0)) == 1


def test_pairs_begin_on_their_day_and_who_joined_later_at_once() -> None:
    first = first_days({UUID(int=1): 0, UUID(int=2): 2, UUID(int=3): 1}, START, every_weeks=4)
    assert first == {UUID(int=1): START, UUID(int=2): date(2026, 4, 27), UUID(int=3): date(2026, 3, 30)}
    manager, later = MANAGERS[0], date(2026, 5, 4)
    asked = [pair(manager, 1), pair(manager, 2), pair(manager, 2, later), pair(manager, 9, later)]
    found = begin_in_turn([*asked, pair(manager, 3, START, date(2026, 3, 29))], first)
    assert [one.from_on for one in found] == [START, date(2026, 4, 27), later, later]
