"""How much easier or harder deals of a kind are: shifts of the odds by segment, size and source; pure.

The log-odds of a deal's eventual win are those of its stage and stay, plus a shift for each of its traits, plus one for
its owner, so that a trait is not credited with who works it. Each kind of shift is normal about 0 with a variance of
its own, estimated with them (a generalized linear mixed model by penalised quasi-likelihood: Breslow & Clayton 1993,
JASA 88; variances by the EM step of Laird & Ware 1982, Biometrics 38). An open deal tells what its chance is now, given
the same shifts: the odds of every state of a deal are those of its eventual win, whatever led there (EM: Dempster,
Laird & Rubin 1977, JRSS B 39).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit

from service.kpi_snapshots.quadrants.cases import DealFlow
from service.statistics.arrays import Bools, Floats, Indices, as_floats

MOST_LEVELS = 12
"""The most frequent values of a trait stand for themselves, all others together for one."""
STEPS = 12
FIRST_VARIANCE, LEAST_VARIANCE, MOST_VARIANCE = 0.25, 1e-3, 2.0
"""Of the shifts of a kind, in log-odds squared."""
OWN_VARIANCE = 4.0
"""Keeps the shift of somebody who won all deals, or none, finite; it is taken out again."""


@dataclass(frozen=True, slots=True, eq=False)
class Standings:
    """Log-odds of deals as arrays of one length: when first known of, and when last seen.

    `now` is that of the eventual win at the last sight; where the deal is decided (`closed`) `won` says how, as 0 or 1.
    """

    entry: Floats
    now: Floats
    closed: Bools
    won: Floats

    def shifted(self, by: Floats) -> "Standings":
        """With so much added to the log-odds of each."""
        return Standings(self.entry + by, self.now + by, self.closed, self.won)

    def only(self, kept: Bools) -> "Standings":
        """Some of them."""
        return Standings(self.entry[kept], self.now[kept], self.closed[kept], self.won[kept])

    def told(self) -> tuple[Floats, Floats]:
        """What each deal says for a higher chance, and how much it says: score and information of a shift."""
        first, last = expit(self.entry), expit(self.now)
        score = np.where(self.closed, self.won, last) - first
        return score, first * (1 - first) - np.where(self.closed, 0.0, last * (1 - last))


def standings_of(first: Floats, last: Floats, closed: Bools, won: Bools) -> Standings:
    """From chances between 0 and 1."""
    return Standings(logit(first), logit(last), closed, won.astype(np.float64))


def traits_of(flow: DealFlow) -> list[Indices]:
    """The values of segment, size and source as small numbers from 0 on; a size is a third of the known amounts."""
    sizes = np.full(flow.n, -1, dtype=np.intp)
    known = np.isfinite(flow.amounts)
    if known.any():
        limits = np.quantile(flow.amounts[known], [1 / 3, 2 / 3])
        sizes[known] = np.searchsorted(limits, flow.amounts[known], side="right")
    return [_levels(flow.segments), _levels(sizes), _levels(flow.sources)]


def mix_shifts(standings: Standings, traits: Sequence[Indices], people: Indices, counts: Bools) -> Floats:
    """The shift of each deal's log-odds for its traits, 0 where all deals are alike.

    Estimated from the deals that count; people are places, -1 for nobody.
    """
    told = [trait[counts] for trait in traits]
    told = [trait for trait in told if np.unique(trait).size > 1]
    shifts = np.zeros(counts.size)
    if not told or not counts.any():
        return shifts
    kinds = [np.zeros(told[0].size, dtype=np.intp), *told, people[counts] + 1]
    parts = iter(_fit(standings.only(counts), kinds)[1:-1])
    for trait in traits:
        if np.unique(trait[counts]).size > 1:
            effects = next(parts)
            shifts += effects[np.minimum(trait, effects.size - 1)]
    return shifts


def own_shifts(standings: Standings, people: Indices, size: int) -> tuple[Floats, Floats]:
    """How far each of `size` people's log-odds lie from what is given, and the information on it: the data alone.

    The likelihood's quadratic about a weakly held mode; information 0 where nothing is known.
    """
    shifts = np.zeros(size)
    for _ in range(8):
        score, information = standings.shifted(shifts[people]).told()
        slope = np.bincount(people, score, size)
        told = np.maximum(np.bincount(people, information, size), 0.0)
        step = (slope - shifts / OWN_VARIANCE) / (told + 1 / OWN_VARIANCE)
        shifts = shifts + np.clip(step, -1.5, 1.5)
    score, information = standings.shifted(shifts[people]).told()
    slope, told = np.bincount(people, score, size), np.maximum(np.bincount(people, information, size), 0.0)
    known = told > 1e-6
    return np.where(known, shifts + slope / np.where(known, told, 1.0), 0.0), np.where(known, told, 0.0)


def _levels(codes: Indices) -> Indices:
    values, place, counts = np.unique(codes, return_inverse=True, return_counts=True)
    rank = np.empty(values.size, dtype=np.intp)
    rank[np.argsort(-counts, kind="stable")] = np.arange(values.size)
    return np.minimum(rank, MOST_LEVELS)[place]


def _fit(standings: Standings, kinds: Sequence[Indices]) -> list[Floats]:
    """Effects of each kind: the first is the level, without a prior; the last, of people, may be many."""
    sizes = [int(kind.max()) + 1 for kind in kinds]
    effects = [np.zeros(size) for size in sizes]
    variances = np.full(len(kinds), FIRST_VARIANCE)
    for _ in range(STEPS):
        shift = np.sum([effect[kind] for effect, kind in zip(effects, kinds, strict=True)], axis=0)
        score, information = standings.shifted(shift).told()
        weights = np.maximum(information, 0.0)
        slopes = [as_floats(np.bincount(kind, score, size)) for kind, size in zip(kinds, sizes, strict=True)]
        priors = [np.zeros(1), *(np.full(size, 1 / v) for size, v in zip(sizes[1:], variances[1:], strict=True))]
        slopes = [slope - prior * effect for slope, prior, effect in zip(slopes, priors, effects, strict=True)]
        steps, spreads = _solve(weights, kinds, sizes, slopes, priors)
        effects = [effect + np.clip(step, -1, 1) for effect, step in zip(effects, steps, strict=True)]
        for number in range(1, len(kinds)):
            mean_square = float((effects[number] ** 2 + spreads[number]).mean())
            variances[number] = min(max(mean_square, LEAST_VARIANCE), MOST_VARIANCE)
    return effects


def _solve(
    weights: Floats, kinds: Sequence[Indices], sizes: Sequence[int], slopes: Sequence[Floats], priors: Sequence[Floats]
) -> tuple[list[Floats], list[Floats]]:
    """A Newton step, and the variances of the effects; people, the last kind, are eliminated first."""
    offsets = np.cumsum([0, *sizes[:-1]])
    fixed = int(offsets[-1])
    table = np.zeros((fixed, fixed))
    across = np.zeros((fixed, sizes[-1]))
    for one in range(len(kinds) - 1):
        rows = slice(offsets[one], offsets[one] + sizes[one])
        across[rows] = _crossed(weights, kinds[one], kinds[-1], sizes[one], sizes[-1])
        for other in range(len(kinds) - 1):
            columns = slice(offsets[other], offsets[other] + sizes[other])
            table[rows, columns] = _crossed(weights, kinds[one], kinds[other], sizes[one], sizes[other])
    table += np.diag(np.concatenate(list(priors[:-1])))
    own = np.bincount(kinds[-1], weights, sizes[-1]) + priors[-1]
    reduced = table - (across / own) @ across.T
    # All deals may be alike, and tell nothing of the level.
    inverse = np.linalg.inv(reduced + 1e-9 * np.eye(fixed))
    above, below = np.concatenate(list(slopes[:-1])), slopes[-1]
    step = inverse @ (above - across @ (below / own))
    last = (below - across.T @ step) / own
    spread = 1 / own + np.einsum("ij,ik,kj->j", across, inverse, across) / own**2
    cuts = list(offsets[1:-1])
    return [*np.split(step, cuts), last], [*np.split(np.diag(inverse), cuts), spread]


def _crossed(weights: Floats, one: Indices, other: Indices, rows: int, columns: int) -> Floats:
    return as_floats(np.bincount(one * columns + other, weights, rows * columns)).reshape(rows, columns)
