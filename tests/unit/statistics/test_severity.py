"""Severity of raters is found where raters overlap, and levels come nearer the truth; against statsmodels."""

from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from statsmodels.regression.mixed_linear_model import MixedLM

from service.statistics.arrays import Floats
from service.statistics.severity import (
    LEAST_FREEDOM,
    LEAST_SHARED,
    RATIOS,
    Ratings,
    adjust_levels,
    fit_severity,
    rater_overlap,
)
from tests.unit.statistics.rater_simulation import SIDE, severity_cases

PICTURE = Path(__file__).parents[3] / "docs/plots/raters.svg"
SVG = "{http://www.w3.org/2000/svg}"


def table(values: Floats) -> Ratings:
    """From an array raters x units, nan where a rater did not rate a unit."""
    raters, units = np.nonzero(~np.isnan(values))
    return Ratings.of(raters, units, values[raters, units])


@pytest.mark.filterwarnings("ignore::statsmodels.tools.sm_exceptions.ConvergenceWarning")
def test_variances_and_predictions_are_those_of_statsmodels() -> None:
    generator = np.random.default_rng(3)
    # Balanced: 6 raters, 12 units, everybody rates everything.
    values = generator.normal(0, 1, 12)[None, :] + generator.normal(0, 0.7, 6)[:, None]
    values += generator.normal(0, 0.5, values.shape)
    ratings = table(values)
    units = np.eye(ratings.units)[ratings.unit]
    oracle = MixedLM(ratings.value, units, groups=ratings.rater).fit(reml=True)
    fit = fit_severity(ratings)
    assert fit.error_sd**2 == pytest.approx(oracle.scale, rel=1e-4)
    assert fit.rater_sd**2 == pytest.approx(float(oracle.cov_re[0, 0]), rel=1e-4)
    # All ratios weighed: near the predictions at the likeliest one, and a little surer to be unsure.
    predicted = -np.array([float(oracle.random_effects[rater].iloc[0]) for rater in range(6)])
    assert fit.severity == pytest.approx(predicted, abs=0.02)


def test_an_unbalanced_table_is_solved_as_by_generalised_least_squares() -> None:
    generator = np.random.default_rng(4)
    values = generator.normal(3, 1, (5, 15))
    values[generator.random(values.shape) < 0.4] = np.nan
    ratings = table(values[:, (~np.isnan(values)).any(axis=0)])
    fit, adjusted = fit_severity(ratings), adjust_levels(ratings, fit_severity(ratings))
    design = np.eye(ratings.units)[ratings.unit]
    marks = np.eye(ratings.raters)[ratings.rater]
    levels, severities, spread, logs = [], [], [], []
    for relative in RATIOS:
        within = np.linalg.inv(np.eye(ratings.value.size) + relative * marks @ marks.T)
        information = design.T @ within @ design
        level = np.linalg.solve(information, design.T @ within @ ratings.value)
        left = ratings.value - design @ level
        error = left @ within @ left / (ratings.value.size - ratings.units)
        levels.append(level)
        severities.append(-relative * marks.T @ within @ left)
        spread.append(error * np.diag(np.linalg.inv(information)))
        logs.append(
            -(
                (ratings.value.size - ratings.units) * np.log(error)
                - np.linalg.slogdet(within)[1]
                + np.linalg.slogdet(information)[1]
            )
            / 2
            + np.log(relative) / 2
            - np.log1p(relative)
        )
    weights = np.exp(logs - np.max(logs))
    weights /= weights.sum()
    mean = weights @ np.stack(levels)
    assert fit.severity == pytest.approx(weights @ np.stack(severities), abs=1e-9)
    assert adjusted.level == pytest.approx(mean, abs=1e-9)
    variance = weights @ (np.stack(spread) + (np.stack(levels) - mean) ** 2)
    assert adjusted.error**2 == pytest.approx(variance, rel=1e-9)


def test_adjusted_levels_are_nearer_the_truth_than_raw_ones_and_intervals_hold_it() -> None:
    cases = severity_cases()
    assert (cases.adjusted < cases.raw).mean() >= 0.95
    assert cases.severities_held.mean() >= 0.92
    assert cases.levels_held.mean() >= 0.92


def test_the_picture_in_the_documentation_is_of_these_simulations() -> None:
    circles = list(ET.parse(PICTURE).iter(f"{SVG}circle"))
    drawn = np.array([[float(one.get(name, "")) for name in ("cx", "cy")] for one in circles]) / SIDE
    cases = severity_cases()
    # Random streams may change with numpy's version.
    assert drawn[:, 0].mean() == pytest.approx(cases.raw.mean(), abs=0.03)
    assert 1 - drawn[:, 1].mean() == pytest.approx(cases.adjusted.mean(), abs=0.03)


def test_raters_without_overlap_are_not_told_and_nothing_is_adjusted() -> None:
    generator = np.random.default_rng(6)
    ratings = Ratings.of(np.repeat([0, 1], 20), np.arange(40), generator.integers(1, 6, 40))
    overlap, fit = rater_overlap(ratings), fit_severity(ratings)
    assert not overlap.told.any()
    assert overlap.freedom == 0
    assert overlap.group.tolist() == [0, 1]
    adjusted = adjust_levels(ratings, fit)
    assert (adjusted.level == adjusted.raw).all()
    assert np.isnan(adjusted.error).all()
    assert np.isnan(fit.covariance).all()


def test_one_rater_beside_those_who_overlap_is_another_group() -> None:
    values = np.full((4, 30), np.nan)
    values[:3, :20] = np.random.default_rng(7).integers(1, 6, (3, 20))
    values[3, 20:] = 3
    overlap = rater_overlap(table(values))
    assert overlap.told.tolist() == [True, True, True, False]
    assert overlap.group[3] not in overlap.group[:3]
    assert overlap.shared.tolist() == [20, 20, 20, 0]


def test_an_overlap_that_is_too_thin_is_not_told() -> None:
    values = np.full((3, 40), np.nan)
    values[:2, :20] = np.random.default_rng(8).integers(1, 6, (2, 20))
    values[2, 16:40] = 3
    assert rater_overlap(table(values)).told.tolist() == [True, True, False]
    assert rater_overlap(table(values[:, 15:])).told.tolist() == [False, False, False]
    assert (LEAST_SHARED, LEAST_FREEDOM) == (5, 10)


@pytest.mark.parametrize(
    "values",
    [
        np.empty((0, 0)),
        np.full((1, 1), 3.0),
        np.full((3, 10), 3.0),
        np.tile(np.arange(10.0), (3, 1)),
        np.arange(3.0)[:, None] + np.arange(10.0),
    ],
    ids=["nothing", "one rating", "all the same", "all agree", "severity without error"],
)
def test_what_is_degenerate_is_answered_without_a_warning(values: Floats) -> None:
    ratings = table(values)
    fit = fit_severity(ratings)
    adjusted = adjust_levels(ratings, fit)
    assert np.isfinite(fit.severity).all()
    assert np.isfinite(adjusted.level).all()
    assert rater_overlap(ratings).group.size == ratings.raters


@pytest.mark.parametrize(
    ("raters", "units", "values"),
    [([0, 0], [1, 1], [1, 2]), ([0], [0], [np.nan]), ([0, 1], [0], [1]), ([-1], [0], [1])],
    ids=["twice", "not a number", "lengths", "number"],
)
def test_what_is_no_table_is_refused(raters: list[int], units: list[int], values: list[float]) -> None:
    with pytest.raises(ValueError, match="rate"):
        Ratings.of(raters, units, values)
