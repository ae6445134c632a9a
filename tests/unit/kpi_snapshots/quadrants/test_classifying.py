"""Verdicts from probabilities, why there is none, and what would settle it."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from service.kpi_snapshots.quadrants.advising import DEAL_LESSONS, PRESCRIPTIONS, explain, prescription, what_settles
from service.kpi_snapshots.quadrants.classifying import (
    Classification,
    DealVerdict,
    QuadrantVerdict,
    Settling,
    Undecided,
    classify_deal,
    classify_quadrant,
)
from service.kpi_snapshots.quadrants.expecting import Expectation, NoExpectation, Number
from service.kpi_snapshots.quadrants.process import ProcessScore

SOME = Number(2.0, 0.0, 4.0)
SETTLED = Expectation(20, 8, 12, 0, SOME, SOME, SOME, SOME, 0.95, 0.95, 0.95, None, True, np.zeros(0))
GOOD = ProcessScore(80, 100, 20, 40, 40.0, 0.7, 0.8, 0.79, 0.7, 0.88, 0.95)


def outcome(good: float, **changes: object) -> Expectation:
    return replace(SETTLED, good=good, good_at_worst=good, good_at_best=good, **changes)  # type: ignore[arg-type]


def process(good: float | None) -> ProcessScore:
    return replace(GOOD, good=good)


@pytest.mark.parametrize(
    ("good_process", "good_outcome", "verdict"),
    [
        (0.95, 0.95, QuadrantVerdict.EARNED_SUCCESS),
        (0.95, 0.05, QuadrantVerdict.UNLUCKY),
        (0.05, 0.95, QuadrantVerdict.LUCKY),
        (0.05, 0.05, QuadrantVerdict.EARNED_FAILURE),
    ],
)
def test_a_quadrant_that_is_probable_enough(good_process: float, good_outcome: float, verdict: QuadrantVerdict) -> None:
    found = classify_quadrant(outcome(good_outcome), process(good_process), 0.8)
    assert (found.verdict, found.reason, found.settling) == (verdict, None, None)
    said = found.probabilities
    assert said is not None
    assert said.earned_success + said.unlucky + said.lucky + said.earned_failure == pytest.approx(1)
    assert classify_quadrant(outcome(good_outcome), process(good_process), 0.95).verdict is not verdict


@pytest.mark.parametrize(
    ("good_process", "good_outcome", "reason"),
    [
        (0.6, 0.99, Undecided.PROCESS_CLOSE),
        (0.99, 0.6, Undecided.OUTCOME_CLOSE),
        (0.6, 0.5, Undecided.BOTH_CLOSE),
        (None, 0.99, Undecided.PROCESS_UNKNOWN),
    ],
)
def test_what_is_close_to_the_line(good_process: float | None, good_outcome: float, reason: Undecided) -> None:
    found = classify_quadrant(outcome(good_outcome), process(good_process), 0.8)
    assert (found.verdict, found.reason) == (QuadrantVerdict.INSUFFICIENT_DATA, reason)
    assert (found.probabilities is None) is (good_process is None)


def test_open_deals_that_decide_make_it_too_early() -> None:
    undecided = replace(SETTLED, open=6, good=0.6, good_at_worst=0.1, good_at_best=0.95, settled_in_days=40)
    found = classify_quadrant(undecided, GOOD, 0.8)
    assert (found.verdict, found.reason) == (QuadrantVerdict.TOO_EARLY, Undecided.OPEN_DEALS_DECIDE)
    assert found.settling == Settling(None, None, 40)
    # Whatever becomes of them, the process is too close to the standard.
    assert classify_quadrant(undecided, process(0.6), 0.8).reason is Undecided.BOTH_CLOSE
    # So many are open that the period is young.
    assert classify_quadrant(replace(undecided, open=21), process(0.6), 0.8).verdict is QuadrantVerdict.TOO_EARLY


def test_few_decided_deals() -> None:
    young = replace(SETTLED, n=12, won=1, lost=2, open=9, good=0.5, settled_in_days=30)
    found = classify_quadrant(young, GOOD, 0.8)
    assert (found.verdict, found.settling) == (QuadrantVerdict.TOO_EARLY, Settling(7, None, 30))
    few = replace(SETTLED, n=3, won=1, lost=2, good=0.5)
    found = classify_quadrant(few, GOOD, 0.8)
    assert (found.verdict, found.reason) == (QuadrantVerdict.INSUFFICIENT_DATA, Undecided.TOO_FEW_DECIDED)
    # Not even if they leave no doubt.
    assert classify_quadrant(replace(few, good=0.97), GOOD, 0.8).verdict is QuadrantVerdict.INSUFFICIENT_DATA


@pytest.mark.parametrize(
    ("n", "why", "reason"),
    [
        (0, NoExpectation.NO_DEALS, Undecided.NO_DEALS),
        (20, NoExpectation.NOBODY_TO_COMPARE, Undecided.NOBODY_TO_COMPARE),
        (20, NoExpectation.TOO_FEW_DECIDED, Undecided.TOO_FEW_DECIDED),
        (20, NoExpectation.ALL_THE_SAME, Undecided.ALL_THE_SAME),
    ],
)
def test_nothing_to_expect(n: int, why: NoExpectation, reason: Undecided) -> None:
    nothing = replace(SETTLED, n=n, won=0, lost=n, good=None, residual=None, cannot_tell=why)
    found = classify_quadrant(nothing, GOOD, 0.8)
    assert (found.verdict, found.reason, found.probabilities) == (QuadrantVerdict.INSUFFICIENT_DATA, reason, None)


def test_how_much_more_it_takes() -> None:
    # Two wins more than expected, give or take a standard deviation of 2.1: 34 deals instead of 20 would do.
    close = outcome(0.6, residual=Number(2.0, -1.4, 5.4))
    found = classify_quadrant(close, process(0.99), 0.8).settling
    assert found is not None
    assert found.more_decided == 14
    assert found.more_items is None
    items = classify_quadrant(close, process(0.6), 0.8).settling
    assert items is not None
    assert items.more_items == 1
    level = replace(close, residual=Number(0.0, -1.0, 1.0))
    nothing = classify_quadrant(level, process(0.99), 0.8).settling
    assert nothing == Settling(None, None, None)


@pytest.mark.parametrize(
    ("won", "met", "known", "verdict"),
    [
        (True, 7, 10, DealVerdict.EARNED_WIN),
        (True, 6, 10, DealVerdict.LUCKY_WIN),
        (False, 4, 4, DealVerdict.UNLUCKY_LOSS),
        (False, 0, 3, DealVerdict.EARNED_LOSS),
        (True, 0, 0, DealVerdict.CANNOT_TELL),
    ],
)
def test_a_deal(won: bool, met: int, known: int, verdict: DealVerdict) -> None:
    assert classify_deal(won=won, met=met, known=known, standard=0.7) is verdict


def test_words() -> None:
    assert set(PRESCRIPTIONS) == set(QuadrantVerdict)
    assert set(DEAL_LESSONS) == set(DealVerdict)
    assert all(explain(reason) for reason in Undecided)
    assert prescription(QuadrantVerdict.UNLUCKY).startswith("Be patient, and do not stop doing the right things")
    assert "do not get comfortable" in prescription(QuadrantVerdict.LUCKY)

    def words(reason: Undecided, *settling: int | None, on: date | None = None) -> str | None:
        verdict = QuadrantVerdict.INSUFFICIENT_DATA
        return what_settles(Classification(verdict, None, reason, Settling(*settling)), on)

    assert what_settles(Classification(QuadrantVerdict.LUCKY, None, None, None), None) is None
    assert words(Undecided.OPEN_DEALS_DECIDE, 7, None, 30, on=date(2026, 12, 29)) == (
        "What would settle it: 7 more decided deals, and waiting until 2026-12-29, when most of the open deals will be "
        "decided."
    )
    assert words(Undecided.PROCESS_CLOSE, None, 1, None) == (
        "What would settle it: one more criterion or target known, met at the same rate."
    )
    assert words(Undecided.PROCESS_UNKNOWN, None, None, None) == (
        "What would settle it: criteria with a source, or targets for process KPIs."
    )
    assert words(Undecided.NOBODY_TO_COMPARE, None, None, None) == (
        "What would settle it: decided deals of somebody else."
    )
    assert words(Undecided.OUTCOME_CLOSE, None, None, None) == (
        "More of the same would not settle it within any useful time."
    )
