"""What can be moved in the funnels of a group of peers, and what is known of each of them in it; pure.

Wins a quarter are opportunities a quarter x the chance at each step. A skill moves a step of the funnel, or a KPI that
wins are in proportion to: a share of cases somewhere on the way to a win, or an activity that brings opportunities.
Deals that are undecided are in no count.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from service.statistics.arrays import Floats


class LinkedRateKind(StrEnum):
    """What is moved: a conversion from one stage on, another share of cases, or so many events a quarter."""

    STEP = "step"
    SHARE = "share"
    VOLUME = "volume"

    @property
    def is_share(self) -> bool:
        """Whether the hits are some of the cases."""
        return self is not LinkedRateKind.VOLUME


@dataclass(frozen=True, slots=True, eq=False)
class Lever:
    """A rate of everybody in a group: `hits` of `n` decided cases, or events in `n` quarters; an entry per person."""

    key: str
    """`stage:…` or `kpi:…`."""
    name: str
    kind: LinkedRateKind
    hits: Floats
    n: Floats
    undecided: Floats


@dataclass(frozen=True, slots=True, eq=False)
class TeamFunnel:
    """Those who share model and job role, all arrays with an entry per person in the order of `people`.

    `opened` opportunities stand against `quarters` that the person was there. Sizes are the number, mean and variance
    (nan: of fewer than two) of each one's won amounts.
    """

    people: Sequence[UUID]
    steps: Sequence[Lever]
    kpis: Sequence[Lever]
    opened: Floats
    quarters: Floats
    size_n: Floats
    size_mean: Floats
    size_variance: Floats

    @property
    def levers(self) -> Sequence[Lever]:
        """Steps first."""
        return (*self.steps, *self.kpis)
