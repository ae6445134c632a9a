"""Frozen evidence over columns: what deals are asked for, what is said of them, and at which step it is asked first."""

from datetime import UTC, datetime

import numpy as np

from service.core.ids import new_id
from service.success_models.evidence import Judgement, Verdict
from service.success_models.filters import Filter
from service.success_models.frozen import (
    DAY,
    MET,
    UNKNOWN,
    UNMET,
    Counts,
    Cutoffs,
    DealProcess,
    FirstUse,
    FrozenFacts,
    ProcessPlan,
    Readings,
    count_processes,
    instant,
    judge_deals,
    matching,
    micros,
)
from service.success_models.process import prose
from service.success_models.use_cases.success_models import parse_document
from tests.factories.success_models import model_document, process_document

PLAN = ProcessPlan(parse_document(process_document()).process)
KEYS = ["economic_buyer", "met_in_person", "champion", prose("The pain is written down").key, "plan"]
UNTIL = micros(datetime(2026, 3, 1, tzinfo=UTC))
FIELD, KIND = "attributes.economic_buyer", "meeting"


def facts(
    said: list[str | None], meetings: list[int], furthest: list[int], inspections: dict[int, list[Judgement]]
) -> FrozenFacts:
    """Deals that are all lost but the first, whose outcomes became known when they came."""
    n = len(said)
    until = np.full(n, UNTIL)
    return FrozenFacts(
        cutoffs=Cutoffs(until, until),
        is_won=np.arange(n) == 0,
        furthest=np.array(furthest),
        readings=[Readings(said, until - 9 * DAY, np.ones(n, dtype=np.bool_))],
        counts=[Counts(np.array(meetings), np.where(np.array(meetings) > 0, until - DAY, 0))],
        inspections=inspections,
        confirmations={},
    )


def used(at: int) -> list[FirstUse]:
    return [FirstUse(at, at)]


def test_when_a_criterion_is_asked_first() -> None:
    assert [one.key for one in PLAN.criteria] == KEYS
    assert PLAN.steps == (0, 0, 0, 1, 1)
    last = process_document()
    last["stages"][2]["exit_criteria"] = ["plan"]
    last["stages"][2]["entry_criteria"] = []
    assert ProcessPlan(parse_document(last).process).steps == (0, 0, 0, 1, 2)
    nothing = ProcessPlan(parse_document(model_document()).process)
    assert (nothing.criteria, nothing.steps) == ((), ())


def test_each_deal_is_asked_for_what_it_left_behind() -> None:
    before = used(UNTIL - 99 * DAY)
    told = facts(["Ada", None, "Ada", None], [2, 2, 0, 1], [0, 1, 2, -1], {})
    found = judge_deals(PLAN, told, {FIELD: before}, {KIND: before})
    assert found.asked.tolist() == [[True] * 5, [True, True, True, False, False], [True] * 5, [False] * 5]
    assert found.codes[:, :2].tolist() == [[MET, MET], [UNMET, MET], [MET, UNMET], [UNMET, UNMET]]
    assert (found.codes[:, 2:] == UNKNOWN).all()
    assert count_processes(found) == [
        DealProcess(5, 2, 2), DealProcess(3, 2, 1), DealProcess(5, 2, 1), DealProcess(0, 0, 0),
    ]  # fmt: skip
    assert count_processes(found.only(np.array([2, 0]))) == [DealProcess(5, 2, 1), DealProcess(5, 2, 2)]


def test_absence_says_nothing_before_the_first_use_and_an_inspection_decides() -> None:
    late = used(UNTIL + DAY)
    unmet = Judgement(new_id(), "economic_buyer", Verdict.UNMET, instant(UNTIL - 2 * DAY))
    afterwards = Judgement(new_id(), "champion", Verdict.MET, instant(UNTIL + DAY))
    told = facts(["Ada", None], [0, 0], [2, 2], {0: [unmet, afterwards]})
    found = judge_deals(PLAN, told, {FIELD: late}, {KIND: late})
    # Written nine days before and found wanting a week later; what was said after the outcome does not count.
    assert found.codes[0].tolist() == [UNMET, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN]
    assert (found.codes[1] == UNKNOWN).all()
    assert found.known.sum() == 1


def test_each_value_meets_a_condition_or_not() -> None:
    condition = Filter(field="amount", op="gte", value=10)
    assert matching(condition, ["9", "10", None, "11", "9"]).tolist() == [False, True, False, True, False]
    assert matching(condition, []).tolist() == []
