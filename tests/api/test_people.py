"""`/v1/people` over HTTP: full CRUD, pages and filters, lines and identities, bulk."""

from typing import Any

import httpx
import pytest

from tests.factories.sales_org import SalesOrg
from tests.fixtures.rest import ANYWAY, bearer

PATH = "/v1/people"
ANN: dict[str, Any] = {
    "email": "ann@example.com",
    "name": "Ann",
    "role": "rep",
    "job_role": "AE",
    "time_zone": "Europe/Vienna",
    "locale": "de-AT",
    "hired_on": "2026-01-05",
}


async def test_a_persons_life(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    headers = bearer(org.admin_key)
    created = await rest.post(PATH, json=ANN, headers=headers)
    assert created.status_code == 201
    ann = created.json()
    assert {name: ann[name] for name in ANN} == ANN
    assert (ann["left_on"], ann["manager_id"], ann["external_identities"]) == (None, None, [])
    one = f"{PATH}/{ann['id']}"
    assert (await rest.get(one, headers=headers)).json() == ann
    changed = await rest.patch(one, json={"job_role": None, "name": "Ann B"}, headers=headers | ANYWAY)
    assert changed.status_code == 200
    expected = {**ann, "job_role": None, "name": "Ann B", "updated_at": changed.json()["updated_at"]}
    assert changed.json() == expected
    null = await rest.patch(one, json={"name": None, "email": None}, headers=headers | ANYWAY)
    assert [error["pointer"] for error in null.json()["errors"]] == ["/email", "/name"]
    again = await rest.post(PATH, json=ANN, headers=headers)
    assert (again.status_code, again.json()["code"]) == (409, "person_email_taken")
    assert (await rest.delete(one, headers=headers)).status_code == 204
    assert (await rest.get(one, headers=headers)).json()["code"] == "person_not_found"
    assert (await rest.delete(one, headers=headers)).status_code == 404


async def test_pages_hold_everyone_once(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    """By name, and by id among namesakes."""
    for index in range(7):
        await org.add_person("Same" if index % 2 else f"Name{index}", email=f"p{index}@example.com")
    headers, found, query = bearer(org.admin_key), [], {"limit": "3"}
    while True:
        page = (await rest.get(PATH, params=query, headers=headers)).json()
        assert 1 <= len(page["data"]) <= 3
        found += [(person["name"], person["id"]) for person in page["data"]]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert len(found) == len(set(found)) == 8
    whole = (await rest.get(PATH, headers=headers)).json()
    assert [(person["name"], person["id"]) for person in whole["data"]] == found
    assert whole["next_cursor"] is None


async def test_filters(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    boss = await org.add_person("Boss", role="manager", job_role="Lead")
    await org.add_person("Ann", job_role="AE", manager_id=boss.id)
    await org.add_person("Bob", job_role="SDR")
    for query, names in (
        ({"role": "manager"}, ["Boss"]),
        ({"job_role": "AE"}, ["Ann"]),
        ({"email": "BOB@example.com"}, ["Bob"]),
        ({"manager_id": str(boss.id)}, ["Ann"]),
        ({"role": "rep", "job_role": "Lead"}, []),
    ):
        page = (await rest.get(PATH, params=query, headers=bearer(org.admin_key))).json()
        assert [person["name"] for person in page["data"]] == names, query


async def test_reporting_lines(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    headers = bearer(org.admin_key)
    ann, old, new = [await org.add_person(name) for name in ("Ann", "Old", "New")]
    lines = f"{PATH}/{ann.id}/manager-periods"
    first = await rest.post(lines, json={"manager_id": str(old.id), "start_on": "2026-01-01"}, headers=headers)
    assert (first.status_code, first.json()["end_on"]) == (201, None)
    second = await rest.post(lines, json={"manager_id": str(new.id), "start_on": "2026-06-01"}, headers=headers)
    listed = (await rest.get(lines, headers=headers)).json()
    assert [(line["manager_id"], line["start_on"], line["end_on"]) for line in listed["data"]] == [
        (str(old.id), "2026-01-01", "2026-06-01"),
        (str(new.id), "2026-06-01", None),
    ]
    circle = {"manager_id": str(ann.id), "start_on": "2026-07-01"}
    refused = await rest.post(f"{PATH}/{new.id}/manager-periods", json=circle, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (409, "manager_cycle")
    backwards = {"manager_id": str(new.id), "start_on": "2026-07-01", "end_on": "2026-07-01"}
    refused = await rest.post(lines, json=backwards, headers=headers)
    assert [error["pointer"] for error in refused.json()["errors"]] == ["/end_on"]
    assert (await rest.delete(f"{lines}/{second.json()['id']}", headers=headers)).status_code == 204
    assert (await rest.delete(f"{lines}/{second.json()['id']}", headers=headers)).status_code == 404


async def test_external_identities(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    headers = bearer(org.admin_key)
    ann, bob = await org.add_person("Ann"), await org.add_person("Bob")
    identity = f"{PATH}/{ann.id}/external-identities/hubspot/77"
    for _ in range(2):
        put = await rest.put(identity, headers=headers)
        assert put.status_code == 200
        assert put.json()["external_identities"] == [{"system": "hubspot", "external_id": "77"}]
    taken = await rest.put(f"{PATH}/{bob.id}/external-identities/hubspot/77", headers=headers)
    assert (taken.status_code, taken.json()["code"]) == (409, "external_identity_taken")
    assert (await rest.put(f"{PATH}/{bob.id}/external-identities/Hub%20Spot/77", headers=headers)).status_code == 422
    assert (await rest.delete(identity, headers=headers)).status_code == 204
    assert (await rest.delete(identity, headers=headers)).json()["code"] == "external_identity_not_found"


async def test_bulk_answers_per_item(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    headers = bearer(org.admin_key)
    people = [
        {"system": "hr", "external_id": "1", "email": "one@example.com", "name": "One", "manager_external_id": "2"},
        {"system": "hr", "external_id": "2", "email": "two@example.com", "name": "Two", "role": "manager"},
        {"system": "hr", "external_id": "3", "email": "three"},
    ]
    answer = await rest.post(f"{PATH}/bulk", json={"people": people}, headers=headers)
    assert answer.status_code == 200
    results = answer.json()["data"]
    assert [(item["index"], item["status"]) for item in results] == [(0, "created"), (1, "created"), (2, "failed")]
    assert [error["pointer"] for error in results[2]["errors"]] == ["/email", "/name"]
    one = (await rest.get(f"{PATH}/{results[0]['id']}", headers=headers)).json()
    assert one["manager_id"] == results[1]["id"]
    bad: list[dict[str, Any]] = [{"people": []}, {"people": [{}] * 501}, {}]
    for body in bad:
        refused = await rest.post(f"{PATH}/bulk", json=body, headers=headers)
        assert [error["pointer"] for error in refused.json()["errors"]] == ["/people"]


async def test_the_last_administrator_stays(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    headers = bearer(org.admin_key)
    me = (await rest.get("/v1/me", headers=headers)).json()["person"]
    for answer in (
        await rest.patch(f"{PATH}/{me['id']}", json={"role": "rep"}, headers=headers | ANYWAY),
        await rest.delete(f"{PATH}/{me['id']}", headers=headers),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "last_admin")


@pytest.mark.parametrize(
    ("who", "names"),
    [
        ("Rep", ["Rep"]),
        ("Lead", ["Lead", "Rep"]),
        ("Head", ["Head", "Lead", "Rep"]),
        ("Coach", ["Coach", "Head", "Lead", "Other", "Rep", "admin"]),
    ],
)
async def test_scope(rest: httpx.AsyncClient, org: SalesOrg, who: str, names: list[str]) -> None:
    """A rep sees themself, a manager their tree, enablement everyone; what is hidden is not found."""
    head = await org.add_person("Head", role="manager")
    lead = await org.add_person("Lead", role="manager", manager_id=head.id)
    people = {
        "Head": head,
        "Lead": lead,
        "Rep": await org.add_person("Rep", manager_id=lead.id),
        "Other": await org.add_person("Other"),
        "Coach": await org.add_person("Coach", role="enablement"),
    }
    headers = bearer(await org.key_for(people[who]))
    listed = (await rest.get(PATH, headers=headers)).json()["data"]
    assert [person["name"] for person in listed] == names
    for name, person in people.items():
        for path in (f"{PATH}/{person.id}", f"{PATH}/{person.id}/manager-periods"):
            assert (await rest.get(path, headers=headers)).status_code == (200 if name in names else 404), (name, path)
        refused = await rest.patch(f"{PATH}/{person.id}", json={"name": "X"}, headers=headers | ANYWAY)
        assert (refused.status_code, refused.json()["code"]) == (403, "permission_denied")


async def test_bulk_is_no_persons_id(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    """So it has no methods of a person, and says which ones it has."""
    answer = await rest.patch("/v1/people/bulk", json={}, headers=bearer(org.admin_key))
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
