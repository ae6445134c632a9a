"""What becomes of cadences when pairs are others than they were: begun, ended, carried on, or changed over; pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from uuid import UUID

from service.coaching_sessions.roster import DAY, CadenceEnd, Pair


@dataclass(frozen=True, slots=True)
class Running:
    """A cadence of a programme whose end, if it has one, is not over; `starts_on` is the DTSTART of its rule."""

    id: UUID
    series_id: UUID
    manager_id: UUID
    rep_id: UUID
    starts_on: date
    from_on: date
    ends_on: date | None
    end: CadenceEnd | None

    @property
    def is_first(self) -> bool:
        """Whether nothing of its series comes before it."""
        return self.id == self.series_id


@dataclass(frozen=True, slots=True)
class Begin:
    """A cadence to begin; `follows` is the one whose series it carries on."""

    manager_id: UUID
    rep_id: UUID
    from_on: date
    ends_on: date | None
    end: CadenceEnd | None
    follows: UUID | None = None


@dataclass(frozen=True, slots=True)
class Bound:
    """The days that a cadence now holds; one that ends on the day before it begins holds none."""

    id: UUID
    from_on: date
    ends_on: date | None
    end: CadenceEnd | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is to be done for one programme; what is as it should be is not among it."""

    begin: tuple[Begin, ...]
    bound: tuple[Bound, ...]


WhyEnded = Callable[[UUID, UUID, date], CadenceEnd]
"""Of a manager and a rep, why a day is the first without them."""


def reconcile(
    pairs: Iterable[Pair], running: Sequence[Running], runs_since: date, today: date, why: WhyEnded
) -> Outcome:
    """Bring the cadences of a programme in line with its pairs.

    `runs_since` is the day from which the programme runs as it does: an older series changes over on it, and no new
    one begins before it. Applied twice it changes nothing.
    """
    begin: list[Begin] = []
    bound: list[Bound] = []
    free = list(running)
    # Who is coached today keeps the cadence there is, whatever was or will be.
    for pair in sorted(pairs, key=lambda pair: (not pair.holds(today), pair.from_on)):
        chain = sorted((one for one in free if _belongs(one, pair)), key=lambda one: one.from_on)
        free = [one for one in free if one not in chain]
        last = pair.to_on or date.max
        if not chain:
            from_on = max(pair.from_on, runs_since, today)
            if from_on <= last:
                begin.append(Begin(pair.manager_id, pair.rep_id, from_on, pair.to_on, pair.end))
            continue
        newest = chain[-1]
        change = max(runs_since, today, newest.from_on)
        changes_over = newest.starts_on < runs_since and change <= last
        if changes_over:
            begin.append(Begin(pair.manager_id, pair.rep_id, change, pair.to_on, pair.end, newest.id))
        bound += _bounds(chain, pair, today, change if changes_over else None)
    for one in free:
        first = max(today, one.from_on)
        bound.append(Bound(one.id, one.from_on, first - DAY, why(one.manager_id, one.rep_id, first)))
    before = {one.id: Bound(one.id, one.from_on, one.ends_on, one.end) for one in running}
    return Outcome(tuple(begin), tuple(one for one in bound if one != before[one.id]))


def _belongs(one: Running, pair: Pair) -> bool:
    if (one.manager_id, one.rep_id) != (pair.manager_id, pair.rep_id):
        return False
    return one.from_on <= (pair.to_on or date.max) and pair.from_on <= (one.ends_on or date.max)


def _bounds(chain: Sequence[Running], pair: Pair, today: date, change: date | None) -> list[Bound]:
    """Each of a series until the next of it begins, the last until the pair ends."""
    begins = [one.from_on for one in chain]
    if chain[0].is_first and begins[0] > today:
        begins[0] = max(pair.from_on, chain[0].starts_on, today)
    found = []
    for one, (from_on, following) in zip(chain, pairwise([*begins, change]), strict=True):
        assert from_on is not None  # noqa: S101 - only the last of all is
        ends_on, end = pair.to_on, pair.end
        if following is not None and (ends_on is None or following <= ends_on):
            ends_on, end = following - DAY, CadenceEnd.CHANGED
        found.append(Bound(one.id, from_on, ends_on and max(ends_on, from_on - DAY), end))
    return found
