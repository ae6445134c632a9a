"""The deals of an organization as columns, and which of them a period asks about; pure.

Times are days since 1970-01-01 UTC, with fractions.
"""

from dataclasses import dataclass

import numpy as np

from service.statistics.arrays import Bools, Floats, Indices
from service.statistics.competing_risks import Ending

BEFORE_START = 0.5
"""Days: as in `maturity.estimating`."""
SAME_TIME = 1.0
"""Days: a first stage on record that soon after the creation is the one in which the deal began."""


@dataclass(frozen=True, slots=True, eq=False)
class DealFlow:
    """Every deal that an organization had by an instant, as arrays of one length, and their moves as arrays of another.

    `people` are places in the caller's list of people, -1 for nobody: of a decided deal its owner at the close, of an
    open one its owner at the instant. `seen` is the close, or the instant for an open deal; `endings` say which
    (`Ending`). `segments` and `sources` are codes from 0 on, -1 where unknown; `amounts` the first ones on record, nan
    where unknown. A move is one into an open stage of the model: `move_deals` are places among the deals,
    `move_stages` ranks of stages from 0 on, in any order; moves after the instant, or into a closed stage, are left
    out.
    """

    people: Indices
    created: Floats
    seen: Floats
    endings: Indices
    segments: Indices
    sources: Indices
    amounts: Floats
    move_deals: Indices
    move_stages: Indices
    move_times: Floats

    @property
    def n(self) -> int:
        """How many deals."""
        return int(self.created.size)


@dataclass(frozen=True, slots=True)
class Window:
    """A period and the instant up to which anything is known; `end` is the first instant after the period.

    `records_start` is since when records are complete: by default the day of the earliest close.
    """

    start: float
    end: float
    as_of: float
    records_start: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Spells:
    """How deals went on: one entry per deal and stage that was the furthest it had reached, by deal and time.

    State 0 is before any stage, state k + 1 the stage of rank k. A spell ends where a further stage is reached (`next`
    is that state), or where the deal was last seen (`next` is -1). `first` and `last` are the places of each deal's.
    """

    deals: Indices
    states: Indices
    starts: Floats
    ends: Floats
    next: Indices
    first: Indices
    last: Indices

    def at(self, times: Floats) -> tuple[Indices, Floats]:
        """The state of each deal at a time of its life, one per deal, and for how many days it had been in it."""
        passed = np.bincount(self.deals, self.starts <= times[self.deals], times.size).astype(np.intp)
        place = np.minimum(self.first + np.maximum(passed - 1, 0), self.last)
        return self.states[place], np.maximum(times - self.starts[place], 0.0)


def in_cohort(flow: DealFlow, window: Window) -> Bools:
    """Which deals were open at some time of the period, as far as it has come by the instant."""
    until = min(window.end, window.as_of)
    still_open = flow.endings == Ending.OPEN
    return np.asarray((flow.created < until) & (still_open | (flow.seen >= window.start)))


def records_start(flow: DealFlow, window: Window) -> float:
    """Since when deals are watched: just before the start of the records, so that what closed just then counts.

    These start as given, else on the day of the earliest close; 0 without any.
    """
    closes = flow.seen[flow.endings != Ending.OPEN]
    if window.records_start is None and not closes.size:
        return 0.0
    start = float(np.floor(closes.min())) if window.records_start is None else window.records_start
    return start - BEFORE_START


def spells_of(flow: DealFlow) -> Spells:
    """Every deal's way through its furthest stages; a move back, or sideways, leads to none."""
    deals = np.concatenate([np.arange(flow.n, dtype=np.intp), flow.move_deals])
    states = np.concatenate([np.zeros(flow.n, dtype=np.intp), flow.move_stages + 1])
    times = np.concatenate([flow.created, _move_times(flow)])
    order = np.lexsort((states, times, deals))
    deals, states, times = deals[order], states[order], times[order]
    # The furthest so far, deal by deal: states are lifted above those of all deals before.
    lift = deals * (int(states.max(initial=0)) + 1)
    furthest = np.maximum.accumulate(states + lift) - lift if deals.size else states
    further = np.append(True, (furthest[1:] > furthest[:-1]) | (deals[1:] != deals[:-1]))[: deals.size]
    deals, states, times = deals[further], furthest[further], times[further]
    same = deals[1:] == deals[:-1]
    # What is reached in the instant in which a stage was entered leaves no spell in that one.
    lasting = np.append(~(same & (times[1:] == times[:-1])), True)[: deals.size]
    deals, states, times = deals[lasting], states[lasting], times[lasting]
    goes_on = np.append(deals[1:] == deals[:-1], False)[: deals.size]
    ends = np.where(goes_on, np.append(times[1:], 0.0)[: deals.size], flow.seen[deals])
    following = np.where(goes_on, np.append(states[1:], -1)[: deals.size], -1)
    first = np.searchsorted(deals, np.arange(flow.n))
    last = np.searchsorted(deals, np.arange(flow.n), side="right") - 1
    return Spells(deals, states, times, np.maximum(ends, times), following, first, last)


def _move_times(flow: DealFlow) -> Floats:
    """No move lies outside its deal's life; the first one soon after the creation belongs to it."""
    created, seen = flow.created[flow.move_deals], flow.seen[flow.move_deals]
    times = np.clip(flow.move_times, created, np.maximum(seen, created))
    earliest = np.full(flow.n, np.inf)
    np.minimum.at(earliest, flow.move_deals, times)
    first = times == earliest[flow.move_deals]
    return np.where(first & (times - created <= SAME_TIME), created, times)
