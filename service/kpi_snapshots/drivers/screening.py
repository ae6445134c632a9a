"""Which columns can be told anything about, and why the others cannot; pure.

What cannot be told apart is named, not fitted: a number for it would be made of the method, not of the deals.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from service.kpi_snapshots.drivers.case_mix import LEAST_EACH, mix_columns
from service.kpi_snapshots.drivers.table import Candidate, DealTable, DriverKind
from service.statistics.arrays import Floats, Indices, as_floats

LEAST_EVENTS = 30
"""Won deals, and lost ones, below which nothing is fitted: three columns at ten events each."""
LEAST_PEOPLE = 5
"""With fewer people one cannot tell what a person does from who the person is, and somebody could be guessed."""
EVENTS_A_COLUMN = 10
"""Won or lost deals, whichever are fewer, for each column: Peduzzi et al. 1996, Journal of Clinical Epidemiology 49."""
LEAST_COLUMNS = 3
"""Candidates for which there is room in any case: the penalty keeps them in bounds."""
APART = 0.1
"""The share of a column's variance that the others leave to it below which it cannot be told apart from them."""
ALIKE = 0.7
"""The correlation from which a column is named as the one that another goes with."""
REPEATED = 1e-6
"""The same for columns that only adjust."""
WITHIN = 0.05
"""The share of a column's variance within people below which it tells people apart, not deals."""


class DriverNotTold(StrEnum):
    """Why nothing can be told of a candidate."""

    NOTHING_KNOWN = "nothing_known"
    TOO_FEW_DEALS = "too_few_deals"
    ONE_OUTCOME = "one_outcome"
    CONSTANT = "constant"
    TOO_RARE = "too_rare"
    DECIDES_ALONE = "decides_alone"
    ONLY_BETWEEN_PEOPLE = "only_between_people"
    GOES_WITH_ANOTHER = "goes_with_another"
    TOO_MANY_COLUMNS = "too_many_columns"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A candidate that is not fitted; `other` is the one that it cannot be told apart from."""

    reason: DriverNotTold
    other: Candidate | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Screened:
    """Columns to fit: `fitted` are places of candidates, `drivers` (n, fitted) their columns, `adjusting` (n, any)."""

    fitted: list[int]
    drivers: Floats
    adjusting: Floats
    left_out: dict[int, LeftOut]


def screen(table: DealTable, asked: Sequence[int], earlier: Sequence[int]) -> Screened:
    """Each candidate of the places that are asked about either in a column or with the reason why not.

    Those of the earlier places, as far as there is room for them, only adjust.
    """
    left_out = {place: LeftOut(reason) for place in asked if (reason := _alone(table, place)) is not None}
    mix = mix_columns(table)
    room = table.fewer // EVENTS_A_COLUMN - len(mix)
    own = _roomy(table, [place for place in asked if place not in left_out], max(room, LEAST_COLUMNS))
    crowded = LeftOut(DriverNotTold.TOO_MANY_COLUMNS)
    left_out |= {place: crowded for place in asked if place not in left_out and place not in own}
    fit = [place for place in earlier if _alone(table, place) is None]
    places = [*_roomy(table, fit, room - len(own)), *own]
    unknown = [one for place in places if (one := np.isnan(table.values[:, place])).any()]
    nuisance = np.column_stack([*mix, *unknown])
    columns = np.column_stack([np.empty((table.n, 0)), *(column_of(table, place) for place in places)])
    kept, adjusting, others = _independent(nuisance, columns)
    for column in range(len(places)):
        if column not in kept and places[column] in own:
            closest = others[column]
            other = None if closest is None else table.candidates[places[closest]]
            left_out[places[column]] = LeftOut(DriverNotTold.GOES_WITH_ANOTHER, other)
    drivers = [column for column in kept if places[column] in own]
    rest = columns[:, [column for column in kept if places[column] not in own]]
    fitted = [places[column] for column in drivers]
    return Screened(fitted, columns[:, drivers], as_floats(np.column_stack([adjusting, rest])), left_out)


def _roomy(table: DealTable, places: Sequence[int], room: int) -> list[int]:
    """As many of them as there is room for, those that vary most, in their order."""
    varied = sorted(places, key=lambda place: -_smaller_part(table.values[:, place]))
    return sorted(varied[: max(room, 0)])


def column_of(table: DealTable, place: int) -> Floats:
    """A candidate's column: a criterion as 0 and 1, where nothing is known their mean; activities as log2(1 + x).

    Where something is unknown, a column of its own says so: then the mean stands for nothing.
    """
    values = table.values[:, place]
    if table.candidates[place].kind is DriverKind.ACTIVITY:
        return np.log2(1 + values)
    return np.where(np.isnan(values), np.nanmean(values), values)


def _alone(table: DealTable, place: int) -> DriverNotTold | None:
    """What a candidate's own values say against it."""
    values = table.values[:, place]
    known = np.isfinite(values)
    if not known.any():
        return DriverNotTold.NOTHING_KNOWN
    there, won = values[known], table.won[known]
    if won.min() == won.max():
        return DriverNotTold.ONE_OUTCOME
    if there.min() == there.max():
        return DriverNotTold.CONSTANT
    if _smaller_part(values) < LEAST_EACH:
        return DriverNotTold.TOO_RARE
    if table.candidates[place].kind is DriverKind.CRITERION:
        shares = won[there > 0].mean(), won[there <= 0].mean()
        if min(shares) <= 0 or max(shares) >= 1:
            return DriverNotTold.DECIDES_ALONE
    if min(won.sum(), won.size - won.sum()) < LEAST_EVENTS or np.unique(table.people[known]).size < LEAST_PEOPLE:
        return DriverNotTold.TOO_FEW_DEALS
    if _share_within(there, table.people[known]) < WITHIN:
        return DriverNotTold.ONLY_BETWEEN_PEOPLE
    return None


def _smaller_part(values: Floats) -> int:
    """How many known values are not the most frequent one."""
    _, counts = np.unique(values[np.isfinite(values)], return_counts=True)
    return int(counts.sum() - counts.max()) if counts.size else 0


def _share_within(values: Floats, people: Indices) -> float:
    """The share of the variance that lies between deals of one person."""
    _, label = np.unique(people, return_inverse=True)
    sizes = np.bincount(label)
    means = np.bincount(label, values) / sizes
    total = float(((values - values.mean()) ** 2).sum())
    return float(((values - means[label]) ** 2).sum()) / total if total > 0 else 0.0


def _independent(nuisance: Floats, columns: Floats) -> tuple[list[int], Floats, dict[int, int | None]]:
    """The columns that those before them do not tell already, and the adjusting ones that add something.

    With each column that is told already comes the one before it that it is most like, if any.
    """
    both = np.column_stack([nuisance, columns])
    spread = both.std(axis=0)
    scaled = (both - both.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    between = as_floats(scaled.T @ scaled / max(both.shape[0], 1))
    first = nuisance.shape[1]
    kept: list[int] = []
    told: dict[int, int | None] = {}
    for column in range(both.shape[1]):
        if _left(between, kept, column) > (REPEATED if column < first else APART):
            kept.append(column)
        elif column >= first:
            before = [one for one in kept if one >= first and abs(between[one, column]) >= ALIKE]
            closest = max(before, key=lambda one: abs(between[one, column]), default=None)
            told[column - first] = None if closest is None else closest - first
    adjusting = nuisance[:, [column for column in kept if column < first]]
    return [column - first for column in kept if column >= first], adjusting, told


def _left(between: Floats, kept: list[int], column: int) -> float:
    """The share of a column's variance that the kept ones do not explain."""
    if not between[column, column] > 0:
        return 0.0
    if not kept:
        return 1.0
    shared = between[kept, column]
    explained = shared @ np.linalg.lstsq(between[np.ix_(kept, kept)], shared, rcond=None)[0]
    return float(1 - explained)
