"""Fifty stories of the demo: of each rep the verdict that the habits and the final outcomes call for, or none."""

from collections import Counter, defaultdict
from datetime import UTC, date, datetime
from functools import cache

import numpy as np
import pytest

from service.demo.archetypes import REPS, Archetype
from service.demo.generator import generate
from service.demo.setup import PROCESS_STANDARD
from service.kpi_snapshots.quadrants.classifying import QuadrantVerdict, classify_quadrant
from service.kpi_snapshots.quadrants.expecting import expect_wins
from service.kpi_snapshots.quadrants.process import score_processes
from service.statistics.arrays import Floats
from tests.factories.demo_quadrants import Seen, look

TODAY, NOW = date(2026, 11, 30), datetime(2026, 11, 30, 12, tzinfo=UTC)
QUARTER = (date(2026, 7, 1), date(2026, 10, 1))
"""The last one that is over, as on the demo's Monday."""
SEEDS = range(1, 51)
THRESHOLD = 0.8
UNDECIDED = {QuadrantVerdict.TOO_EARLY, QuadrantVerdict.INSUFFICIENT_DATA}
TRUTHS = {
    (True, True): QuadrantVerdict.EARNED_SUCCESS,
    (True, False): QuadrantVerdict.UNLUCKY,
    (False, True): QuadrantVerdict.LUCKY,
    (False, False): QuadrantVerdict.EARNED_FAILURE,
}


@cache
def stories() -> list[Seen]:
    return [look(generate(seed, TODAY, NOW), *QUARTER) for seed in SEEDS]


def long_run_shares() -> Floats:
    """Of the process, by rep: what their habits come to over all stories."""
    met = np.zeros(len(REPS))
    known = np.zeros(len(REPS))
    for seen in stories():
        met += [one.deal_met.sum() + one.kpi_met.sum() for one in seen.items]
        known += [one.deal_known.sum() + one.kpi_known.sum() for one in seen.items]
    return met / known


@cache
def verdicts() -> dict[Archetype, Counter[tuple[QuadrantVerdict, QuadrantVerdict]]]:
    """What is said and what is true, counted by archetype."""
    standard = float(PROCESS_STANDARD)
    good_process = long_run_shares() >= standard
    found: dict[Archetype, Counter[tuple[QuadrantVerdict, QuadrantVerdict]]] = defaultdict(Counter)
    for seen in stories():
        outcomes, scores = expect_wins(seen.flow, seen.window, range(len(REPS))), score_processes(seen.items, standard)
        good_outcome = seen.final >= seen.expected
        for rep, outcome, score in zip(REPS, outcomes, scores, strict=True):
            truth = TRUTHS[bool(good_process[rep.index]), bool(good_outcome[rep.index])]
            found[rep.archetype][classify_quadrant(outcome, score, THRESHOLD).verdict, truth] += 1
    return found


def decided_and_right(archetypes: list[Archetype]) -> tuple[float, float]:
    """The share of verdicts that are one of the four, and of these the share that are true."""
    counted = sum((verdicts()[archetype] for archetype in archetypes), Counter[tuple[QuadrantVerdict, ...]]())
    decided = {pair: n for pair, n in counted.items() if pair[0] not in UNDECIDED}
    right = sum(n for (said, truth), n in decided.items() if said is truth)
    return sum(decided.values()) / counted.total(), right / sum(decided.values())


def test_most_verdicts_are_decided_and_hardly_any_is_wrong() -> None:
    decided, right = decided_and_right(list(Archetype))
    assert decided >= 0.6
    assert right >= 0.9


@pytest.mark.parametrize("archetype", list(Archetype))
def test_each_archetype_gets_the_verdict_that_its_truth_calls_for(archetype: Archetype) -> None:
    decided, right = decided_and_right([archetype])
    assert decided >= 0.4
    assert right >= 0.9


@pytest.mark.parametrize(
    ("archetype", "verdict"),
    [(Archetype.LUCKY, QuadrantVerdict.LUCKY), (Archetype.UNLUCKY, QuadrantVerdict.UNLUCKY)],
)
def test_luck_is_seen_as_luck(archetype: Archetype, verdict: QuadrantVerdict) -> None:
    said: Counter[QuadrantVerdict] = Counter()
    for (one, _), n in verdicts()[archetype].items():
        said[one] += n
    assert said[verdict] >= 0.6 * said.total()
    assert said[verdict] + sum(said[one] for one in UNDECIDED) == said.total()


def test_habits_lie_clear_of_the_standard() -> None:
    shares = long_run_shares()
    for rep in REPS:
        weak = rep.archetype in {Archetype.LUCKY, Archetype.RAMPING, Archetype.LOW_ACTIVITY}
        assert shares[rep.index] < 0.4 if weak else shares[rep.index] > 0.58, (rep.name, shares[rep.index])
