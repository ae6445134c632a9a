"""Reporting lines: overlaps and cycles, by cases and against a day-by-day reference."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.organizations.hierarchy import Line, find_cycle, find_spans_below, overlaps

START = date(2026, 1, 1)
ANN, BOB, CAT, DAN = (UUID(int=number) for number in range(1, 5))


def line(person: UUID, manager: UUID, start: int, end: int | None = None) -> Line:
    """Days are counted from the start of 2026."""
    return Line(person, manager, START + timedelta(start), None if end is None else START + timedelta(end))


@pytest.mark.parametrize(
    ("first", "second", "shared"),
    [
        ((0, None), (5, None), True),
        ((0, 5), (5, None), False),
        ((0, 6), (5, None), True),
        ((0, 5), (2, 3), True),
        ((3, 5), (0, 3), False),
        ((3, None), (0, 3), False),
    ],
)
def test_the_end_is_exclusive(first: tuple[int, int | None], second: tuple[int, int | None], shared: bool) -> None:
    a, b = line(ANN, BOB, *first), line(ANN, CAT, *second)
    assert overlaps(a, b) is shared
    assert overlaps(b, a) is shared


@pytest.mark.parametrize(
    ("lines", "new", "cycle"),
    [
        ([], line(ANN, BOB, 0), False),
        ([line(BOB, ANN, 0)], line(ANN, BOB, 0), True),
        ([line(BOB, ANN, 0, 10)], line(ANN, BOB, 10), False),
        ([line(BOB, ANN, 0, 11)], line(ANN, BOB, 10), True),
        ([line(BOB, CAT, 0), line(CAT, ANN, 0)], line(ANN, BOB, 0), True),
        # The chain never holds as a whole: BOB leaves CAT before CAT comes to ANN.
        ([line(BOB, CAT, 0, 5), line(CAT, ANN, 5)], line(ANN, BOB, 0), False),
        ([line(BOB, CAT, 0, 6), line(CAT, ANN, 5)], line(ANN, BOB, 0), True),
        # Only the second of the manager's lines closes the circle, in the far future.
        ([line(BOB, CAT, 0, 100), line(BOB, ANN, 100)], line(ANN, BOB, 0), True),
        ([line(BOB, CAT, 0, 100), line(BOB, ANN, 100)], line(ANN, BOB, 0, 100), False),
    ],
)
def test_a_cycle_needs_a_day_on_which_all_of_it_holds(lines: list[Line], new: Line, cycle: bool) -> None:
    assert find_cycle(lines, new) is cycle


def cycle_on_some_day(lines: Sequence[Line], new: Line, days: int) -> bool:
    """The definition: on some day somebody is above themself."""
    for offset in range(days):
        day = START + timedelta(offset)
        above: dict[UUID, list[UUID]] = {}
        for one in (*lines, new):
            if one.start_on <= day and (one.end_on is None or day < one.end_on):
                above.setdefault(one.person_id, []).append(one.manager_id)
        reached, todo = set[UUID](), list(above.get(new.person_id, []))
        while todo:
            person = todo.pop()
            if person not in reached:
                reached.add(person)
                todo += above.get(person, [])
        if new.person_id in reached:
            return True
    return False


PEOPLE = st.sampled_from([ANN, BOB, CAT, DAN])
LINES = st.builds(
    lambda person, manager, start, length: line(person, manager, start, None if length == 9 else start + length),
    PEOPLE,
    PEOPLE,
    st.integers(0, 12),
    st.integers(1, 9),
)


@given(st.lists(LINES, max_size=8), LINES)
def test_it_is_the_definition(lines: list[Line], new: Line) -> None:
    """Whatever lines there are, those that make a cycle without the new person included."""
    own = [one for one in lines if one.person_id != new.person_id]
    assert find_cycle(own, new) is cycle_on_some_day(own, new, 30)


def below(person: UUID, above: UUID, lines: Sequence[Line], day: date, steps: int = 5) -> bool:
    """Whether one was below another on a day: climbed step by step."""
    held = [one for one in lines if one.person_id == person and one.start_on <= day < (one.end_on or date.max)]
    return steps > 0 and any(
        one.manager_id == above or below(one.manager_id, above, lines, day, steps - 1) for one in held
    )


def test_who_was_below_and_when() -> None:
    lines = [line(BOB, ANN, 0, 10), line(CAT, BOB, 5, 20), line(CAT, ANN, 30), line(DAN, CAT, 0, None)]
    days = [(START + timedelta(first), START + timedelta(last)) for first, last in ((3, 10), (5, 10), (30, 40))]
    assert find_spans_below(lines, ANN, (START + timedelta(3), START + timedelta(40))) == {
        BOB: [days[0]],
        CAT: [days[2], days[1]],
        DAN: [days[2], days[1]],
    }


@given(
    st.lists(
        st.tuples(
            st.sampled_from([BOB, CAT, DAN]), st.sampled_from([ANN, BOB, CAT]), st.integers(0, 9), st.integers(1, 9)
        ),
        max_size=8,
    )
)
def test_spans_below_are_those_climbed_day_by_day(drawn: list[tuple[UUID, UUID, int, int]]) -> None:
    lines = [line(person, above, start, start + length) for person, above, start, length in drawn if person > above]
    found = find_spans_below(lines, ANN, (START + timedelta(2), START + timedelta(15)))
    for offset in range(20):
        day = START + timedelta(offset)
        for person in (BOB, CAT, DAN):
            is_within = any(start <= day < end for start, end in found.get(person, ()))
            assert is_within == (2 <= offset < 15 and below(person, ANN, lines, day))
