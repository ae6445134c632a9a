"""Effects at a lag against statsmodels and by hand, lift and change by hand and by jackknife, and at the edges."""

import warnings

import numpy as np
import pytest
from scipy.stats import t
from statsmodels.api import OLS

from service.statistics.arrays import Floats
from service.statistics.lead_effects import lead_effect, lift_over_base, ratio_change


@pytest.fixture(autouse=True)
def _no_warnings() -> None:
    warnings.simplefilter("error")


def panel(seed: int, units: int = 9, weeks: int = 30) -> tuple[Floats, Floats]:
    """Some weeks are unknown, another few per unit."""
    g = np.random.default_rng(seed)
    cause = g.poisson(g.gamma(5, 2, (units, 1)) * np.exp(g.normal(0, 0.3, (1, weeks)))).astype(float)
    outcome = g.poisson(1 + 0.1 * cause + g.gamma(2, 1, (units, 1))).astype(float)
    cause[g.random(cause.shape) < 0.15] = np.nan
    outcome[g.random(cause.shape) < 0.05] = np.nan
    return cause, outcome


def design(cause: Floats, outcome: Floats) -> tuple[Floats, Floats, Floats]:
    """Row by row: the outcome, the four columns and whose week it is."""
    known = np.isfinite(cause) & np.isfinite(outcome)
    x = np.where(known, cause, np.nan)
    means = np.nanmean(x, axis=1, keepdims=True)
    own = x - means
    shared = np.nanmean(own, axis=0, keepdims=True) + 0 * own
    columns = np.stack([np.ones(x.shape), own, means + 0 * own, shared], -1)
    whose = np.arange(len(x))[:, None] + np.zeros(x.shape)
    return outcome[known], columns[known], whose[known]


@pytest.mark.parametrize("seed", range(4))
def test_effects_and_clustered_errors_are_those_of_least_squares(seed: int) -> None:
    cause, outcome = panel(seed)
    y, columns, whose = design(cause, outcome)
    model = OLS(y, columns).fit(cov_type="cluster", cov_kwds={"groups": whose}, use_t=True)
    found = lead_effect(cause, outcome)
    assert (float(found.n), float(found.units)) == (len(y), 9)
    for estimate, place in ((found.within, 1), (found.between, 2)):
        assert estimate.value == pytest.approx(model.params[place], rel=1e-9)
        assert estimate.error == pytest.approx(model.bse[place], rel=1e-9)
        assert estimate.interval(0.9) == pytest.approx(tuple(model.conf_int(0.1)[place]), rel=1e-9)
        one_sided = model.pvalues[place] / 2 if model.params[place] > 0 else 1 - model.pvalues[place] / 2
        assert estimate.p_above() == pytest.approx(one_sided, rel=1e-8)
        assert estimate.p_below() == pytest.approx(1 - one_sided, rel=1e-8)


def test_effects_by_hand() -> None:
    # Both units do 1 less and 1 more than their middle, at other times; 2 comes of each more, 5 more for the second.
    cause = np.array([[1, 3, 1, 3], [11, 9, 11, 9], [4, 6, 6, 4]])
    found = lead_effect(cause, 2 * cause + np.array([[0], [5], [2]]))
    assert found.within.value == pytest.approx(2)
    # From unit to unit: 4, 25, 12 at 2, 10, 5.
    assert found.between.value == pytest.approx(np.polyfit([2, 10, 5], [4, 25, 12], 1)[0])


def test_a_season_and_who_does_more_are_no_lead() -> None:
    g = np.random.default_rng(3)
    season, habit = np.exp(np.sin(np.arange(400) / 8)), g.gamma(4, 1, (40, 1))
    cause, outcome = g.poisson(5 * season * habit), g.poisson(2 * season + habit)
    found = lead_effect(cause / habit, outcome)
    assert np.corrcoef(cause.ravel(), outcome.ravel())[0, 1] > 0.3
    low, high = found.within.interval(0.99)
    assert low < 0 < high


def test_panels_side_by_side_are_each_by_itself() -> None:
    cause, outcome = (np.stack(part) for part in zip(panel(1), panel(2), strict=True))
    both = lead_effect(cause, outcome)
    lifts = lift_over_base(np.where(np.isnan(cause), np.nan, cause > 8), outcome)
    for place in range(2):
        one = lead_effect(cause[place], outcome[place])
        assert both.within.error[place] == pytest.approx(one.within.error)
        alone = lift_over_base(np.where(np.isnan(cause[place]), np.nan, cause[place] > 8), outcome[place])
        assert lifts.value[place] == pytest.approx(alone.value)
        assert lifts.error[place] == pytest.approx(alone.error)


def test_lift_by_hand() -> None:
    # Of each unit two of four weeks are chosen, in each week one unit of two: half of the 16 would come anyhow.
    chosen = np.array([[1, 0, 1, 0], [0, 1, 0, 1]])
    outcome = np.array([[3, 1, 3, 1], [1, 3, 1, 3]])
    lift = lift_over_base(chosen, outcome)
    assert lift.value == pytest.approx(12 / 8)
    assert lift.freedom == 1
    # Who has more, and a better week, is in the base.
    assert lift_over_base([[1, 1, 0, 0], [0, 0, 1, 1]], [[6, 6, 3, 3], [2, 2, 1, 1]]).value == pytest.approx(1)


def test_the_lifts_error_is_the_jackknifes() -> None:
    g = np.random.default_rng(5)
    chosen = g.integers(0, 2, (60, 20)).astype(float)
    outcome = g.poisson(g.gamma(3, 0.4, (60, 1)) * (1 + 0.5 * chosen)).astype(float)
    lift = lift_over_base(chosen, outcome)
    left_out = [float(lift_over_base(np.delete(chosen, i, 0), np.delete(outcome, i, 0)).value) for i in range(60)]
    jackknife = np.sqrt(59 / 60 * len(left_out) * np.var(left_out))
    assert lift.error == pytest.approx(jackknife, rel=0.05)
    assert lift.p_above(1.0) == pytest.approx(t.sf((lift.value - 1) / lift.error, 59))


def test_change_by_hand_and_its_error_by_jackknife() -> None:
    recent = np.array([False, False, True, True])
    above, below = np.array([[1, 1, 2, 2], [3, 3, 6, 6]]), np.ones((2, 4))
    assert ratio_change(above, below, recent).value == pytest.approx(np.log(2))
    assert ratio_change(above, below, recent).error == pytest.approx(0, abs=1e-12)
    # Who came later changes nothing.
    newcomer = np.vstack([above, [np.nan, np.nan, 90, 90]])
    assert ratio_change(newcomer, np.ones((3, 4)), recent).value == pytest.approx(np.log(2))
    g = np.random.default_rng(2)
    above, below = g.poisson(5, (50, 12)).astype(float), g.uniform(1, 2, (50, 12))
    late = np.arange(12) > 7
    found = ratio_change(above, below, late)
    left_out = [float(ratio_change(np.delete(above, i, 0), np.delete(below, i, 0), late).value) for i in range(50)]
    assert found.error == pytest.approx(np.sqrt(49 / 50 * len(left_out) * np.var(left_out)), rel=0.05)


@pytest.mark.parametrize(
    ("cause", "outcome"),
    [
        (np.full((3, 5), np.nan), np.ones((3, 5))),
        (np.zeros((0, 5)), np.zeros((0, 5))),
        (np.zeros((3, 0)), np.zeros((3, 0))),
        (np.ones((3, 5)), np.arange(15.0).reshape(3, 5)),
        (np.arange(5.0)[None], np.arange(5.0)[None]),
        (np.zeros((4, 5)), np.zeros((4, 5))),
    ],
)
def test_where_nothing_can_be_told_nothing_is(cause: Floats, outcome: Floats) -> None:
    found = lead_effect(cause, outcome)
    assert np.isnan(found.within.value)
    assert found.within.p_above() == found.within.p_below() == 1
    assert lift_over_base(cause * 0, outcome).p_above(1.0) == 1
    assert ratio_change(cause * 0, outcome, np.arange(cause.shape[1]) > 2).p_above() == 1


def test_without_any_outcome_the_effect_is_nothing_for_sure() -> None:
    g = np.random.default_rng(1)
    found = lead_effect(g.poisson(5, (6, 20)), np.zeros((6, 20)))
    assert found.within.value == pytest.approx(0, abs=1e-12)
    assert found.within.p_above() > 0.4
    assert np.isnan(lift_over_base(np.ones((6, 20)), np.zeros((6, 20))).value)
