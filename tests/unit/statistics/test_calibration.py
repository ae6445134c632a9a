"""What is called probable comes true as often, and intervals hold the truth at their level, whatever the team."""

import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from service.statistics.arrays import Bools
from service.statistics.gamma_poisson import GammaPrior, fit_gamma_prior, posterior
from tests.unit.statistics.calibration import BINS, KINDS, SEED, bin_cases, coverage
from tests.unit.statistics.simulation import LEVEL, TEAMS, Cases

PLOT = Path(__file__).parents[3] / "docs/plots/calibration.svg"
SVG = "{http://www.w3.org/2000/svg}"

kinds = pytest.mark.parametrize("kind", list(KINDS))


@cache
def simulated(kind: str) -> Cases:
    return KINDS[kind](SEED)


@kinds
def test_ten_bins_come_true_as_often_as_said(kind: str) -> None:
    bins = bin_cases(simulated(kind))
    assert bins.n.size == BINS
    assert bins.n.min() >= 300
    outside = (bins.came < bins.low) | (bins.came > bins.high)
    assert not outside.any(), (bins.said[outside], bins.came[outside])


@kinds
def test_intervals_hold_the_truth_at_their_level_in_every_size_of_team(kind: str) -> None:
    held = coverage(simulated(kind))
    assert set(held) == set(TEAMS) == {5, 12, 60}
    assert held == pytest.approx(dict.fromkeys(TEAMS, LEVEL), abs=0.02)


@kinds
def test_the_check_would_notice_overconfidence(kind: str) -> None:
    # The same forecasts with their odds raised to the power 1.4, as those of a rate that is taken for certain are.
    cases = simulated(kind)
    odds = (cases.probability / np.maximum(1 - cases.probability, 1e-12)) ** 1.4
    bins = bin_cases(replace(cases, probability=odds / (1 + odds)))
    assert ((bins.came < bins.low) | (bins.came > bins.high)).sum() >= 3


@kinds
def test_the_plot_in_the_documentation_is_of_this_simulation(kind: str) -> None:
    [panel] = [group for group in ET.parse(PLOT).iter(f"{SVG}g") if group.findtext(f"{SVG}text") == kind]
    titles = [circle.findtext(f"{SVG}title", "") for circle in panel.iter(f"{SVG}circle")]
    drawn = np.array([[float(number) for number in re.findall(r"[\d.]+", title)] for title in titles])
    bins = bin_cases(simulated(kind))
    # Random streams may change with numpy's version, so a drawn bin need not be the same to the last forecast.
    assert drawn[:, 0] == pytest.approx(bins.n, rel=0.15)
    assert drawn[:, 1:] == pytest.approx(np.stack([bins.said, bins.came], axis=1), abs=0.06)


def test_the_best_fitting_prior_alone_is_believed_too_much_in_a_small_team() -> None:
    generator = np.random.default_rng(SEED)
    held: dict[str, list[Bools]] = {"plug-in": [], "averaged": []}
    for _ in range(800):
        rates, days = generator.gamma(6.25, 0.15 / 6.25, 5), generator.uniform(30, 130, 5)
        counts = generator.poisson(rates * days)
        fitted = fit_gamma_prior(counts, days)
        for name, prior in (("plug-in", GammaPrior(fitted.shape, fitted.rate)), ("averaged", fitted)):
            low, high = posterior(prior, counts, days).interval(LEVEL)
            held[name].append((low <= rates) & (rates <= high))
    assert np.mean(held["plug-in"]) < 0.7
    assert np.mean(held["averaged"]) == pytest.approx(LEVEL, abs=0.02)
