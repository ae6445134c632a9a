"""Assembly: any order, grouping and repetition of the same writes ends in the same state."""

from hypothesis import given
from hypothesis import strategies as st

from service.activities.records import (
    ASSOCIATION,
    CREATION,
    DELETED,
    DELETION,
    PROPERTY,
    FieldWrite,
    RecordState,
    merge,
    merge_all,
)

FIELDS = st.sampled_from(["stage", "owner", "amount", "closed_at", DELETED])
WRITES = st.builds(
    FieldWrite,
    at=st.integers(0, 5),
    rank=st.integers(0, 3),
    key=st.sampled_from(["aa", "bb", "cc"]),
    value=st.sampled_from([None, "x", "y", "true", "false"]),
)
CHANGES = st.lists(st.tuples(FIELDS, WRITES), max_size=12)


def assembled(changes: list[tuple[str, FieldWrite]]) -> RecordState:
    state = RecordState(fields={}, history={})
    merge_all(state, changes)
    return state


@given(CHANGES, st.randoms(use_true_random=False))
def test_order_and_repetition_do_not_matter(changes: list[tuple[str, FieldWrite]], rng: object) -> None:
    shuffled = changes + changes[: len(changes) // 2]
    rng.shuffle(shuffled)  # type: ignore[attr-defined]  # Hypothesis gives a Random
    assert assembled(shuffled) == assembled(changes)


@given(CHANGES)
def test_merging_again_changes_nothing(changes: list[tuple[str, FieldWrite]]) -> None:
    state = assembled(changes)
    assert not merge_all(state, changes)


def one(at: int, rank: int, key: str, value: str | None) -> FieldWrite:
    return FieldWrite(at, rank, key, value)


def test_a_later_write_wins_and_a_tie_goes_to_rank_then_key() -> None:
    state = RecordState(fields={}, history={})
    merge(state, "name", one(5, PROPERTY, "bb", "5"))
    assert not merge(state, "name", one(4, PROPERTY, "zz", "4"))
    assert not merge(state, "name", one(5, CREATION, "zz", "0"))
    assert merge(state, "name", one(5, PROPERTY, "cc", "6"))
    assert state.value("name") == "6"


def test_a_tombstone_is_cleared_by_a_later_restore_only() -> None:
    state = RecordState(fields={}, history={})
    merge(state, DELETED, one(5, DELETION, "aa", "true"))
    merge(state, "name", one(9, PROPERTY, "aa", "7"))
    merge(state, DELETED, one(5, ASSOCIATION, "zz", "false"))
    assert state.hidden
    merge(state, DELETED, one(6, ASSOCIATION, "aa", "false"))
    assert not state.hidden


def test_dated_fields_keep_every_value_in_order() -> None:
    state = RecordState(fields={}, history={})
    for at in (3, 1, 2, 1):
        merge(state, "stage", one(at, PROPERTY, "aa", f"s{at}"))
    assert [write.value for write in state.history["stage"]] == ["s1", "s2", "s3"]
