"""`/v1/absences` over HTTP, and the settings of working time."""

from typing import Any

import httpx
import pytest

from service.core.ids import new_id
from tests.factories.sales_org import SalesOrg
from tests.fixtures.rest import ANYWAY, bearer

PATH = "/v1/absences"
WEEK = {"start_on": "2026-08-03", "end_on": "2026-08-07", "kind": "vacation"}


async def test_an_absences_life(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    ann = await org.add_person("Ann")
    headers = bearer(await org.key_for(ann))
    created = await rest.post(PATH, json=WEEK | {"person_id": str(ann.id)}, headers=headers)
    assert created.status_code == 201
    absence = created.json()
    assert {name: absence[name] for name in (*WEEK, "share")} == WEEK | {"share": "1"}
    one = created.headers["location"]
    assert one == f"{PATH}/{absence['id']}"
    read = await rest.get(one, headers=headers)
    assert (read.json(), read.headers["etag"]) == (absence, created.headers["etag"])
    condition = headers | {"If-Match": created.headers["etag"]}
    changed = await rest.patch(one, json={"share": 0.5, "end_on": "2026-08-04"}, headers=condition)
    assert changed.status_code == 200
    assert changed.json() == absence | {
        "share": "0.5",
        "end_on": "2026-08-04",
        "updated_at": changed.json()["updated_at"],
    }
    stale = await rest.patch(one, json={"kind": "sick"}, headers=condition)
    assert (stale.status_code, stale.json()["code"]) == (412, "etag_mismatch")
    blind = await rest.patch(one, json={"kind": "sick"}, headers=headers)
    assert (blind.status_code, blind.json()["code"]) == (428, "if_match_required")
    listed = await rest.get(PATH, params={"person_id": str(ann.id), "since": "2026-08-04"}, headers=headers)
    assert listed.json() == {"data": [changed.json()], "next_cursor": None}
    assert (await rest.delete(one, headers=condition)).status_code == 412
    assert (await rest.delete(one, headers=headers | ANYWAY)).status_code == 204
    assert (await rest.get(one, headers=headers)).json()["code"] == "absence_not_found"


async def test_days_that_are_taken_are_a_conflict(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    ann = await org.add_person("Ann")
    headers = bearer(org.admin_key)
    assert (await rest.post(PATH, json=WEEK | {"person_id": str(ann.id)}, headers=headers)).status_code == 201
    half_day = {"start_on": "2026-08-07", "end_on": "2026-08-10", "kind": "sick", "share": "0.5"}
    again = await rest.post(PATH, json=half_day | {"person_id": str(ann.id)}, headers=headers)
    assert (again.status_code, again.json()["code"]) == (409, "absence_overlaps")
    assert again.json()["detail"] == "The person is away from 2026-08-03 until 2026-08-07 already."


@pytest.mark.parametrize(
    ("changes", "pointers"),
    [
        ({"start_on": "2026-08-08"}, ["/end_on"]),
        ({"start_on": "tomorrow", "end_on": "2026-02-30"}, ["/end_on", "/start_on"]),
        ({"start_on": "1776-07-04"}, ["/start_on"]),
        ({"kind": "bored", "share": "0.7"}, ["/kind", "/share"]),
        ({"share": True}, ["/share"]),
        ({"share": None, "kind": None}, ["/kind", "/share"]),
        ({"person_id": "Ann"}, ["/person_id"]),
        ({"person_id": str(new_id())}, ["/person_id"]),
        ({"reason": "the sea"}, ["/reason"]),
    ],
)
async def test_every_fault_is_named(
    rest: httpx.AsyncClient, org: SalesOrg, changes: dict[str, Any], pointers: list[str]
) -> None:
    ann = await org.add_person("Ann")
    answer = await rest.post(PATH, json={**WEEK, "person_id": str(ann.id), **changes}, headers=bearer(org.admin_key))
    assert answer.status_code == 422
    assert sorted(error["pointer"] for error in answer.json()["errors"]) == pointers


async def test_a_rep_writes_their_own_and_a_manager_those_of_their_tree(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    lead = await org.add_person("Lead", role="manager")
    ann = await org.add_person("Ann", manager_id=lead.id)
    bob = await org.add_person("Bob")
    keys = {person.name: bearer(await org.key_for(person)) for person in (lead, ann, bob)}
    made = await rest.post(PATH, json=WEEK | {"person_id": str(ann.id)}, headers=keys["Ann"])
    one = f"{PATH}/{made.json()['id']}"
    statuses = {name: (await rest.get(one, headers=key)).status_code for name, key in keys.items()}
    assert statuses == {"Lead": 200, "Ann": 200, "Bob": 404}
    changed = await rest.patch(one, json={"kind": "sick"}, headers=keys["Lead"] | ANYWAY)
    assert changed.json()["kind"] == "sick"
    for method, json in (("PATCH", {"kind": "other"}), ("DELETE", None)):
        hidden = await rest.request(method, one, json=json, headers=keys["Bob"] | ANYWAY)
        assert (hidden.status_code, hidden.json()["code"]) == (404, "absence_not_found")
    for name, person in (("Bob", ann), ("Ann", lead), ("Lead", bob)):
        refused = await rest.post(PATH, json=WEEK | {"person_id": str(person.id)}, headers=keys[name])
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/person_id")


SETTINGS = {
    "working_weekdays": [7, 1, 2, 3, 4],
    "holiday_calendar": "US-CA",
    "company_holidays": ["2026-12-31", "2026-12-24"],
    "company_working_days": ["2026-10-12"],
    "day_starts_hour": 9,
    "day_ends_hour": 24,
}


async def test_settings_of_working_time(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    headers = bearer(org.admin_key)
    before = (await rest.get("/v1/organization", headers=headers)).json()
    assert {name: before[name] for name in SETTINGS} == {
        "working_weekdays": [1, 2, 3, 4, 5],
        "holiday_calendar": None,
        "company_holidays": [],
        "company_working_days": [],
        "day_starts_hour": 8,
        "day_ends_hour": 18,
    }
    after = (await rest.patch("/v1/organization", json=SETTINGS, headers=headers | ANYWAY)).json()
    in_order = {"working_weekdays": [1, 2, 3, 4, 7], "company_holidays": ["2026-12-24", "2026-12-31"]}
    assert {name: after[name] for name in SETTINGS} == SETTINGS | in_order
    none = (await rest.patch("/v1/organization", json={"holiday_calendar": None}, headers=headers | ANYWAY)).json()
    assert none == after | {"holiday_calendar": None, "updated_at": none["updated_at"]}


@pytest.mark.parametrize(
    ("changes", "pointers"),
    [
        ({"holiday_calendar": "DE-XX"}, ["/holiday_calendar"]),
        ({"holiday_calendar": "Atlantis"}, ["/holiday_calendar"]),
        ({"holiday_calendar": "DE\x00"}, ["/holiday_calendar"]),
        ({"working_weekdays": []}, ["/working_weekdays"]),
        ({"working_weekdays": [1, 8]}, ["/working_weekdays/1"]),
        ({"working_weekdays": None, "company_holidays": None}, ["/company_holidays", "/working_weekdays"]),
        ({"company_holidays": ["2026-12-24", "Christmas"]}, ["/company_holidays/1"]),
        ({"company_working_days": [20261224]}, ["/company_working_days/0"]),
        ({"day_starts_hour": 24}, ["/day_starts_hour"]),
        ({"day_ends_hour": 0, "day_starts_hour": "8"}, ["/day_ends_hour", "/day_starts_hour"]),
        ({"day_ends_hour": 7}, ["/day_ends_hour"]),
        (
            {"company_holidays": ["2026-12-24"], "company_working_days": ["2026-12-24"]},
            ["/company_working_days"],
        ),
    ],
)
async def test_every_bad_setting_is_named(
    rest: httpx.AsyncClient, org: SalesOrg, changes: dict[str, Any], pointers: list[str]
) -> None:
    answer = await rest.patch("/v1/organization", json=changes, headers=bearer(org.admin_key) | ANYWAY)
    assert answer.status_code == 422
    assert sorted(error["pointer"] for error in answer.json()["errors"]) == pointers


async def test_a_persons_holidays(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    headers = bearer(org.admin_key)
    body = {"name": "Ann", "email": "ann@example.com", "holiday_calendar": "DE-BY"}
    ann = (await rest.post("/v1/people", json=body, headers=headers)).json()
    assert ann["holiday_calendar"] == "DE-BY"
    one = f"/v1/people/{ann['id']}"
    refused = await rest.patch(one, json={"holiday_calendar": "DE-BAY"}, headers=headers | ANYWAY)
    assert [error["pointer"] for error in refused.json()["errors"]] == ["/holiday_calendar"]
    cleared = await rest.patch(one, json={"holiday_calendar": None}, headers=headers | ANYWAY)
    assert cleared.json()["holiday_calendar"] is None
    items = [
        {"system": "hubspot", "external_id": "1", **body},
        {"system": "hubspot", "external_id": "2", "name": "Bob", "email": "b@example.com", "holiday_calendar": "XX"},
    ]
    answer = await rest.post("/v1/people/bulk", json={"people": items}, headers=headers)
    first, second = answer.json()["data"]
    assert first["status"] == "updated"
    assert [error["pointer"] for error in second["errors"]] == ["/holiday_calendar"]
    assert (await rest.get(one, headers=headers)).json()["holiday_calendar"] == "DE-BY"
