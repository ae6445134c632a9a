"""Health: evidence for a deal never lowers it, what is unknown never counts, and the contributions add up."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import TypeVar
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
from service.success_models.health import DealCondition, Weighed, weigh, weighed_factors
from service.success_models.standards import GoodDeal
from service.success_models.use_cases.success_models import parse_document
from tests.factories.success_models import process_document

MET, UNMET, UNKNOWN = CriterionStatus.MET, CriterionStatus.UNMET, CriterionStatus.UNKNOWN
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
BUYER = "attributes.economic_buyer"


def factor(status: CriterionStatus, weight: int = 10, *, due: bool = True) -> Weighed:
    return Weighed("criterion", "any", "Any", weight, status, due)


@pytest.mark.parametrize(
    ("factors", "score", "completeness"),
    [
        ([], None, None),
        ([factor(UNKNOWN)], None, 0),
        ([factor(MET)], 100, 1),
        ([factor(UNMET)], 0, 1),
        ([factor(MET, 30), factor(UNMET, 10)], 75, 1),
        ([factor(MET, 30), factor(UNMET, 10), factor(UNKNOWN, 40)], 75, Fraction(1, 2)),
        ([factor(MET, 30), factor(UNMET, 10, due=False)], 100, 1),
        ([factor(UNMET, 10), factor(MET, 30, due=False)], 75, 1),
        ([factor(MET, 10), factor(UNKNOWN, 10, due=False)], 100, 1),
    ],
)
def test_score_and_completeness(factors: list[Weighed], score: int | None, completeness: int | None) -> None:
    health = weigh(factors)
    assert (health.score, health.completeness) == (score, completeness)


def test_what_each_factor_would_add() -> None:
    health = weigh([factor(MET, 30), factor(UNMET, 10), factor(UNKNOWN, 60), factor(UNMET, 20, due=False)])
    assert [one.contribution for one in health.factors] == [75, 0, 0, 0]
    assert [one.would_add for one in health.factors] == [None, 25, 15, Fraction(25, 3)]
    assert [one.would_add for one in weigh([factor(UNKNOWN)]).factors] == [None]


factors = st.lists(
    st.builds(factor, st.sampled_from(CriterionStatus), st.integers(1, 1000), due=st.booleans()), min_size=1, max_size=8
)


@given(factors, st.data())
def test_meeting_a_factor_never_lowers_the_score_and_adds_what_was_said(
    found: list[Weighed], data: st.DataObject
) -> None:
    before = weigh(found)
    place = data.draw(st.integers(0, len(found) - 1))
    after = weigh([*found[:place], replace(found[place], status=MET), *found[place + 1 :]])
    assert after.score is not None
    if before.score is not None:
        assert after.score >= before.score
        assert after.score - before.score == (before.factors[place].would_add or 0)


@given(factors)
def test_what_is_unknown_never_counts_and_contributions_add_up(found: list[Weighed]) -> None:
    health = weigh(found)
    assert health.score == weigh([one for one in found if one.status is not UNKNOWN]).score
    assert sum(one.contribution for one in health.factors) == (health.score or 0)
    assert health.score is None or 0 <= health.score <= 100
    assert health.completeness is None or 0 <= health.completeness <= 1


DOCUMENT = parse_document(process_document())
PROCESS = DOCUMENT.process
STANDARD = GoodDeal.model_validate(process_document()["standards"]["good_deal"])
instants = st.integers(-60, 60).map(lambda days: NOON + timedelta(days=days))
verdicts = st.builds(
    Judgement, st.just(UUID(int=1)), st.sampled_from([*PROCESS.known]), st.sampled_from(Verdict), instants
)
readings = st.builds(Reading, instants, st.sampled_from([None, "Dana"]))
meetings = st.builds(
    ActivityFact, st.just(UUID(int=2)), st.just("meeting"), instants, st.just({"outcome": "completed"})
)


DatedT = TypeVar("DatedT", Reading, ActivityFact, Judgement)


def in_time(found: Sequence[DatedT]) -> list[DatedT]:
    return sorted(found, key=lambda one: one.at)


@st.composite
def known(draw: st.DrawFn) -> DealFacts:
    """Any evidence about a deal."""
    return DealFacts(
        {BUYER: in_time(draw(st.lists(readings, max_size=3)))},
        in_time(draw(st.lists(meetings, max_size=4))),
        in_time(draw(st.lists(verdicts, max_size=4))),
        in_time(draw(st.lists(verdicts, max_size=4))),
    )


voices = st.builds(
    Voices,
    st.dictionaries(st.just(BUYER), instants),
    st.dictionaries(st.just("meeting"), instants),
)
conditions = st.builds(
    DealCondition,
    st.sampled_from([None, "qualification", "discovery", "proposal", "closed_won", "elsewhere"]),
    st.none() | instants,
    st.none() | st.integers(0, 4),
)


def score_of(facts: DealFacts, spoken: Voices, condition: DealCondition) -> Fraction | None:
    statuses = {key: assess(one, facts, spoken, NOON).status for key, one in PROCESS.known.items()}
    return weigh(weighed_factors(STANDARD, PROCESS, statuses, condition, NOON)).score


@given(known(), voices, conditions, st.data())
def test_adding_evidence_for_a_deal_never_lowers_its_health(
    facts: DealFacts, spoken: Voices, condition: DealCondition, data: st.DataObject
) -> None:
    before = score_of(facts, spoken, condition)
    kind = data.draw(st.sampled_from(["reading", "meeting", "inspection", "confirmation"]))
    at = data.draw(instants)
    if kind == "reading":  # what the field holds from the last write on
        at = max([at, *(one.at for one in facts.readings[BUYER])])
        more = replace(facts, readings={BUYER: [*facts.readings[BUYER], Reading(at, "Dana")]})
    elif kind == "meeting":
        held = ActivityFact(UUID(int=3), "meeting", at, {"outcome": "completed"})
        more = replace(facts, activities=in_time([*facts.activities, held]))
    else:
        word = Judgement(UUID(int=4), data.draw(st.sampled_from([*PROCESS.known])), Verdict.MET, at)
        inspections = [*facts.inspections, word] if kind == "inspection" else facts.inspections
        confirmations = [*facts.confirmations, word] if kind == "confirmation" else facts.confirmations
        more = replace(facts, inspections=in_time(inspections), confirmations=in_time(confirmations))
    after = score_of(more, spoken, condition)
    assert before is None or (after is not None and after >= before)


@given(known(), voices, conditions, known())
def test_what_comes_later_changes_nothing(
    facts: DealFacts, spoken: Voices, condition: DealCondition, later: DealFacts
) -> None:
    future = DealFacts(
        {BUYER: [*facts.readings[BUYER], *(one for one in later.readings[BUYER] if one.at > NOON)]},
        *(
            [*getattr(facts, name), *(one for one in getattr(later, name) if one.at > NOON)]
            for name in ("activities", "inspections", "confirmations")
        ),
    )
    assert score_of(facts, spoken, condition) == score_of(future, spoken, condition)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (DealCondition("qualification", NOON - timedelta(days=21), 1), {"slips": MET, "age": MET}),
        (DealCondition("qualification", NOON - timedelta(days=21, seconds=1), 2), {"slips": UNMET, "age": UNMET}),
        (DealCondition("qualification", None, None), {"slips": UNKNOWN, "age": UNKNOWN}),
        (DealCondition("proposal", NOON, 0), {"slips": MET, "age": UNKNOWN}),
        (DealCondition("elsewhere", NOON, 0), {"slips": MET, "age": UNKNOWN}),
        (DealCondition(None, None, 0), {"slips": MET, "age": UNKNOWN}),
    ],
)
def test_slips_and_age(condition: DealCondition, expected: dict[str, CriterionStatus]) -> None:
    found = weighed_factors(STANDARD, PROCESS, dict.fromkeys(PROCESS.known, UNKNOWN), condition, NOON)
    assert {one.kind: one.status for one in found if one.kind != "criterion"} == expected


@pytest.mark.parametrize(
    ("stage", "due"),
    [
        ("qualification", [True, False, False]),
        ("discovery", [True, True, False]),
        ("proposal", [True, True, True]),
        ("closed_won", [True, True, True]),
        (None, [True, True, True]),
    ],
)
def test_what_is_expected_by_a_stage(stage: str | None, due: list[bool]) -> None:
    statuses = dict.fromkeys(PROCESS.known, UNMET)
    found = weighed_factors(STANDARD, PROCESS, statuses, DealCondition(stage, NOON, 0), NOON)
    assert [one.due for one in found if one.kind == "criterion"] == due
