"""Organizations whose truth is known: quadrants come true as often as said, and young deals are no failure."""

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from service.kpi_snapshots.quadrants.classifying import QuadrantVerdict, classify_quadrant
from service.kpi_snapshots.quadrants.expecting import expect_wins
from service.kpi_snapshots.quadrants.process import score_processes
from tests.unit.kpi_snapshots.quadrants.calibration import RUNS, THRESHOLD, calibrate
from tests.unit.kpi_snapshots.quadrants.simulation import STANDARD, World, simulate
from tests.unit.statistics.calibration import BINS, bin_cases, coverage

PLOT = Path(__file__).parents[4] / "docs/plots/quadrants.svg"
SVG = "{http://www.w3.org/2000/svg}"

kinds = pytest.mark.parametrize("kind", ["Outcome", "Process", "Quadrants"])


@kinds
def test_ten_bins_come_true_as_often_as_said(kind: str) -> None:
    bins = bin_cases(calibrate()[kind])
    assert bins.n.size == BINS
    assert bins.n.min() >= 100
    outside = (bins.came < bins.low) | (bins.came > bins.high)
    assert not outside.any(), (bins.said[outside], bins.came[outside])


@pytest.mark.parametrize("kind", ["Outcome", "Process"])
def test_intervals_hold_the_truth_at_their_level(kind: str) -> None:
    cases = calibrate()[kind]
    assert 0.88 <= cases.covered.mean() <= 0.92
    held = coverage(cases)
    assert held == pytest.approx(dict.fromkeys(RUNS, 0.9), abs=0.04)


@pytest.mark.parametrize("kind", ["Outcome", "Quadrants"])
def test_the_check_would_notice_overconfidence(kind: str) -> None:
    cases = calibrate()[kind]
    odds = (cases.probability / np.maximum(1 - cases.probability, 1e-12)) ** 1.5
    bins = bin_cases(replace(cases, probability=odds / (1 + odds)))
    assert ((bins.came < bins.low) | (bins.came > bins.high)).sum() >= 3


@kinds
def test_the_plot_in_the_documentation_is_of_this_simulation(kind: str) -> None:
    [panel] = [group for group in ET.parse(PLOT).iter(f"{SVG}g") if group.findtext(f"{SVG}text") == kind]
    titles = [circle.findtext(f"{SVG}title", "") for circle in panel.iter(f"{SVG}circle")]
    drawn = np.array([[float(number) for number in re.findall(r"[\d.]+", title)] for title in titles])
    bins = bin_cases(calibrate()[kind])
    # Random streams may change with numpy's version, so a drawn bin need not be the same to the last forecast.
    assert drawn[:, 0] == pytest.approx(bins.n, rel=0.3)
    assert drawn[:, 1:] == pytest.approx(np.stack([bins.said, bins.came], axis=1), abs=0.1)


@pytest.mark.parametrize("days", [10, 20])
def test_who_has_young_deals_is_too_early_to_judge_not_a_failure(days: int) -> None:
    # Deals are lost sooner than won: of so young ones hardly any is won, and many are lost.
    generator = np.random.default_rng(9)
    verdicts: Counter[QuadrantVerdict] = Counter()
    won = lost = 0
    for _ in range(40):
        one = simulate(generator, World(12, 60, young=days))
        (outcome,) = expect_wins(one.flow, one.window, [0])
        won, lost = won + outcome.won, lost + outcome.lost
        verdicts[classify_quadrant(outcome, score_processes(one.items, STANDARD)[0], THRESHOLD).verdict] += 1
    assert lost > 8 * won
    assert verdicts[QuadrantVerdict.TOO_EARLY] >= 0.9 * verdicts.total()
    assert verdicts[QuadrantVerdict.EARNED_FAILURE] + verdicts[QuadrantVerdict.UNLUCKY] <= 0.1 * verdicts.total()
