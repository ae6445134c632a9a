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

from service.kpi_snapshots.quadrants.cases import DealFlow, Window
from service.statistics.arrays import Bools, Floats, Indices, as_floats

MOST_LEVELS = 12
"""The most frequent values of a trait stand for themselves, all others together for one."""
SHORTEST_TIME = 28.0
"""Days: in shorter times too few deals begin to tell one from the other."""
STEPS = 12
FIRST_VARIANCE, LEAST_VARIANCE, MOST_VARIANCE = 0.25, 1e-3, 2.0
"""Of the shifts of a kind, in log-odds squared."""
CLIMB, NEGLIGIBLE, FARTHEST = 14, 1e-8, 6.0
"""Steps to somebody's shift, the last of them, and how far it may lead."""
LEAST_INFORMATION = 1e-3
"""Less is none: the deals of somebody say nothing."""


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

    def told(self) -> tuple[Floats, Floats, Floats]:
        """What each deal says of a shift: its score, its information, and how fast that grows with the shift."""
        first, last = expit(self.entry), expit(self.now)
        score = np.where(self.closed, self.won, last) - first
        spread, left = first * (1 - first), np.where(self.closed, 0.0, last * (1 - last))
        return score, spread - left, spread * (1 - 2 * first) - left * (1 - 2 * last)


def standings_of(first: Floats, last: Floats, closed: Bools, won: Bools) -> Standings:
    """From chances between 0 and 1."""
    return Standings(logit(first), logit(last), closed, won.astype(np.float64))


def traits_of(flow: DealFlow, window: Window) -> list[Indices]:
    """The values of segment, size, source and time as small numbers from 0 on.

    A size is a third of the known amounts. A time is that of the deal's beginning, in steps as long as the period: a
    market that turns worse for everybody is nobody's bad luck.
    """
    sizes = np.full(flow.n, -1, dtype=np.intp)
    known = np.isfinite(flow.amounts)
    if known.any():
        limits = np.quantile(flow.amounts[known], [1 / 3, 2 / 3])
        sizes[known] = np.searchsorted(limits, flow.amounts[known], side="right")
    length = max(window.end - window.start, SHORTEST_TIME)
    times = np.floor((flow.created - window.start) / length).astype(np.intp)
    return [_levels(flow.segments), _levels(sizes), _levels(flow.sources), _levels(times)]


@dataclass(frozen=True, slots=True, eq=False)
class Doubts:
    """What is uncertain about deals' log-odds for what they are.

    `columns` are, per trait, the place of each deal's effect in the `covariance` of all effects; `usual` is the share
    of deals that each effect belongs to. What deals have in common is no matter of their traits.
    """

    columns: tuple[Indices, ...]
    covariance: Floats
    usual: Floats

    def variance(self, deals: Indices, weights: Floats) -> float:
        """Of the mean of some deals' log-odds, weighted, against that of all."""
        total = float(weights.sum())
        if not self.columns or not total > 0:
            return 0.0
        given = np.sum([np.bincount(column[deals], weights, self.usual.size) for column in self.columns], axis=0)
        apart = given / total - self.usual
        return float(apart @ self.covariance @ apart)


def mix_shifts(
    standings: Standings, traits: Sequence[Indices], people: Indices, counts: Bools
) -> tuple[Floats, Doubts]:
    """The shift of each deal's log-odds for its traits, 0 where all deals are alike; from the deals that count.

    People are places, -1 for nobody.
    """
    telling = [trait for trait in traits if np.unique(trait[counts]).size > 1]
    if not telling:
        return np.zeros(counts.size), Doubts((), np.zeros((0, 0)), np.zeros(0))
    kinds = [np.zeros(int(counts.sum()), dtype=np.intp), *(trait[counts] for trait in telling), people[counts] + 1]
    effects, covariance = _fit(standings.only(counts), kinds)
    # A value that no deal that counts has is one of which nothing is known.
    sizes = [int(trait.max()) + 1 for trait in telling]
    places = np.cumsum([0, *sizes])
    columns = tuple(trait + start for trait, start in zip(telling, places[:-1], strict=True))
    known = [np.arange(kind.max() + 1) + start for kind, start in zip(kinds[1:-1], places[:-1], strict=True)]
    of = np.concatenate(known)
    spread = np.diag(np.full(int(places[-1]), FIRST_VARIANCE))
    spread[np.ix_(of, of)] = covariance
    values = np.zeros(int(places[-1]))
    values[of] = np.concatenate(effects)
    usual = np.sum([np.bincount(column, minlength=values.size) for column in columns], axis=0) / counts.size
    return np.sum([values[column] for column in columns], axis=0), Doubts(columns, spread, usual)


def own_shifts(standings: Standings, people: Indices, size: int) -> tuple[Floats, Floats]:
    """How far each of `size` people's log-odds lie from what is given, and the information on it: the data alone.

    Without the bias of the likeliest shift, and finite for who won all deals or none (Firth 1993, Biometrika 80). The
    information is that of the shift which all have in common: at the own one it would be greater for who won by luck,
    who would count for more. It is 0 where nothing is known.
    """
    common = _climb(standings, np.zeros(people.size, dtype=np.intp), np.zeros(1))
    shifts = _climb(standings, people, np.full(size, common[0]))
    _, information, _ = standings.shifted(np.full(people.size, common[0])).told()
    told = np.bincount(people, information, size)
    known = told > LEAST_INFORMATION
    return np.where(known, shifts, 0.0), np.where(known, told, 0.0)


def _climb(standings: Standings, people: Indices, start: Floats) -> Floats:
    """Each person's likeliest shift, by Newton's steps."""
    shifts = start
    for _ in range(CLIMB):
        found = standings.shifted(shifts[people]).told()
        slope, told, bend = (np.bincount(people, part, start.size) for part in found)
        told = np.maximum(told, LEAST_INFORMATION)
        step = np.clip((slope + bend / (2 * told)) / told, -1.0, 1.0)
        shifts = shifts + step
        if np.abs(step).max(initial=0.0) < NEGLIGIBLE:
            break
    return np.clip(shifts, start - FARTHEST, start + FARTHEST)


def _levels(codes: Indices) -> Indices:
    values, place, counts = np.unique(codes, return_inverse=True, return_counts=True)
    rank = np.empty(values.size, dtype=np.intp)
    rank[np.argsort(-counts, kind="stable")] = np.arange(values.size)
    return np.minimum(rank, MOST_LEVELS)[place]


def _fit(standings: Standings, kinds: Sequence[Indices]) -> tuple[list[Floats], Floats]:
    """Effects of the kinds between the first and the last, and their covariance.

    The first kind is the level, without a prior; the last, of people, may be many.
    """
    sizes = [int(kind.max()) + 1 for kind in kinds]
    # Deals alike in every kind are one cell, so that only their log-odds are looked at one by one.
    alike = np.ravel_multi_index(tuple(kinds), tuple(sizes))
    cells, cell_of = np.unique(alike, return_inverse=True)
    kinds = np.unravel_index(cells, tuple(sizes))
    effects = [np.zeros(size) for size in sizes]
    variances = np.full(len(kinds), FIRST_VARIANCE)
    for _ in range(STEPS):
        shift = np.sum([effect[kind] for effect, kind in zip(effects, kinds, strict=True)], axis=0)
        score, information, _ = (
            np.bincount(cell_of, part, cells.size) for part in standings.shifted(shift[cell_of]).told()
        )
        weights = as_floats(np.maximum(information, 0.0))
        slopes = [as_floats(np.bincount(kind, score, size)) for kind, size in zip(kinds, sizes, strict=True)]
        priors = [np.zeros(1), *(np.full(size, 1 / v) for size, v in zip(sizes[1:], variances[1:], strict=True))]
        slopes = [slope - prior * effect for slope, prior, effect in zip(slopes, priors, effects, strict=True)]
        steps, spreads, covariance = _solve(weights, kinds, sizes, slopes, priors)
        effects = [effect + np.clip(step, -1, 1) for effect, step in zip(effects, steps, strict=True)]
        for number in range(1, len(kinds)):
            mean_square = float((effects[number] ** 2 + spreads[number]).mean())
            variances[number] = min(max(mean_square, LEAST_VARIANCE), MOST_VARIANCE)
    return effects[1:-1], covariance[1:, 1:]


def _solve(
    weights: Floats, kinds: Sequence[Indices], sizes: Sequence[int], slopes: Sequence[Floats], priors: Sequence[Floats]
) -> tuple[list[Floats], list[Floats], Floats]:
    """A Newton step, the variances of the effects, and their covariance but for people, who are eliminated first."""
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
    return [*np.split(step, cuts), last], [*np.split(np.diag(inverse), cuts), spread], as_floats(inverse)


def _crossed(weights: Floats, one: Indices, other: Indices, rows: int, columns: int) -> Floats:
    return as_floats(np.bincount(one * columns + other, weights, rows * columns)).reshape(rows, columns)
