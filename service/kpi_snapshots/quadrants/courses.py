"""What becomes of a deal from a stage on, by the days it has been there: competing risks stage by stage; pure.

The chance of a deal in a stage is what its next step brings: a win, a loss, or a further stage with its own chance.
Steps are estimated by Aalen & Johansen 1978 in the time since the stage was reached (a semi-Markov model with late
entry: Andersen, Borgan, Gill & Keiding 1993, Statistical Models Based on Counting Processes, sections IV.4 and X.1; its
start at each stage is the landmark of van Houwelingen 2007).
"""

from dataclasses import dataclass

import numpy as np

from service.kpi_snapshots.quadrants.cases import DealFlow, Spells
from service.statistics.arrays import Bools, Floats, Indices
from service.statistics.competing_risks import Ending, Incidence, aalen_johansen

PSEUDO_CASES = 1.0
"""By so many deals a stage is drawn towards all deals, and a long stay towards the stage."""
LEAST_AT_RISK = 5
"""Fewer deals that stayed so long tell nothing of a longer stay."""
LEAST_CHANCE = 0.002
"""No deal is sure to be lost, or won."""


@dataclass(frozen=True, slots=True, eq=False)
class StageCourse:
    """Of one state: the distinct days of stay after which deals left it, and the chance just after each of them.

    `stayed` are the deals at risk just after each day, `fresh` is the chance on reaching the state, of `n` deals.
    """

    days: Floats
    chances: Floats
    stayed: Floats
    fresh: float
    n: int

    @property
    def doubt(self) -> float:
        """The variance of the chance's log-odds."""
        fresh = min(max(self.fresh, LEAST_CHANCE), 1 - LEAST_CHANCE)
        return 1 / ((self.n + PSEUDO_CASES) * fresh * (1 - fresh))

    def chance(self, days: Floats) -> Floats:
        """The chance after a stay of so many days; at 0 on reaching the state."""
        enough = np.flatnonzero(self.stayed >= LEAST_AT_RISK)
        reliable = int(enough[-1]) + 1 if enough.size else 0
        place = np.minimum(np.searchsorted(self.days, days, side="right"), reliable)
        place = np.where(days > 0, place, 0)
        return np.append(self.fresh, self.chances)[place]


@dataclass(frozen=True, slots=True, eq=False)
class Courses:
    """Of all states, by state; a state that no deal was in has the chance of all deals."""

    states: tuple[StageCourse, ...]

    def chances(self, states: Indices, days: Floats) -> Floats:
        """Of deals in a state since so many days."""
        found = np.empty(states.size)
        for state in np.unique(states):
            mine = states == state
            found[mine] = self.states[state].chance(days[mine])
        return np.clip(found, LEAST_CHANCE, 1 - LEAST_CHANCE)


def trace_together(flow: DealFlow, since: float) -> Incidence:
    """The course of all deals by age, each under observation from the start of the records on."""
    return aalen_johansen(flow.seen - flow.created, flow.endings, np.maximum(since - flow.created, 0.0))


def trace_courses(flow: DealFlow, spells: Spells, since: float) -> Courses:
    """The course of every state, from all deals, each under observation from the start of the records on."""
    won, closed = flow.endings == Ending.WON, flow.endings != Ending.OPEN
    ages, late = flow.seen - flow.created, np.maximum(since - flow.created, 0.0)
    whole = _trace(ages, late, closed, won.astype(np.float64), 0.5).fresh
    durations = spells.ends - spells.starts
    entries = np.maximum(since - spells.starts, 0.0)
    endings = flow.endings[spells.deals]
    left = (spells.next >= 0) | (endings != Ending.OPEN)
    states = int(spells.states.max(initial=0)) + 1
    found: list[StageCourse] = []
    fresh = np.full(states + 1, whole)
    # From the last stage backwards: what a further one brings is known before.
    for state in reversed(range(states)):
        mine = spells.states == state
        marks = np.where(spells.next[mine] >= 0, fresh[spells.next[mine]], endings[mine] == Ending.WON)
        found.append(_trace(durations[mine], entries[mine], left[mine], marks, whole))
        fresh[state] = found[-1].fresh
    return Courses(tuple(reversed(found)))


def days_until_decided(course: Incidence, ages: Floats, share: float, most: int) -> int | None:
    """After how many days a share of open deals of these ages is decided; None if not within `most` as far as is known.

    From the share of all deals that is undecided at each age.
    """
    undecided = np.append(1.0, course.undecided)

    def at(when: Floats) -> Floats:
        return undecided[np.searchsorted(course.ages, when, side="right")]

    now = at(ages)
    known = now > 0
    if not known.any():
        return None

    def left(days: int) -> float:
        return float((at(ages[known] + days) / now[known]).mean())

    if left(most) > 1 - share:
        return None
    none_yet, enough = 0, most
    while enough - none_yet > 1:
        middle = (none_yet + enough) // 2
        none_yet, enough = (middle, enough) if left(middle) > 1 - share else (none_yet, middle)
    return enough


def _trace(durations: Floats, entries: Floats, left: Bools, marks: Floats, whole: float) -> StageCourse:
    """One state: `marks` are the chances to which those who left it went on, `whole` that of all deals."""
    seen = (entries == 0) | (entries < durations)
    durations, entries, left, marks = durations[seen], entries[seen], left[seen], marks[seen]
    days, place = np.unique(durations[left], return_inverse=True)
    gone = np.bincount(place, minlength=days.size).astype(np.float64)
    gained = np.bincount(place, marks[left], days.size)
    late = np.sort(entries[entries > 0])
    still = durations.size - np.searchsorted(np.sort(durations), days, side="left")
    at_risk = (still - (late.size - np.searchsorted(late, days, side="left"))).astype(np.float64)
    counts = _enough(at_risk)
    gone, gained = gone * counts, gained * counts
    open_after = np.cumprod(1 - gone / at_risk)
    open_before = np.append(1.0, open_after[:-1])[: days.size]
    to_come = np.append(np.cumsum((open_before * gained / at_risk)[::-1])[::-1], 0.0)
    n = int(durations.size)
    fresh = (n * float(to_come[0]) + PSEUDO_CASES * whole) / (n + PSEUDO_CASES)
    stayed = at_risk - gone
    rest = np.divide(to_come[1:], open_after, out=np.zeros_like(open_after), where=open_after > 0)
    chances = (stayed * rest + PSEUDO_CASES * fresh) / (stayed + PSEUDO_CASES)
    return StageCourse(days, chances, stayed, fresh, n)


def _enough(at_risk: Floats) -> Bools:
    """Where so many deals were watched that what became of one of them is not what becomes of all.

    Where records start late hardly any young deal may be watched; few at the end are all that is left (Lai & Ying 1991,
    Annals of Statistics 19).
    """
    enough = at_risk >= min(LEAST_AT_RISK, at_risk.max(initial=0.0))
    last = int(np.flatnonzero(enough)[-1]) if enough.any() else 0
    return np.asarray(enough | (np.arange(at_risk.size) > last))
