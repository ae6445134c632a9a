"""Staggered effects against least squares of statsmodels, by hand, and at the edges."""

import warnings

import numpy as np
import pytest
from statsmodels.api import OLS

from service.statistics.arrays import Floats
from service.statistics.staggered_effects import adjusted_effect, mirrored_effect
from service.statistics.staggered_panels import NEVER, Panel, Windows

TWO_PERIODS = Windows(range(1, 2), 0, 1, 1)


@pytest.fixture(autouse=True)
def _no_warnings() -> None:
    warnings.simplefilter("error")


def two_groups(seed: int, own: int = 7, others: int = 9) -> tuple[Floats, Floats]:
    """Units with a period before, that of the start, and one after; and in which group each is."""
    g = np.random.default_rng(seed)
    group = np.repeat([1.0, 0.0], [own, others])
    before = g.normal(10, 3, own + others)
    after = before + 2 + 1.5 * group + g.normal(0, 1, own + others)
    return np.stack([before, np.full(before.shape, np.nan), after], -1), group


def panel(values: Floats, starts: list[int] | Floats, strata: list[int] | None = None) -> Panel:
    labels = [0] * len(values) if strata is None else strata
    return Panel.of(values, np.ones(values.shape), np.asarray(starts), labels)


@pytest.mark.parametrize("seed", range(3))
def test_two_groups_and_two_periods_are_two_way_least_squares(seed: int) -> None:
    values, group = two_groups(seed)
    found = mirrored_effect(panel(values, np.where(group > 0, 1, NEVER)), TWO_PERIODS)
    long = values[:, [0, 2]].ravel()
    is_after, whose = np.tile([0.0, 1.0], len(group)), np.repeat(np.eye(len(group)), 2, axis=0)
    both = OLS(long, np.column_stack([whose, is_after, is_after * np.repeat(group, 2)])).fit()
    assert float(found.value) == pytest.approx(both.params[-1], rel=1e-9)
    change = OLS(values[:, 2] - values[:, 0], np.column_stack([np.ones(len(group)), group])).fit(cov_type="HC3")
    assert float(found.error) == pytest.approx(change.bse[1], rel=1e-9)
    assert (float(found.begun), float(found.compared)) == (7, 9)
    assert found.baseline == pytest.approx(values[:7, 0].mean())


@pytest.mark.parametrize("seed", range(3))
def test_the_path_is_that_of_least_squares_among_those_who_have_not_begun(seed: int) -> None:
    values, group = two_groups(seed)
    found = adjusted_effect(panel(values, np.where(group > 0, 1, NEVER)), TWO_PERIODS)
    design = np.column_stack([np.ones(16), values[:, 0]])
    fit = OLS(values[7:, 2], design[7:]).fit()
    assert float(found.value) == pytest.approx((values[:7, 2] - fit.predict(design[:7])).mean(), rel=1e-9)


def test_those_who_begin_later_are_compared_until_then_by_hand() -> None:
    # Two cohorts of two and three who never begin; everything is exact: +1 a period for all, +4 once it has begun.
    periods = np.arange(8.0)
    starts = np.array([3, 3, 4, 4, NEVER, NEVER, NEVER])
    values = np.arange(7)[:, None] * 10 + periods + 4 * (periods > starts[:, None])
    found = mirrored_effect(panel(values, starts), Windows(range(1, 3), 0, 2, 1))
    assert float(found.value) == pytest.approx(4, rel=1e-12)
    assert float(found.error) == pytest.approx(0, abs=1e-9)
    assert (float(found.begun), float(found.compared)) == (4, 5)


def test_only_those_asked_and_only_within_a_stratum() -> None:
    values, group = two_groups(5)
    starts, strata = np.where(group > 0, 1, NEVER), [0] * 16
    asked = np.arange(16) < 3
    part = mirrored_effect(Panel.of(values, np.ones(values.shape), starts, strata, asked), TWO_PERIODS)
    keep = asked | (group == 0)
    alone = mirrored_effect(panel(values[keep], starts[keep]), TWO_PERIODS)
    assert float(part.value) == pytest.approx(float(alone.value))
    assert float(part.begun) == 3
    # In the other stratum nobody is left to compare with.
    apart = mirrored_effect(panel(values, starts, [int(one) for one in group]), TWO_PERIODS)
    assert (float(apart.begun), bool(np.isnan(apart.value)), float(apart.p_value())) == (0, True, 1)


def test_panels_side_by_side_are_each_alone() -> None:
    g = np.random.default_rng(2)
    values = g.normal(size=(3, 12, 60))
    starts = np.where(g.random((3, 12)) < 0.5, g.integers(35, 50, (3, 12)), NEVER)
    windows = Windows(range(1, 9), 4, 26, 8)
    for estimate in (adjusted_effect, mirrored_effect):
        whole = estimate(Panel.of(values, np.ones(values.shape), starts, np.zeros(12)), windows)
        for number in range(3):
            alone = estimate(panel(values[number], starts[number]), windows)
            assert float(whole.value[number]) == pytest.approx(float(alone.value))
            assert float(whole.error[number]) == pytest.approx(float(alone.error))


@pytest.mark.parametrize(
    ("values", "starts"),
    [
        (np.zeros((0, 5)), []),
        (np.zeros((4, 0)), [NEVER] * 4),
        (np.ones((6, 60)), [40, 40, NEVER, NEVER, NEVER, NEVER]),
        (np.full((6, 60), np.nan), [40, 40, NEVER, NEVER, NEVER, NEVER]),
        (np.ones((3, 60)), [40, 41, 42]),
        (np.ones((6, 60)), [0, 59, -3, NEVER, NEVER, NEVER]),
    ],
)
def test_nothing_to_tell_from_is_no_fault(values: Floats, starts: list[int]) -> None:
    for estimate in (adjusted_effect, mirrored_effect):
        found = estimate(panel(values, starts), Windows(range(1, 9), 4, 26, 8))
        low, high = found.interval()
        assert np.isnan(found.value) or float(low) == float(high) == 0
        assert found.p_value() == 1


def test_windows_are_as_far_from_the_dip_on_both_sides() -> None:
    windows = Windows(range(1, 9), 4, 26, 8)
    assert (windows.dip, windows.mirrored, windows.earlier) == (range(-4, 0), range(-13, -5), range(-30, -4))
    assert Windows(range(1, 9), 0, 26, 8).mirrored == range(-8, 0)
