"""How deals ripen: what becomes of them in the end, by age, and which open ones are older than winners are; pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from service.statistics.arrays import Bools, Floats, Indices
from service.statistics.competing_risks import Ending, Incidence, aalen_johansen

LEVEL = 0.9
LEAST_DECIDED = 30
"""Fewer won and lost deals tell no course."""
LEAST_AT_RISK = 10
"""With fewer deals under observation at young ages, a single one decides the whole course."""
HALF = 0.5
"""An open deal is ageing where its chance is surely below this share of a new deal's."""
DEAD_BELOW = 0.05
AGES = (
    *(0, 7, 14, 21, 30, 45, 60, 75, 90, 105, 120, 135, 150, 165, 180),
    *(210, 240, 270, 300, 330, 365, 455, 545, 635, 730),
)
"""The ages in days at which the course is told, as far as it was observed."""
BEFORE_FIRST_DAY = 0.5
"""Of a day: records that start on a day hold what closed on it, so deals came under observation just before it."""


class AgeVerdict(StrEnum):
    """What an open deal's age says of it."""

    NORMAL_AGE = "normal_age"
    AGEING = "ageing"
    DEAD = "dead"
    CANNOT_TELL = "cannot_tell"


class WhyNot(StrEnum):
    """Why a course cannot be told."""

    TOO_FEW_DECIDED = "too_few_decided"
    TOO_FEW_AT_RISK = "too_few_at_risk"


@dataclass(frozen=True, slots=True, eq=False)
class DealColumns:
    """Deals as arrays of one length: the day they began (a number of days), their age in days, how they ended.

    `amounts` are nan where unknown, or None where nobody asks for them.
    """

    begun: Indices
    ages: Indices
    endings: Indices
    amounts: Floats | None = None

    @property
    def n(self) -> int:
        """How many."""
        return int(self.ages.size)

    def only(self, kept: Bools) -> "DealColumns":
        """Some of them."""
        amounts = None if self.amounts is None else self.amounts[kept]
        return DealColumns(self.begun[kept], self.ages[kept], self.endings[kept], amounts)


@dataclass(frozen=True, slots=True)
class Share:
    """A share with its interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """What becomes of some deals. `late` began before the records did; `left_out` also ended before them."""

    incidence: Incidence
    n: int
    won: int
    lost: int
    late: int
    left_out: int

    @property
    def why_not(self) -> WhyNot | None:
        """Why nothing can be said, if so."""
        if self.won + self.lost < LEAST_DECIDED:
            return WhyNot.TOO_FEW_DECIDED
        ended = np.cumsum(self.incidence.wins + self.incidence.losses)
        young = self.incidence.at_risk[ended <= ended[-1] / 2]
        return WhyNot.TOO_FEW_AT_RISK if young.size and young.min() < LEAST_AT_RISK else None

    def ages(self) -> list[int]:
        """The ages that are told: none beyond the last ending, which comes last itself."""
        last = int(self.incidence.last_age)
        return [*(age for age in AGES if age < last), last]

    def won_by(self, ages: Sequence[float]) -> list[Share]:
        """The share of all deals won by each age."""
        return _shares(self.incidence, ages, if_open=False)

    def won_if_open_at(self, ages: Sequence[float]) -> list[Share]:
        """The share of the deals open after each age that are won by the last."""
        return _shares(self.incidence, ages, if_open=True)

    def judge(self, ages: Sequence[float]) -> list[tuple[AgeVerdict, Share | None]]:
        """What the age of open deals says of each, with its chance.

        `dead`: older than every win, and the interval's upper end is below 5 %. `ageing`: that end is below half of a
        new deal's chance. Else `normal_age`.
        """
        if self.why_not is not None:
            return [(AgeVerdict.CANNOT_TELL, None)] * len(ages)
        fresh = self.won_if_open_at([0])[0].value
        distinct, place = np.unique(np.asarray(ages, dtype=np.float64), return_inverse=True)
        told = [(self._verdict(age, share, fresh), share) for age, share in self._at(distinct)]
        return [told[index] for index in place.tolist()]

    def _at(self, ages: Floats) -> list[tuple[float, Share]]:
        # Past the last ending of all nobody may be left at risk: then nothing was won, and nothing bounds the chance.
        shares = self.won_if_open_at(ages.tolist())
        known = [replace(share, value=0.0) if np.isnan(share.value) else share for share in shares]
        return list(zip(ages.tolist(), known, strict=True))

    def _verdict(self, age: float, share: Share, fresh: float) -> AgeVerdict:
        last_win = self.incidence.last_win_age
        if share.high < DEAD_BELOW and not age <= last_win:
            return AgeVerdict.DEAD
        return AgeVerdict.AGEING if share.high < HALF * fresh else AgeVerdict.NORMAL_AGE


def trace_course(deals: DealColumns, records_start: int) -> Course:
    """The course of some deals, each under observation from the day on which the records start, if it is older.

    A deal whose end lies before that day would be in no record had it not been copied: it is left out.
    """
    entries = np.maximum(records_start - deals.begun - BEFORE_FIRST_DAY, 0.0)
    seen = (entries == 0) | (entries < deals.ages)
    incidence = aalen_johansen(deals.ages, deals.endings, entries)
    return Course(
        incidence,
        incidence.n,
        int((deals.endings[seen] == Ending.WON).sum()),
        int((deals.endings[seen] == Ending.LOST).sum()),
        int((entries[seen] > 0).sum()),
        int((~seen).sum()),
    )


def together(parts: Sequence[DealColumns]) -> DealColumns:
    """All of them as one."""
    nothing = DealColumns(*(np.zeros(0, dtype=np.intp),) * 3)
    all_parts = [nothing, *parts]
    return DealColumns(
        np.concatenate([part.begun for part in all_parts]),
        np.concatenate([part.ages for part in all_parts]),
        np.concatenate([part.endings for part in all_parts]),
    )


@dataclass(frozen=True, slots=True)
class Bands:
    """Thirds of an amount: the two limits between them, the lower band without its limit."""

    low: float
    high: float

    @property
    def names(self) -> tuple[str, str, str]:
        """In words, by size."""
        return f"below {self.low:g}", f"{self.low:g} to below {self.high:g}", f"{self.high:g} and more"

    def name_of(self, amount: float | None) -> str | None:
        """The band of an amount; None for an unknown one."""
        return None if amount is None or np.isnan(amount) else self.names[int(self.place(np.array([amount]))[0])]

    def place(self, amounts: Floats) -> NDArray[np.intp]:
        """0 for the small ones, 2 for the large."""
        return np.searchsorted([self.low, self.high], amounts, side="right")


def split_by_amount(deals: DealColumns) -> tuple[Bands | None, dict[str | None, DealColumns]]:
    """Deals in thirds of their known amounts, whose limits go with them; under None those of unknown amount."""
    amounts = np.zeros(0) if deals.amounts is None else deals.amounts
    known = np.isfinite(amounts)
    if not known.any():
        return None, {None: deals}
    low, high = (float(np.round(limit, 2)) for limit in np.quantile(amounts[known], [1 / 3, 2 / 3]))
    bands = Bands(low, high)
    places = bands.place(np.where(known, amounts, low))
    parts: dict[str | None, DealColumns] = {
        name: deals.only(known & (places == place)) for place, name in enumerate(bands.names)
    }
    parts[None] = deals.only(~known)
    return bands, {name: part for name, part in parts.items() if part.n}


def _shares(incidence: Incidence, ages: Sequence[float], *, if_open: bool) -> list[Share]:
    told = incidence.won_if_open_at(ages, LEVEL) if if_open else incidence.won_by(ages, LEVEL)
    columns = zip(told.value.tolist(), told.low.tolist(), told.high.tolist(), strict=True)
    return [Share(*one) for one in columns]
