"""Which conversion changes the answer most: each in turn as good as the best quarter of the peers have it; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from service.kpi_snapshots.planning.funnel import Funnel
from service.kpi_snapshots.planning.requirements import least
from service.statistics.arrays import Floats

LEAST_PEERS = 4
"""A best quarter of fewer is one person, whose luck it may be."""
STEP = 0.1
"""Without peers to learn from: a tenth of what is lost, or a tenth more of what has no upper end."""


LEAST_SAVING = 0.005
"""Half of one in a hundred is no saving."""


class BetterBy(StrEnum):
    """Where the better value of a lever comes from."""

    PEERS = "peers"
    STEP = "step"


@dataclass(frozen=True, slots=True)
class Better:
    """A value of a lever that is in reach, and whence it is known; the own value where nobody has a better one."""

    value: float
    by: BetterBy


def better_share(own: float, peers: Floats) -> Better:
    """Of a conversion from 0 to 1; `peers` are the shrunken values of the others."""
    return _better(own, own + STEP * (1 - own), peers)


def better_amount(own: float, peers: Floats) -> Better:
    """Of what has no upper end: a mean deal, opportunities per activity."""
    return _better(own, own * (1 + STEP), peers)


def _better(own: float, stepped: float, peers: Floats) -> Better:
    if len(peers) < LEAST_PEERS:
        return Better(stepped, BetterBy.STEP)
    return Better(max(float(np.quantile(peers, 0.75)), own), BetterBy.PEERS)


def saved_by_step(funnel: Funnel, place: int, factor: float, needed: int, confidence: float) -> float:
    """The share of the opportunities that need not be made, were one conversion better by a factor."""
    return _saved(funnel.with_better_step(place, factor), needed, confidence)


def saved_by_size(funnel: Funnel, factor: float, needed: int, confidence: float) -> float:
    """The same, were the mean deal larger by a factor."""
    return _saved(funnel.with_better_size(factor), needed, confidence)


def saved_by_yield(factor: float) -> float:
    """The share of an activity that need not be done, did it bring more opportunities by a factor."""
    return 1 - 1 / factor


def _saved(better: Funnel, needed: int, confidence: float) -> float:
    if not needed:
        return 0.0
    found = least(better.chance_of_opportunities, confidence, max(needed // 2, 1))
    return 0.0 if found is None else max(1 - found / needed, 0.0)


def most_telling(saves: Sequence[float]) -> int | None:
    """The place of the lever that saves most; None where none saves anything to speak of."""
    best = max(range(len(saves)), key=lambda place: saves[place], default=None)
    return None if best is None or saves[best] < LEAST_SAVING else best
