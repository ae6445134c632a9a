"""Groups of ratings by hand: who is put together, what waits, and what is told of answers that are alike."""

from fractions import Fraction
from uuid import UUID

import numpy as np
import pytest

from service.coaching_sessions.rating_groups import Groups, Span, View, form_groups, interval_of, sum_up

TOP, EAST, WEST, ALONE = (UUID(int=100 + one) for one in range(4))
ABOVE = {TOP: None, EAST: TOP, WEST: TOP, ALONE: None}


def views(manager: UUID, count: int, *, first: int = 0, answer: int = 3, insiders: int = 0) -> list[View]:
    return [
        View(UUID(int=first + one), manager, {"focus": Fraction(answer)}, is_insider=one < insiders)
        for one in range(count)
    ]


def count(groups: Groups, manager: UUID) -> tuple[int, int]:
    """Views told of a manager's own sessions, and of the tree."""
    own, tree = groups.own[manager], groups.tree[manager]
    return sum(map(len, own)), sum(map(len, tree))


def test_what_is_not_enough_waits_for_the_manager_above() -> None:
    groups = form_groups([*views(EAST, 7), *views(WEST, 3, first=20), *views(TOP, 2, first=40)], ABOVE)
    assert {one: count(groups, one) for one in ABOVE} == {TOP: (0, 12), EAST: (7, 7), WEST: (0, 0), ALONE: (0, 0)}
    assert [len(block) for block in groups.everybody] == [7, 5]


def test_what_is_never_enough_is_told_nowhere() -> None:
    """Not even that there was something: the same numbers as without it."""
    enough = views(EAST, 6)
    few = [*views(WEST, 2, first=20), *views(TOP, 2, first=40)]
    assert form_groups([*enough, *few], ABOVE) == form_groups(enough, ABOVE)
    late = form_groups([*enough, *few, *views(ALONE, 1, first=60)], ABOVE)
    assert count(late, TOP) == (0, 6)
    assert [len(block) for block in late.everybody] == [6, 5]


def test_raters_are_counted_and_not_ratings() -> None:
    twice = [*views(EAST, 4), *views(WEST, 4)]
    assert form_groups(twice, ABOVE).everybody == ()
    assert [len(block) for block in form_groups([*twice, *views(TOP, 1, first=9)], ABOVE).everybody] == [9]


def test_insiders_are_told_and_do_not_count() -> None:
    assert count(form_groups(views(EAST, 5, insiders=1), ABOVE), EAST) == (0, 0)
    assert count(form_groups(views(EAST, 6, insiders=1), ABOVE), EAST) == (6, 6)


def test_the_order_changes_nothing() -> None:
    given = [*views(EAST, 7), *views(WEST, 3, first=20), *views(TOP, 2, first=40), *views(ALONE, 8, first=60)]
    one, other = form_groups(given, ABOVE), form_groups(given[::-1], dict(reversed(ABOVE.items())))
    for manager in ABOVE:
        assert count(one, manager) == count(other, manager)
        assert sum_up(one.tree[manager], ["focus"]) == sum_up(other.tree[manager], ["focus"])
    assert sum_up(one.everybody, ["focus"]) == sum_up(other.everybody, ["focus"])


def test_nobody_rated() -> None:
    groups = form_groups([], ABOVE)
    assert groups.everybody == ()
    assert sum_up(groups.everybody, ["focus"]) is None
    assert form_groups([], {}).everybody == ()


@pytest.mark.parametrize(
    ("answers", "low", "high"),
    [
        ([3] * 5, 3, 3),
        ([5] * 5, Fraction(22, 5), 5),
        ([5, 5, 5, 4, 4], Fraction(22, 5), 5),
        ([5, 5, 4, 4, 4], Fraction(22, 5), Fraction(22, 5)),
        ([1, 1, 1, 1, 3], 1, Fraction(8, 5)),
        ([1] * 5, 1, Fraction(8, 5)),
        ([5] * 20, Fraction(97, 20), 5),
    ],
)
def test_near_the_ends_a_mean_is_a_range(answers: list[int], low: Fraction, high: Fraction) -> None:
    block = tuple(View(UUID(int=at), EAST, {"focus": Fraction(one)}) for at, one in enumerate(answers))
    numbers = sum_up([block], ["focus"])
    assert numbers is not None
    assert numbers.means["focus"] == Span(Fraction(low), Fraction(high))
    assert numbers.n_raters == len(answers)


def test_an_insiders_own_answer_does_not_uncover_the_others() -> None:
    """Six steps from the best together, which would be exact; without the insider everybody else gave the best."""
    block = (*views(EAST, 1, answer=1, insiders=1), *views(EAST, 5, first=1, answer=5))
    numbers = sum_up([block], ["focus"])
    assert numbers is not None
    assert numbers.means["focus"] == Span(Fraction(23, 6), Fraction(26, 6))


@pytest.mark.parametrize("shares", [(0.02, 0.08, 0.2, 0.4, 0.3), (0.4, 0.1, 0, 0.1, 0.4), (0, 0, 0, 0.3, 0.7)])
@pytest.mark.parametrize("raters", [5, 12])
def test_the_interval_covers(shares: tuple[float, ...], raters: int) -> None:
    random = np.random.default_rng(5)
    truth = float(np.arange(1, 6) @ shares)
    covered = 0
    for means in random.choice(np.arange(1, 6), p=shares, size=(1000, raters)).mean(axis=1):
        exact = Fraction(round(float(means) * raters), raters)
        low, high = interval_of(Span(exact, exact), raters)
        covered += low <= truth <= high
        assert 1 <= low <= float(exact) <= high <= 5
    assert covered >= 880
