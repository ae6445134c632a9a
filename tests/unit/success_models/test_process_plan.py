"""Which stage a deal has left behind when it is asked for a criterion, and how those stand that it is asked for."""

import numpy as np

from service.success_models.document import ModelDocument
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
    judge_deals,
    matching,
)
from tests.factories.success_models import model_document, process_document

PLAN = ProcessPlan(ModelDocument.model_validate(process_document()).process)
UNTIL = 100 * DAY


def test_the_stage_left_behind_by_criterion() -> None:
    by_key = {one.key: step for one, step in zip(PLAN.criteria, PLAN.steps, strict=True)}
    prose = next(key for key in by_key if key.startswith("text_"))
    # To leave qualification and to enter discovery; to leave discovery and to enter the proposal.
    assert by_key == {"economic_buyer": 0, "met_in_person": 0, "champion": 0, prose: 1, "plan": 1}


def test_what_only_the_win_asks_for_leaves_the_last_stage_behind() -> None:
    document = process_document()
    document["stages"][2] |= {"entry_criteria": [], "exit_criteria": ["plan"]}
    assert ProcessPlan(ModelDocument.model_validate(document).process).steps == (0, 0, 0, 1, 2)
    assert ProcessPlan(ModelDocument.model_validate(model_document(stages=[])).process).steps == ()


def test_how_each_criterion_stands_that_was_asked_for() -> None:
    """One deal won, three lost: from the second stage, from the last, and from one that nobody knows."""
    until, meetings = np.full(4, UNTIL), np.array([2, 2, 0, 1])
    facts = FrozenFacts(
        cutoffs=Cutoffs(until, until),
        is_won=np.array([True, False, False, False]),
        furthest=np.array([0, 1, 2, -1]),
        readings=[Readings(["Ada", None, "Ada", None], until - DAY, np.ones(4, dtype=np.bool_))],
        counts=[Counts(meetings, np.where(meetings > 0, until - DAY, 0))],
        inspections={},
        confirmations={},
    )
    use = [FirstUse(DAY, DAY)]
    found = judge_deals(PLAN, facts, {"attributes.economic_buyer": use}, {"meeting": use})
    assert found.asked.tolist() == [[True] * 5, [True, True, True, False, False], [True] * 5, [False] * 5]
    assert found.codes[:, :2].tolist() == [[MET, MET], [UNMET, MET], [MET, UNMET], [UNMET, UNMET]]
    assert (found.codes[:, 2:] == UNKNOWN).all()
    assert found.known.sum(axis=1).tolist() == [2, 2, 2, 0]
    some = np.array([2, 0])
    assert count_processes(found.only(some)) == [DealProcess(5, 2, 1), DealProcess(5, 2, 2)]
    assert facts.cutoffs.only(some).until.tolist() == [UNTIL, UNTIL]


def test_each_value_meets_a_condition_or_not() -> None:
    condition = Filter(field="amount", op="gte", value=10)
    assert matching(condition, ["9", "10", None, "11", "9"]).tolist() == [False, True, False, True, False]
    assert matching(condition, []).tolist() == []
