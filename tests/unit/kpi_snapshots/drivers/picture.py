"""What is said of planted drivers and noise, run by run: `python -m tests.unit.kpi_snapshots.drivers.picture X.svg`."""

import sys
from collections.abc import Sequence
from functools import cache
from math import log10
from pathlib import Path

import numpy as np

from service.kpi_snapshots.drivers.estimating import Drivers, DriverVerdict, find_drivers
from tests.unit.kpi_snapshots.drivers.simulation import NOISE, PLANTED, World, simulate

SEED, RUNS, SHOWN = 11, 150, 40
REPORTED = {DriverVerdict.GOES_WITH_WINS, DriverVerdict.GOES_WITH_LOSSES}
PANELS = {"odds ratio 3": PLANTED["helps"], "odds ratio 1/3": PLANTED["hurts"], NOISE: 1.0}
"""By the place of the candidate."""
TITLE = "Odds ratios of planted drivers and of noise, with their intervals of 90 %"
SIDE, GAP, TOP, LEFT, STEP = 240, 40, 70, 20, 7
ENDS = 0.1, 10.0
TICKS = (0.1, 1 / 3, 1, 3, 10)


@cache
def simulated(world: World = World(), seed: int = SEED) -> Sequence[Drivers]:  # noqa: B008 - worlds are frozen
    """What is found in each run, with fixed seeds."""
    generator = np.random.default_rng(seed)
    return [find_drivers(simulate(world, generator), run) for run in range(RUNS)]


def share_reported(found: Sequence[Drivers], place: int) -> float:
    """In how many runs a candidate is reported."""
    return float(np.mean([run.drivers[place].verdict in REPORTED for run in found]))


def draw(found: Sequence[Drivers]) -> str:
    """The plot of the first runs: a line per interval, dark where the driver is reported."""
    width, height = LEFT + len(PANELS) * (SIDE + GAP), TOP + SHOWN * STEP + 50
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif"',
        f'font-size="12"><title>{TITLE}</title>',
        f"<desc>{SHOWN} of {RUNS} simulated sets of 600 closed deals of 12 people.</desc>",
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
    ]
    for place, (name, truth) in enumerate(PANELS.items()):
        parts += [f'<g transform="translate({LEFT + place * (SIDE + GAP)} {TOP})">', *_panel(found, place, name, truth)]
        parts.append("</g>")
    return "\n".join([*parts, "</svg>", ""])


def _panel(found: Sequence[Drivers], place: int, name: str, truth: float) -> list[str]:
    bottom = SHOWN * STEP
    share = share_reported(found, place)
    parts = [
        f"<text y='-38' font-weight='bold'>{name}</text>",
        f"<text y='-20'>reported in {100 * share:.0f} % of runs</text>",
    ]
    for tick in TICKS:
        label = f"{tick:.2g}" if tick in {0.1, 1, 3, 10} else "1/3"
        parts.append(f"<text x='{_x(tick):.1f}' y='{bottom + 20}' text-anchor='middle'>{label}</text>")
    for at, color, dash in ((1.0, "#888", "none"), (truth, "#0a5", "4 3")):
        parts.append(f"<path d='M{_x(at):.1f} -8V{bottom + 4}' stroke='{color}' stroke-dasharray='{dash}'/>")
    for number, run in enumerate(found[:SHOWN]):
        one = run.drivers[place]
        if one.effect is not None:
            y, color = number * STEP, "#124" if one.verdict in REPORTED else "#9ab"
            low, high = _x(one.effect.low), _x(one.effect.high)
            parts += [
                f"<path d='M{low:.1f} {y}H{high:.1f}' stroke='{color}' stroke-width='2'/>",
                f"<circle cx='{_x(one.effect.ratio):.1f}' cy='{y}' r='2.5' fill='{color}'>",
                f"<title>{one.effect.ratio:.2f} ({one.effect.low:.2f} to {one.effect.high:.2f})</title></circle>",
            ]
    return parts


def _x(ratio: float) -> float:
    low, high = map(log10, ENDS)
    return SIDE * (min(max(log10(ratio), low), high) - low) / (high - low)


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(draw(simulated()), encoding="utf-8")
