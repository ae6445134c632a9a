"""Whether quadrants are calibrated: `python -m tests.unit.kpi_snapshots.quadrants.calibration X.svg`.

Organizations of three sizes, of several kinds, seen at different times of a quarter and after it.
"""

import sys
from functools import cache
from pathlib import Path

import numpy as np

from service.kpi_snapshots.quadrants.classifying import classify_quadrant
from service.kpi_snapshots.quadrants.expecting import expect_wins
from service.kpi_snapshots.quadrants.process import score_processes
from tests.unit.kpi_snapshots.quadrants.simulation import STANDARD, Organization, World, simulate
from tests.unit.statistics.calibration import draw
from tests.unit.statistics.simulation import Cases

SEED = 11
THRESHOLD = 0.8
RUNS = {5: 60, 12: 40, 60: 2}
"""How many organizations of each size, per kind."""
SEEN = (-60.0, -30.0, -10.0, 0.0, 20.0)
"""Days after the end of the quarter."""
KINDS = ((60, -0.2, 0.5), (90, -0.8, 0.3), (40, 0.6, 0.7))
"""Deals a year per person, log-odds at the last stage, how people differ."""
TITLE = "Calibration of the probabilities of quadrants"


@cache
def calibrate(seed: int = SEED) -> dict[str, Cases]:
    """Forecasts of outcome, process and the four quadrants, with what was true."""
    generator = np.random.default_rng(seed)
    found: dict[str, list[Cases]] = {"Outcome": [], "Process": [], "Quadrants": []}
    for size, runs in RUNS.items():
        for run in range(runs):
            for deals, base, spread in KINDS:
                organization = simulate(generator, World(size, deals, base, spread), SEEN[run % len(SEEN)])
                for name, cases in _judge(organization, size).items():
                    found[name].append(cases)
    return {name: Cases.of(cases) for name, cases in found.items()}


def _judge(one: Organization, size: int) -> dict[str, Cases]:
    outcomes, scores = expect_wins(one.flow, one.window, range(size)), score_processes(one.items, STANDARD)
    told: dict[str, list[tuple[float, bool, bool]]] = {"Outcome": [], "Process": [], "Quadrants": []}
    for place, (outcome, score) in enumerate(zip(outcomes, scores, strict=True)):
        if outcome.good is None or outcome.residual is None:
            continue
        residual, share = one.final[place] - one.expected[place], one.underlying[place]
        held = outcome.residual.low <= residual <= outcome.residual.high
        told["Outcome"].append((outcome.good, residual >= 0, held))
        assert score.good is not None
        assert score.low is not None
        assert score.high is not None
        told["Process"].append((score.good, share >= STANDARD, score.low <= share <= score.high))
        said = classify_quadrant(outcome, score, THRESHOLD).probabilities
        assert said is not None
        good, kept = residual >= 0, share >= STANDARD
        named = ((said.earned_success, kept, good), (said.unlucky, kept, not good), (said.lucky, not kept, good))
        for probability, *both in (*named, (said.earned_failure, not kept, not good)):
            told["Quadrants"].append((probability, all(both), held and told["Process"][-1][2]))
    return {
        name: Cases(np.full(len(rows), size), *(np.array(column) for column in zip(*rows, strict=True)))
        for name, rows in told.items()
    }


if __name__ == "__main__":
    panels = calibrate()
    Path(sys.argv[1]).write_text(draw(panels, TITLE, "the truth"), encoding="utf-8")
