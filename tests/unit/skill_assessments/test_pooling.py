"""Peers together: nothing from two, a mean with an interval from three, and never a sure one."""

import numpy as np
import pytest

from service.skill_assessments.pooling import pool


def test_two_say_nothing() -> None:
    assert pool([], 5) is None
    assert pool([2, 4], 5) is None


def test_three_say_their_mean() -> None:
    found = pool([2, 3, 4], 5)
    assert found is not None
    assert (found.n, found.level) == (3, 3)
    # 2.920 is t's 95 % point at 2 degrees of freedom.
    assert (found.low, found.high) == pytest.approx((3 - 2.920 / 3**0.5, 3 + 2.920 / 3**0.5), abs=1e-3)


def test_raters_who_agree_are_not_certain_and_the_scale_ends() -> None:
    found = pool([5, 5, 5], 5)
    assert found is not None
    assert found.low < 5
    assert found.high == 5


def test_the_interval_covers() -> None:
    random = np.random.default_rng(7)
    covered = 0
    for _ in range(400):
        truth = random.uniform(2, 4)
        levels = np.clip(np.round(random.normal(truth, 0.8, size=5)), 1, 5)
        found = pool(list(levels), 5)
        assert found is not None
        covered += found.low <= truth <= found.high
    assert covered / 400 >= 0.87
