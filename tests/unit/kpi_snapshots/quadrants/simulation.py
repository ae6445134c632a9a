"""Organizations whose truth is known: what each deal was worth to anybody, how it ends, and who keeps to the process.

A deal goes through stages; at each it goes on or is lost, which takes its time in different ways, so that a long stay
tells something. Its segment, its source and its owner make it likelier to be won at the last, and half as much likelier
to go on from each stage before. What it is worth to anybody is the chance averaged over owners: known from the state in
which it enters the period. Every seed gives the same organizations.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from service.kpi_snapshots.quadrants.cases import DealFlow, Window, in_cohort
from service.kpi_snapshots.quadrants.process import ProcessItems
from service.statistics.arrays import Bools, Floats, Indices, as_floats
from service.statistics.competing_risks import Ending

YEAR, QUARTER = 365.0, 91.0
ADVANCE = np.array([1.4, 1.4, 1.75, 1.75])
"""Log-odds of going on from each stage but the last."""
EARLY = 0.5
"""What helps at the last stage helps so much at each before."""
GO_ON, DROP_OUT = np.array([4.0, 7.0, 9.0, 9.0]), np.array([10.0, 12.0, 15.0, 15.0])
"""Days in a stage until a deal goes on, or is given up: exponential with these means."""
CLOSE = 8.0
SEGMENTS, SOURCES = np.array([-0.6, 0.0, 0.6]), np.array([0.4, -0.2, -0.2, 0.0])
"""Log-odds that a segment and a source add."""
STANDARD = 0.7
CRITERIA, KPIS, WEEKS = 6, 5, 12
NODES, NODE_WEIGHTS = np.polynomial.hermite_e.hermegauss(21)


@dataclass(frozen=True)
class World:
    """What an organization is like: people and their deals a year, log-odds at the last stage, how people differ.

    `young`: the person in the first place, who sells like the average, began that many days ago.
    """

    people: int
    deals: int
    base: float = -0.2
    spread: float = 0.5
    young: float | None = None


@dataclass(frozen=True, eq=False)
class Organization:
    """What is seen of it, and what is true: arrays with one entry per person."""

    flow: DealFlow
    window: Window
    items: Sequence[ProcessItems]
    expected: Floats
    """Wins that anybody would have made of the person's deals in the period."""
    final: Floats
    """Wins in the end."""
    underlying: Floats
    """Share of the process that is kept to in the long run."""


def simulate(generator: np.random.Generator, world: World, days_ago: float = 0.0) -> Organization:
    """An organization seen so many days after the end of its last quarter (negative: in the middle of it)."""
    size, n = world.people, world.people * world.deals
    people = np.repeat(np.arange(size), world.deals)
    skill = generator.normal(0.0, 1.0, size)
    created = generator.uniform(0, YEAR, n)
    if world.young is not None:
        skill[0] = 0.0
        mine = people == 0
        created[mine] = generator.uniform(YEAR - world.young, YEAR, int(mine.sum()))
    segments, sources = generator.integers(0, SEGMENTS.size, n), generator.integers(-1, SOURCES.size - 1, n)
    traits = SEGMENTS[segments] + SOURCES[sources]
    effects = SEGMENTS[segments] + SOURCES[sources] + world.spread * skill[people]
    wins = generator.random(n) < _logistic(world.base + effects)
    entered, stop, gone = _walk(generator, created, effects)
    closes = np.where(np.isnan(gone), stop, gone)
    won = np.isnan(gone) & wins
    as_of = YEAR + days_ago
    window = Window(YEAR - QUARTER, YEAR, as_of)
    flow = _seen(people, created, closes, won, (segments, sources), entered, as_of, generator)
    cohort = in_cohort(flow, window)
    kept = np.flatnonzero(created < as_of)
    truth = _worth(
        entered[kept], gone[kept], closes[kept], np.maximum(created[kept], window.start), traits[kept], world
    )
    owner = people[kept]
    expected = np.bincount(owner, np.where(cohort, truth, 0.0), size)
    final = np.bincount(owner, cohort & won[kept], size)
    items, underlying = _process(generator, skill, flow, cohort)
    return Organization(flow, window, items, as_floats(expected), as_floats(final), underlying)


def _logistic(log_odds: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-log_odds)))


def _walk(generator: np.random.Generator, created: Floats, effects: Floats) -> tuple[Floats, Floats, Floats]:
    """When each stage is entered (nan: never), when the last one ends, when a deal is given up before (nan: not)."""
    n, stages = created.size, ADVANCE.size
    entered = np.full((n, stages + 1), np.nan)
    entered[:, 0] = created
    gone = np.full(n, np.nan)
    for stage in range(stages):
        there = np.isnan(gone)
        goes_on = generator.random(n) < _logistic(ADVANCE[stage] + EARLY * effects)
        gone = np.where(there & ~goes_on, entered[:, stage] + generator.exponential(DROP_OUT[stage], n), gone)
        then = entered[:, stage] + generator.exponential(GO_ON[stage], n)
        entered[:, stage + 1] = np.where(there & goes_on, then, np.nan)
    return entered, entered[:, -1] + generator.exponential(CLOSE, n), gone


def _seen(
    people: Indices,
    created: Floats,
    closes: Floats,
    won: Bools,
    traits: tuple[Indices, Indices],
    entered: Floats,
    as_of: float,
    generator: np.random.Generator,
) -> DealFlow:
    kept = np.flatnonzero(created < as_of)
    closed = closes[kept] <= as_of
    endings = np.where(closed, np.where(won[kept], Ending.WON, Ending.LOST), Ending.OPEN)
    deals, stages = np.nonzero(entered[kept] <= as_of)
    amounts = generator.lognormal(9, 0.5, kept.size)
    return DealFlow(
        people[kept],
        created[kept],
        np.where(closed, closes[kept], as_of),
        endings,
        traits[0][kept],
        traits[1][kept],
        amounts,
        deals,
        stages,
        entered[kept][deals, stages],
    )


def _worth(entered: Floats, gone: Floats, closes: Floats, at: Floats, traits: Floats, world: World) -> Floats:
    """P(win) for anybody, given the stage and the stay at an instant, for deals that are open then (else anything)."""
    stage = np.maximum((entered <= at[:, None]).sum(axis=1) - 1, 0)
    stay = at - entered[np.arange(at.size), stage]
    weights = NODE_WEIGHTS / NODE_WEIGHTS.sum()
    found = np.zeros(at.size)
    for node, weight in zip(NODES, weights, strict=True):
        effects = traits + world.spread * node
        advance = _logistic(ADVANCE + EARLY * effects[:, None])
        onward = np.append(np.cumprod(advance[:, ::-1], axis=1)[:, ::-1], np.ones((at.size, 1)), axis=1)
        place = np.minimum(stage, ADVANCE.size - 1)
        going = advance[np.arange(at.size), place] * np.exp(-stay / GO_ON[place])
        dropping = (1 - advance[np.arange(at.size), place]) * np.exp(-stay / DROP_OUT[place])
        left = np.where(stage < ADVANCE.size, going / (going + dropping) * onward[np.arange(at.size), place + 1], 1.0)
        found += weight * left * _logistic(world.base + effects)
    return found


def _process(
    generator: np.random.Generator, skill: Floats, flow: DealFlow, cohort: Bools
) -> tuple[list[ProcessItems], Floats]:
    """Who sells better keeps to the process a little more often; deals and KPIs have shares of their own."""
    related = 0.3 * skill + np.sqrt(1 - 0.3**2) * generator.normal(0, 1, skill.size)
    underlying = _logistic(0.85 + 0.7 * related)
    found = []
    for person, share in enumerate(underlying):
        deals = int((cohort & (flow.people == person)).sum())
        of_deals = generator.beta(share * 4, (1 - share) * 4, deals)
        known = generator.integers(1, CRITERIA + 1, deals)
        of_kpis = generator.beta(share * 4, (1 - share) * 4, KPIS)
        counts = (generator.binomial(known, of_deals), known, generator.binomial(WEEKS, of_kpis), np.full(KPIS, WEEKS))
        found.append(ProcessItems(*(as_floats(column) for column in counts)))
    return found, underlying
