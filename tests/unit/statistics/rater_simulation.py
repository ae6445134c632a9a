"""Raters whose truth is known, and a picture: `python -m tests.unit.statistics.rater_simulation docs/plots/raters.svg`.

Raters see a normal quality with their own severity and their own error, and put it into one of five levels. The seeds
are fixed.
"""

import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from scipy.special import ndtr

from service.statistics.agreement import krippendorff_alpha
from service.statistics.arrays import Bools, Floats
from service.statistics.severity import Ratings, adjust_levels, fit_severity

SIMULATIONS = 500
CUTS = np.array([-1.2, -0.4, 0.4, 1.2])
SEED = 11
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(61)


@dataclass(frozen=True)
class Design:
    """How many raters and units, how much raters err, and the share of ratings that is missing."""

    raters: int
    units: int
    error: float
    missing: float

    def __str__(self) -> str:
        return f"{self.raters} raters, {self.units} people, {100 * self.missing:.0f} % missing"


DESIGNS = (Design(3, 20, 0.7, 0.3), Design(4, 30, 0.5, 0.3))


def true_alpha(severity: Floats, error: float) -> float:
    """Of endless units rated by these raters: what each pair says of a unit, over its quality."""
    ends = np.concatenate([[-np.inf], CUTS, [np.inf]])
    seen = _NODES[:, None, None] - severity[None, :, None]
    law = np.diff(ndtr((ends - seen) / error), axis=2)
    weights = _WEIGHTS / _WEIGHTS.sum()
    total = law.sum(axis=1)
    pairs = np.einsum("q,qc,qk->ck", weights, total, total) - np.einsum("q,qrc,qrk->ck", weights, law, law)
    pairs /= pairs.sum()
    share = pairs.sum(axis=1)
    ranks = np.cumsum(share) - share / 2
    apart = (ranks[:, None] - ranks[None, :]) ** 2
    return float(1 - (pairs * apart).sum() / (np.outer(share, share) * apart).sum())


@cache
def agreement_cases(design: Design) -> tuple[Bools, Floats]:
    """Whether each interval holds the true alpha, and that alpha."""
    generator = np.random.default_rng(SEED)
    held, true = np.zeros(SIMULATIONS, np.bool_), np.zeros(SIMULATIONS)
    for at in range(SIMULATIONS):
        severity = generator.normal(0, 0.3, design.raters)
        seen = generator.normal(0, 1, design.units) - severity[:, None]
        table = np.searchsorted(CUTS, seen + generator.normal(0, design.error, seen.shape)) + 1.0
        table[generator.random(table.shape) < design.missing] = np.nan
        found = krippendorff_alpha(table, seed=at)
        true[at] = true_alpha(severity, design.error)
        assert found.low is not None
        assert found.high is not None
        held[at] = found.low <= true[at] <= found.high
    return held, true


@dataclass(frozen=True, eq=False)
class SeverityCases:
    """One entry per simulated organization: root mean square error of raw and adjusted levels, and shares held."""

    raw: Floats
    adjusted: Floats
    severities_held: Floats
    levels_held: Floats


@cache
def severity_cases(runs: int = 200) -> SeverityCases:
    """Twelve raters, 40 people, five skills; three raters of each person, in whole levels 1 to 5."""
    generator = np.random.default_rng(SEED)
    rows = []
    for _ in range(runs):
        severity = generator.normal(0, 0.6, 12)
        levels = np.repeat(generator.normal(3, 0.7, 40), 5) + generator.normal(0, 0.4, 200)
        raters = np.repeat([generator.permutation(12)[:3] for _ in range(40)], 5, axis=0).ravel()
        units = np.repeat(np.arange(200), 3)
        seen = levels[units] - severity[raters] + generator.normal(0, 0.5, units.size)
        ratings = Ratings.of(raters, units, np.clip(np.round(seen), 1, 5))
        fit = fit_severity(ratings)
        found = adjust_levels(ratings, fit)
        known = fit.compare(np.eye(12))
        rows.append(
            (
                float(np.sqrt(((found.raw - levels) ** 2).mean())),
                float(np.sqrt(((found.level - levels) ** 2).mean())),
                float(((known.low <= severity) & (severity <= known.high)).mean()),
                float((np.abs(found.level - levels) <= 1.96 * found.error).mean()),
            )
        )
    return SeverityCases(*np.array(rows).T)


SIDE, TOP, LEFT, GAP = 260, 60, 56, 90


def draw() -> str:
    """The distance from the truth of adjusted levels against that of raw ones; and how often intervals hold it."""
    cases = severity_cases()
    width, height = LEFT + 2 * SIDE + GAP + 30, TOP + SIDE + 60
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"',
        'font-family="sans-serif" font-size="12">',
        "<title>Raters whose severity is known: levels with it taken out, and intervals of agreement</title>",
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
        f'<g transform="translate({LEFT} {TOP})">',
        _text(SIDE / 2, -30, "Levels, 200 organizations", 'font-weight="bold" font-size="14"'),
        _text(SIDE / 2, -12, f"nearer the truth in {100 * (cases.adjusted < cases.raw).mean():.1f} %"),
        f'<path d="M0 {SIDE}L{SIDE} 0" stroke="#888" stroke-dasharray="4 4"/>',
        f'<path d="M0 0V{SIDE}H{SIDE}" fill="none" stroke="#333"/>',
    ]
    parts += [
        f'<circle cx="{raw * SIDE:.1f}" cy="{(1 - adjusted) * SIDE:.1f}" r="2.5" fill="#08519c" opacity="0.5"/>'
        for raw, adjusted in zip(cases.raw, cases.adjusted, strict=True)
    ]
    for tick in (0, 0.5, 1):
        parts += [_text(tick * SIDE, SIDE + 17, f"{tick:g}"), _text(-14, (1 - tick) * SIDE + 4, f"{tick:g}")]
    parts += [
        _text(SIDE / 2, SIDE + 38, "error of the raw mean, in levels"),
        f'<g transform="translate(-36 {SIDE / 2:g}) rotate(-90)">{_text(0, 0, "error of the adjusted level")}</g>',
        "</g>",
        f'<g transform="translate({LEFT + SIDE + GAP} {TOP})">',
        _text(SIDE / 2, -30, "95 % intervals that hold the truth", 'font-weight="bold" font-size="14"'),
    ]
    rows = [(f"alpha: {design}", float(agreement_cases(design)[0].mean())) for design in DESIGNS]
    rows += [("severities", float(cases.severities_held.mean())), ("levels", float(cases.levels_held.mean()))]
    for place, (name, share) in enumerate(rows):
        y = 24 + place * 58
        parts += [
            f'<text x="0" y="{y}">{name}</text>',
            f'<rect x="0" y="{y + 8}" width="{SIDE}" height="14" fill="#deebf7"/>',
            f'<rect x="0" y="{y + 8}" width="{share * SIDE:.1f}" height="14" fill="#08519c"/>',
            f'<text class="share" x="{SIDE}" y="{y}" text-anchor="end">{100 * share:.1f} %</text>',
        ]
    return "\n".join([*parts, "</g>", "</svg>", ""])


def _text(x: float, y: float, text: str, style: str = "") -> str:
    return f'<text x="{x:g}" y="{y:g}" text-anchor="middle" {style}>{text}</text>'


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(draw(), encoding="utf-8")
