"""The order of topics: impact by confidence by age, pinned ones first, process before outcome."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.coaching_sessions.concerns import Concern
from service.coaching_sessions.ranking import FULL_WEIGHT_DAYS, Place, order_of, rank_of

TODAY = date(2026, 3, 27)
shares = st.decimals(0, 1, places=4)
places = st.builds(
    Place,
    st.uuids(),
    st.decimals(0, 2, places=4),
    st.sampled_from(Concern),
    st.dates(date(2025, 1, 1), TODAY),
    st.booleans(),
)


@pytest.mark.parametrize(
    ("impact", "confidence", "waited", "rank"),
    [
        ("0.5", "1", 0, "0.5000"),
        ("0.5", "1", 14, "0.7500"),
        ("0.5", "1", 28, "1.0000"),
        ("0.5", "1", 400, "1.0000"),
        ("0.9", "0.99", 0, "0.8910"),
        ("0.9", "0.99", 7, "1.1138"),
        ("1", "1", 28, "2.0000"),
        ("0", "1", 28, "0.0000"),
        ("0.3", "0", 5, "0.0000"),
        ("0.5", "1", -1, "0.5000"),
    ],
)
def test_what_a_topic_weighs(impact: str, confidence: str, waited: int, rank: str) -> None:
    raised_on = TODAY - timedelta(days=waited)
    assert str(rank_of(Decimal(impact), Decimal(confidence), Concern.PROCESS, raised_on, TODAY)) == rank


@given(shares, shares, st.integers(0, 90))
def test_an_outcome_weighs_half_of_what_one_does(impact: Decimal, confidence: Decimal, waited: int) -> None:
    process, other, outcome = (
        rank_of(impact, confidence, concerns, TODAY - timedelta(days=waited), TODAY)
        for concerns in (Concern.PROCESS, Concern.OTHER, Concern.OUTCOME)
    )
    assert process == other
    assert abs(outcome * 2 - process) <= Decimal("0.0002")


@given(shares, shares, shares, st.integers(0, 90), st.integers(0, 90))
def test_more_of_anything_never_weighs_less(
    impact: Decimal, more: Decimal, confidence: Decimal, days: int, later: int
) -> None:
    def rank(stake: Decimal, waited: int) -> Decimal:
        return rank_of(stake, confidence, Concern.PROCESS, TODAY - timedelta(days=waited), TODAY)

    assert rank(max(impact, more), days) >= rank(min(impact, more), days)
    assert rank(impact, max(days, later)) >= rank(impact, min(days, later))
    assert rank(impact, days) <= 2 * rank(impact, 0) + Decimal("0.0001")
    assert rank(impact, FULL_WEIGHT_DAYS) == rank(impact, FULL_WEIGHT_DAYS + later)


def place(name: int, rank: str, concerns: Concern = Concern.PROCESS, days: int = 0, *, pinned: bool = False) -> Place:
    return Place(UUID(int=name), Decimal(rank), concerns, TODAY - timedelta(days=days), pinned)


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (place(2, "0.6"), place(1, "0.5")),
        (place(2, "0.1", pinned=True), place(1, "1.9")),
        (place(2, "0.6", pinned=True), place(1, "0.5", pinned=True)),
        (place(2, "0.5"), place(1, "0.5", Concern.OUTCOME)),
        (place(2, "0.5", Concern.OTHER), place(1, "0.5", Concern.OUTCOME)),
        (place(2, "0.51", Concern.OUTCOME), place(1, "0.5")),
        (place(2, "0.5", days=3), place(1, "0.5")),
        (place(1, "0.5"), place(2, "0.5")),
    ],
)
def test_what_comes_first(first: Place, then: Place) -> None:
    assert sorted([then, first], key=order_of) == [first, then]


@given(st.lists(places, unique_by=lambda one: one.id))
def test_the_order_is_the_same_however_it_is_read(found: list[Place]) -> None:
    ordered = sorted(found, key=order_of)
    assert sorted(ordered[1:] + ordered[:1], key=order_of) == ordered
    pinned = [one.pinned for one in ordered]
    assert pinned == sorted(pinned, reverse=True)
