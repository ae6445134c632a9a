"""How many deals somebody was to win, had they been anybody: from case mix, stage reached and age alone; pure.

A deal enters the period when it begins, or as the period does. What it was worth then is the chance of its stage and
stay (`courses`), shifted for its traits (`mixing`) and to the level that the others set (`levels`): never what it
reached later, which would explain luck away. Expected wins are the sum; wins to come are drawn for the open deals, as
they stand now, with the person's own shift, drawn towards the others'. So the number of wins in the end is Poisson-
binomial (Hodges & Le Cam 1960, Annals of Mathematical Statistics 31), with the uncertainty of every chance in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from scipy.special import expit, logit

from service.kpi_snapshots.quadrants.cases import DealFlow, Window, in_cohort, records_start, spells_of
from service.kpi_snapshots.quadrants.courses import days_until_decided, trace_courses, trace_together
from service.kpi_snapshots.quadrants.levels import Levels, draw_levels
from service.kpi_snapshots.quadrants.mixing import Doubts, mix_shifts, own_shifts, standings_of, traits_of
from service.statistics.arrays import Bools, Floats, Indices
from service.statistics.competing_risks import Ending, Incidence

LEVEL = (0.05, 0.95)
"""The ends of intervals."""
DRAWS = 2000
SEED = 20_170_301
"""The same question has the same answer."""
BINS = 32
"""Deals of nearly equal chance are drawn together; up to so many each for itself."""
LEAST_DECIDED = 10
"""With fewer decided deals in the organization nothing can be expected of any."""
ENOUGH_OF_OTHERS = 30
"""With as many decided deals of others the own ones are left out of what is expected of somebody."""
MOSTLY, LONGEST = 0.8, 730
"""The open deals are mostly decided once this share of them is; looked for over so many days."""
FLATTENED = 16 * np.sqrt(3) / (15 * np.pi)
"""Averaging chances over people flattens them: Zeger, Liang & Albert 1988, Biometrics 44."""


class NoExpectation(StrEnum):
    """Why no outcome can be expected of somebody's deals."""

    NO_DEALS = "no_deals"
    TOO_FEW_DECIDED = "too_few_decided"
    NOBODY_TO_COMPARE = "nobody_to_compare"
    ALL_THE_SAME = "all_the_same"
    """Every deal of everybody was won, or every one lost: nobody was lucky or unlucky."""


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
    ask about them. `to_come`: wins of the deals that are open. `final`: won + to come, `residual`: final - expected.
    `good` is the probability that the residual is at or above 0 once all are decided; `good_at_worst` and
    `good_at_best` are the same if few or many of the open deals are won (the ends of the interval of `to_come`).
    `settled_in_days`: by then four of five of the open deals are decided; None where none is open or nothing tells. All
    None where `cannot_tell` says why. `own_left_out`: the person's own deals say nothing about the level of what is
    expected of them. `chances` are of the person's open deals in the order of the columns.
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


@dataclass(frozen=True, slots=True, eq=False)
class _Worth:
    """Log-odds of every deal on entering the period, and now; what everybody decided and won; where people stand."""

    entry: Floats
    now: Floats
    cohort: Bools
    together: Incidence
    decided: Indices
    won: int
    doubts: tuple[Doubts, ...]
    levels: Levels
    left_out: Bools


def expect_wins(flow: DealFlow, window: Window, people: Sequence[int]) -> list[Expectation]:
    """The expectation of each of these people (places in the columns' list of people), in their order."""
    asked = np.asarray(people, dtype=np.intp)
    if not asked.size:
        return []
    worth = _value(flow, window, asked)
    generator = np.random.default_rng(SEED)
    order = np.argsort(flow.people, kind="stable")
    sorted_people = flow.people[order]
    found = []
    for number, person in enumerate(asked):
        ends = np.searchsorted(sorted_people, [person, person + 1])
        deals = order[ends[0] : ends[1]]
        found.append(_expect(flow, worth, deals[worth.cohort[deals]], (number, int(person)), generator))
    return found


def _value(flow: DealFlow, window: Window, asked: Indices) -> _Worth:
    since, spells = records_start(flow, window), spells_of(flow)
    together = trace_together(flow, since)
    courses = trace_courses(flow, spells, since)
    closed, won = flow.endings != Ending.OPEN, flow.endings == Ending.WON
    first_states, first_stays = spells.at(np.maximum(flow.created, since))
    first_known = courses.chances(first_states, first_stays)
    last = courses.chances(*spells.at(flow.seen))
    counts = (flow.created >= since) | (flow.seen > since)
    standings = standings_of(first_known, last, closed, won)
    shifts, mix = mix_shifts(standings, traits_of(flow, window), flow.people, counts)
    owned = counts & (flow.people >= 0)
    size = max(int(flow.people.max(initial=0)), int(asked.max())) + 1
    shifted = standings.shifted(shifts)
    own, information = own_shifts(shifted.only(owned), flow.people[owned], size)
    decided = np.bincount(flow.people[owned & closed], minlength=size)
    left_out = decided.sum() - decided[asked] >= ENOUGH_OF_OTHERS
    generator = np.random.default_rng(SEED)
    levels = draw_levels(own, information, asked, left_out, DRAWS, generator)
    entering = np.minimum(np.maximum(flow.created, window.start), flow.seen)
    states, stays = spells.at(entering)
    entry = logit(courses.chances(states, stays)) + shifts
    stages = Doubts(
        (states,),
        np.diag([course.doubt for course in courses.states]),
        np.bincount(first_states[counts], minlength=len(courses.states)) / max(int(counts.sum()), 1),
    )
    return _Worth(
        entry,
        shifted.now,
        in_cohort(flow, window),
        together,
        decided,
        int(won[owned].sum()),
        (mix, stages),
        levels,
        left_out,
    )


def _expect(
    flow: DealFlow, worth: _Worth, deals: Indices, who: tuple[int, int], generator: np.random.Generator
) -> Expectation:
    number, person = who
    endings = flow.endings[deals]
    won, lost = int((endings == Ending.WON).sum()), int((endings == Ending.LOST).sum())
    still_open = deals[endings == Ending.OPEN]
    why_not = _why_not(worth, person) if deals.size else NoExpectation.NO_DEALS
    if why_not is not None:
        nothing = (None,) * 8
        return Expectation(deals.size, won, lost, still_open.size, *nothing, False, np.zeros(0), why_not)
    level, spread, own = (part[number] for part in (worth.levels.level, worth.levels.spread, worth.levels.own))
    flat = np.sqrt(1 + (FLATTENED * spread) ** 2)
    chances = expit(worth.entry[deals])
    doubt = sum(part.variance(deals, chances * (1 - chances)) for part in worth.doubts)
    level = level + generator.standard_normal(DRAWS) * np.sqrt(doubt)
    offsets, sizes = _bins(worth.entry[deals])
    expected = expit((offsets + level[:, None]) / flat[:, None]) @ sizes
    offsets, sizes = _bins(worth.now[still_open])
    to_come = generator.binomial(sizes.astype(np.intp), expit(offsets + own[:, None])).sum(axis=1).astype(np.float64)
    low, high = np.quantile(to_come, LEVEL, method="inverted_cdf")
    residual = won + to_come - expected
    ages = flow.seen[still_open] - flow.created[still_open]
    return Expectation(
        deals.size,
        won,
        lost,
        still_open.size,
        _number(expected),
        _number(to_come, low, high),
        _number(won + to_come, won + low, won + high),
        _number(residual),
        float((residual >= 0).mean()),
        float((won + low >= expected).mean()),
        float((won + high >= expected).mean()),
        days_until_decided(worth.together, ages, MOSTLY, LONGEST) if ages.size else None,
        bool(worth.left_out[number]),
        _chances(worth.now[still_open], own),
    )


def _why_not(worth: _Worth, person: int) -> NoExpectation | None:
    decided = int(worth.decided.sum())
    if decided < LEAST_DECIDED:
        return NoExpectation.TOO_FEW_DECIDED
    if decided == worth.decided[person]:
        return NoExpectation.NOBODY_TO_COMPARE
    return NoExpectation.ALL_THE_SAME if worth.won in {0, decided} else None


def _bins(log_odds: Floats) -> tuple[Floats, Floats]:
    """Deals of nearly equal log-odds together: the mean of each bin, and how many it holds."""
    ordered = np.sort(log_odds)
    if ordered.size <= BINS:
        return ordered, np.ones(ordered.size)
    parts = np.array_split(ordered, BINS)
    return np.array([part.mean() for part in parts]), np.array([part.size for part in parts], dtype=np.float64)


def _chances(log_odds: Floats, own: Floats) -> Floats:
    """Averaged over what the own shift may be, at its hundredths."""
    shifts = np.quantile(own, (np.arange(50) + 0.5) / 50)
    return np.asarray(expit(log_odds[:, None] + shifts).mean(axis=1))


def _number(draws: Floats, low: float | None = None, high: float | None = None) -> Number:
    ends = np.quantile(draws, LEVEL)
    return Number(float(draws.mean()), float(ends[0] if low is None else low), float(ends[1] if high is None else high))
