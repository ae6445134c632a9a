"""What raises a topic: opportunities as they stand, deals that are slow or slipping, and unkept commitments."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.coaching_opportunities.dto import CoachingOpportunityDTO
from service.coaching_opportunities.findings import OpportunityKind
from service.coaching_opportunities.lifecycle import OpportunityState
from service.coaching_sessions.concerns import Concern
from service.coaching_sessions.raising import (
    Unkept,
    propose_commitment,
    propose_deal,
    propose_disagreement,
    propose_opportunity,
)
from service.coaching_sessions.topics import Proposal, TopicSource
from service.skill_assessments.disagreement import TwoViews, find_disagreements
from service.success_models.dto.evidence import DealHealthDTO, HealthFactorDTO, OpenDealHealth
from service.success_models.evidence import CriterionStatus
from service.success_models.kpis import Kpi
from tests.factories.success_models import CALLS, flow_kpi

TODAY = date(2026, 3, 27)
NOW = datetime(2026, 3, 27, 12, tzinfo=UTC)
ANN, DEAL = UUID(int=1), UUID(int=7)
CALLS_KPI = Kpi.model_validate(flow_kpi("calls", CALLS, name="Calls held"))
WON_KPI = Kpi.model_validate(flow_kpi("won", CALLS, level="result"))


def opportunity(**fields: Any) -> CoachingOpportunityDTO:
    base: dict[str, Any] = {
        "id": UUID(int=3),
        "person_id": ANN,
        "kind": OpportunityKind.BEHIND_TARGET,
        "kpi": "calls",
        "deal_id": None,
        "status": OpportunityState.OPEN,
        "size": Decimal("0.4"),
        "reason": "Calls held: 3 of 10",
        "evidence": {"probability": "0.02", "value": "3", "expected": "40", "n": 3},
        "raised_at": NOW,
        "manager_sees_on": date(2026, 4, 1),
        "snoozed_until": None,
        "dismissal": None,
        "closed_at": None,
        "self_corrected": False,
        "updated_at": NOW,
    }
    return CoachingOpportunityDTO.model_validate(base | fields)


def health(**fields: Any) -> OpenDealHealth:
    share = Decimal(fields.pop("share", "0.5"))
    base: dict[str, Any] = {
        "deal_id": DEAL,
        "as_of": NOW,
        "model_version": 1,
        "score": Decimal(60),
        "completeness": Decimal("0.75"),
        "stage": "discovery",
        "days_in_stage": Decimal("10.0"),
        "benchmark_days": Decimal(21),
        "slips": 0,
        "factors": [],
    }
    return OpenDealHealth(ANN, "Acme", share, DealHealthDTO.model_validate(base | fields))


def factor(kind: str, status: CriterionStatus) -> HealthFactorDTO:
    return HealthFactorDTO.model_validate(
        {
            "kind": kind,
            "key": kind,
            "name": kind,
            "weight": 10,
            "status": status,
            "due": True,
            "contribution": Decimal(1),
            "would_add": None,
        }
    )


def proposed(found: Proposal | None) -> Proposal:
    assert found is not None
    return found


@pytest.mark.parametrize("state", OpportunityState)
def test_open_and_accepted_opportunities_raise_topics(state: OpportunityState) -> None:
    found = propose_opportunity(opportunity(status=state), CALLS_KPI, None, TODAY)
    assert (found is not None) == (state in {OpportunityState.OPEN, OpportunityState.ACCEPTED})


def test_it_says_what_the_opportunity_says() -> None:
    found = proposed(propose_opportunity(opportunity(), CALLS_KPI, None, TODAY))
    assert (found.title, found.reason) == ("Calls held is behind its target", "Calls held: 3 of 10")
    assert (found.impact, found.confidence) == (Decimal("0.4"), Decimal("0.98"))
    assert (found.subject, found.opportunity_id) == (f"opportunity:{UUID(int=3)}", UUID(int=3))
    assert (found.concerns, found.kpi, found.source) == (Concern.PROCESS, "calls", TopicSource.OPPORTUNITY)


@pytest.mark.parametrize(
    ("state", "sees", "visible"),
    [
        ("open", date(2026, 4, 1), date(2026, 4, 1)),
        ("open", date(2026, 3, 1), date(2026, 3, 1)),
        ("accepted", date(2026, 4, 1), TODAY),
        ("accepted", date(2026, 3, 1), date(2026, 3, 1)),
    ],
)
def test_who_accepts_lets_the_manager_see_it(state: str, sees: date, visible: date) -> None:
    one = opportunity(status=state, manager_sees_on=sees)
    assert proposed(propose_opportunity(one, CALLS_KPI, None, TODAY)).visible_on == visible


@pytest.mark.parametrize(
    ("fields", "deal", "confidence"),
    [
        ({"evidence": {"probability": None, "expected": "162", "value": "68", "n": 68}}, None, "0.5"),
        ({"evidence": {"probability": "0", "expected": "162", "value": "68", "n": 68}}, None, "1"),
        # 0 of 0.3 is nothing to talk about: three times in four chance alone does it.
        ({"evidence": {"probability": "0", "expected": "0.3", "value": "0", "n": 0}}, None, "0.2592"),
        ({"evidence": {"probability": "0", "expected": "1.14", "value": "0", "n": 0}}, None, "0.6802"),
        ({"evidence": {"probability": "0.1", "expected": "20", "value": "15", "n": 15}}, None, "0.7591"),
        ({"evidence": {"probability": "0", "expected": None, "value": "0", "n": 0}}, None, "0.5"),
        ({"kind": "below_benchmark", "evidence": {"adjusted_p": "0.012345"}}, None, "0.9877"),
        ({"kind": "deal_breaks_standard", "kpi": None, "deal_id": DEAL, "evidence": {}}, health(), "0.75"),
        (
            {"kind": "deal_breaks_standard", "kpi": None, "deal_id": DEAL, "evidence": {}},
            health(completeness=None),
            "0.5",
        ),
        ({"kind": "deal_breaks_standard", "kpi": None, "deal_id": DEAL, "evidence": {}}, None, "0.5"),
    ],
)
def test_how_sure_it_is_comes_from_the_evidence(
    fields: dict[str, Any], deal: OpenDealHealth | None, confidence: str
) -> None:
    found = proposed(propose_opportunity(opportunity(**fields), CALLS_KPI, deal, TODAY))
    assert found.confidence == Decimal(confidence)


@pytest.mark.parametrize("period", ["week", "month", "quarter"])
def test_the_title_says_for_which_period(period: str) -> None:
    """Each period has a target of its own, and a topic."""
    evidence = {"snapshot_id": f"{ANN}.calls.{period}.2026-03-02", "probability": "0.02"}
    found = proposed(propose_opportunity(opportunity(evidence=evidence), CALLS_KPI, None, TODAY))
    assert found.title == f"Calls held is behind its target for the {period}"


@pytest.mark.parametrize(
    ("fields", "kpi", "title", "concerns"),
    [
        ({}, WON_KPI, "won is behind its target", Concern.OUTCOME),
        ({"kpi": "gone"}, None, "gone is behind its target", Concern.OTHER),
        ({"kind": "below_benchmark", "evidence": {}}, CALLS_KPI, "Calls held is worse than its benchmark", "process"),
        (
            {"kind": "deal_breaks_standard", "kpi": None, "deal_id": DEAL, "evidence": {}},
            None,
            "Acme lacks what a good deal has by now",
            Concern.PROCESS,
        ),
    ],
)
def test_what_it_concerns(fields: dict[str, Any], kpi: Kpi | None, title: str, concerns: str) -> None:
    found = proposed(propose_opportunity(opportunity(**fields), kpi, health(), TODAY))
    assert (found.title, found.concerns) == (title, concerns)


AMOUNT = Kpi.model_validate(
    flow_kpi("won-amount", {**CALLS, "aggregate": "sum", "field": "duration_seconds"}, unit="currency", level="result")
)
FEW = Kpi.model_validate(flow_kpi("complaints", CALLS, polarity="lower"))
LEVEL = Kpi.model_validate(
    flow_kpi("open", {"source": "open_deals", "aggregate": "sum", "field": "amount"}, kind="stock", unit="currency")
)


@pytest.mark.parametrize(
    ("kpi", "expected", "value", "n", "confidence"),
    [
        (AMOUNT, "5000", "0", 0, "0.5"),  # nobody knows how large one would have been
        (AMOUNT, "5000", "10000", 2, "0.0803"),  # two of the size of 5,000, where one was due
        (AMOUNT, "100000", "10000", 2, "1"),
        (FEW, "3", "9", 9, "0.9962"),
        (FEW, "3", "0", 0, "0"),
        (LEVEL, "5000", "100", 0, "1"),
    ],
)
def test_how_far_a_shortfall_is_beyond_chance(kpi: Kpi, expected: str, value: str, n: int, confidence: str) -> None:
    evidence = {"probability": "0", "expected": expected, "value": value, "n": n}
    found = proposed(propose_opportunity(opportunity(evidence=evidence), kpi, None, TODAY))
    assert found.confidence == Decimal(confidence)


MET, UNMET, UNKNOWN = CriterionStatus.MET, CriterionStatus.UNMET, CriterionStatus.UNKNOWN


@pytest.mark.parametrize(
    ("fields", "title", "impact"),
    [
        ({}, None, None),
        ({"days_in_stage": Decimal(21)}, None, None),
        ({"days_in_stage": Decimal("42.0")}, "Acme is slow", "0.25"),
        ({"days_in_stage": Decimal("42.9")}, "Acme is slow", "0.25"),
        ({"days_in_stage": Decimal("21.5")}, "Acme is slow", "0"),
        ({"days_in_stage": None}, None, None),
        ({"benchmark_days": None, "days_in_stage": Decimal(400)}, None, None),
        ({"days_in_stage": Decimal(42), "factors": [factor("age", MET)]}, None, None),
        ({"days_in_stage": Decimal(42), "factors": [factor("age", UNMET)]}, "Acme is slow", "0.25"),
        ({"days_in_stage": Decimal(42), "factors": [factor("age", UNKNOWN)]}, "Acme is slow", "0.25"),
        ({"slips": None}, None, None),
        ({"slips": 1}, None, None),
        ({"slips": 2}, "Acme is slipping", "0.25"),
        ({"slips": 4}, "Acme is slipping", "0.375"),
        ({"slips": 2, "factors": [factor("slips", MET)]}, None, None),
        ({"slips": 2, "days_in_stage": Decimal(84)}, "Acme is slow and slipping", "0.375"),
        ({"slips": 2, "days_in_stage": Decimal(84), "factors": [factor("age", MET)]}, "Acme is slipping", "0.25"),
        ({"slips": 2, "share": "0.02"}, "Acme is slipping", "0.01"),
    ],
)
def test_slow_and_slipping_deals(fields: dict[str, Any], title: str | None, impact: str | None) -> None:
    found = propose_deal(health(**fields), "Discovery", TODAY)
    if title is None or impact is None:
        assert found is None
    else:
        one = proposed(found)
        assert (one.title, one.impact, one.confidence) == (title, Decimal(impact), Decimal("0.75"))
        assert (one.concerns, one.visible_on, one.subject) == (Concern.PROCESS, TODAY, f"deal:{DEAL}")


def test_a_deal_says_why() -> None:
    found = proposed(propose_deal(health(slips=3, days_in_stage=Decimal("40.4")), "Discovery", TODAY))
    assert found.reason == (
        "It has been in Discovery for 40 days, where 21 are meant. Its close date has moved later 3 times."
    )
    assert found.evidence["days_in_stage"] == "40.4"
    assert (found.evidence["stage"], found.evidence["slips"]) == ("discovery", 3)


@given(
    st.decimals(0, 400, places=1),
    st.decimals("0.5", 200, places=1),
    st.integers(0, 20),
    st.decimals(0, 1, places=3),
)
def test_shares_are_shares(days: Decimal, normal: Decimal, slips: int, share: Decimal) -> None:
    found = propose_deal(health(days_in_stage=days, benchmark_days=normal, slips=slips, share=share), None, TODAY)
    assert (found is not None) == (days > normal or slips >= 2)
    if found is not None:
        assert 0 <= found.impact <= share + Decimal("0.0001")
        assert 0 <= found.confidence <= 1


@pytest.mark.parametrize(
    ("is_missed", "settlement", "title", "reason"),
    [
        (False, None, "Overdue: Forty calls", "It was due on 2026-03-20."),
        (
            True,
            "12 by 2026-03-20, where 40 was the goal.",
            "Missed: Forty calls",
            "It was due on 2026-03-20. 12 by 2026-03-20, where 40 was the goal.",
        ),
    ],
)
def test_unkept_commitments(is_missed: bool, settlement: str | None, title: str, reason: str) -> None:
    links = {"kpi": "calls", "deal_id": None, "criterion": None, "skill": None}
    unkept = Unkept(
        UUID(int=4), ANN, "Forty calls", date(2026, 3, 20), Concern.PROCESS, links, settlement, is_missed=is_missed
    )
    found = propose_commitment(unkept, TODAY)
    assert (found.title, found.reason) == (title, reason)
    assert (found.commitment_id, found.kpi, found.visible_on) == (UUID(int=4), "calls", TODAY)


def test_a_skill_that_two_see_differently() -> None:
    (apart,) = find_disagreements([TwoViews(ANN, "seller:closing", "Closing", 4, 1, 5)])
    found = propose_disagreement(apart, TODAY)
    assert (found.subject, found.skill, found.source) == (
        "assessment:seller:closing",
        "closing",
        TopicSource.ASSESSMENT,
    )
    assert found.title == "Closing is seen differently by the rep and their manager"
    assert found.evidence == {"framework": "seller", "own": 4, "manager": 1, "levels": 5}
    assert (found.impact, found.concerns, found.visible_on) == (Decimal("0.75"), Concern.PROCESS, TODAY)
    assert Decimal("0.999") < found.confidence < 1
