"""`/v1/webhook-endpoints`, `/v1/webhook-deliveries` and `/v1/events` as a partner's script uses them."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from service.core.clock import utc_now
from service.core.embedded import DatabaseUrls
from service.core.ids import new_id
from service.core.secrets import SecretBox
from service.core.settings import Settings
from service.webhooks.signing import format_secret, parse_secret
from service.webhooks.use_cases.endpoints import MOST_ENDPOINTS
from tests.factories.events import publish
from tests.factories.sales_org import SalesOrg, make_sales_org
from tests.factories.webhooks import make_webhooks
from tests.fixtures.rest import ANYWAY, bearer
from tests.fixtures.webhook_receiver import answering, receiver

ENDPOINTS, DELIVERIES, EVENTS = "/v1/webhook-endpoints", "/v1/webhook-deliveries", "/v1/events"
URL = "https://hooks.example.com/touchline"


async def add(rest: httpx.AsyncClient, org: SalesOrg, **fields: Any) -> dict[str, Any]:
    answer = await rest.post(ENDPOINTS, json={"url": URL, **fields}, headers=bearer(org.admin_key))
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def test_an_endpoints_life_and_a_secret_that_is_shown_once(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    headers = bearer(org.admin_key)
    types = ["person.updated", "person.created", "person.created"]
    made = await add(rest, org, description="HR sync", event_types=types)
    secret = made.pop("secret")
    assert len(parse_secret(secret)) == 32
    assert made["event_types"] == ["person.created", "person.updated"]
    one = f"{ENDPOINTS}/{made['id']}"
    read = await rest.get(one, headers=headers)
    assert read.json() == made
    listed = await rest.get(ENDPOINTS, headers=headers)
    assert listed.json()["data"] == [made]
    assert secret not in read.text + listed.text
    condition = headers | {"If-Match": read.headers["etag"]}
    changed = await rest.patch(one, json={"event_types": None, "enabled": False}, headers=condition)
    assert (changed.json()["event_types"], changed.json()["enabled"]) == (None, False)
    assert changed.json()["disabled_reason"] == "by_hand"
    assert (await rest.patch(one, json={"enabled": True}, headers=condition)).status_code == 412
    assert (await rest.post(f"{one}/test", headers=headers)).json()["code"] == "webhook_endpoint_disabled"
    back = await rest.patch(one, json={"enabled": True}, headers=headers | ANYWAY)
    assert (back.json()["enabled"], back.json()["disabled_at"], back.json()["disabled_reason"]) == (True, None, None)
    assert (await rest.delete(one, headers=headers)).status_code == 204
    assert (await rest.get(one, headers=headers)).json()["code"] == "webhook_endpoint_not_found"


async def test_a_secret_of_ones_own_and_its_rotation(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    headers, mine = bearer(org.admin_key), format_secret(b"m" * 24)
    made = await add(rest, org, secret=mine)
    assert made["secret"] == mine
    one = f"{ENDPOINTS}/{made['id']}"
    rotated = (await rest.post(f"{one}/rotate-secret", json={}, headers=headers)).json()
    assert rotated["secret"] != mine
    assert rotated["previous_secret_until"] > (utc_now() + timedelta(hours=23)).isoformat()
    assert (await rest.get(one, headers=headers)).json()["previous_secret_until"] == rotated["previous_secret_until"]
    ended = await rest.post(f"{one}/rotate-secret", json={"overlap_hours": 0, "secret": mine}, headers=headers)
    assert ended.json() == {"secret": mine, "previous_secret_until": None}


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"url": "https://169.254.169.254/latest"}, "/url"),
        ({"url": "http://hooks.example.com"}, "/url"),
        ({"url": "https://user:password@hooks.example.com"}, "/url"),
        ({"url": "https://localhost:8443"}, "/url"),
        ({"url": None}, "/url"),
        ({"event_types": []}, "/event_types"),
        ({"event_types": ["person.exploded"]}, "/event_types/0"),
        ({"secret": "whsec_short"}, "/secret"),
        ({"secret": "no-prefix"}, "/secret"),
        ({"description": "x" * 501}, "/description"),
        ({"headers": {"x": "y"}}, "/headers"),
    ],
)
async def test_bad_input_is_named(rest: httpx.AsyncClient, org: SalesOrg, fields: dict[str, Any], pointer: str) -> None:
    answer = await rest.post(ENDPOINTS, json={"url": URL, **fields}, headers=bearer(org.admin_key))
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_an_update_is_checked_as_a_creation_is(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    one = f"{ENDPOINTS}/{(await add(rest, org))['id']}"
    for body in ({"url": "https://[::1]/"}, {"url": None}, {"enabled": None}, {"secret": "x"}):
        answer = await rest.patch(one, json=body, headers=bearer(org.admin_key) | ANYWAY)
        assert answer.status_code == 422, body
    assert (await rest.patch(one, json={}, headers=bearer(org.admin_key))).status_code == 428


async def test_there_are_so_many_and_no_more(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    for _ in range(MOST_ENDPOINTS):
        await add(rest, org)
    answer = await rest.post(ENDPOINTS, json={"url": URL}, headers=bearer(org.admin_key))
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_webhook_endpoints")


async def test_the_log_is_read_filtered_and_replayed(
    rest: httpx.AsyncClient, org: SalesOrg, settings: Settings, urls: DatabaseUrls, secret_box: SecretBox
) -> None:
    headers, webhooks = bearer(org.admin_key), make_webhooks(org, settings, urls, secret_box)
    async with receiver(answering(500, body=b"out of order")) as there:
        endpoint = await webhooks.add(there.url())
        quiet = await webhooks.add(there.url(), event_types=["team.created"])
        asked = await rest.post(f"{ENDPOINTS}/{quiet.id}/test", headers=headers)
        assert asked.status_code == 202
        await org.add_person("Ann")
        await webhooks.publish()
        await webhooks.deliver()

        async def log(**filters: Any) -> list[dict[str, Any]]:
            answer = await rest.get(DELIVERIES, params=filters, headers=headers)
            assert answer.status_code == 200, answer.text
            found: list[dict[str, Any]] = answer.json()["data"]
            return found

        assert {(one["event_type"], one["state"]) for one in await log()} == {
            ("person.created", "pending"),
            ("webhook_endpoint.test", "pending"),
        }
        assert len(await log(event_id=asked.json()["event_id"])) == 1
        assert len(await log(event_type="person.created", endpoint_id=str(endpoint.id))) == 1
        assert await log(state="failed") == []
        assert await log(endpoint_id=str(new_id())) == []
        (delivery,) = await log(endpoint_id=str(endpoint.id))
        one = f"{DELIVERIES}/{delivery['id']}"
        (attempt,) = (await rest.get(one, headers=headers)).json()["attempts"]
        assert (attempt["number"], attempt["status"], attempt["answer"], attempt["error"]) == (
            1, 500, "out of order", None,
        )  # fmt: skip
        assert attempt["latency_ms"] >= 0
        there.behaviour = answering(200)
        replayed = await rest.post(f"{one}/replay", headers=headers)
        assert (replayed.status_code, replayed.json()) == (202, {"deliveries": 1})
        await webhooks.pass_time(seconds=4)
        assert (await rest.get(one, headers=headers)).json()["state"] == "succeeded"
        span = {"since": (utc_now() - timedelta(days=1)).isoformat()}
        nothing = await rest.post(f"{ENDPOINTS}/{endpoint.id}/replay", json=span, headers=headers)
        assert (nothing.status_code, nothing.json()) == (202, {"deliveries": 0})


async def test_the_stream_over_rest(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    headers = bearer(org.admin_key)
    ann = await org.add_person("Ann")
    await publish(org)
    first = (await rest.get(EVENTS, headers=headers)).json()
    assert [event["data"] for event in first["data"]] == [{"person_id": str(ann.id)}]
    poll = {"cursor": first["next_cursor"]}
    assert (await rest.get(EVENTS, params=poll, headers=headers)).json() == {
        "data": [],
        "next_cursor": first["next_cursor"],
    }
    await rest.post("/v1/teams", json={"name": "East"}, headers=headers)
    await publish(org)
    types = [("type", "team.created"), ("type", "team.deleted")]
    found = await rest.get(EVENTS, params=[*types, *poll.items()], headers=headers)
    assert [event["type"] for event in found.json()["data"]] == ["team.created"]
    assert 'rel="next"' in found.headers["link"]
    for params in ({"type": "team.exploded"}, {"cursor": "x"}, {"since": "1"}):
        assert (await rest.get(EVENTS, params=params, headers=headers)).status_code == 422


async def test_who_may_do_what(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    one = f"{ENDPOINTS}/{(await add(rest, org))['id']}"
    for role, reads, writes in (("enablement", 200, 403), ("manager", 403, 403), ("rep", 403, 403)):
        headers = bearer(await org.key_for(await org.add_person(role, role=role)))
        for path in (ENDPOINTS, one, DELIVERIES, EVENTS):
            assert (await rest.get(path, headers=headers)).status_code == reads, (role, path)
        for path, body in ((ENDPOINTS, {"url": URL}), (f"{one}/rotate-secret", {}), (f"{one}/test", None)):
            assert (await rest.post(path, json=body, headers=headers)).status_code == writes, (role, path)
        assert (await rest.delete(one, headers=headers)).status_code == writes


async def test_nothing_is_shared_between_organizations(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    theirs = await make_sales_org(org.database)
    await add(rest, theirs)
    await theirs.add_person("Eve")
    await publish(theirs)
    for path in (ENDPOINTS, DELIVERIES, EVENTS):
        assert (await rest.get(path, headers=bearer(org.admin_key))).json()["data"] == []
