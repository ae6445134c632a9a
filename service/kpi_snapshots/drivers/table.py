"""Closed deals as columns: how each ended, whose it was, and what was there before it ended; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from service.statistics.arrays import Bools, Floats, Indices

Labels = NDArray[np.str_]


class DriverKind(StrEnum):
    """What could drive wins."""

    CRITERION = "criterion"
    ACTIVITY = "activity"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A criterion of the process, or activities that a process KPI counts, by its key in the model.

    `step` is the place of the stage that a deal leaves behind when it is asked for the criterion; 0 for activities.
    """

    kind: DriverKind
    key: str
    step: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class DealTable:
    """Closed deals, n of them.

    `people` (n) are labels of owners at the close. `values` (n, candidates) hold per candidate 1 for a criterion that
    was met, 0 for one that was not, nan for one that was not asked for or of which nothing was known; activities per
    week of the deal's life, >= 0. `days` (n) is how long each was open, `amounts` (n) its first amount, nan where
    unknown; `mix` are labels (n) of the other fields by which deals differ, empty where unknown; `begun` (n) labels of
    the quarters in which they began: what is done and what is won both change with the years.
    """

    won: Bools
    people: Indices
    days: Floats
    candidates: Sequence[Candidate]
    values: Floats
    amounts: Floats | None = None
    mix: Mapping[str, Labels] = field(default_factory=dict)
    begun: Indices | None = None

    @property
    def n(self) -> int:
        """How many."""
        return int(self.won.size)

    @property
    def fewer(self) -> int:
        """Of won and lost deals, the smaller number: what a fit can learn from."""
        wins = int(self.won.sum())
        return min(wins, self.n - wins)

    @property
    def owners(self) -> int:
        """How many people closed them."""
        return int(np.unique(self.people).size)

    def only(self, kept: Bools) -> "DealTable":
        """Some of the deals."""
        amounts = None if self.amounts is None else self.amounts[kept]
        mix = {name: labels[kept] for name, labels in self.mix.items()}
        begun = None if self.begun is None else self.begun[kept]
        return replace(
            self,
            won=self.won[kept],
            people=self.people[kept],
            days=self.days[kept],
            values=self.values[kept],
            amounts=amounts,
            mix=mix,
            begun=begun,
        )
