"""Times with open ones censored: curves, medians and comparisons against lifelines."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import KaplanMeierFitter
from lifelines.statistics import logrank_test
from lifelines.utils import median_survival_times, qth_survival_times

from service.statistics.arrays import Bools, Floats
from service.statistics.survival import compare_survival, kaplan_meier

observations = st.lists(st.tuples(st.integers(0, 40), st.booleans()), min_size=2, max_size=60)


def columns(data: list[tuple[int, bool]]) -> tuple[Floats, Bools]:
    return np.array([time for time, _ in data], dtype=float), np.array([happened for _, happened in data])


# Its estimates are off by rounding, so that a share such as 1/2 may be missed by a step: none is asked for.
@settings(max_examples=40)
@given(observations, st.sampled_from([0.2501, 0.5003, 0.7501]))
def test_curves_and_quantiles_as_in_lifelines(data: list[tuple[int, bool]], probability: float) -> None:
    durations, observed = columns(data)
    curve = kaplan_meier(durations, observed)
    fitter = KaplanMeierFitter().fit(durations, observed)
    assert curve.survival == pytest.approx(fitter.survival_function_at_times(curve.times).to_numpy())
    assert curve.quantile(probability) == qth_survival_times(1 - probability, fitter.survival_function_)
    assert curve.n == len(data)


@pytest.mark.parametrize("seed", range(40))
def test_median_intervals_as_in_lifelines(seed: int) -> None:
    generator = np.random.default_rng(seed)
    size = int(generator.integers(8, 200))
    durations = np.ceil(generator.exponential(30, size))
    observed = generator.random(size) < generator.uniform(0.3, 0.95)
    fitter = KaplanMeierFitter().fit(durations, observed)
    low, high = median_survival_times(fitter.confidence_interval_).to_numpy()[0]
    curve = kaplan_meier(durations, observed)
    assert curve.quantile_interval(0.5, 0.95) == (low, high)
    found_low, found_high = curve.quantile_interval(0.5, 0.8)
    assert low <= found_low <= curve.quantile() <= found_high <= high


def test_median_intervals_cover() -> None:
    generator = np.random.default_rng(41)
    held = []
    for _ in range(1500):
        durations, cut = generator.exponential(30, 60), generator.uniform(10, 90, 60)
        low, high = kaplan_meier(np.minimum(durations, cut), durations <= cut).quantile_interval(0.5, 0.9)
        held.append(low <= 30 * np.log(2) <= high)
    assert np.mean(held) == pytest.approx(0.9, abs=0.025)


def test_curves_at_the_edges() -> None:
    nothing = kaplan_meier([], [])
    assert nothing.n == 0
    assert np.isnan([nothing.quantile(), *nothing.quantile_interval()]).all()
    still_open = kaplan_meier([5, 9, 20], [False] * 3)
    assert (still_open.quantile(), still_open.quantile_interval()) == (np.inf, (np.inf, np.inf))
    ended = kaplan_meier([4], [True])
    assert (ended.quantile(), ended.quantile(0.9), ended.survival.tolist()) == (4, 4, [0])
    same = kaplan_meier([7] * 50, [True] * 50)
    assert (same.quantile(), same.quantile_interval()) == (7, (7, 7))
    tied = kaplan_meier([3, 5, 7, 9], [True] * 4)
    assert [tied.quantile(part) for part in (0.25, 0.5, 0.75)] == [3, 5, 7]
    at_once = kaplan_meier([0, 0, 3], [True, True, False])
    assert at_once.quantile() == 0
    with pytest.raises(ValueError, match="one duration"):
        kaplan_meier([1, 2], [True])
    with pytest.raises(ValueError, match="durations"):
        kaplan_meier([-1], [True])


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 25), st.booleans(), st.integers(0, 4)), min_size=3, max_size=80))
def test_log_rank_as_in_lifelines(data: list[tuple[int, bool, int]]) -> None:
    durations, observed, groups = (np.array(column) for column in zip(*data, strict=True))
    found = compare_survival(durations, observed, groups)
    assert found.units.tolist() == sorted(set(groups.tolist()))
    for unit, z, p in zip(found.units, found.z, found.p, strict=True):
        own = groups == unit
        if found.p[found.units == unit] == 1 and z == 0:
            continue  # nothing to compare; lifelines divides by 0 there
        test = logrank_test(durations[own], durations[~own], observed[own], observed[~own])
        assert z**2 == pytest.approx(test.test_statistic, rel=1e-6, abs=1e-9)
        assert p == pytest.approx(test.p_value, rel=1e-6)
    assert found.observed.sum() == observed.sum()
    assert found.expected.sum() == pytest.approx(observed.sum())


def test_a_faster_unit_is_told_from_the_others() -> None:
    generator = np.random.default_rng(42)
    groups = np.repeat(np.arange(6), 80)
    durations = generator.exponential(np.where(groups == 2, 15, 40))
    found = compare_survival(durations, np.ones(480, dtype=bool), groups)
    assert found.p[2] < 1e-6
    assert found.z[2] > 0
    assert found.observed[2] > found.expected[2]


def test_comparisons_at_the_edges() -> None:
    assert compare_survival([3, 4], [True, True], [1, 1]).p.tolist() == [1]
    assert compare_survival([3, 4], [False, False], [1, 2]).p.tolist() == [1, 1]
    assert compare_survival([], [], []).p.size == 0


def test_no_more_than_the_level_differs_by_chance() -> None:
    generator = np.random.default_rng(43)
    groups = np.repeat(np.arange(1500), 40)
    durations, cut = generator.exponential(30, groups.size), generator.uniform(5, 60, groups.size)
    found = compare_survival(np.minimum(durations, cut), durations <= cut, groups)
    assert (found.p <= 0.05).mean() == pytest.approx(0.05, abs=0.015)
