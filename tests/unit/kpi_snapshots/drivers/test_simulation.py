"""What is found of planted drivers, and how often noise passes for one: fixed seeds, 600 deals of 12 people."""

import numpy as np
import pytest

from service.kpi_snapshots.drivers.estimating import Drivers, Verdict, find_drivers
from tests.unit.kpi_snapshots.drivers.simulation import PLANTED, World, simulate

RUNS = 150
REPORTED = {Verdict.GOES_WITH_WINS, Verdict.GOES_WITH_LOSSES}


def runs(world: World, seed: int) -> list[Drivers]:
    generator = np.random.default_rng(seed)
    return [find_drivers(simulate(world, generator), run) for run in range(RUNS)]


@pytest.mark.parametrize(
    ("world", "seed"), [(World(), 11), (World(spread=1.0, imitates=1.5), 12)], ids=["own effects", "imitated habits"]
)
def test_planted_drivers_are_found_and_noise_is_not(world: World, seed: int) -> None:
    found = runs(world, seed)
    right = [
        [one.verdict for one in run.drivers[:2]] == [Verdict.GOES_WITH_WINS, Verdict.GOES_WITH_LOSSES] for run in found
    ]
    assert np.mean(right) >= 0.95
    for place in (2, 3):
        assert np.mean([run.drivers[place].verdict in REPORTED for run in found]) <= 0.05
    covered = [
        one.effect.low <= truth <= one.effect.high
        for run in found
        for one, truth in zip(run.drivers, (*PLANTED.values(), 1.0, 1.0), strict=True)
        if one.effect is not None
    ]
    assert len(covered) >= 0.99 * 4 * RUNS
    assert 0.88 <= np.mean(covered) <= 0.92
