"""Case tables: which evidence makes a criterion met, unmet or unknown, and when."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from service.success_models.evidence import (
    ActivityFact,
    CriterionStatus,
    DealFacts,
    EvidenceSource,
    Judgement,
    Reading,
    Verdict,
    Voices,
    assess,
    matches,
)
from service.success_models.filters import Filter
from service.success_models.process import Criterion, prose

MET, UNMET, UNKNOWN = CriterionStatus.MET, CriterionStatus.UNMET, CriterionStatus.UNKNOWN
YES, NO = Verdict.MET, Verdict.UNMET
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
BUYER = "attributes.economic_buyer"


def day(number: float) -> datetime:
    """Noon of a day counted from the tenth of March."""
    return NOON + timedelta(days=number)


CRITERION = Criterion.model_validate(
    {
        "key": "buyer",
        "name": "The buyer is known",
        "met_by": {
            "crm_fields": [{"field": BUYER, "op": "exists", "value": True}],
            "activities": [
                {
                    "kind": "meeting",
                    "filters": [{"field": "outcome", "op": "eq", "value": "completed"}],
                    "at_least": 2,
                    "within_days": 10,
                }
            ],
            "inspection": True,
            "confirmation": True,
        },
    }
)
SPOKEN = Voices({BUYER: day(-100)}, {"meeting": day(-100)})
EMPTY = Reading(day(-20), None)


def filled(number: float) -> Reading:
    return Reading(day(number), "Dana")


def meeting(number: float, outcome: str = "completed") -> ActivityFact:
    return ActivityFact(UUID(int=1), "meeting", day(number), {"outcome": outcome})


def said(number: float, verdict: Verdict, criterion: str = "buyer") -> Judgement:
    return Judgement(UUID(int=2), criterion, verdict, day(number))


def status(voices: Voices = SPOKEN, at: datetime = NOON, *, fields: Any = (EMPTY,), **facts: Any) -> CriterionStatus:
    return assess(CRITERION, DealFacts(readings={BUYER: fields}, **facts), voices, at).status


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"fields": ()}, UNMET),  # the kind of activity is in use, and there is none
        ({"fields": (filled(-3),)}, MET),
        ({"fields": (filled(0),)}, MET),
        ({"fields": (EMPTY, filled(0.1))}, UNMET),
        ({"fields": (filled(-3), Reading(day(-1), None))}, UNMET),
        ({"fields": (filled(-3), Reading(day(-1), ""))}, UNMET),
        ({"activities": [meeting(-3)]}, UNMET),
        ({"activities": [meeting(-3), meeting(-2)]}, MET),
        ({"activities": [meeting(-3), meeting(-2, "no-show")]}, UNMET),
        ({"activities": [meeting(-3), meeting(1)]}, UNMET),
        ({"activities": [meeting(-10), meeting(-2)]}, UNMET),
        ({"activities": [meeting(-9.9), meeting(0)]}, MET),
        ({"confirmations": [said(-1, YES)]}, MET),
        ({"confirmations": [said(1, YES)]}, UNMET),
        ({"confirmations": [said(-2, YES), said(-1, NO)]}, UNMET),
        ({"confirmations": [said(-2, NO), said(-1, YES)]}, MET),
        ({"confirmations": [said(-1, YES, "another")]}, UNMET),
        ({"inspections": [said(-1, YES)]}, MET),
        ({"inspections": [said(-1, NO)]}, UNMET),
        ({"inspections": [said(1, YES)]}, UNMET),
        ({"inspections": [said(-2, YES), said(-1, NO)]}, UNMET),
        ({"inspections": [said(-2, NO), said(-1, YES)]}, MET),
        ({"inspections": [said(-2, YES)], "fields": (filled(-3), Reading(day(-1), None))}, MET),
        # The manager looked and found it wanting: neither what was there then nor any word of the rep helps ...
        ({"inspections": [said(-1, NO)], "fields": (filled(-2),)}, UNMET),
        ({"inspections": [said(-1, NO)], "confirmations": [said(-0.5, YES)]}, UNMET),
        # ... but a fact of a later time does.
        ({"inspections": [said(-1, NO)], "fields": (EMPTY, filled(-0.5))}, MET),
        ({"inspections": [said(-1, NO)], "activities": [meeting(-2), meeting(-0.5)]}, MET),
        ({"inspections": [said(-1, NO)], "fields": (filled(-1),)}, UNMET),
        ({"inspections": [said(-1, NO)], "fields": (EMPTY, filled(0.5))}, UNMET),
    ],
)
def test_what_is_known_at_the_time_decides(facts: dict[str, Any], expected: CriterionStatus) -> None:
    assert status(**facts) is expected


@pytest.mark.parametrize(
    ("voices", "facts", "expected"),
    [
        (Voices(), {}, UNKNOWN),
        (Voices(), {"activities": [meeting(-1)]}, UNKNOWN),
        (Voices(), {"fields": (filled(-1),)}, MET),
        (Voices(), {"activities": [meeting(-2), meeting(-1)]}, MET),
        (Voices(), {"confirmations": [said(-1, NO)]}, UNMET),
        (Voices({BUYER: day(1)}), {}, UNKNOWN),
        (Voices({BUYER: day(0)}), {}, UNMET),
        (Voices({BUYER: day(-1)}), {}, UNMET),
        (Voices({BUYER: day(-1)}), {"fields": (filled(1),)}, UNKNOWN),
        (Voices({}, {"meeting": day(1)}), {}, UNKNOWN),
        (Voices({}, {"meeting": day(-1)}), {}, UNMET),
        (Voices({}, {"call": day(-1)}), {}, UNKNOWN),
    ],
)
def test_what_was_never_used_says_nothing(voices: Voices, facts: dict[str, Any], expected: CriterionStatus) -> None:
    assert status(voices, **facts) is expected


def test_a_criterion_takes_only_the_sources_it_maps() -> None:
    everything = DealFacts(
        {BUYER: [filled(-1)]}, [meeting(-2), meeting(-1)], [said(-1, YES, "alone")], [said(-1, YES, "alone")]
    )
    for ways, expected in (({}, UNKNOWN), ({"inspection": True}, MET), ({"confirmation": True}, MET)):
        criterion = Criterion.model_validate({"key": "alone", "name": "Alone", "met_by": ways})
        found = assess(criterion, everything, SPOKEN, NOON)
        assert (found.status, len(found.evidence)) == (expected, len(ways))
    assert assess(prose("The plan is agreed"), everything, SPOKEN, NOON).status is UNKNOWN


def test_every_piece_says_when_and_whence() -> None:
    manager, rep = UUID(int=8), UUID(int=9)
    facts = DealFacts(
        {BUYER: [filled(-4)]},
        [meeting(-3), meeting(-2)],
        [Judgement(UUID(int=3), "buyer", NO, day(-2), manager, "Who?")],
        [Judgement(UUID(int=4), "buyer", YES, day(-1), rep)],
    )
    found = assess(CRITERION, facts, SPOKEN, NOON).evidence
    assert [(one.source, one.verdict, one.at) for one in found] == [
        (EvidenceSource.CRM_FIELD, YES, day(-4)),
        (EvidenceSource.ACTIVITY, YES, day(-2)),
        (EvidenceSource.INSPECTION, NO, day(-2)),
        (EvidenceSource.CONFIRMATION, YES, day(-1)),
    ]
    assert [(one.subject, one.count) for one in found] == [(BUYER, None), ("meeting", 2), (None, None), (None, None)]
    assert (found[2].person_id, found[2].note, found[3].person_id) == (manager, "Who?", rep)


@pytest.mark.parametrize(
    ("op", "wanted", "value", "expected"),
    [
        ("exists", True, "x", True),
        ("exists", True, "", False),
        ("exists", False, None, True),
        ("exists", True, Decimal(0), True),
        ("eq", "EU", "EU", True),
        ("eq", "EU", "eu", False),
        ("ne", "EU", "US", True),
        ("ne", "EU", None, False),
        ("in", ["EU", "US"], "US", True),
        ("in", ["EU", "US"], "UK", False),
        ("gte", 3, "3", True),
        ("gte", 3, "2.99", False),
        ("gte", 3, "many", False),
        ("gte", 3, "NaN", False),
        ("lte", 3, Decimal("3.0"), True),
        ("lte", 3, None, False),
        ("eq", 5000, Decimal("5000.00"), True),
        ("ne", 5000, Decimal(5001), True),
        ("in", [1, 2], Decimal(2), True),
    ],
)
def test_a_condition_on_a_value(op: str, wanted: Any, value: Any, expected: bool) -> None:
    condition = Filter.model_validate({"field": BUYER, "op": op, "value": wanted})
    assert matches(condition, value) is expected
