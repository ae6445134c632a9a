"""Panels of units in which something begins at different times, and which periods of them are compared; pure."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from service.statistics.arrays import Bools, Floats, as_floats

NEVER = np.iinfo(np.int64).max // 2
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Windows:
    """Periods counted from the one in which it began (0), which is in none of them.

    `after` is what the effect is the mean of. The last `trigger` periods before it are those that it may have begun
    for; `history` is how many before these are looked at, `least` how many of them must be there.
    """

    after: range
    trigger: int
    history: int
    least: int

    @property
    def dip(self) -> range:
        """What it may have begun for."""
        return range(-self.trigger, 0)

    @property
    def earlier(self) -> range:
        """What came before that."""
        return range(-self.trigger - self.history, -self.trigger)

    @property
    def mirrored(self) -> range:
        """As many periods as `after`, as far before the dip as `after` is behind it."""
        end = -self.trigger - (self.after.start if self.trigger else 0)
        return range(end - len(self.after), end)


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """Values and weights (... x units x periods), starts (... x units), strata and who is `asked` (units).

    The effect is of those asked alone; the others are there to compare with.
    """

    values: Floats
    weights: Floats
    starts: Ints
    labels: NDArray[np.intp]
    asked: Bools

    @classmethod
    def of(
        cls, values: ArrayLike, weights: ArrayLike, starts: ArrayLike, strata: ArrayLike, asked: ArrayLike = True
    ) -> "Panel":
        """With zeros where nothing is known, and strata numbered."""
        y, w = np.broadcast_arrays(as_floats(values), as_floats(weights))
        known = np.isfinite(y) & np.isfinite(w) & (w > 0)
        begins = np.broadcast_to(np.asarray(starts, dtype=np.int64), y.shape[:-1])
        labels = np.unique(np.asarray(strata), return_inverse=True)[1]
        whose = np.broadcast_to(np.asarray(asked, dtype=bool), labels.shape)
        return cls(np.where(known, y, 0.0), np.where(known, w, 0.0), begins, labels, whose)

    def earlier(self, periods: int) -> "Panel":
        """As if it had begun so many periods earlier."""
        return replace(self, starts=np.where(self.starts < NEVER, self.starts - periods, NEVER))

    def members(self) -> Iterator[tuple[NDArray[np.intp], int]]:
        """By stratum and period in which any of its units begins, the places of its units."""
        for label in range(int(self.labels.max(initial=-1)) + 1):
            places = np.flatnonzero(self.labels == label)
            for start in np.unique(self.starts[..., places[self.asked[places]]]):
                if 0 <= start < self.values.shape[-1]:
                    yield places, int(start)

    def mean(self, places: NDArray[np.intp], start: int, offsets: range, least: int) -> tuple[Floats, Bools]:
        """Weighted means over some periods around a start, and whether as many periods are there (... x units)."""
        first, last = (min(max(start + end, 0), self.values.shape[-1]) for end in (offsets.start, offsets.stop))
        y, w = self.values[..., places, first:last], self.weights[..., places, first:last]
        total = w.sum(-1)
        told = ((w > 0).sum(-1) >= max(least, 1)) & (total > 0)
        return as_floats(np.divide((w * y).sum(-1), total, out=np.zeros(total.shape), where=told)), told

    def share_begun(self, places: NDArray[np.intp], start: int, offsets: range) -> Floats:
        """In which share of some periods it had begun for each unit."""
        first, last = (min(max(start + end, 0), self.values.shape[-1]) for end in (offsets.start, offsets.stop))
        w = self.weights[..., places, first:last]
        total, has_begun = w.sum(-1), np.arange(first, last) > self.starts[..., places, None]
        return as_floats(np.divide((w * has_begun).sum(-1), total, out=np.zeros(total.shape), where=total > 0))
