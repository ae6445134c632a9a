"""What deals are before anybody does anything: the fields in which they are made equal; pure.

A field that is filled because of the outcome (a reason for the loss, an amount that is written with the win) would make
deals equal in the outcome itself: it is left out, by name.
"""

from dataclasses import dataclass, replace

import numpy as np

from service.kpi_snapshots.drivers.table import DealTable, Labels
from service.statistics.arrays import Bools, Floats, as_floats

LEAST_EACH = 20
"""Deals with a value of a field before it is told apart from the others."""
MOST_LEVELS = 6
"""Values of a field that are told apart, the most frequent; the others are one."""
BY_LUCK = 1e-4
"""How unlikely luck alone must make it that all deals with a value ended the same way."""
SORTED = 0.98
"""The share of pairs, one deal won and one lost, that a size puts in the same order from which it tells the outcome."""
AMOUNT = "amount"


@dataclass(frozen=True, slots=True, eq=False)
class MixedDeals:
    """Deals with the fields in which they can be made equal, and the names of those that tell the outcome."""

    table: DealTable
    too_telling: list[str]


def without_outcomes(table: DealTable) -> MixedDeals:
    """The same deals without the fields that tell how they ended."""
    telling = [name for name, labels in table.mix.items() if _tells(labels, table.won)]
    mix = {name: labels for name, labels in table.mix.items() if name not in telling}
    if table.amounts is not None and _sorts(table.amounts, table.won):
        return MixedDeals(replace(table, amounts=None, mix=mix), [*telling, AMOUNT])
    return MixedDeals(replace(table, mix=mix), telling)


def mix_columns(table: DealTable) -> list[Floats]:
    """Columns (n each) of the fields, of the size, of the quarters, and of how long the deals lived."""
    found = [as_floats(np.log1p(np.maximum(table.days, 0.0)))]
    if table.amounts is not None:
        known = np.isfinite(table.amounts)
        size = np.log1p(np.maximum(np.where(known, table.amounts, 0.0), 0.0))
        middle = size[known].mean() if known.any() else 0.0
        found += [np.where(known, size, middle), as_floats(~known)]
    for labels in (*table.mix.values(), *([] if table.begun is None else [table.begun])):
        levels, counts = np.unique(labels, return_counts=True)
        order = np.argsort(-counts, kind="stable")[1:MOST_LEVELS]
        found += [as_floats(labels == levels[place]) for place in order if counts[place] >= LEAST_EACH]
    return found


def _tells(labels: Labels, won: Bools) -> bool:
    """Whether deals with some value all ended the same way, and not by luck."""
    _, place = np.unique(labels, return_inverse=True)
    n, wins, rate = np.bincount(place), np.bincount(place, won), won.mean()
    by_luck = np.where(wins == n, rate ** n.astype(np.float64), (1 - rate) ** n.astype(np.float64))
    return bool((((wins == n) | (wins == 0)) & (n >= LEAST_EACH) & (by_luck < BY_LUCK)).any())


def _sorts(amounts: Floats, won: Bools) -> bool:
    """Whether the amounts, unknown ones as the least of all, put nearly all won deals on one side of the lost ones."""
    sizes = np.where(np.isfinite(amounts), amounts, -np.inf)
    lost = np.sort(sizes[~won])
    # Of all pairs of a won and a lost deal those in which the won one is larger, a tie for half (Mann & Whitney 1947).
    share = np.mean([np.searchsorted(lost, sizes[won], side) for side in ("left", "right")]) / lost.size
    return bool(max(share, 1 - share) >= SORTED)
