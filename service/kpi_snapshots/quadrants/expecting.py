"""How many deals somebody was to win, had they been anybody: from case mix, stage reached and age alone; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from service.kpi_snapshots.quadrants.cases import DealFlow, Window
from service.statistics.arrays import Floats


class NoExpectation(StrEnum):
    """Why no outcome can be expected of somebody's deals."""

    NO_DEALS = "no_deals"
    TOO_FEW_DECIDED = "too_few_decided"
    """In the whole organization."""
    NOBODY_TO_COMPARE = "nobody_to_compare"
    """No deal of anybody else was decided."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number of deals, its mean, with the ends of its interval of 90 %."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class Expectation:
    """What the deals of one person in a period were worth, and what they bring.

    `expected`: wins that anybody else would have made of the same deals, from where they stood when the period began to
    ask about them. `to_come`: wins of the deals that are open. `residual`: won + to come - expected. `good` is the
    probability that it is at or above 0 once all are decided; `good_at_worst` and `good_at_best` are the same if few
    or many of the open deals are won (the ends of the interval of `to_come`). `settled_in_days`: by then four of five
    of the open deals are decided; None where none is open or nothing tells. All None where `cannot_tell` says why.
    `own_left_out`: the person's own deals say nothing about the level of what is expected of them.
    `chances` are of the person's open deals in the order of the columns.
    """

    n: int
    won: int
    lost: int
    open: int
    expected: Number | None
    to_come: Number | None
    final: Number | None
    residual: Number | None
    good: float | None
    good_at_worst: float | None
    good_at_best: float | None
    settled_in_days: int | None
    own_left_out: bool
    chances: Floats
    cannot_tell: NoExpectation | None = None

    @property
    def decided(self) -> int:
        """Won or lost."""
        return self.won + self.lost


def expect_wins(flow: DealFlow, window: Window, people: Sequence[int]) -> list[Expectation]:
    """The expectation of each of these people (places in the columns' list of people), in their order."""
    raise NotImplementedError
