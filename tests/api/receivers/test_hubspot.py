"""What HubSpot is answered, case by case, and what is stored of it."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.factories.receivers import Receivers, deal_event, new_portal, now_ms, sign_v3
from tests.factories.sales_org import SalesOrg

PAYLOADS = [
    "amp_contact_merge_authored",
    "amp_settings_page_samples",
    "djhubspot_deal_stage_attempt0",
    "djhubspot_deal_stage_attempt3",
    "djhubspot_deal_stage_event",
    "maton_company_lifecycle",
    "maton_contact_lifecycle",
    "maton_deal_lifecycle",
    "maton_ticket_lifecycle",
    "sesam_company_change_create_delete",
]


@pytest.mark.parametrize("name", PAYLOADS)
async def test_every_captured_payload_is_stored_byte_for_byte(
    receivers: Receivers, org: SalesOrg, shared: Path, name: str
) -> None:
    body = (shared / "vectors" / "hubspot" / f"{name}.json").read_bytes()
    first = json.loads(body)[0]
    app_id = str(first.get("appId", new_portal()))
    connection = await receivers.connect(
        org.id, account_id=str(first["portalId"]), app_id=app_id, secret="captured-secret"
    )
    try:
        for _ in range(2):
            answer = await receivers.post_hubspot("captured-secret", body)
            assert (answer.status_code, answer.content) == (200, b"")
        assert await receivers.deliveries(org.id, connection.id) == [body, body]
    finally:
        await receivers.disconnect(org.id, connection.id)
        # Another case has the same portal, sooner than the notice of this may come on a busy machine.
        assert receivers.dispatcher.receivers is not None
        receivers.dispatcher.receivers.routes.clear()


def test_no_captured_payload_is_left_out(shared: Path) -> None:
    found = {path.stem for path in (shared / "vectors" / "hubspot").glob("*.json")}
    assert found - {"signed"} == set(PAYLOADS)


@pytest.fixture
async def portal(receivers: Receivers, org: SalesOrg) -> tuple[int, int, str]:
    """A connected portal, its application and secret."""
    connection = await receivers.connect(org.id, secret="portal-secret")
    assert connection.app_id is not None
    return int(connection.account_id), int(connection.app_id), "portal-secret"


@pytest.mark.parametrize(
    "headers",
    [
        {"x-hubspot-signature-v3": "AAAA"},
        {"x-hubspot-signature-v3": ""},
        {"x-hubspot-request-timestamp": ""},
        {"x-hubspot-request-timestamp": "1790000000"},
    ],
)
async def test_a_bad_or_missing_signature_is_refused(
    receivers: Receivers, portal: tuple[int, int, str], headers: dict[str, str]
) -> None:
    portal_id, app_id, secret = portal
    answer = await receivers.post_hubspot(secret, [deal_event(portal_id, app_id)], headers=headers)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("offset", [-300_500, 301_500])
async def test_a_stale_or_future_signature_is_refused(
    receivers: Receivers, portal: tuple[int, int, str], offset: int
) -> None:
    portal_id, app_id, secret = portal
    body = orjson.dumps([deal_event(portal_id, app_id)])
    headers = sign_v3(secret, receivers.hubspot_url, body, now_ms() + offset)
    assert (await receivers.post_hubspot(secret, body, headers=headers)).status_code == 401


async def test_another_secret_an_unknown_app_and_a_changed_body_are_refused(
    receivers: Receivers, portal: tuple[int, int, str]
) -> None:
    portal_id, app_id, secret = portal
    events = [deal_event(portal_id, app_id)]
    assert (await receivers.post_hubspot("wrong", events)).status_code == 401
    assert (await receivers.post_hubspot(secret, [deal_event(portal_id, new_portal())])).status_code == 401
    signed = sign_v3(secret, receivers.hubspot_url, orjson.dumps(events))
    changed = orjson.dumps([{**events[0], "propertyValue": "999"}])
    assert (await receivers.post_hubspot(secret, changed, headers=signed)).status_code == 401


async def test_older_signature_versions_alone_are_refused(
    receivers: Receivers, portal: tuple[int, int, str], shared: Path
) -> None:
    document = json.loads((shared / "vectors" / "hubspot" / "signed.json").read_text())
    for vector in document["vectors"]:
        if vector["version"] != "v3":
            answer = await receivers.client.post(
                receivers.hubspot_url, content=vector["body"].encode(), headers=vector["headers"]
            )
            assert answer.status_code == 401


async def test_the_uri_is_the_configured_one_with_its_query_decoded(
    receivers: Receivers, portal: tuple[int, int, str]
) -> None:
    portal_id, app_id, secret = portal
    body = orjson.dumps([deal_event(portal_id, app_id)])
    signed = sign_v3(secret, f"{receivers.hubspot_url}?src=hs:app/v3&x=%20", body)
    url = f"{receivers.hubspot_url}?src=hs%3Aapp%2Fv3&x=%20"
    answer = await receivers.client.post(url, content=body, headers={**signed, "host": "internal.example"})
    assert answer.status_code == 200
    assert (await receivers.client.post(receivers.hubspot_url, content=body, headers=signed)).status_code == 401


@pytest.mark.parametrize(
    "body", [b"not json", b'{"appId":APP,"portalId":1}', b'[{"appId":APP},', b'[{"appId":APP,"x":"\xff"}]', b"7"]
)
async def test_what_is_verified_but_no_array_is_a_bad_request(
    receivers: Receivers, portal: tuple[int, int, str], body: bytes
) -> None:
    answer = await receivers.post_hubspot(portal[2], body.replace(b"APP", str(portal[1]).encode()))
    assert answer.status_code == 400


async def test_bad_events_go_with_the_good_ones_to_be_quarantined(receivers: Receivers, org: SalesOrg) -> None:
    connection = await receivers.connect(org.id)
    assert connection.app_id is not None
    portal_id, app_id, secret = int(connection.account_id), int(connection.app_id), "quarantined-secret"
    await receivers.update(org.id, connection.id, secret=secret)
    bad: list[Any] = [7, None, {"appId": app_id}, {"portalId": [portal_id]}]
    events = [*bad, deal_event(portal_id, app_id)]
    assert (await receivers.post_hubspot(secret, events)).status_code == 200
    assert (await receivers.post_hubspot(secret, [{"appId": app_id}])).status_code == 200
    stored = [orjson.loads(body) for body in await receivers.deliveries(org.id, connection.id)]
    assert stored == [events, [{"appId": app_id}]]


async def test_an_event_of_another_application_is_refused_with_its_batch(
    receivers: Receivers, portal: tuple[int, int, str], other_org: SalesOrg
) -> None:
    portal_id, app_id, secret = portal
    theirs = await receivers.connect(other_org.id)
    assert theirs.app_id is not None
    batch = [deal_event(portal_id, app_id), deal_event(int(theirs.account_id), int(theirs.app_id))]
    assert (await receivers.post_hubspot(secret, batch)).status_code == 401
    smuggled = [deal_event(portal_id, app_id), deal_event(int(theirs.account_id), None)]
    assert (await receivers.post_hubspot(secret, smuggled)).status_code == 200
    assert await receivers.deliveries(other_org.id, theirs.id) == []


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD", "OPTIONS"])
async def test_other_methods_are_refused(receivers: Receivers, method: str) -> None:
    answer = await receivers.client.request(method, receivers.hubspot_url)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/x-www-form-urlencoded"])
async def test_other_types_are_refused(receivers: Receivers, portal: tuple[int, int, str], content_type: str) -> None:
    events = [deal_event(portal[0], portal[1])]
    answer = await receivers.post_hubspot(portal[2], events, headers={"content-type": content_type})
    assert answer.status_code == 415
    accepted = {"content-type": "Application/JSON; charset=UTF-8"}
    assert (await receivers.post_hubspot(portal[2], events, headers=accepted)).status_code == 200


async def test_a_body_over_the_cap_is_refused_declared_or_not(
    receivers: Receivers, portal: tuple[int, int, str]
) -> None:
    events = [deal_event(portal[0], portal[1], propertyValue="x" * 70_000)]
    assert (await receivers.post_hubspot(portal[2], events)).status_code == 413

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b" " * 10_000

    answer = await receivers.client.post(
        receivers.hubspot_url, content=chunks(), headers={"content-type": "application/json"}
    )
    assert answer.status_code == 413


async def test_a_body_in_pieces_is_put_together_and_a_cut_one_is_dropped(receivers: Receivers, org: SalesOrg) -> None:
    connection = await receivers.connect(org.id, secret="pieces-secret")
    body = orjson.dumps([deal_event(int(connection.account_id), int(connection.app_id or 0))])
    headers = [(k.encode(), v.encode()) for k, v in sign_v3("pieces-secret", receivers.hubspot_url, body).items()]
    path = "/integrations/hubspot/webhooks"
    scope = {
        "type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "query_string": b"",
        "headers": headers,
    }  # fmt: skip
    half = {"type": "http.request", "body": body[:50], "more_body": True}
    rest = {"type": "http.request", "body": body[50:], "more_body": False}

    async def call(*messages: dict[str, Any]) -> list[Any]:
        incoming, sent = iter(messages), []

        async def receive() -> dict[str, Any]:
            await asyncio.sleep(0)
            return next(incoming)

        async def send(message: Any) -> None:
            sent.append(message)

        await receivers.dispatcher(scope, receive, send)
        return sent

    assert await call(half, {"type": "http.disconnect"}) == []
    assert await receivers.deliveries(org.id, connection.id) == []
    assert (await call(half, rest))[0]["status"] == 200
    assert await receivers.deliveries(org.id, connection.id) == [body]


async def test_all_else_goes_to_the_application(receivers: Receivers) -> None:
    for path in ("/", "/integrations/", "/integrations/hubspot/webhooks/", "/v1/me"):
        assert (await receivers.client.post(path)).text == "not here"
