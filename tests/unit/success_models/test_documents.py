"""A model document is refused with the pointer of every fault in it, and only then."""

import json
from typing import Any

import pytest

from service.core.errors import ErrorKind, ServiceError
from service.success_models.use_cases.success_models import LIBRARY, parse_document, shipped_document
from tests.factories.success_models import CALLS, flow_kpi, model_document, target


def faults_of(document: Any) -> set[str]:
    """The pointers of the faults of a document that has some."""
    with pytest.raises(ServiceError) as caught:
        parse_document(document)
    assert (caught.value.kind, caught.value.code) == (ErrorKind.INVALID, "invalid_success_model")
    return {field.pointer for field in caught.value.fields}


def changed(path: str, value: Any) -> dict[str, Any]:
    """The small model with one place of it replaced; `...` removes it."""
    document: dict[str, Any] = json.loads(json.dumps(model_document()))
    place: Any = document
    *parents, last = [int(part) if part.isdigit() else part for part in path.strip("/").split("/")]
    for part in parents:
        place = place[part]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return document


@pytest.mark.parametrize("name", LIBRARY)
def test_shipped_models_are_sound(name: str) -> None:
    document = parse_document(shipped_document(name))
    assert parse_document(document.stored()) == document


def test_the_small_model_is_sound() -> None:
    assert parse_document(model_document()).kpi("calls") is not None


FILTER = "/kpis/0/measure/filters/0"
RATIO = "/kpis/1"


@pytest.mark.parametrize(
    ("path", "value", "pointer"),
    [
        ("/key", "Has Space", "/key"),
        ("/key", ..., "/key"),
        ("/surprise", 1, "/surprise"),
        ("/name", "a\x00b", "/name"),
        ("/name", "a\ud800b", "/name"),
        ("/kpis", [], "/kpis"),
        ("/kpis/0/kind", "gauge", "/kpis/0/kind"),
        ("/kpis/0/level", "vanity", "/kpis/0/level"),
        ("/kpis/0/polarity", "sideways", "/kpis/0/polarity"),
        ("/kpis/0/unit", "ratio", "/kpis/0/unit"),
        ("/kpis/0/measure", ..., "/kpis/0/measure"),
        ("/kpis/0/measure", None, "/kpis/0/measure"),
        ("/kpis/0/numerator", CALLS, "/kpis/0/numerator"),
        ("/kpis/0/measure/source", "gossip", "/kpis/0/measure/source"),
        ("/kpis/0/measure/aggregate", "mean", "/kpis/0/measure/aggregate"),
        ("/kpis/0/measure/aggregate", "median", "/kpis/0/measure/field"),
        ("/kpis/0/measure/field", "amount", "/kpis/0/measure/field"),
        ("/kpis/2/measure/field", ..., "/kpis/2/measure/field"),
        ("/kpis/2/measure/field", "name", "/kpis/2/measure/field"),
        ("/kpis/2/measure/source", "stage_changes", "/kpis/2/measure/field"),
        (f"{FILTER}/field", "amount", f"{FILTER}/field"),
        (f"{FILTER}/field", "org_id", f"{FILTER}/field"),
        (f"{FILTER}/field", "attributes.", f"{FILTER}/field"),
        (f"{FILTER}/field", "kind; DROP TABLE deal", f"{FILTER}/field"),
        (f"{FILTER}/op", "like", f"{FILTER}/op"),
        (f"{FILTER}/op", "gte", f"{FILTER}/op"),
        (f"{FILTER}/op", "in", f"{FILTER}/value"),
        (f"{FILTER}/op", "exists", f"{FILTER}/value"),
        (f"{FILTER}/value", ..., f"{FILTER}/value"),
        (f"{FILTER}/value", None, f"{FILTER}/value"),
        (f"{FILTER}/value", 5, f"{FILTER}/value"),
        (f"{FILTER}/value", True, f"{FILTER}/value"),
        (f"{FILTER}/value", {"a": 1}, f"{FILTER}/value"),
        (f"{FILTER}/value", ["call", "meeting"], f"{FILTER}/value"),
        (f"{FILTER}/value", [["call"]], f"{FILTER}/value"),
        (f"{FILTER}/value", "a\x00b", f"{FILTER}/value"),
        (f"{FILTER}/value", "a\udfffb", f"{FILTER}/value"),
        (f"{FILTER}/value", "x" * 201, f"{FILTER}/value"),
        (f"{FILTER}/value", float("inf"), f"{FILTER}/value"),
        (f"{FILTER}/value", float("nan"), f"{FILTER}/value"),
        (f"{FILTER}/value", 10**16, f"{FILTER}/value"),
        (f"{RATIO}/denominator", ..., f"{RATIO}/denominator"),
        (f"{RATIO}/measure", CALLS, f"{RATIO}/measure"),
        (f"{RATIO}/unit", "count", f"{RATIO}/unit"),
        ("/stages/1/key", "discovery", "/stages/1/key"),
        ("/kpis/1/key", "calls", "/kpis/1/key"),
        ("/targets/0/kpi", "unknown", "/targets/0/kpi"),
        ("/targets/0/period", "decade", "/targets/0/period"),
        ("/targets/0/value", "-1", "/targets/0/value"),
        ("/targets/0/value", "NaN", "/targets/0/value"),
        ("/targets/0/value", "much", "/targets/0/value"),
        ("/targets/0/scope", {}, "/targets/0/scope"),
        ("/targets/0/scope", {"organization": False}, "/targets/0/scope/organization"),
        ("/targets/0/scope", {"organization": True, "job_role": "AE"}, "/targets/0/scope"),
        ("/targets/0/scope", {"person": "nobody"}, "/targets/0/scope/person"),
    ],
)
def test_each_fault_is_named_by_its_pointer(path: str, value: Any, pointer: str) -> None:
    assert faults_of(changed(path, value)) == {pointer}


@pytest.mark.parametrize("raw", [None, [], "model", 5])
def test_what_is_no_object_is_refused(raw: Any) -> None:
    assert faults_of(raw) == {""}


def test_every_fault_is_reported_at_once() -> None:
    document = changed("/kpis/0/unit", "ratio")
    document["targets"] += [target("calls", "month", "11"), target("nothing", "week", "1")]
    assert faults_of(document) == {"/kpis/0/unit", "/targets/1", "/targets/2/kpi"}


@pytest.mark.parametrize(
    ("source", "field", "op", "value"),
    [
        ("activities", "direction", "ne", "inbound"),
        ("activities", "duration_seconds", "gte", 120),
        ("activities", "duration_seconds", "lte", 0.5),
        ("activities", "outcome", "exists", True),
        ("activities", "attributes.region", "in", ["EU", "US"]),
        ("deals_won", "amount", "gte", 10_000),
        ("deals_created", "pipeline", "eq", "default"),
        ("stage_changes", "from_stage", "exists", False),
    ],
)
def test_what_may_be_filtered_on(source: str, field: str, op: str, value: Any) -> None:
    measure = {"source": source, "filters": [{"field": field, "op": op, "value": value}]}
    (kpi,) = parse_document(model_document(kpis=[flow_kpi("calls", measure)])).kpis
    assert kpi.measure is not None
    assert kpi.measure.filters[0].value == value
