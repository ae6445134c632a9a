"""Two ways to end, one excluding the other (won or lost), with cases still open and records that start late; pure.

Whoever leaves open cases out, or counts lost ones as open, makes wins look more frequent than they are.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from service.statistics.arrays import Floats, Indices, as_floats, tail_levels


class Ending(IntEnum):
    """How a case was last seen."""

    OPEN = 0
    WON = 1
    LOST = 2


@dataclass(frozen=True, slots=True, eq=False)
class Estimate:
    """Shares with the ends of their intervals: arrays of one length."""

    value: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Incidence:
    """The course of wins by age: arrays of one length, one entry per distinct age of an ending, ascending.

    `won` is the cumulative incidence of wins, `undecided` the share still open, both just after the age; `at_risk`,
    `wins` and `losses` are counts at it. `n` cases count at all; `followed` are the ages, ascending, at which they were
    last seen, and `outlasting` as many as were still open at the last ending or later.
    """

    ages: Floats
    won: Floats
    undecided: Floats
    at_risk: Floats
    wins: Floats
    losses: Floats
    n: int
    followed: Floats
    outlasting: int

    @property
    def last_age(self) -> float:
        """The last age at which a case ended: "eventually" means by then; nan without an ending."""
        return float(self.ages[-1]) if self.ages.size else np.nan

    @property
    def last_win_age(self) -> float:
        """The last age at which a case was won; nan without a win."""
        won = np.flatnonzero(self.wins)
        return float(self.ages[won[-1]]) if won.size else np.nan

    def won_by(self, ages: ArrayLike, level: float = 0.9) -> Estimate:
        """The share won by each age, with its pointwise interval.

        Variance: Dinse & Larson 1986, Biometrika 73 (equal to Aalen's with multinomial ties); interval: log(-log), as
        Kalbfleisch & Prentice 1980, section 1.3, for survival. At 0 and 1, where that has no width, the exact
        binomial one of the cases that ended by then or were seen open later. An age after the last ending has
        the last value.
        """
        asked = np.ravel(as_floats(ages))
        place = self._places(asked)
        value = self._at(self.won, place, 0.0)
        variance = self._at(self._covariance(self.won), place, 0.0)
        ended = self._at(np.cumsum(self.wins + self.losses), place, 0.0)
        return _interval(value, variance, ended + self._seen_beyond(asked), level)

    def won_if_open_at(self, ages: ArrayLike, level: float = 0.9) -> Estimate:
        """The share won by the last age of those still open after each age; its interval as in `won_by`.

        The estimator started anew at that age (a landmark: van Houwelingen 2007, Scandinavian Journal of Statistics
        34). After the last win the value is 0, and the upper end that of no win among the cases that ended after that
        win or outlasted the last ending: those whose fate by then is known. Without any it is nan, between 0 and 1.
        """
        asked = np.ravel(as_floats(ages))
        place = self._places(asked)
        left = self._at(self.undecided, place, 1.0)
        final = self.won[-1] if self.won.size else 0.0
        last_win = int(np.flatnonzero(self.wins)[-1]) if self.wins.any() else -1
        late = place >= last_win
        decided = np.append(np.cumsum((self.wins + self.losses)[::-1])[::-1], 0.0)
        cases = decided[np.minimum(place, last_win) + 1] + self.outlasting
        known = np.where(late, cases > 0, left > 0)
        scale = np.where(left > 0, left, 1.0)
        value = np.where(late, 0.0, np.clip((final - self._at(self.won, place, 0.0)) / scale, 0.0, 1.0))
        terms = self._terms(final)
        later = np.append(np.cumsum(terms[::-1])[::-1], 0.0)[place + 1]
        told = _interval(value, later / scale**2, cases, level)
        value = np.where(known, value, np.nan)
        return Estimate(value, np.where(known, told.low, 0.0), np.where(known, told.high, 1.0))

    def time_to_win(self, level: float = 0.9) -> tuple[float, float, float]:
        """By which age half of the eventual wins are won, with its interval; all nan without a win.

        The ages at which the incidence does not differ from half its final value: Brookmeyer & Crowley 1982,
        Biometrics 38, with the covariance of the two.
        """
        if not self.ages.size or not self.won[-1] > 0:
            return np.nan, np.nan, np.nan
        final = self.won[-1]
        gap = self.won - final / 2
        own, crossed = self._covariance(self.won), self._covariance(np.full(self.ages.size, final))
        spread = np.maximum(own - crossed + crossed[-1] / 4, 0.0)
        within = np.flatnonzero(np.abs(gap) <= ndtri(tail_levels(level)[1]) * np.sqrt(spread))
        middle = int(np.flatnonzero(gap >= -1e-12)[0])
        low = min(within[0], middle) if within.size else middle
        high = max(within[-1], middle) if within.size else middle
        return float(self.ages[middle]), float(self.ages[low]), float(self.ages[high])

    def _places(self, asked: Floats) -> Indices:
        """The last distinct age not after each; -1 before the first."""
        return np.searchsorted(self.ages, asked, side="right") - 1

    @staticmethod
    def _at(values: Floats, place: Indices, before: float) -> Floats:
        return np.append(values, before)[place]

    def _before(self) -> Floats:
        """The share still open just before each age."""
        return np.append(1.0, self.undecided[:-1]) if self.ages.size else self.undecided

    def _parts(self) -> tuple[Floats, Floats, Floats]:
        """What the variance is made of: the jump's own, its pull on later ones, and the open share's."""
        n, open_before = self.at_risk, self._before()
        hazard, ended = self.wins / n, (self.wins + self.losses) / n
        own = open_before**2 * hazard * (1 - hazard) / n
        pull = open_before * hazard / n
        left = np.where(ended < 1, 1 - ended, 1.0)
        return own, pull, np.where(ended < 1, ended / (left * n), 0.0)

    def _terms(self, final: float) -> Floats:
        """What each age adds to the variance of the incidence at the end."""
        own, pull, kept = self._parts()
        rest = final - self.won
        return np.maximum(own - 2 * rest * pull + rest**2 * kept, 0.0)

    def _covariance(self, other: Floats) -> Floats:
        """Of the incidence at each age with its value at the same age or a later one (`other`: that value)."""
        own, pull, kept = self._parts()
        pulled, kept_sum, kept_won = np.cumsum(pull), np.cumsum(kept), np.cumsum(kept * self.won)
        value = np.cumsum(own) - (self.won + other) * pulled + 2 * np.cumsum(pull * self.won)
        value += self.won * other * kept_sum - (self.won + other) * kept_won + np.cumsum(kept * self.won**2)
        return np.maximum(value, 0.0)

    def _seen_beyond(self, ages: Floats) -> Floats:
        """How many cases ended or were seen open after each age."""
        return self.followed.size - np.searchsorted(self.followed, ages, side="right").astype(np.float64)


def aalen_johansen(ages: ArrayLike, endings: ArrayLike, entries: ArrayLike | None = None) -> Incidence:
    """The cumulative incidence of wins beside losses, by age in any unit of time.

    `ages` >= 0 are those at which a case ended or was last seen open, `endings` say how (`Ending`), `entries` >= 0 the
    ages at which it came under observation, 0 from the start. A case counts at ages after its entry; one that was not
    seen after its entry says nothing and is left out. An ending at the age of a last sight comes before it.

    Aalen & Johansen 1978, Scandinavian Journal of Statistics 5; left truncation as in Andersen, Borgan, Gill & Keiding
    1993, Statistical Models Based on Counting Processes, section III.3.
    """
    seen, how = np.ravel(as_floats(ages)), np.ravel(np.asarray(endings, dtype=np.int64))
    since = np.zeros(seen.size) if entries is None else np.ravel(as_floats(entries))
    if not seen.shape == how.shape == since.shape:
        raise ValueError("there is one ending and one entry for each age")
    if not (np.isfinite(seen).all() and np.isfinite(since).all()) or (seen < 0).any() or (since < 0).any():
        raise ValueError("ages and entries are finite and not negative")
    if not np.isin(how, tuple(Ending)).all():
        raise ValueError("endings are open, won or lost")
    kept = (since == 0) | (since < seen)
    seen, how, since = seen[kept], how[kept], since[kept]
    ended = how != Ending.OPEN
    distinct, place = np.unique(seen[ended], return_inverse=True)
    wins = as_floats(np.bincount(place, how[ended] == Ending.WON, distinct.size))
    losses = as_floats(np.bincount(place, how[ended] == Ending.LOST, distinct.size))
    followed, late = np.sort(seen), np.sort(since[since > 0])
    still = followed.size - np.searchsorted(followed, distinct, side="left")
    not_yet = late.size - np.searchsorted(late, distinct, side="left")
    at_risk = as_floats(still - not_yet)
    undecided = as_floats(np.cumprod((at_risk - wins - losses) / at_risk))
    before = np.append(1.0, undecided[:-1]) if distinct.size else undecided
    won = as_floats(np.cumsum(before * wins / at_risk))
    outlasting = int((seen[~ended] >= distinct[-1]).sum()) if distinct.size else 0
    return Incidence(distinct, won, undecided, at_risk, wins, losses, seen.size, followed, outlasting)


def _interval(value: Floats, variance: Floats, cases: Floats, level: float) -> Estimate:
    """The log(-log) interval; at 0 and 1 the exact binomial one (Clopper & Pearson 1934, Biometrika 26)."""
    below, above = tail_levels(level)
    inside = (value > 1e-12) & (value < 1 - 1e-12)
    share = np.where(inside, value, 0.5)
    half = ndtri(above) * np.sqrt(np.where(inside, variance, 0.0)) / -(share * np.log(share))
    edge = below ** (1 / np.maximum(cases, 1e-9))
    low = np.where(inside, share ** np.exp(half), np.where(value > 0.5, edge, 0.0))
    high = np.where(inside, share ** np.exp(-half), np.where(value > 0.5, 1.0, 1 - edge))
    return Estimate(value, low, high)
