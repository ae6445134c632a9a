"""The deals of an organization as columns, and which of them a period asks about; pure.

Times are days since 1970-01-01 UTC, with fractions.
"""

from dataclasses import dataclass

from service.statistics.arrays import Bools, Floats, Indices


@dataclass(frozen=True, slots=True, eq=False)
class DealFlow:
    """Every deal that an organization had by an instant, as arrays of one length, and their moves as arrays of another.

    `people` are places in the caller's list of people, -1 for nobody: of a decided deal its owner at the close, of an
    open one its owner at the instant. `seen` is the close, or the instant for an open deal; `endings` say which
    (`Ending`). `segments` and `sources` are codes from 0 on, -1 where unknown; `amounts` the first ones on record, nan
    where unknown. A move is one into an open stage of the model: `move_deals` are places among the deals,
    `move_stages` ranks of stages from 0 on, in any order; moves after the instant, or into a closed stage, are left out.
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


@dataclass(frozen=True, slots=True)
class Window:
    """A period and the instant up to which anything is known; `end` is the first instant after the period.

    `records_start` is since when records are complete: by default the earliest close.
    """

    start: float
    end: float
    as_of: float
    records_start: float | None = None


def in_cohort(flow: DealFlow, window: Window) -> Bools:
    """Which deals were open at some time of the period, as far as it has come by the instant."""
    raise NotImplementedError
