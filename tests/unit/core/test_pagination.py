"""Lists that are there as a whole are paged as those of the database are."""

from hypothesis import given
from hypothesis import strategies as st

from service.core.pagination import PageRequest, cut_list

POSITIONS = st.lists(st.tuples(st.text("ab", max_size=3), st.text("ab", max_size=3)), unique=True, max_size=12)


def walk(positions: list[tuple[str, ...]], limit: int, *, backward: bool) -> list[tuple[str, ...]]:
    seen: list[tuple[str, ...]] = []
    page: PageRequest | None = PageRequest(limit, backward=backward)
    while page is not None:
        found = cut_list(positions, positions, page, length=2)
        seen = found.items + seen if backward else seen + found.items
        further = found.previous_cursor if backward else found.next_cursor
        page = None
        if further is not None:
            page = PageRequest(limit, before=further, backward=True) if backward else PageRequest(limit, further)
    return seen


@given(POSITIONS, st.integers(1, 5), st.booleans())
def test_both_ways_lead_through_the_whole_list(positions: list[tuple[str, ...]], limit: int, backward: bool) -> None:
    ordered = sorted(positions)
    assert walk(ordered, limit, backward=backward) == ordered


@given(POSITIONS, st.integers(1, 5))
def test_what_lies_behind_a_page_read_backward_is_told(positions: list[tuple[str, ...]], limit: int) -> None:
    ordered = sorted(positions)
    last = cut_list(ordered, ordered, PageRequest(limit, backward=True), length=2)
    assert last.items == ordered[-limit:]
    assert last.next_cursor is None
    if last.previous_cursor is not None:
        before = cut_list(ordered, ordered, PageRequest(limit, before=last.previous_cursor, backward=True), length=2)
        assert before.next_cursor == before.cursors[-1]
