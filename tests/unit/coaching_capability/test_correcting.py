"""What of self-correction a caller reads: five people or more, whole months, and nothing to be found by subtraction."""

from collections.abc import Callable, Iterable
from datetime import date
from uuid import UUID

import pytest

from service.coaching_capability.correcting import (
    Correction,
    CorrectionTrend,
    Decided,
    Viewer,
    show,
    sum_up,
)

JANUARY, FEBRUARY, MARCH, APRIL = (date(2026, month, 1) for month in (1, 2, 3, 4))
MONTHS = (JANUARY, FEBRUARY, MARCH, APRIL)
MAX, ZOE = UUID(int=100), UUID(int=200)


def decided(people: Iterable[int], month: date = JANUARY, manager: UUID = MAX, alone: int = 0) -> list[Decided]:
    """One of each person; the first `alone` closed theirs alone."""
    return [Decided(UUID(int=person), manager, month, month, at < alone) for at, person in enumerate(people)]


def seen(
    rows: list[Decided], manages: Callable[[Decided], bool] = lambda _: False, *, may_read: bool = True
) -> Correction:
    """As a caller reads the sum of all teams in April."""
    cells = show(rows, Viewer(manages, lambda _: may_read, APRIL))
    return sum_up(cells, lambda _: True, MONTHS)


def shown(found: Correction) -> list[tuple[int, int] | None]:
    return [None if one.rate is None else (one.rate.numerator, one.rate.denominator) for one in found.months]


@pytest.mark.parametrize(("people", "expected"), [(5, (2, 5)), (4, None)])
def test_a_month_of_five_people_or_more(people: int, expected: tuple[int, int] | None) -> None:
    found = seen(decided(range(people), alone=2))
    assert shown(found) == [expected, (0, 0), (0, 0), (0, 0)]
    assert (found.rate.denominator, found.withheld) == (people if expected else 0, int(expected is None))


def test_many_of_one_person_are_one_person() -> None:
    assert shown(seen([*decided(range(4)), *decided([0] * 20)]))[0] is None


def test_a_month_that_is_not_over_is_its_manager_s_alone() -> None:
    rows = decided(range(6), APRIL)
    assert shown(seen(rows))[3] is None
    assert shown(seen(rows, lambda _: True))[3] == (0, 6)


def test_the_sum_is_that_of_what_is_shown() -> None:
    found = seen([*decided(range(6), alone=3), *decided(range(3), FEBRUARY, alone=3)])
    assert ((found.rate.numerator, found.rate.denominator), found.withheld, found.people) == ((3, 6), 1, 6)


def test_a_tree_is_the_sum_of_the_teams_that_are_shown() -> None:
    rows = [*decided(range(6), alone=1), *decided(range(10, 13), manager=ZOE, alone=3)]
    found = seen(rows)
    assert (shown(found)[0], found.rate.denominator) == ((1, 6), 6)


def test_part_of_a_team_is_none_of_it() -> None:
    """Of a tree that had the team for a part of the month nothing is told: the rest would be the difference."""
    rows = decided(range(6))
    cells = show(rows, Viewer(lambda _: False, lambda _: True, APRIL))
    found = sum_up(cells, lambda row: row.person_id.int < 5, MONTHS)
    assert shown(found)[0] == (0, 0)
    own = show(rows, Viewer(lambda _: True, lambda _: True, APRIL))
    assert shown(sum_up(own, lambda row: row.person_id.int < 5, MONTHS))[0] == (0, 5)


def test_whoever_manages_some_reads_the_others_only_as_five() -> None:
    """Four others: with one's own taken away they would be four."""
    rows = decided(range(8))
    assert shown(seen(rows, lambda row: row.person_id.int < 4))[0] is None
    assert shown(seen(rows, lambda row: row.person_id.int < 3))[0] == (0, 8)
    assert shown(seen(rows, lambda row: row.person_id.int < 4, may_read=False))[0] == (0, 4)


def test_who_asks_is_none_of_the_five() -> None:
    """They know their own: of five people with themself among them the rest would be four."""
    for own, expected in ((0, None), (99, (2, 5))):
        viewer = Viewer(lambda _: False, lambda _: True, APRIL, UUID(int=own))
        cells = show(decided(range(5), alone=2), viewer)
        assert shown(sum_up(cells, lambda _: True, MONTHS))[0] == expected


def test_a_trend_beyond_chance() -> None:
    """Of ten people none, then two, then five, then nine of each month."""
    rising = [
        row for month, alone in zip(MONTHS, (0, 2, 5, 9), strict=True) for row in decided(range(10), month, alone=alone)
    ]
    found = seen(rising, lambda _: True)
    assert found.trend is CorrectionTrend.RISING
    assert found.slope is not None
    assert found.slope > 0
    falling = [Decided(one.person_id, MAX, one.raised_on, one.month, not one.alone) for one in rising]
    assert seen(falling, lambda _: True).trend is CorrectionTrend.FALLING
    flat = [row for month in MONTHS for row in decided(range(10), month, alone=5)]
    assert seen(flat, lambda _: True).trend is CorrectionTrend.WITHIN_CHANCE


@pytest.mark.parametrize(
    "rows",
    [[], decided(range(9)), decided(range(20)), [*decided(range(8)), *decided(range(8), FEBRUARY)]],
    ids=["none", "nine", "one month", "two months"],
)
def test_too_little_for_a_trend(rows: list[Decided]) -> None:
    found = seen(rows, lambda _: True)
    assert (found.trend, found.slope, found.p_value) == (CorrectionTrend.CANNOT_TELL, None, None)


def test_all_or_none_alone_is_no_trend() -> None:
    for alone in (0, 10):
        rows = [row for month in MONTHS for row in decided(range(10), month, alone=alone)]
        found = seen(rows, lambda _: True)
        assert (found.trend, found.p_value) == (CorrectionTrend.WITHIN_CHANCE, 1.0)
