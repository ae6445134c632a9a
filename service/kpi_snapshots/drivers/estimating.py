"""Why deals are won: what goes together with wins beyond chance, other things and the person being equal; pure.

Associational: that deals with a habit are won more often does not prove that the habit wins them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from scipy.special import ndtr, stdtr, stdtrit

from service.kpi_snapshots.drivers.case_mix import without_outcomes
from service.kpi_snapshots.drivers.screening import (
    EVENTS_A_COLUMN,
    LEAST_EVENTS,
    LEAST_PEOPLE,
    DriverNotTold,
    LeftOut,
    Screened,
    screen,
)
from service.kpi_snapshots.drivers.table import Candidate, DealTable, DriverKind
from service.statistics.arrays import Floats, Indices, as_floats
from service.statistics.clustered import cluster_parts, clustered_errors, resampled
from service.statistics.comparisons import adjusted_p_values
from service.statistics.logistic import fit_logistic

LEVEL = 0.9
"""Of the intervals of odds ratios."""
FALSE_DISCOVERIES = 0.05
"""The share of reported drivers that chance alone may have put there, at most."""
STABLE = 0.95
"""The share of resamples in which a driver has to point the same way."""
MOST_OWN = 60
"""People with an intercept of their own, those with the most deals; the others share one."""
SHARED = 40
"""Clusters that these others share."""
PENALTY = 1.0
"""Of a coefficient per spread of its column: a normal prior of variance 1 on the log-odds."""
OWN_PENALTY = 1.0
"""Of a person's own log-odds: a normal prior of variance 1 too."""
FLOOR = 0.5
"""Of the model's own standard error: below that few people agree by chance."""
RESAMPLES = 200
NOTHING = 1e-6
"""A log odds ratio below which no number of deals would do."""


class DriversWhyNot(StrEnum):
    """Why nothing at all can be told."""

    NO_DEALS = "no_deals"
    ALL_WON = "all_won"
    ALL_LOST = "all_lost"
    TOO_FEW_DEALS = "too_few_deals"
    TOO_FEW_PEOPLE = "too_few_people"
    NO_CANDIDATES = "no_candidates"


class DriverVerdict(StrEnum):
    """What is said of a candidate."""

    GOES_WITH_WINS = "goes_with_wins"
    GOES_WITH_LOSSES = "goes_with_losses"
    NOT_BEYOND_CHANCE = "not_beyond_chance"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True)
class Effect:
    """An odds ratio with its interval: of a criterion met against not met, of activities per doubling of 1 + a week's.

    `p` is adjusted for all candidates (Benjamini-Hochberg), `stability` the share of resamples in which the ratio lies
    on the same side of 1. `needed` deals in all would put so large a ratio beyond chance.
    """

    ratio: float
    low: float
    high: float
    p: float
    stability: float
    needed: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """The same on the log-odds, with the p-value that is not adjusted yet."""

    beta: float
    low: float
    high: float
    p: float
    stability: float
    needed: float


@dataclass(frozen=True, slots=True)
class Driver:
    """A candidate with its counts.

    Of a criterion: `n` deals in which it was known, `with_it` in which it was met; of activities: all deals, and those
    with any. `won_with` and `won_without` are the shares won as counted, nan over no deals.
    """

    candidate: Candidate
    n: int
    with_it: int
    won_with: float
    won_without: float
    verdict: DriverVerdict
    effect: Effect | None
    left_out: LeftOut | None


@dataclass(frozen=True, slots=True)
class Drivers:
    """All candidates in their order; `needed` is how many more closed deals it takes, where too few are the reason.

    `too_telling` are fields of the case mix that tell the outcome itself, and so were not made equal.
    """

    n: int
    won: int
    people: int
    why_not: DriversWhyNot | None
    needed: int | None
    too_telling: list[str]
    drivers: list[Driver]


def find_drivers(table: DealTable, seed: int) -> Drivers:
    """Each candidate's odds ratio beside those of all others, the case mix and the person being equal.

    Penalised logistic regression (le Cessie & van Houwelingen 1992) with an intercept per person and the person's means
    (Mundlak 1978); errors clustered by person for few clusters (Bell & McCaffrey 2002, Student's t). What is reported
    is beyond chance by these and by the model's own errors. `seed` fixes the resamples of people.
    """
    won = int(table.won.sum())
    why_not = _why_not(table)
    if why_not is not None:
        drivers = [_describe(table, place, None, None) for place in range(len(table.candidates))]
        return Drivers(table.n, won, table.owners, why_not, _needed(table, why_not), [], drivers)
    mixed = without_outcomes(table)
    estimates: dict[int, Estimate] = {}
    left_out: dict[int, LeftOut] = {}
    for asked, earlier in _rounds(table):
        part = mixed.table.only(np.asarray(np.isfinite(table.values[:, asked]).any(axis=1)))
        if part.fewer < LEAST_EVENTS or part.owners < LEAST_PEOPLE:
            left_out |= {place: LeftOut(_too_few(table, place)) for place in asked}
            continue
        screened = screen(part, asked, earlier)
        left_out |= screened.left_out
        estimates |= dict(zip(screened.fitted, _estimate(part, screened, seed), strict=True))
    adjusted = adjusted_p_values([one.p for one in estimates.values()])
    effects = {place: _effect(one, p) for (place, one), p in zip(estimates.items(), adjusted.tolist(), strict=True)}
    drivers = [
        _describe(table, place, effects.get(place), left_out.get(place)) for place in range(len(table.candidates))
    ]
    return Drivers(table.n, won, table.owners, None, None, mixed.too_telling, drivers)


def _rounds(table: DealTable) -> Iterator[tuple[list[int], list[int]]]:
    """Places of candidates that are estimated together, with those that come before them.

    Activities of all deals; then, stage by stage, the criteria that deals are asked for when they leave it, among the
    deals that did, beside the activities and the earlier criteria: what comes later, like the stage reached, would
    explain away what leads there.
    """
    kinds = [one.kind for one in table.candidates]
    earlier: list[int] = []
    activities = [place for place, kind in enumerate(kinds) if kind is DriverKind.ACTIVITY]
    if activities:
        yield activities, []
        earlier = activities
    criteria = [place for place, kind in enumerate(kinds) if kind is DriverKind.CRITERION]
    for step in sorted({table.candidates[place].step for place in criteria}):
        asked = [place for place in criteria if table.candidates[place].step == step]
        yield asked, earlier
        earlier = [*earlier, *asked]


def _too_few(table: DealTable, place: int) -> DriverNotTold:
    """Why the deals of which something is known are too few."""
    known = np.isfinite(table.values[:, place])
    if not known.any():
        return DriverNotTold.NOTHING_KNOWN
    won = table.won[known]
    return DriverNotTold.ONE_OUTCOME if won.min() == won.max() else DriverNotTold.TOO_FEW_DEALS


def _why_not(table: DealTable) -> DriversWhyNot | None:
    if not table.n:
        return DriversWhyNot.NO_DEALS
    if not table.candidates:
        return DriversWhyNot.NO_CANDIDATES
    if table.owners < LEAST_PEOPLE:
        return DriversWhyNot.TOO_FEW_PEOPLE
    if not table.fewer:
        return DriversWhyNot.ALL_WON if table.won.all() else DriversWhyNot.ALL_LOST
    return DriversWhyNot.TOO_FEW_DEALS if table.fewer < LEAST_EVENTS else None


def _needed(table: DealTable, why_not: DriversWhyNot) -> int | None:
    if why_not is not DriversWhyNot.TOO_FEW_DEALS:
        return None
    return int(np.ceil(table.n * LEAST_EVENTS / table.fewer)) - table.n


def _estimate(table: DealTable, screened: Screened, seed: int) -> list[Estimate]:
    count = screened.drivers.shape[1]
    own = _own_intercepts(table)
    habits = _means_by_person(screened.drivers, table.people)
    columns = np.column_stack([screened.drivers, screened.adjusting, habits, own])
    spread = np.where(own.std(axis=0) > 0, own.std(axis=0), 1.0)
    penalty = np.append(np.full(columns.shape[1] - own.shape[1], PENALTY), OWN_PENALTY / spread**2)
    fit = fit_logistic(columns, table.won, penalty=penalty)
    parts = cluster_parts(fit, columns, table.won, _clusters(table))
    told = clustered_errors(fit, parts, count)
    plain = np.sqrt(fit.covariance.diagonal()[1 : 1 + count])
    betas = fit.coefficients[:count]
    errors = np.fmax(told.errors, FLOOR * plain)
    freedom = np.where(np.isfinite(told.freedom), told.freedom, parts.clusters - 1.0)
    p = np.maximum(2 * stdtr(freedom, -np.abs(betas) / errors), 2 * ndtr(-np.abs(betas) / plain))
    half = stdtrit(freedom, (1 + LEVEL) / 2) * errors
    reach = stdtrit(freedom, 1 - FALSE_DISCOVERIES / 2) * errors
    needed = table.n * (reach / np.maximum(np.abs(betas), NOTHING)) ** 2
    again = resampled(fit, parts, RESAMPLES, seed)[:, :count]
    same = np.mean(np.sign(again) == np.sign(betas), axis=0)
    columns_told = zip(betas, betas - half, betas + half, p, same, needed, strict=True)
    return [Estimate(*(float(number) for number in one)) for one in columns_told]


def _effect(one: Estimate, p: float) -> Effect:
    ratio, low, high = (float(np.exp(end)) for end in (one.beta, one.low, one.high))
    return Effect(ratio, low, high, p, one.stability, one.needed)


def _clusters(table: DealTable) -> Indices:
    """A label per deal: each of those with the most deals is a cluster, the others share clusters at random.

    Larger clusters keep the errors right, and a hundred of them tell enough.
    """
    _, label, counts = np.unique(table.people, return_inverse=True, return_counts=True)
    rank = np.argsort(np.argsort(-counts, kind="stable"), kind="stable")
    return np.where(rank < MOST_OWN, rank, MOST_OWN + rank % SHARED)[label]


def _means_by_person(columns: Floats, people: Indices) -> Floats:
    """Each column's mean over the deals of the same person (n, columns): what remains of it lies within people.

    Mundlak 1978, Econometrica 46: an intercept that is drawn to the others' would leave a good rep's habits as causes.
    """
    _, label = np.unique(people, return_inverse=True)
    sums = np.zeros((label.max(initial=-1) + 1, columns.shape[1]))
    np.add.at(sums, label, columns)
    return as_floats((sums / np.bincount(label)[:, None])[label])


def _own_intercepts(table: DealTable) -> Floats:
    """A column for each of those with the most deals; whoever has a tenth of a column's events tells nothing alone."""
    labels, counts = np.unique(table.people, return_counts=True)
    order = np.argsort(-counts, kind="stable")[:MOST_OWN]
    chosen = labels[order[counts[order] >= EVENTS_A_COLUMN / 2]]
    return as_floats(table.people[:, None] == chosen)


def _describe(table: DealTable, place: int, effect: Effect | None, left_out: LeftOut | None) -> Driver:
    candidate, values = table.candidates[place], table.values[:, place]
    known = np.isfinite(values)
    there = known & (values > 0)
    without = known & ~there
    return Driver(
        candidate,
        int(known.sum()),
        int(there.sum()),
        float(table.won[there].mean()) if there.any() else np.nan,
        float(table.won[without].mean()) if without.any() else np.nan,
        _verdict(effect),
        effect,
        left_out,
    )


def _verdict(effect: Effect | None) -> DriverVerdict:
    if effect is None:
        return DriverVerdict.CANNOT_TELL
    if effect.p > FALSE_DISCOVERIES or effect.stability < STABLE:
        return DriverVerdict.NOT_BEYOND_CHANCE
    return DriverVerdict.GOES_WITH_WINS if effect.ratio > 1 else DriverVerdict.GOES_WITH_LOSSES
