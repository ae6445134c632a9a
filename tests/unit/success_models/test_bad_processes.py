"""A faulty process or standard is refused with the exact pointer of the fault."""

import copy
from typing import Any

import pytest

from service.core.errors import ServiceError
from service.success_models.use_cases.success_models import parse_document
from tests.factories.success_models import process_document

CRITERIA = process_document()["criteria"]
FIELD = "/criteria/0/met_by/crm_fields/0"
NEED = "/criteria/1/met_by/activities/0"
DEAL = "/standards/good_deal"
PIPELINE = "/standards/good_pipeline"

BAD_PROCESSES: list[tuple[str, Any, str]] = [
    ("/stages/4/key", "closed_won", "/stages/4/key"),
    ("/stages/0/key", "Has Space", "/stages/0/key"),
    ("/stages/0/benchmark_conversion", "1.2", "/stages/0/benchmark_conversion"),
    ("/stages/0/benchmark_conversion", "-0.1", "/stages/0/benchmark_conversion"),
    ("/stages/0/benchmark_conversion", "NaN", "/stages/0/benchmark_conversion"),
    ("/stages/0/benchmark_days", "0", "/stages/0/benchmark_days"),
    ("/stages/0/benchmark_days", "4000", "/stages/0/benchmark_days"),
    ("/stages/3/benchmark_days", "4", "/stages/3/benchmark_days"),
    ("/stages/4/exit_criteria", ["champion"], "/stages/4/exit_criteria"),
    ("/stages/0/exit_criteria/0", "economic_byer", "/stages/0/exit_criteria/0"),
    ("/stages/1/entry_criteria/0", "no-such-criterion", "/stages/1/entry_criteria/0"),
    ("/stages/0/exit_criteria/1", "economic_buyer", "/stages/0/exit_criteria/1"),
    ("/stages/1/exit_criteria", ["A text", "A text"], "/stages/1/exit_criteria/1"),
    ("/criteria", [*CRITERIA, CRITERIA[0]], "/criteria/4/key"),
    ("/criteria/1/key", "Two Words", "/criteria/1/key"),
    ("/criteria/0/name", "", "/criteria/0/name"),
    ("/criteria/0/met_by/gossip", True, "/criteria/0/met_by/gossip"),
    ("/criteria/0/met_by/inspection", "perhaps", "/criteria/0/met_by/inspection"),
    (f"{FIELD}/field", "economic_buyer", f"{FIELD}/field"),
    (f"{FIELD}/field", "stage", f"{FIELD}/field"),
    (f"{FIELD}/field", "attributes.", f"{FIELD}/field"),
    (f"{FIELD}/op", "like", f"{FIELD}/op"),
    (f"{FIELD}/op", "in", f"{FIELD}/value"),
    (f"{FIELD}/value", "yes", f"{FIELD}/value"),
    (FIELD, {"field": "name", "op": "gte", "value": 3}, f"{FIELD}/op"),
    (FIELD, {"field": "amount", "op": "gte", "value": "much"}, f"{FIELD}/value"),
    (FIELD, {"field": "expected_close_on", "op": "gte", "value": 3}, f"{FIELD}/op"),
    (FIELD, {"field": "expected_close_on", "op": "exists", "value": "soon"}, f"{FIELD}/value"),
    (f"{NEED}/kind", "seance", f"{NEED}/kind"),
    (f"{NEED}/at_least", 0, f"{NEED}/at_least"),
    (f"{NEED}/within_days", 0, f"{NEED}/within_days"),
    (f"{NEED}/filters/0/field", "amount", f"{NEED}/filters/0/field"),
    (f"{NEED}/filters/0/field", "kind", f"{NEED}/filters/0/field"),
    (f"{NEED}/filters/0/field", "duration_seconds", f"{NEED}/filters/0/value"),
    (f"{DEAL}/factors", [], f"{DEAL}/factors"),
    (f"{DEAL}/factors/0/criterion", "unheard_of", f"{DEAL}/factors/0/criterion"),
    (f"{DEAL}/factors/1/criterion", "economic_buyer", f"{DEAL}/factors/1/criterion"),
    (f"{DEAL}/factors/0/weight", 0, f"{DEAL}/factors/0/weight"),
    (f"{DEAL}/factors/1/expected_from", "closed_won", f"{DEAL}/factors/1/expected_from"),
    (f"{DEAL}/slips/at_most", -1, f"{DEAL}/slips/at_most"),
    (f"{DEAL}/age/at_most", "0", f"{DEAL}/age/at_most"),
    ("/standards/good_funnel/stages/0/stage", "closing", "/standards/good_funnel/stages/0/stage"),
    ("/standards/good_funnel/stages/0", {"stage": "discovery"}, "/standards/good_funnel/stages/0"),
    (
        "/standards/good_funnel/stages",
        [{"stage": "discovery", "days": "3"}, {"stage": "discovery", "days": "4"}],
        "/standards/good_funnel/stages/1/stage",
    ),
    (f"{PIPELINE}/coverage", "0", f"{PIPELINE}/coverage"),
    (f"{PIPELINE}/age_mix/1/older_than_days", 90, f"{PIPELINE}/age_mix/1/older_than_days"),
    (f"{PIPELINE}/age_mix/1/at_most", "0.4", f"{PIPELINE}/age_mix/1/at_most"),
    (f"{PIPELINE}/slipped/at_most", "2", f"{PIPELINE}/slipped/at_most"),
    (f"{PIPELINE}/slipped/times", 0, f"{PIPELINE}/slipped/times"),
    ("/standards/good_weather", {}, "/standards/good_weather"),
]
"""(place in `process_document()`, what is put there, the pointer of the one fault)."""


def replaced(path: str, value: Any) -> dict[str, Any]:
    """The model with one place of it replaced."""
    document = copy.deepcopy(process_document())
    place: Any = document
    *parents, last = [int(part) if part.isdigit() else part for part in path.strip("/").split("/")]
    for part in parents:
        place = place[part]
    place[last] = value
    return document


def pointers_of(document: dict[str, Any]) -> set[str]:
    """Where a document that is refused has its faults."""
    with pytest.raises(ServiceError) as caught:
        parse_document(document)
    assert caught.value.code == "invalid_success_model"
    return {fault.pointer for fault in caught.value.fields}


def test_the_model_itself_is_sound() -> None:
    assert parse_document(process_document()).process.open_stages == ("qualification", "discovery", "proposal")


@pytest.mark.parametrize(("path", "value", "pointer"), BAD_PROCESSES)
def test_each_fault_is_named_by_its_pointer(path: str, value: Any, pointer: str) -> None:
    assert pointers_of(replaced(path, value)) == {pointer}


def test_an_age_needs_a_benchmark_to_be_held_against() -> None:
    document = process_document()
    for stage in document["stages"]:
        stage.pop("benchmark_days", None)
    assert pointers_of(document) == {"/standards/good_deal/age"}


def test_every_fault_is_reported_at_once() -> None:
    document = replaced("/criteria/0/met_by/crm_fields/0/field", "stage")
    document["stages"][0]["exit_criteria"].append("unheard-of")
    document["standards"]["good_deal"]["factors"][2]["criterion"] = "unheard_of"
    assert pointers_of(document) == {
        "/criteria/0/met_by/crm_fields/0/field",
        "/stages/0/exit_criteria/2",
        "/standards/good_deal/factors/2/criterion",
    }


def test_documents_of_before_with_criteria_in_prose_stay_valid() -> None:
    stage = {"key": "discovery", "name": "Discovery", "exit_criteria": ["A champion has agreed", "Budget named"]}
    document = parse_document({**process_document(), "stages": [stage], "standards": {}})
    assert document.stored()["stages"] == [stage | {"entry_criteria": []}]
