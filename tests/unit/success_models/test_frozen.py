"""Frozen evidence over columns: the same as each criterion assessed by itself, and nothing recorded too late."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from service.core.ids import new_id
from service.success_models.document import ModelDocument
from service.success_models.evidence import (
    ActivityFact,
    CriterionStatus,
    DealFacts,
    Judgement,
    Reading,
    Verdict,
    Voices,
    assess,
)
from service.success_models.frozen import (
    DAY,
    NEVER,
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
    micros,
)
from tests.factories.success_models import model_document, process_document

AT = datetime(2026, 3, 20, 12, tzinfo=UTC)
VALUES: Sequence[str | None] = (None, "", "yes", "no", "5", "50")
FIELD = "attributes.rank"


def mixed_plan() -> ProcessPlan:
    """Criteria of every source, also several for one."""
    rank = {"field": FIELD, "op": "gte", "value": 10}
    buyer = {"field": "attributes.buyer", "op": "eq", "value": "yes"}
    calls = {"kind": "call", "at_least": 2}
    ways: dict[str, dict[str, Any]] = {
        "rank": {"crm_fields": [rank], "inspection": True},
        "either": {"crm_fields": [buyer, rank], "activities": [calls], "confirmation": True},
        "calls": {"activities": [calls], "inspection": True, "confirmation": True},
        "said": {"inspection": True},
    }
    criteria = [{"key": key, "name": key, "met_by": met_by} for key, met_by in ways.items()]
    stages = [
        {"key": "first", "name": "First", "exit_criteria": ["rank", "either"]},
        {"key": "second", "name": "Second", "entry_criteria": ["calls"], "exit_criteria": ["said"]},
    ]
    document = model_document(stages=stages, criteria=criteria)
    return ProcessPlan(ModelDocument.model_validate(document).process)


def test_the_same_as_each_criterion_assessed_by_itself() -> None:
    plan, random = mixed_plan(), np.random.default_rng(7)
    n, fields = 400, ("attributes.rank", "attributes.buyer")
    values = {name: [VALUES[pick] for pick in random.integers(0, len(VALUES), n)] for name in fields}
    at = {name: np.array([micros(AT) - int(days) * DAY for days in random.integers(-3, 9, n)]) for name in fields}
    calls = [sorted(random.integers(0, 9, size)) for size in random.integers(0, 4, n)]
    judged = [
        {
            source: [
                Judgement(new_id(), str(key), Verdict(str(verdict)), AT - timedelta(days=int(days)))
                for key, verdict, days in zip(
                    random.choice(["rank", "either", "calls", "said"], 2),
                    random.choice(["met", "unmet"], 2),
                    sorted(random.integers(-2, 9, 2), reverse=True),
                    strict=True,
                )
            ]
            for source in ("inspections", "confirmations")
            if random.random() < 0.3
        }
        for _ in range(n)
    ]
    used = AT - timedelta(days=5)
    expected = []
    for deal in range(n):
        readings = {name: [Reading(instant(int(at[name][deal])), values[name][deal])] for name in fields}
        facts = DealFacts(
            readings=readings,
            activities=[ActivityFact(new_id(), "call", AT - timedelta(days=int(day))) for day in calls[deal][::-1]],
            **judged[deal],
        )
        voices = Voices({FIELD: used}, {"call": used} if deal % 2 else {})
        statuses = [assess(criterion, facts, voices, AT).status for criterion in plan.criteria]
        met = statuses.count(CriterionStatus.MET)
        expected.append(DealProcess(4, met + statuses.count(CriterionStatus.UNMET), met))
    use = FirstUse(micros(used), micros(used))
    for odd in (0, 1):
        some = np.arange(odd, n, 2)
        facts_of_some = FrozenFacts(
            cutoffs=Cutoffs(np.full(some.size, micros(AT)), np.full(some.size, NEVER)),
            is_won=np.ones(some.size, dtype=np.bool_),
            furthest=np.zeros(some.size, dtype=np.intp),
            readings=[
                Readings(
                    [values[condition.field][deal] for deal in some],
                    at[condition.field][some],
                    at[condition.field][some] <= micros(AT),
                )
                for condition in plan.conditions
            ],
            counts=[
                Counts(
                    np.array([len(calls[deal]) for deal in some]),
                    np.array([micros(AT) - int(calls[deal][0]) * DAY if len(calls[deal]) else 0 for deal in some]),
                )
                for _ in plan.needs
            ],
            inspections={place: judged[deal].get("inspections", ()) for place, deal in enumerate(some)},
            confirmations={place: judged[deal].get("confirmations", ()) for place, deal in enumerate(some)},
        )
        found = judge_deals(plan, facts_of_some, {FIELD: [use]}, {"call": [use]} if odd else {})
        assert count_processes(found) == [expected[deal] for deal in some]


@pytest.mark.parametrize(("furthest", "is_won", "asked"), [(-1, False, 0), (0, False, 0), (1, False, 3), (1, True, 5)])
def test_a_deal_is_asked_for_what_it_left_behind(*, furthest: int, is_won: bool, asked: int) -> None:
    plan = ProcessPlan(ModelDocument.model_validate(process_document()).process)
    facts = FrozenFacts(
        cutoffs=Cutoffs(np.array([0]), np.array([NEVER])),
        is_won=np.array([is_won]),
        furthest=np.array([furthest]),
        readings=[Readings([None], np.array([0]), np.array([False])) for _ in plan.conditions],
        counts=[Counts(np.array([0]), np.array([0])) for _ in plan.needs],
        inspections={},
        confirmations={},
    )
    assert count_processes(judge_deals(plan, facts, {}, {})) == [DealProcess(asked, 0, 0)]


@pytest.mark.parametrize(
    ("use", "admitted"),
    [
        (FirstUse(10, 20), True),
        (FirstUse(10, 21), False),
        (FirstUse(16, 16), False),
        (FirstUse(10, 30, recorded=15), True),
        (FirstUse(10, 30, recorded=16), False),
        (FirstUse(10, 30, is_imported=True), False),
    ],
)
def test_what_is_recorded_after_the_outcome_was_known_does_not_count(use: FirstUse, *, admitted: bool) -> None:
    live = Cutoffs(np.array([15]), np.array([20]))
    assert live.admit(use).tolist() == [admitted]


def test_imports_bring_the_history_of_outcomes_that_are_history() -> None:
    history = Cutoffs(np.array([15]), np.array([2 * DAY]))
    assert history.admit(FirstUse(10, 2 * DAY + DAY, is_imported=True)).tolist() == [True]
    assert history.admit(FirstUse(10, 2 * DAY + DAY + 1, is_imported=True)).tolist() == [False]
    assert history.admit(FirstUse(10, 2 * DAY + 1)).tolist() == [False]


def test_a_process_without_stages_asks_for_nothing() -> None:
    plan = ProcessPlan(ModelDocument.model_validate(model_document(stages=[])).process)
    assert (plan.criteria, plan.conditions, plan.asked.shape) == ((), (), (2, 0))
