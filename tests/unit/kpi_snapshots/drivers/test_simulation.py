"""What is found of planted drivers, and how often noise passes for one: fixed seeds, 600 deals of 12 people."""

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from service.kpi_snapshots.drivers.estimating import DriverVerdict, find_drivers
from tests.unit.kpi_snapshots.drivers.picture import PANELS, RUNS, SEED, SHOWN, share_reported, simulated
from tests.unit.kpi_snapshots.drivers.simulation import PLANTED, World, simulate

PLOT = Path(__file__).parents[4] / "docs/plots/drivers.svg"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize(
    ("world", "seed"), [(World(), SEED), (World(spread=1.0, imitates=1.5), 12)], ids=["own effects", "imitated habits"]
)
def test_planted_drivers_are_found_and_noise_is_not(world: World, seed: int) -> None:
    found = simulated(world, seed)
    planted = [DriverVerdict.GOES_WITH_WINS, DriverVerdict.GOES_WITH_LOSSES]
    assert np.mean([[one.verdict for one in run.drivers[:2]] == planted for run in found]) >= 0.95
    for place in (2, 3):
        assert share_reported(found, place) <= 0.05
    covered = [
        one.effect.low <= truth <= one.effect.high
        for run in found
        for one, truth in zip(run.drivers, (*PLANTED.values(), 1.0, 1.0), strict=True)
        if one.effect is not None
    ]
    assert len(covered) >= 0.99 * 4 * RUNS
    assert 0.88 <= np.mean(covered) <= 0.92


def test_habits_of_the_better_are_no_causes_where_each_has_few_deals() -> None:
    """Ten deals each of 60 people: intercepts drawn to each other would leave the habit with odds of 1.6."""
    generator = np.random.default_rng(3)
    world = World(people=60, spread=1.0, imitates=1.5)
    found = [find_drivers(simulate(world, generator), run).drivers[2].effect for run in range(12)]
    ratios = [one.ratio for one in found if one is not None]
    assert len(ratios) == 12
    assert abs(np.mean(np.log(ratios))) < 0.2


def test_the_plot_in_the_documentation_is_of_this_simulation() -> None:
    panels = list(ET.parse(PLOT).iter(f"{SVG}g"))
    found = simulated(World(), SEED)
    for place, (panel, name) in enumerate(zip(panels, PANELS, strict=True)):
        texts = [text.text for text in panel.iter(f"{SVG}text")]
        assert texts[0] == name
        assert float(re.findall(r"\d+", str(texts[1]))[0]) == pytest.approx(100 * share_reported(found, place), abs=3)
        titles = [title.text for title in panel.iter(f"{SVG}title")]
        drawn = [float(str(title).split(" ", maxsplit=1)[0]) for title in titles]
        told = [one.effect.ratio for run in found[:SHOWN] if (one := run.drivers[place]).effect is not None]
        assert drawn == pytest.approx(told, rel=0.05)
