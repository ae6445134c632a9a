"""Benchmarks: quartiles as others compute them, proposals on the good side, and proof only where people differ."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.kpi_snapshots.benchmarks import (
    LEAST_FOR_QUARTILES,
    PeerGroup,
    PeerValue,
    Proof,
    Tenure,
    find_benchmarks,
    tenure_on,
)
from service.success_models.kpis import Polarity


def group(
    now: Sequence[float | None], before: Sequence[float | None] | None = None, polarity: Polarity = Polarity.HIGHER
) -> PeerGroup:
    earlier = [None] * len(now) if before is None else before
    values = [PeerValue(UUID(int=place), *pair) for place, pair in enumerate(zip(now, earlier, strict=True))]
    return PeerGroup("calls", polarity, "AE", None, values)


@given(st.lists(st.floats(-1e6, 1e6), min_size=LEAST_FOR_QUARTILES, max_size=60))
def test_quartiles_are_numpys(values: list[float]) -> None:
    (found,) = find_benchmarks([group(values)])
    expected = np.quantile(values, [0.25, 0.5, 0.75])
    assert [found.low, found.median, found.high] == pytest.approx(list(expected))
    assert found.n == len(values)


@given(
    st.lists(st.tuples(st.floats(0, 1e6), st.floats(0, 1e6)), min_size=8, max_size=40), st.sampled_from(list(Polarity))
)
def test_a_proposal_lies_between_the_median_and_the_best_quarter(
    pairs: list[tuple[float, float]], polarity: Polarity
) -> None:
    now, before = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    (found,) = find_benchmarks([group(now, before, polarity)])
    assert found.proposed is not None
    assert found.median is not None
    best = found.high if polarity is Polarity.HIGHER else found.low
    assert best is not None
    low, high = sorted((found.median, best))
    assert low - 1e-6 <= found.proposed <= high + 1e-6


@pytest.mark.parametrize(
    ("count", "proof", "has_quartiles"),
    [(0, Proof.TOO_FEW, False), (3, Proof.TOO_FEW, False), (7, Proof.TOO_FEW, True), (8, Proof.PROVEN, True)],
)
def test_small_groups(count: int, proof: Proof, has_quartiles: bool) -> None:
    values = [float(place) for place in range(count)]
    (found,) = find_benchmarks([group(values, values)])
    assert (found.proof, found.median is not None, found.n) == (proof, has_quartiles, count)


def test_missing_values_are_left_out() -> None:
    (found,) = find_benchmarks([group([1.0, None, 3.0, 5.0, 7.0])])
    assert (found.n, found.median) == (4, 4.0)


def test_where_all_are_equal_nothing_is_proven() -> None:
    (found,) = find_benchmarks([group([5.0] * 20, [5.0] * 20)])
    assert (found.proof, found.reliability, found.proposed) == (Proof.WITHIN_CHANCE, 0.0, 5.0)


@pytest.mark.parametrize("size", [8, 12, 60])
def test_of_equals_hardly_anything_is_proven(size: int) -> None:
    """Ten KPIs of people who do not differ: in at most one of twenty organizations something seems to be proven."""
    rng = np.random.default_rng(21)
    alarms = 0
    for _ in range(400):
        draws = rng.poisson(30, (10, 2, size)).astype(float)
        found = find_benchmarks([group(list(now), list(before)) for now, before in draws])
        alarms += any(one.proof is Proof.PROVEN for one in found)
    assert alarms <= (0.05 + 2.6 * np.sqrt(0.05 * 0.95 / 400)) * 400


def test_of_people_who_differ_it_nearly_always_is_and_luck_is_taken_out() -> None:
    rng = np.random.default_rng(22)
    proven, errors, raw = 0, [], []
    for _ in range(200):
        rates = rng.gamma(25, 1.6, 30)
        (found,) = find_benchmarks([group(list(rng.poisson(rates)), list(rng.poisson(rates)))])
        proven += found.proof is Proof.PROVEN
        assert found.proposed is not None
        assert found.high is not None
        truth = np.quantile(rates, 0.75)
        errors.append(found.proposed - truth)
        raw.append(found.high - truth)
    assert proven >= 190
    assert abs(np.mean(errors)) < abs(np.mean(raw))


@pytest.mark.parametrize(
    ("hired_on", "band"),
    [
        (None, Tenure.UNKNOWN),
        (date(2026, 3, 31), Tenure.UNDER_6_MONTHS),
        (date(2025, 10, 1), Tenure.UNDER_6_MONTHS),
        (date(2025, 9, 30), Tenure.UNDER_1_YEAR),
        (date(2025, 3, 31), Tenure.UNDER_2_YEARS),
        (date(2024, 3, 31), Tenure.TWO_YEARS_OR_MORE),
    ],
)
def test_tenure(hired_on: date | None, band: Tenure) -> None:
    assert tenure_on(hired_on, date(2026, 3, 31)) is band
