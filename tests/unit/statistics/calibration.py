"""Whether forecasts are calibrated, in numbers and as a plot: `python -m tests.unit.statistics.calibration X.svg`."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.stats import binom

from service.statistics.arrays import Floats
from tests.unit.statistics.simulation import TEAMS, Cases, simulate_counts, simulate_proportions, simulate_sums

SEED = 1
BINS = 10
BAND = 0.99
TITLE = "Calibration of the probability of reaching a target"

KINDS: Mapping[str, Callable[[int], Cases]] = {
    "Counts": simulate_counts,
    "Sums": simulate_sums,
    "Proportions": simulate_proportions,
}


@dataclass(frozen=True)
class Bins:
    """Forecasts by tenths of probability; arrays with one entry per bin."""

    n: Floats
    said: Floats
    """The mean probability."""
    came: Floats
    """The share that came true."""
    low: Floats
    high: Floats
    """Between these the share lies in BAND of the cases, if what was said is right."""


def bin_cases(cases: Cases) -> Bins:
    """The cases in ten bins of equal width."""
    place = np.minimum((cases.probability * BINS).astype(int), BINS - 1)
    n = np.bincount(place, minlength=BINS).astype(np.float64)
    said = np.bincount(place, cases.probability, BINS) / n
    came = np.bincount(place, cases.reached, BINS) / n
    low, high = binom.interval(BAND, n, said)
    return Bins(n, said, came, low / n, high / n)


def coverage(cases: Cases) -> dict[int, float]:
    """The share of intervals that hold the truth, by size of team."""
    return {size: float(cases.covered[cases.team == size].mean()) for size in TEAMS}


SIDE, GAP, TOP, LEFT = 240, 70, 56, 52


def draw(panels: Mapping[str, Cases], title: str, interval: str) -> str:
    """The plot: per kind, what came true by what was said, with the band of chance; and the intervals' coverage.

    `interval` says what these hold.
    """
    width, height = LEFT + len(panels) * (SIDE + GAP), TOP + SIDE + 118
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"',
        'font-family="sans-serif" font-size="12">',
        f"<title>{title}</title>",
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
    ]
    for number, (name, cases) in enumerate(panels.items()):
        parts += [
            f'<g transform="translate({LEFT + number * (SIDE + GAP)} {TOP})">',
            *_panel(name, cases, interval),
            "</g>",
        ]
    return "\n".join([*parts, "</svg>", ""])


def _panel(name: str, cases: Cases, interval: str) -> list[str]:
    bins = bin_cases(cases)
    held = ", ".join(f"{size}: {100 * share:.1f} %" for size, share in coverage(cases).items())
    ends = list(zip(bins.said, bins.low, bins.high, strict=True))
    band = [(x, high) for x, _, high in ends] + [(x, low) for x, low, _ in reversed(ends)]
    outline = " ".join(f"{_x(x)},{_y(y)}" for x, y in band)
    parts = [
        _text(SIDE / 2, -30, name, 'font-weight="bold" font-size="14"'),
        _text(SIDE / 2, -12, f"{cases.probability.size:,} forecasts"),
        f'<polygon points="{outline}" fill="#9ecae1" fill-opacity="0.6"/>',
        f'<path d="M0 {SIDE}L{SIDE} 0" stroke="#888" stroke-dasharray="4 4"/>',
        f'<path d="M0 0V{SIDE}H{SIDE}" fill="none" stroke="#333"/>',
    ]
    for tick in (0, 0.5, 1):
        parts += [_text(_x(tick), SIDE + 17, f"{tick:g}"), _text(-14, f"{(1 - tick) * SIDE + 4:g}", f"{tick:g}")]
    for n, said, came in zip(bins.n, bins.said, bins.came, strict=True):
        point = f'<circle cx="{_x(said)}" cy="{_y(came)}" r="4" fill="#08519c">'
        parts.append(f"{point}<title>{n:.0f} forecasts, said {said:.3f}, came true {came:.3f}</title></circle>")
    return [
        *parts,
        _text(SIDE / 2, SIDE + 38, "probability said beforehand"),
        f'<g transform="translate(-32 {SIDE / 2:g}) rotate(-90)">{_text(0, 0, "share that came true")}</g>',
        _text(SIDE / 2, SIDE + 72, f"90 % intervals that hold {interval},"),
        _text(SIDE / 2, SIDE + 90, f"teams of {held}"),
    ]


def _x(share: float) -> str:
    return f"{share * SIDE:.1f}"


def _y(share: float) -> str:
    return f"{(1 - share) * SIDE:.1f}"


def _text(x: float | str, y: float | str, text: str, style: str = "") -> str:
    return f'<text x="{x}" y="{y}" text-anchor="middle" {style}>{text}</text>'


if __name__ == "__main__":
    drawn = draw({name: simulate(SEED) for name, simulate in KINDS.items()}, TITLE, "the true rate")
    Path(sys.argv[1]).write_text(drawn, encoding="utf-8")
