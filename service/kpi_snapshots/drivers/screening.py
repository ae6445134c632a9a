"""Which columns can be told anything about, and why the others cannot; pure.

What cannot be told apart is named, not fitted: a number for it would be made of the method, not of the deals.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from service.kpi_snapshots.drivers.table import Candidate, DealTable, DriverKind
from service.statistics.arrays import Floats

LEAST_EACH = 20
"""Deals with and without a criterion (of an activity: with more or less of it than is usual): fewer are anecdotes."""
EVENTS_A_COLUMN = 10
"""Won or lost deals, whichever are fewer, for each column: Peduzzi et al. 1996, Journal of Clinical Epidemiology 49."""
LEAST_COLUMNS = 3
"""Candidates for which there is room in any case: the penalty keeps them in bounds."""
APART = 0.1
"""The share of a column's variance that the others leave to it below which it cannot be told apart from them."""
REPEATED = 1e-6
"""The same for columns that only adjust."""
WITHIN = 0.05
"""The share of a column's variance within people below which it tells people apart, not deals."""
MOST_LEVELS = 6
"""Values of a field that are told apart, the most frequent; the others are one."""


class NotTold(StrEnum):
    """Why nothing can be told of a candidate."""

    NOTHING_KNOWN = "nothing_known"
    CONSTANT = "constant"
    TOO_RARE = "too_rare"
    DECIDES_ALONE = "decides_alone"
    ONLY_BETWEEN_PEOPLE = "only_between_people"
    GOES_WITH_ANOTHER = "goes_with_another"
    TOO_MANY_COLUMNS = "too_many_columns"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A candidate that is not fitted; `other` is the one that it cannot be told apart from."""

    reason: NotTold
    other: Candidate | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Screened:
    """Columns to fit: `fitted` are places of candidates, `drivers` (n, fitted) their columns, `adjusting` (n, any)."""

    fitted: list[int]
    drivers: Floats
    adjusting: Floats
    left_out: dict[int, LeftOut]


def screen(table: DealTable) -> Screened:
    """Every candidate either in a column or with the reason why not."""
    left_out: dict[int, LeftOut] = {}
    for place, candidate in enumerate(table.candidates):
        reason = _alone(table, place, candidate)
        if reason is not None:
            left_out[place] = LeftOut(reason)
    rest = [place for place in range(len(table.candidates)) if place not in left_out]
    columns = np.column_stack([np.empty((table.n, 0)), *(column_of(table, place) for place in rest)])
    unknown = [np.isnan(table.values[:, place]) for place in rest]
    mix = case_mix(table)
    nuisance = np.column_stack([*mix, *(one for one in unknown if one.any())])
    kept, adjusting = _independent(nuisance, columns, rest, table, left_out)
    room = max(table.fewer // EVENTS_A_COLUMN - len(mix), LEAST_COLUMNS)
    if len(kept) > room:
        known = [_smaller_part(table.values[:, place]) for place in kept]
        order = np.argsort([-size for size in known], kind="stable")
        for index in order[room:].tolist():
            left_out[kept[index]] = LeftOut(NotTold.TOO_MANY_COLUMNS)
        kept = [place for place in kept if place not in left_out]
    where = [rest.index(place) for place in kept]
    return Screened(kept, columns[:, where], adjusting, left_out)


def column_of(table: DealTable, place: int) -> Floats:
    """A candidate's column: a criterion as 0 and 1, where nothing is known their mean; activities as log2(1 + x).

    Where something is unknown, a column of its own says so: then the mean stands for nothing.
    """
    values = table.values[:, place]
    if table.candidates[place].kind is DriverKind.ACTIVITY:
        return np.log2(1 + values)
    return np.where(np.isnan(values), np.nanmean(values), values)


def case_mix(table: DealTable) -> list[Floats]:
    """Columns by which deals differ before anybody does anything: their fields, their size, and how long they lived."""
    found = [np.log1p(np.maximum(table.days, 0.0))]
    if table.amounts is not None:
        known = np.isfinite(table.amounts)
        size = np.log1p(np.maximum(np.where(known, table.amounts, 0.0), 0.0))
        middle = size[known].mean() if known.any() else 0.0
        found += [np.where(known, size, middle), (~known).astype(np.float64)]
    for labels in table.mix.values():
        levels, counts = np.unique(labels, return_counts=True)
        order = np.argsort(-counts, kind="stable")[1:MOST_LEVELS]
        found += [(labels == levels[place]).astype(np.float64) for place in order if counts[place] >= LEAST_EACH]
    return found


def _alone(table: DealTable, place: int, candidate: Candidate) -> NotTold | None:
    """What a candidate's own values say against it."""
    values = table.values[:, place]
    known = np.isfinite(values)
    if not known.any():
        return NotTold.NOTHING_KNOWN
    there = values[known]
    if there.min() == there.max():
        return NotTold.CONSTANT
    if _smaller_part(values) < LEAST_EACH:
        return NotTold.TOO_RARE
    if candidate.kind is DriverKind.CRITERION:
        won = table.won[known]
        shares = won[there > 0].mean(), won[there <= 0].mean()
        if min(shares) <= 0 or max(shares) >= 1:
            return NotTold.DECIDES_ALONE
    if _share_within(there, table.people[known]) < WITHIN:
        return NotTold.ONLY_BETWEEN_PEOPLE
    return None


def _smaller_part(values: Floats) -> int:
    """How many known values are not the most frequent one."""
    _, counts = np.unique(values[np.isfinite(values)], return_counts=True)
    return int(counts.sum() - counts.max()) if counts.size else 0


def _share_within(values: Floats, people: np.ndarray) -> float:
    """The share of the variance that lies between deals of one person."""
    _, label = np.unique(people, return_inverse=True)
    sizes = np.bincount(label)
    means = np.bincount(label, values) / sizes
    total = float(((values - values.mean()) ** 2).sum())
    return float(((values - means[label]) ** 2).sum()) / total if total > 0 else 0.0


def _independent(
    nuisance: Floats, columns: Floats, rest: list[int], table: DealTable, left_out: dict[int, LeftOut]
) -> tuple[list[int], Floats]:
    """The candidates that the columns before them do not tell already, and the adjusting columns that add something."""
    both = np.column_stack([nuisance, columns])
    spread = both.std(axis=0)
    scaled = (both - both.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    between = scaled.T @ scaled / max(table.n, 1)
    first = nuisance.shape[1]
    kept: list[int] = []
    for column in range(both.shape[1]):
        needed = REPEATED if column < first else APART
        if _left(between, kept, column) > needed:
            kept.append(column)
        elif column >= first:
            drivers = [one for one in kept if one >= first]
            closest = max(drivers, key=lambda one: abs(between[one, column]), default=None)
            other = None if closest is None else table.candidates[rest[closest - first]]
            left_out[rest[column - first]] = LeftOut(NotTold.GOES_WITH_ANOTHER, other)
    places = [rest[column - first] for column in kept if column >= first]
    return places, nuisance[:, [column for column in kept if column < first]]


def _left(between: Floats, kept: list[int], column: int) -> float:
    """The share of a column's variance that the kept ones do not explain."""
    if not between[column, column] > 0:
        return 0.0
    if not kept:
        return 1.0
    shared = between[kept, column]
    explained = shared @ np.linalg.lstsq(between[np.ix_(kept, kept)], shared, rcond=None)[0]
    return float(1 - explained)
