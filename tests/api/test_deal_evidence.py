"""What is said about deals over REST: its conventions, and what is particular to it."""

from typing import Any
from uuid import UUID

import httpx
import pytest

from tests.factories.deals import push_deal
from tests.factories.sales_org import SalesOrg
from tests.factories.success_models import process_document
from tests.fixtures.rest import bearer


async def deal_of(org: SalesOrg) -> tuple[str, str, UUID]:
    """The keys of a manager and of a rep below, and the rep's deal."""
    await org.activate(process_document(), build=False)
    lead = await org.add_person("Lead", role="manager")
    rita = await org.add_person("Rita", manager_id=lead.id, manager_from="2026-01-01")
    moves = [(org.local(2026, 3, 2), "qualification"), (org.local(2026, 3, 20), "discovery")]
    deal_id = await push_deal(org, "d1", rita, moves, attributes={"economic_buyer": "Dana"})
    return await org.key_for(lead), await org.key_for(rita), deal_id


@pytest.mark.parametrize(("noun", "who"), [("inspections", 0), ("confirmations", 1)])
async def test_what_is_said_is_read_where_location_says(
    rest: httpx.AsyncClient, org: SalesOrg, noun: str, who: int
) -> None:
    *keys, deal_id = await deal_of(org)
    place, headers = f"/v1/deals/{deal_id}/{noun}", bearer(keys[who])
    body = {"criterion": "champion", "verdict": "met", "note": "He called back."}
    made = await rest.post(place, json=body, headers={**headers, "Idempotency-Key": "one"})
    again = await rest.post(place, json=body, headers={**headers, "Idempotency-Key": "one"})
    assert (made.status_code, made.json()) == (201, again.json())
    assert made.json() | body == made.json()
    read = await rest.get(made.headers["Location"], headers=bearer(keys[1 - who]))
    assert (read.json(), read.headers["ETag"]) == (made.json(), made.headers["ETag"])
    second = (await rest.post(place, json=body, headers=headers)).json()
    first_page = await rest.get(place, params={"limit": 1, "sort": "-created_at"}, headers=headers)
    assert [one["id"] for one in first_page.json()["data"]] == [second["id"]]
    next_page = await rest.get(first_page.links["next"]["url"], headers=headers)
    assert next_page.json() == {"data": [made.json()], "next_cursor": None}


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({}, {"/criterion", "/verdict"}),
        ({"criterion": "champion", "verdict": "perhaps"}, {"/verdict"}),
        ({"criterion": "champion", "verdict": "met", "note": ""}, {"/note"}),
        ({"criterion": "champion", "verdict": "met", "note": "x" * 2001}, {"/note"}),
        ({"criterion": "champion", "verdict": "met", "by": "me"}, {"/by"}),
        ({"criterion": "unheard_of", "verdict": "met"}, {"/criterion"}),
    ],
)
async def test_a_bad_verdict_names_its_fields(
    rest: httpx.AsyncClient, org: SalesOrg, body: dict[str, Any], pointers: set[str]
) -> None:
    manager, _, deal_id = await deal_of(org)
    answer = await rest.post(f"/v1/deals/{deal_id}/inspections", json=body, headers=bearer(manager))
    assert answer.status_code == 422
    assert {error["pointer"] for error in answer.json()["errors"]} == pointers


async def test_who_may_not_say_is_told_why(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    manager, rep, deal_id = await deal_of(org)
    body = {"criterion": "champion", "verdict": "met"}
    codes = []
    for noun, key in (("inspections", rep), ("confirmations", manager)):
        answer = await rest.post(f"/v1/deals/{deal_id}/{noun}", json=body, headers=bearer(key))
        codes.append((answer.status_code, answer.json()["code"]))
    assert codes == [(403, "permission_denied"), (403, "not_the_owner")]


async def test_evidence_and_health_of_any_instant(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    _, rep, deal_id = await deal_of(org)

    async def read(what: str, **query: str) -> Any:
        return (await rest.get(f"/v1/deals/{deal_id}/{what}", params=query, headers=bearer(rep))).json()

    (before, *_), (now, *_) = (
        (await read("evidence", as_of="2026-03-01T00:00:00Z"))["data"],
        (await read("evidence"))["data"],
    )
    assert now == {
        "criterion": "economic_buyer",
        "name": "The economic buyer is known",
        "description": None,
        "stage": "qualification",
        "status": "met",
        "can_inspect": True,
        "can_confirm": True,
        "evidence": [
            {
                "source": "crm_field",
                "verdict": "met",
                "at": "2026-03-02T05:00:00Z",
                "subject": "attributes.economic_buyer",
                "record_id": None,
                "person_id": None,
                "note": None,
                "count": None,
            }
        ],
    }
    assert before == now | {"status": "unknown", "evidence": []}
    then = await read("health", as_of="2026-03-21T04:00:00Z")
    assert (then["as_of"], then["score"], then["days_in_stage"]) == ("2026-03-21T04:00:00Z", "100.0", "1.0")
    sparse = await read("health", fields="score,stage")
    assert set(sparse) == {"score", "stage"}
    bad = await rest.get(f"/v1/deals/{deal_id}/health", params={"as_of": "1700000000"}, headers=bearer(rep))
    assert (bad.status_code, [error["pointer"] for error in bad.json()["errors"]]) == (422, ["as_of"])


async def test_adherence_is_asked_of_somebody(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    manager, rep, _ = await deal_of(org)
    me = (await rest.get("/v1/me", headers=bearer(manager))).json()["person"]["id"]
    query = {"manager_id": me, "from": "2026-03-01", "until": "2026-04-01"}
    found = (await rest.get("/v1/process-adherence", params=query, headers=bearer(manager))).json()
    assert (found["start"], found["until"], found["team"]["moves"]) == ("2026-03-01", "2026-04-01", 1)
    assert found["people"][0] | found["team"] == found["people"][0]
    hidden = await rest.get("/v1/process-adherence", params=query, headers=bearer(rep))
    assert (hidden.status_code, hidden.json()["code"]) == (404, "person_not_found")
    for bad, pointer in (({}, "person_id"), ({"manager_id": me, "from": "2026-04-01", "until": "2026-04-01"}, "until")):
        answer = await rest.get("/v1/process-adherence", params=bad, headers=bearer(manager))
        assert (answer.status_code, [error["pointer"] for error in answer.json()["errors"]]) == (422, [pointer])


async def test_a_template_fits_into_a_model(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    templates = (await rest.get("/v1/deal-standards/templates", headers=bearer(org.admin_key))).json()["data"]
    assert [one["key"] for one in templates] == ["bant", "meddic"]
    for template in templates:
        parts = {"criteria": template["criteria"], "standards": {"good_deal": template["good_deal"]}}
        document = process_document(stages=[], **parts)
        answer = await rest.post("/v1/success-models", json=document, headers=bearer(org.admin_key))
        assert answer.status_code == 201, answer.text
