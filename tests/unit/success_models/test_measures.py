"""A measure's identity is its meaning: the same facts, the same id, whatever the spelling."""

from typing import Any

import pytest

from service.success_models.measures import Measure


def identity(**fields: Any) -> str:
    """The id of a measure of activities."""
    return str(Measure.model_validate({"source": "activities", **fields}).identity())


KIND = {"field": "kind", "op": "in", "value": ["call", "meeting"]}
OUTCOME = {"field": "outcome", "op": "eq", "value": "connected"}


@pytest.mark.parametrize(
    "same",
    [
        {"filters": [OUTCOME, KIND]},
        {"filters": [KIND, OUTCOME, OUTCOME]},
        {"filters": [{**KIND, "value": ["meeting", "call", "call"]}, OUTCOME]},
        {"aggregate": "count", "field": None, "filters": [KIND, OUTCOME]},
    ],
)
def test_spelling_does_not_matter(same: dict[str, Any]) -> None:
    assert identity(**same) == identity(filters=[KIND, OUTCOME])


@pytest.mark.parametrize(
    "other",
    [
        {"filters": [KIND]},
        {"filters": [KIND, {**OUTCOME, "op": "ne"}]},
        {"filters": [KIND, {**OUTCOME, "value": "busy"}]},
        {"filters": [KIND, OUTCOME], "aggregate": "sum", "field": "duration_seconds"},
        {"filters": [KIND, OUTCOME], "source": "deals_won"},
    ],
)
def test_meaning_does(other: dict[str, Any]) -> None:
    assert identity(**other) != identity(filters=[KIND, OUTCOME])


def test_the_id_of_a_definition_never_changes() -> None:
    assert identity(filters=[OUTCOME]) == "85a341c4-7c22-5780-8908-9e0d28684bdf"


def test_a_stored_definition_reads_back_as_the_same_measure() -> None:
    measure = Measure.model_validate({"source": "activities", "filters": [KIND, OUTCOME]})
    assert Measure.model_validate(measure.canonical()).identity() == measure.identity()
