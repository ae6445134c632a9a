"""Quantiles of a sample: quartiles as PostgreSQL's, intervals that cover at least at their level."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from scipy.stats import binom, norm, quantile_test

from service.statistics.medians import quantile_interval, quartiles


def test_quartiles() -> None:
    found = quartiles([4, 1, np.nan, 3, 2])
    assert (found.n, found.low, found.median, found.high) == (4, 1.75, 2.5, 3.25)
    alone = quartiles([7, np.nan])
    assert (alone.n, alone.low, alone.median, alone.high) == (1, 7, 7, 7)
    assert np.isnan([quartiles([]).low, quartiles([]).median]).all()


@pytest.mark.parametrize("probability", [0.25, 0.5, 0.9])
def test_intervals_as_in_scipy(probability: float) -> None:
    generator = np.random.default_rng(61)
    for size in (1, 2, 5, 6, 9, 30, 31, 200):
        values = np.sort(generator.normal(size=size))
        # Its stubs call the interval a float.
        theirs: Any = quantile_test(values, p=probability).confidence_interval(0.95)
        ours = quantile_interval(values, probability, 0.95)
        # Where a sample is too small, scipy says nan for what is infinite here.
        assert ours == pytest.approx((np.nan_to_num(theirs.low, nan=-np.inf), np.nan_to_num(theirs.high, nan=np.inf)))


def test_intervals_cover_at_least_at_their_level_and_hardly_more() -> None:
    for size in (6, 12, 40, 101):
        ranks = np.arange(size, dtype=float)
        low, high = quantile_interval(ranks, 0.5, 0.9)
        # The r-th smallest (from 0) lies below the median if more than r values do.
        covered = binom.sf(low, size, 0.5) - binom.sf(high, size, 0.5)
        assert covered >= 0.9
        tighter = binom.sf(low + 1, size, 0.5) - binom.sf(high - 1, size, 0.5)
        assert tighter < 0.9


def test_wider_levels_hold_narrower_ones() -> None:
    values = norm.rvs(size=80, random_state=np.random.default_rng(62))
    found = [quantile_interval(values, 0.5, level) for level in (0.5, 0.8, 0.95, 0.999)]
    assert all(wide[0] <= narrow[0] <= narrow[1] <= wide[1] for narrow, wide in pairwise(found))


def test_too_small_a_sample_has_no_end() -> None:
    assert quantile_interval([]) == (-np.inf, np.inf)
    assert quantile_interval([3, 4, 5]) == (-np.inf, np.inf)
    assert quantile_interval([3] * 20) == (3, 3)
    with pytest.raises(ValueError, match="quantile"):
        quantile_interval([1], 1.0)
