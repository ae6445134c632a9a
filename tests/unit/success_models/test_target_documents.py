"""Targets of a document: each fault is a 422 at its own pointer, and what is sound is taken."""

from datetime import date
from typing import Any

import pytest

from service.core.errors import ErrorKind, ServiceError
from service.success_models.targets import Target, months_after
from service.success_models.use_cases.success_models import parse_document
from tests.factories.success_models import model_document, target

LOWER = {
    "key": "no-shows", "name": "No-shows", "kind": "flow", "level": "activity", "unit": "count", "polarity": "lower",
    "measure": {"source": "activities"},
}  # fmt: skip
STEPS = [{"after_months": 0, "share": "0.5"}, {"after_months": 2, "share": "1"}]


def document(*targets: dict[str, Any]) -> dict[str, Any]:
    found = model_document(targets=list(targets))
    return {**found, "kpis": [*found["kpis"], LOWER]}


def one(**fields: Any) -> dict[str, Any]:
    return {**target("calls", "month", "10"), **fields}


def faults_of(*targets: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(ServiceError) as caught:
        parse_document(document(*targets))
    assert (caught.value.kind, caught.value.code) == (ErrorKind.INVALID, "invalid_success_model")
    return {field.pointer: field.message for field in caught.value.fields}


@pytest.mark.parametrize(
    ("targets", "pointer", "message"),
    [
        ([one(kpi="unknown")], "/targets/0/kpi", "is no KPI of this model"),
        ([one(period="decade")], "/targets/0/period", "week"),
        ([one(value="-1")], "/targets/0/value", "greater than or equal to 0"),
        ([one(value="0.0000001")], "/targets/0/value", "decimal places"),
        ([one(scope={})], "/targets/0/scope", "exactly one"),
        ([one(scope={"team": "East", "job_role": "AE"})], "/targets/0/scope", "exactly one"),
        ([one(scope={"organization": True, "team": "East"})], "/targets/0/scope", "exactly one"),
        ([one(scope={"team": ""})], "/targets/0/scope/team", "at least 1 character"),
        ([one(scope={"person": "nobody"})], "/targets/0/scope/person", "@-sign"),
        ([one(scope={"region": "EMEA"})], "/targets/0/scope/region", "not a field that is known"),
        ([one(effective_from="2026-13-01")], "/targets/0/effective_from", "date"),
        ([one(effective_from="1800-01-01")], "/targets/0/effective_from", "between 1900 and 2199"),
        ([one(effective_from=20260101)], "/targets/0/effective_from", "ISO 8601"),
        (
            [one(effective_from="2026-03-01", effective_until="2026-03-01")],
            "/targets/0/effective_until",
            "must be after effective_from",
        ),
        (
            [one(effective_from="2026-03-02", effective_until="2026-03-01")],
            "/targets/0/effective_until",
            "must be after effective_from",
        ),
        ([one(), one(value="11")], "/targets/1", "overlaps /targets/0"),
        ([one(effective_until="2026-03-02"), one(effective_from="2026-03-01")], "/targets/1", "overlaps /targets/0"),
        ([one(effective_from="2026-03-01"), one(effective_from="2027-03-01")], "/targets/1", "overlaps /targets/0"),
        (
            [one(effective_until="2026-01-01"), one(effective_from="2026-02-01"), one(effective_from="2026-03-01")],
            "/targets/2",
            "overlaps /targets/1",
        ),
        (
            [one(scope={"person": "ANN@example.com"}), one(scope={"person": "ann@example.com"})],
            "/targets/1",
            "overlaps /targets/0",
        ),
        ([one(scope={"team": "East"}), one(scope={"team": "  East "})], "/targets/1", "overlaps /targets/0"),
        ([one(ramp=[{"after_months": 1, "share": "1"}])], "/targets/0/ramp/0/after_months", "must be 0"),
        ([one(ramp=[STEPS[1], STEPS[0]])], "/targets/0/ramp/1/after_months", "greater than that of the step before"),
        ([one(ramp=[STEPS[0], *[STEPS[1]] * 2])], "/targets/0/ramp/2/after_months", "greater than that of the step"),
        ([one(ramp=[STEPS[0]])], "/targets/0/ramp/0/share", "must be 1"),
        ([one(ramp=[{"after_months": 0, "share": "1.5"}])], "/targets/0/ramp/0/share", "less than or equal to 1"),
        ([one(ramp=[{"after_months": 0, "share": "-0.1"}])], "/targets/0/ramp/0/share", "greater than or equal to 0"),
        ([one(ramp=[{"after_months": 0.5, "share": "1"}])], "/targets/0/ramp/0/after_months", "integer"),
        (
            [one(ramp=[{"after_months": 61, "share": "1"}])],
            "/targets/0/ramp/0/after_months",
            "less than or equal to 60",
        ),
        ([one(ramp=[{"after_days": 0, "share": "1"}])], "/targets/0/ramp/0/after_days", "not a field that is known"),
        ([one(kpi="no-shows", ramp=STEPS)], "/targets/0/ramp", "has no ramp"),
    ],
)
def test_each_fault_is_named_where_it_stands(targets: list[dict[str, Any]], pointer: str, message: str) -> None:
    faults = faults_of(*targets)
    assert pointer in faults
    assert message in faults[pointer]


def test_all_faults_at_once() -> None:
    late = one(ramp=[{"after_months": 1, "share": "0.5"}])
    assert set(faults_of(one(kpi="unknown"), one(), one(), late)) == {
        "/targets/0/kpi", "/targets/2", "/targets/3", "/targets/3/ramp/0/after_months", "/targets/3/ramp/0/share"
    }  # fmt: skip


@pytest.mark.parametrize(
    "targets",
    [
        [one(), one(scope={"team": "Nobody knows it yet"}), one(scope={"job_role": "AE"}), one(period="quarter")],
        [one(effective_until="2026-03-01"), one(effective_from="2026-03-01")],
        [one(kpi="calls"), one(kpi="no-shows")],
        [one(ramp=STEPS, effective_from="2026-03-01", effective_until="2026-03-02")],
        [one(ramp=[{"after_months": 0, "share": 1}])],
    ],
)
def test_what_is_sound_is_taken_and_kept(targets: list[dict[str, Any]]) -> None:
    parsed = parse_document(document(*targets))
    assert parse_document(parsed.stored()) == parsed


def test_targets_of_documents_from_before_are_as_they_were() -> None:
    old = {"kpi": "calls", "period": "month", "value": "10", "scope": {"job_role": "AE"}}
    found = Target.model_validate(old)
    assert (found.ramp, found.effective_from, found.effective_until) == ([], None, None)
    assert found.holds_on(date(1900, 1, 1))
    assert found.holds_on(date(2199, 12, 31))


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 1, 31), 3, date(2026, 4, 30)),
        (date(2026, 11, 15), 3, date(2027, 2, 15)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 12, 1), 0, date(2026, 12, 1)),
    ],
)
def test_months_after_a_day(day: date, months: int, later: date) -> None:
    assert months_after(day, months) == later
