"""Thirds of attainment, by hand, and what is said of them."""

from decimal import Decimal
from uuid import UUID

from service.coaching_sessions.evenness import Evenness, compare_thirds, find_thirds


def attained(*values: str) -> dict[UUID, Decimal]:
    return {UUID(int=place): Decimal(value) for place, value in enumerate(values, 1)}


def compare(counts: list[tuple[int, int]], *values: str) -> Evenness:
    sessions = {UUID(int=place): pair for place, pair in enumerate(counts, 1)}
    return compare_thirds(sessions, attained(*values), "Won amount")


def test_thirds_by_rank() -> None:
    assert list(find_thirds(attained("0.9", "0.1", "0.5", "0.2", "0.8", "0.6")).values()) == [2, 0, 1, 0, 2, 1]
    assert list(find_thirds(attained("1", "2", "3", "4", "5", "6", "7")).values()) == [0, 0, 1, 1, 1, 2, 2]


def test_equals_are_in_the_same_third() -> None:
    assert list(find_thirds(attained("0", "0", "0", "0", "0", "9")).values()) == [1, 1, 1, 1, 1, 2]
    assert set(find_thirds(attained(*["0.5"] * 6)).values()) == {1}


def test_the_small_case() -> None:
    found = compare([(9, 10), (8, 10), (5, 10), (5, 10), (1, 10), (2, 10)], "0.1", "0.2", "0.5", "0.6", "0.9", "1.1")
    assert [(one.third.value, one.reps, one.held.numerator, one.held.denominator) for one in found.thirds] == [
        ("lowest", 2, 17, 20),
        ("middle", 2, 10, 20),
        ("highest", 2, 3, 20),
    ]
    assert [str(one.held.rate) for one in found.thirds] == ["0.8500", "0.5000", "0.1500"]
    assert found.reason == (
        "Those furthest behind on Won amount get more of the sessions they are owed: 17 of 20 against 3 of 20."
    )


def test_the_other_way_round() -> None:
    found = compare([(1, 10), (2, 10), (5, 10), (5, 10), (9, 10), (8, 10)], "0.1", "0.2", "0.5", "0.6", "0.9", "1.1")
    assert found.reason.startswith("Those furthest ahead on Won amount get more")


def test_within_chance_it_cannot_tell() -> None:
    found = compare([(6, 10)] * 2 + [(5, 10)] * 2 + [(4, 10)] * 2, "0.1", "0.2", "0.5", "0.6", "0.9", "1.1")
    assert found.reason == (
        "Cannot tell that those behind and ahead on Won amount are treated differently: 12 of 20 against 8 of 20, "
        "within chance."
    )


def test_too_few_reps() -> None:
    found = compare([(5, 10)] * 5 + [(0, 0)], "0.1", "0.2", "0.5", "0.6", "0.9", "1.1")
    assert found == Evenness((), "Cannot tell yet: 5 of the reps have a target for Won amount; it takes 6.")


def test_all_alike() -> None:
    assert compare([(5, 10)] * 6, *["0.5"] * 6).reason.startswith("Cannot tell: too many reps have the same attainment")


def test_without_a_target() -> None:
    assert compare_thirds({}, {}, None) == Evenness((), "Cannot tell: no success model has a target for an outcome.")
