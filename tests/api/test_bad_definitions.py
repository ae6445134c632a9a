"""Bad definitions: each a 422 problem that names exactly the places at fault, and nothing is written."""

from typing import Any

import httpx
import pytest

from service.organizations.holiday_calendars import is_known_calendar
from tests.api.bad_models import BAD_MODELS, BadModel, broken
from tests.api.bad_processes_and_targets import BAD_PROCESSES_AND_TARGETS
from tests.factories.sales_org import SalesOrg
from tests.factories.success_models import process_document
from tests.fixtures.rest import ANYWAY, bearer

CASES = [*BAD_MODELS, *BAD_PROCESSES_AND_TARGETS]
CALENDARS = ["XX", "DE-XX", "de", "US-", "", "Germany", "DE-BY-A", " DE", "D\x00E"]


def pointers(answer: httpx.Response) -> list[str]:
    """What a problem document names; anything but a well-formed 422 fails."""
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert problem["status"] == 422
    assert all(error["detail"] for error in problem["errors"])
    return [error["pointer"] for error in problem["errors"]]


async def test_the_document_that_is_broken_below_is_a_good_one(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    answer = await rest.post("/v1/success-models", json=process_document(), headers=bearer(org.admin_key))
    assert answer.status_code == 201, answer.text


def test_the_table_is_long_enough_and_says_each_thing_once() -> None:
    assert len({case.fault for case in CASES}) == len(CASES) >= 40


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.fault.replace(" ", "-"))
async def test_a_bad_model_is_refused_by_its_exact_path(rest: httpx.AsyncClient, org: SalesOrg, case: BadModel) -> None:
    headers = bearer(org.admin_key)
    answer = await rest.post("/v1/success-models", json=broken(case), headers=headers)
    assert sorted(pointers(answer)) == sorted(case.pointers), answer.text
    assert (await rest.get("/v1/success-models", headers=headers)).json()["data"] == []


@pytest.mark.parametrize("name", CALENDARS)
async def test_an_unknown_holiday_calendar_is_refused_everywhere(
    rest: httpx.AsyncClient, org: SalesOrg, name: str
) -> None:
    """Of the organization and of people, new ones and known ones."""
    assert not is_known_calendar(name)
    headers = bearer(org.admin_key) | ANYWAY
    ann = await org.add_person("Ann")
    body = {"holiday_calendar": name}
    paths = ["/v1/organization", f"/v1/people/{ann.id}", "/v1/people"]
    before = [(await rest.get(path, headers=headers)).json() for path in paths]
    refused = [await rest.patch(path, json=body, headers=headers) for path in paths[:2]]
    new = {"email": "new@example.com", "name": "New", **body}
    refused.append(await rest.post("/v1/people", json=new, headers=headers))
    for answer in refused:
        assert pointers(answer) == ["/holiday_calendar"], answer.text
    item = {"system": "crm", "external_id": "1", **new}
    bulk = await rest.post("/v1/people/bulk", json={"people": [item]}, headers=headers)
    (answered,) = bulk.json()["data"]
    assert answered["status"] == "failed"
    assert [error["pointer"] for error in answered["errors"]] == ["/holiday_calendar"]
    assert [(await rest.get(path, headers=headers)).json() for path in paths] == before


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("week_start", 0, "/week_start"),
        ("week_start", 8, "/week_start"),
        ("fiscal_year_start_month", 13, "/fiscal_year_start_month"),
        ("working_weekdays", [], "/working_weekdays"),
        ("working_weekdays", [1, 9], "/working_weekdays/1"),
        ("company_holidays", ["2026-12-24", "2026-02-30"], "/company_holidays/1"),
        ("time_zone", "Mars/Base", "/time_zone"),
        ("currency", "euro", "/currency"),
        ("closing_grace_days", -1, "/closing_grace_days"),
        ("day_ends_hour", 3, "/day_ends_hour"),
    ],
)
async def test_a_bad_working_calendar_is_refused_by_its_exact_path(
    rest: httpx.AsyncClient, org: SalesOrg, field: str, value: Any, named: str
) -> None:
    headers = bearer(org.admin_key) | ANYWAY
    before = (await rest.get("/v1/organization", headers=headers)).json()
    assert pointers(await rest.patch("/v1/organization", json={field: value}, headers=headers)) == [named]
    assert (await rest.get("/v1/organization", headers=headers)).json() == before
