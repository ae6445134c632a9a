"""`POST /v1/activities` and `/v1/deals`: what is pushed becomes facts, item by item."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from service.activities.dto.sources import SourceMapping
from service.activities.use_cases.sources import ensure_source
from tests.factories.sales_org import SalesOrg, make_sales_org
from tests.factories.success_models import model_document
from tests.fixtures.rest import bearer

AT = "2026-03-02T15:04:05Z"
CALL = {"external_id": "c1", "kind": "call", "occurred_at": AT}


async def push(rest: httpx.AsyncClient, org: SalesOrg, *items: Any, path: str = "activities", **body: Any) -> Any:
    """The items' answers."""
    sent = {"system": "dialler", **body, path: list(items)}
    answer = await rest.post(f"/v1/{path}", json=sent, headers=bearer(org.admin_key))
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


async def read(rest: httpx.AsyncClient, org: SalesOrg, path: str, id_: str) -> Any:
    """One fact as it is shown."""
    return (await rest.get(f"/v1/{path}/{id_}", headers=bearer(org.admin_key))).json()


async def test_an_activitys_life(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    ann = await org.add_person("Ann")
    item = {**CALL, "owner": "ANN@example.com", "direction": "Outbound", "duration_seconds": "310.50"}
    (made,) = await push(rest, org, {**item, "attributes": {"campaign": "spring"}})
    assert made == {"index": 0, "status": "created", "id": made["id"], "code": None, "errors": []}
    shown = await read(rest, org, "activities", made["id"])
    assert shown == {
        "id": made["id"],
        "system": "dialler",
        "account": "default",
        "external_id": "c1",
        "kind": "call",
        "person_id": str(ann.id),
        "deal_id": None,
        "occurred_at": AT,
        "occurred_on": "2026-03-02",
        "direction": "outbound",
        "outcome": None,
        "status": None,
        "duration_seconds": "310.5",
        "attributes": {"campaign": "spring"},
        "received_at": shown["received_at"],
    }
    (again,) = await push(rest, org, {**item, "attributes": {"campaign": "spring"}})
    assert (again["status"], again["id"]) == ("unchanged", made["id"])
    change = {"external_id": "c1", "kind": "call", "outcome": "connected", "direction": None}
    (changed,) = await push(rest, org, {**change, "attributes": {"campaign": None}})
    assert (changed["status"], changed["id"]) == ("updated", made["id"])
    after = await read(rest, org, "activities", made["id"])
    assert (after["outcome"], after["direction"], after["attributes"]) == ("connected", None, {})
    assert after["duration_seconds"] == "310.5"
    (gone,) = await push(rest, org, {**CALL, "deleted": True})
    assert gone["status"] == "updated"
    assert (await read(rest, org, "activities", made["id"]))["code"] == "activity_not_found"
    (back,) = await push(rest, org, {**CALL, "deleted": False})
    assert back["id"] == made["id"]
    assert (await read(rest, org, "activities", made["id"]))["outcome"] == "connected"


async def test_a_deals_life(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    ann = await org.add_person("Ann", external_identities=[{"system": "pipes", "external_id": "7"}])
    deal = {"external_id": "d1", "name": "Acme", "stage": "discovery", "amount": "1200.50", "currency": "USD"}
    deal |= {"owner": "7", "created_at": "2026-03-02T09:00:00-05:00"}
    (made,) = await push(rest, org, deal, path="deals", system="pipes")
    shown = await read(rest, org, "deals", made["id"])
    assert (shown["owner_id"], shown["amount"], shown["stage"], shown["outcome"]) == (
        str(ann.id), "1200.5", "discovery", "open",
    )  # fmt: skip
    won = {"external_id": "d1", "stage": "closed_won", "closed_at": "2026-03-31", "modified_at": "2026-03-31T10:00:00Z"}
    assert [one["status"] for one in await push(rest, org, won, path="deals", system="pipes")] == ["updated"]
    shown = await read(rest, org, "deals", made["id"])
    assert (shown["outcome"], shown["closed_on"]) == ("won", "2026-03-31")


async def test_an_older_change_that_comes_late_does_not_win(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    new = {"external_id": "d1", "stage": "proposal", "modified_at": "2026-03-10T00:00:00Z"}
    old = {"external_id": "d1", "stage": "discovery", "modified_at": "2026-03-01T00:00:00Z"}
    (made,) = await push(rest, org, new, path="deals")
    (late,) = await push(rest, org, old, path="deals")
    assert late == {**made, "status": "updated"}  # it belongs to the history
    assert (await read(rest, org, "deals", made["id"]))["stage"] == "proposal"
    both = await push(rest, org, {**old, "external_id": "d2"}, {**new, "external_id": "d2"}, path="deals")
    assert [one["status"] for one in both] == ["created", "created"]
    assert (await read(rest, org, "deals", both[0]["id"]))["stage"] == "proposal"


async def test_each_item_is_answered_on_its_own(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    answers = await push(
        rest,
        org,
        CALL,
        {**CALL, "external_id": "c2", "kind": "fax"},
        {**CALL, "external_id": "c3", "duration_seconds": -1, "colour": "red"},
        {**CALL, "external_id": "c4", "owner": "nobody"},
        {"external_id": "c5", "kind": "call"},
        {**CALL, "outcome": "busy"},
        {**CALL, "external_id": "c6", "occurred_at": 1772463845},
        {**CALL, "external_id": "c7", "attributes": {"a b": "x"}},
        {**CALL, "external_id": "c8", "occurred_at": "2026-03-02"},
    )
    found = [(one["status"], [error["pointer"] for error in one["errors"]]) for one in answers]
    assert found == [
        ("created", []),
        ("failed", ["/kind"]),
        ("failed", ["/duration_seconds", "/colour"]),
        ("failed", ["/owner"]),
        ("failed", ["/occurred_at"]),
        ("failed", ["/external_id"]),
        ("failed", ["/occurred_at"]),
        ("failed", ["/attributes/a b/[key]"]),
        ("created", []),
    ]
    assert [one["index"] for one in answers] == list(range(9))
    listed = (await rest.get("/v1/activities", headers=bearer(org.admin_key))).json()["data"]
    assert {one["external_id"] for one in listed} == {"c1", "c8"}
    empty = await push(rest, org, {"external_id": "d1"}, path="deals")
    assert (empty[0]["status"], empty[0]["errors"][0]["pointer"]) == ("failed", "")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"activities": [CALL]}, "/system"),
        ({"system": "dialler", "activities": []}, "/activities"),
        ({"system": "dialler", "activities": [CALL] * 501}, "/activities"),
        ({"system": "dialler", "activities": ["call"]}, "/activities/0"),
        ({"system": "dialler", "activities": [CALL], "more": 1}, "/more"),
    ],
)
async def test_a_body_that_is_none(rest: httpx.AsyncClient, org: SalesOrg, body: Any, pointer: str) -> None:
    refused = await rest.post("/v1/activities", json=body, headers=bearer(org.admin_key))
    assert (refused.status_code, [error["pointer"] for error in refused.json()["errors"]]) == (422, [pointer])


async def test_the_account_is_needed_only_where_several_are_known(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    async with org.database.tenant(org.id) as session:
        mapping = SourceMapping(stages={"appointmentscheduled": "discovery"})
        await ensure_source(session, org.system, "hubspot", "62515", mapping)
    deal = {"external_id": "d1", "stage": "appointmentscheduled"}
    (made,) = await push(rest, org, deal, path="deals", system="hubspot")
    shown = await read(rest, org, "deals", made["id"])
    assert (shown["account"], shown["stage"]) == ("62515", "discovery")
    await push(rest, org, deal, path="deals", system="hubspot", account="2")
    body = {"system": "hubspot", "deals": [deal]}
    refused = await rest.post("/v1/deals", json=body, headers=bearer(org.admin_key))
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/account")


async def test_who_sees_which(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    lead = await org.add_person("Lead", role="manager")
    rep, other = await org.add_person("Rep", manager_id=lead.id), await org.add_person("Other")
    owners = {"r": "rep@example.com", "o": "other@example.com", "n": None}
    deals = [{"external_id": id_, "name": id_, "owner": owner} for id_, owner in owners.items()]
    ids = {one: made["id"] for one, made in zip(owners, await push(rest, org, *deals, path="deals"), strict=True)}
    calls = [{**CALL, "external_id": id_, "owner": owner} for id_, owner in owners.items()]
    await push(rest, org, *calls)
    for person, seen in ((rep, {"r"}), (lead, {"r"}), (other, {"o"})):
        headers = bearer(await org.key_for(person))
        for path in ("deals", "activities"):
            listed = (await rest.get(f"/v1/{path}", headers=headers)).json()["data"]
            assert {one["external_id"] for one in listed} == seen, path
        assert {one for one in ids if (await rest.get(f"/v1/deals/{ids[one]}", headers=headers)).is_success} == seen
        refused = await rest.post("/v1/deals", json={"system": "x", "deals": deals}, headers=headers)
        assert refused.status_code == 403
    listed = (await rest.get("/v1/deals", headers=bearer(org.admin_key))).json()["data"]
    assert len(listed) == 3
    stranger = await make_sales_org(org.database)
    assert (await read(rest, stranger, "deals", ids["r"]))["code"] == "deal_not_found"


async def test_filters_and_order(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    days = ["2026-03-01T12:00:00Z", "2026-03-02T12:00:00Z", "2026-03-03T12:00:00Z"]
    calls = [{**CALL, "external_id": day[:10], "occurred_at": day} for day in days]
    await push(rest, org, *calls, {**CALL, "external_id": "mail", "kind": "email"})
    deals = [{"external_id": day[:10], "created_at": day, "closed_at": day, "stage": "closed_lost"} for day in days]
    await push(rest, org, *deals, {"external_id": "open", "created_at": days[0], "stage": "demo"}, path="deals")

    async def listed(path: str, **query: str) -> list[str]:
        found = await rest.get(f"/v1/{path}", params=query, headers=bearer(org.admin_key))
        assert found.status_code == 200, found.text
        return [one["external_id"] for one in found.json()["data"]]

    assert await listed("activities", kind="call") == ["2026-03-03", "2026-03-02", "2026-03-01"]
    assert await listed("activities", occurred_from="2026-03-02", occurred_until="2026-03-03", sort="occurred_at") == [
        "2026-03-02",
        "mail",
    ]
    assert await listed("deals", outcome="lost", closed_from="2026-03-03") == ["2026-03-03"]
    assert await listed("deals", stage="demo") == ["open"]
    assert await listed("deals", created_until="2026-03-02", sort="created_at") == ["2026-03-01", "open"]


async def test_pushed_calls_are_counted(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    ann = await org.add_person("Ann")
    await org.activate(model_document())
    at = (datetime.now(UTC) - timedelta(minutes=1)).isoformat()
    calls = [{**CALL, "external_id": str(n), "occurred_at": at, "owner": "ann@example.com"} for n in range(5)]
    await push(rest, org, *calls)
    await push(rest, org, *calls[:3])
    await org.refresh()
    query = {"person_id": str(ann.id), "kpi": "calls"}
    found = (await rest.get("/v1/kpi-snapshots", params=query, headers=bearer(org.admin_key))).json()["data"]
    assert [one["value"] for one in found] == ["5"]
    assert (await org.verify()).differences == []
