"""The level that others set, and where somebody stands to it: normal empirical Bayes on log-odds; pure.

Each person's own shift is normal about the level of all, with a spread that is integrated out on a grid (DerSimonian &
Laird 1986, Controlled Clinical Trials 7, as the Bayesian model of Higgins, Thompson & Spiegelhalter 2009, JRSS A 172).
"""

from dataclasses import dataclass

import numpy as np

from service.statistics.arrays import Bools, Floats, Indices

SPREADS = np.array([0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.75, 0.9, 1.1, 1.4, 1.8, 2.4])
"""Standard deviations between people, in log-odds."""
TYPICAL_SPREAD = 0.4
"""Scale of the half-Cauchy prior of the spread (Gelman 2006, Bayesian Analysis 1): odds that differ by a half."""


@dataclass(frozen=True, slots=True, eq=False)
class Levels:
    """Draws, people asked for x draws: `level` of the others' log-odds, `spread` between people, `own` shift."""

    level: Floats
    spread: Floats
    own: Floats


def draw_levels(
    shifts: Floats, information: Floats, asked: Indices, left_out: Bools, draws: int, generator: np.random.Generator
) -> Levels:
    """For each person asked for: what the level of the others may be, and the own shift about it.

    `shifts` and their `information` are those of all people; who is `left_out` does not count for the own level.
    """
    known = information > 0
    variance = np.where(known, 1 / np.where(known, information, 1.0), 1.0)
    weight = np.where(known, 1 / (SPREADS[:, None] ** 2 + variance), 0.0)
    log_weight = np.log(np.where(known, weight, 1.0))
    # Sums over everybody, less the own part where somebody is left out: spreads x people asked for.
    out = np.where(left_out, 1.0, 0.0)

    def total(values: Floats) -> Floats:
        return np.asarray(values.sum(axis=1)[:, None] - values[:, asked] * out)

    weights = np.maximum(total(weight), 1e-6)
    mean = total(weight * shifts) / weights
    square = total(weight * shifts**2) - weights * mean**2
    density = 0.5 * (total(log_weight) - np.log(weights) - square)
    density += np.log(_widths() / (1 + (SPREADS / TYPICAL_SPREAD) ** 2))[:, None]
    chances = np.exp(density - density.max(axis=0))
    chances /= chances.sum(axis=0)
    picked = _pick(chances, draws)
    people = np.arange(asked.size)[:, None]
    spread = SPREADS[picked]
    level = mean[picked, people] + generator.standard_normal(picked.shape) / np.sqrt(weights[picked, people])
    told = spread**2 * information[asked][:, None]
    own = level + told / (1 + told) * (shifts[asked][:, None] - level)
    own += generator.standard_normal(picked.shape) * spread / np.sqrt(1 + told)
    return Levels(level, spread, own)


def _widths() -> Floats:
    """How much of the line each spread stands for."""
    edges = np.concatenate([[0.0], (SPREADS[1:] + SPREADS[:-1]) / 2, [SPREADS[-1]]])
    return np.diff(edges)


def _pick(chances: Floats, draws: int) -> Indices:
    """Places drawn by their chances, evenly: one row per column of chances."""
    ends = np.cumsum(chances, axis=0)
    at = (np.arange(draws) + 0.5) / draws
    found = [np.searchsorted(column / column[-1], at) for column in ends.T]
    return np.minimum(np.array(found, dtype=np.intp).reshape(-1, draws), SPREADS.size - 1)
