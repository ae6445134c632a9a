"""What senders of JSON events are answered, case by case, and what is stored of it."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import orjson
import pytest
from starlette.responses import PlainTextResponse

from service.api.integrations.dispatch import IntegrationsDispatcher
from service.core.runtime import Runtime
from service.crm.receiving.runtime import ReceiverRuntime
from service.crm.standard_webhooks import new_secret
from service.crm.use_cases.connections import rotate_crm_secret
from tests.factories.event_senders import (
    CHANGE,
    EVENT,
    STRUCTURED,
    Sender,
    other_sender,
    salesforce_sender,
    sign_bytes,
)
from tests.factories.receivers import Receivers, sign_standard
from tests.factories.sales_org import SalesOrg

BATCH = "application/cloudevents-batch+json"
BINARY = {"ce_specversion": "1.0", "ce_id": "1", "ce_source": "/crm", "ce_type": "touchline.deal.upserted"}


@pytest.fixture(params=[salesforce_sender, other_sender], ids=["salesforce", "other"])
async def sender(request: pytest.FixtureRequest, receivers: Receivers, org: SalesOrg) -> Sender:
    """Both endpoints: each row of the table of answers holds for both."""
    made: Sender = await request.param(receivers, org)
    return made


async def post(receivers: Receivers, sender: Sender, body: Any = None, **changes: str) -> httpx.Response:
    return await receivers.post_events(
        sender.url, sender.secret, sender.body if body is None else body, sender.content_type, **changes
    )


async def test_what_is_stored_is_answered_202_duplicates_too(
    receivers: Receivers, org: SalesOrg, sender: Sender
) -> None:
    for _ in range(2):
        answer = await post(receivers, sender)
        assert (answer.status_code, answer.content) == (202, b"")
    bodies = await receivers.deliveries(org.id, sender.connection.id)
    assert [orjson.loads(body)["payload"] for body in bodies] == [[sender.body], [sender.body]]
    assert all(orjson.loads(body)["webhook_id"].startswith("msg_") for body in bodies)


@pytest.mark.parametrize(
    "changes",
    [
        {"webhook_signature": ""},
        {"webhook_signature": "v1,AAAA"},
        {"webhook_signature": "v2,AAAA"},
        {"webhook_id": ""},
        {"webhook_id": "another"},
        {"webhook_id": "x" * 5000},
        {"webhook_timestamp": ""},
        {"webhook_timestamp": "1790000000000"},
        {"x_touchline_secret": "whsec_wrong", "webhook_signature": ""},
    ],
)
async def test_a_bad_or_missing_signature_is_refused(
    receivers: Receivers, org: SalesOrg, sender: Sender, changes: dict[str, str]
) -> None:
    answer = await post(receivers, sender, **changes)
    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")
    assert await receivers.deliveries(org.id, sender.connection.id) == []


@pytest.mark.parametrize("offset", [-302, 302])
async def test_a_stale_or_future_signature_is_refused(receivers: Receivers, sender: Sender, offset: int) -> None:
    body = orjson.dumps(sender.body)
    headers = sign_standard(sender.secret, body, int(time.time()) + offset)
    answer = await receivers.client.post(
        sender.url, content=body, headers={**headers, "content-type": sender.content_type}
    )
    assert answer.status_code == 401


async def test_another_secret_another_body_and_another_connection_are_refused(
    receivers: Receivers, other_org: SalesOrg, sender: Sender
) -> None:
    theirs = await other_sender(receivers, other_org)
    for secret in (new_secret(), theirs.secret):
        answer = await receivers.post_events(sender.url, secret, sender.body, sender.content_type)
        assert answer.status_code == 401
    signed = sign_standard(sender.secret, orjson.dumps(sender.body))
    answer = await receivers.client.post(
        sender.url, content=b"{}", headers={**signed, "content-type": sender.content_type}
    )
    assert answer.status_code == 401
    base = sender.url.rpartition("/")[0]
    for unknown in (str(uuid4()), "not-an-id", "", "%00"):
        answer = await receivers.post_events(f"{base}/{unknown}", sender.secret, sender.body, sender.content_type)
        assert answer.status_code == 401


async def test_a_hubspot_connection_takes_no_json_events(receivers: Receivers, org: SalesOrg) -> None:
    made = await receivers.connect(org.id, secret=new_secret())
    assert (made.events_url, made.signing_secret) == (None, None)
    url = f"{receivers.base_url}/integrations/events/{made.id}"
    assert (await receivers.post_events(url, new_secret(), EVENT, STRUCTURED)).status_code == 401


async def test_a_static_secret_header_is_salesforce_s_alone(receivers: Receivers, org: SalesOrg) -> None:
    salesforce, other = await salesforce_sender(receivers, org), await other_sender(receivers, org)
    for sender, status in ((salesforce, 202), (other, 401)):
        answer = await receivers.post_events(
            sender.url, None, sender.body, sender.content_type, x_touchline_secret=sender.secret
        )
        assert answer.status_code == status
    answer = await post(receivers, salesforce, webhook_signature="v1,AAAA", x_touchline_secret=salesforce.secret)
    assert answer.status_code == 401
    (stored,) = await receivers.deliveries(org.id, salesforce.connection.id)
    assert salesforce.secret.encode() not in stored
    assert orjson.loads(stored)["webhook_id"] is None


async def test_verified_but_of_another_crm_or_organization_is_forbidden(
    receivers: Receivers, org: SalesOrg, other_org: SalesOrg
) -> None:
    salesforce, other = await salesforce_sender(receivers, org), await other_sender(receivers, org)
    wrong = f"{receivers.base_url}/integrations/salesforce/events/{other.connection.id}"
    assert (await receivers.post_events(wrong, other.secret, CHANGE)).status_code == 403
    theirs = await salesforce_sender(receivers, other_org)
    for name in ("OrganizationId", "organizationId"):
        for body in ({**CHANGE, name: theirs.connection.account_id}, [CHANGE, {**CHANGE, name: "00D000000000000"}]):
            assert (await post(receivers, salesforce, body)).status_code == 403
        ours = {**CHANGE, name: salesforce.connection.account_id[:15]}
        assert (await post(receivers, salesforce, ours)).status_code == 202
    assert await receivers.deliveries(other_org.id, theirs.connection.id) == []
    assert await receivers.deliveries(org.id, other.connection.id) == []


@pytest.mark.parametrize(
    "body", [b"", b"not json", b"{", b"7", b'"x"', b"null", b"\xff", b'{"a":"\xff"}', b"[" * 100_000, b"\x00", b"<a/>"]
)
async def test_what_is_verified_but_not_json_is_a_bad_request(
    receivers: Receivers, org: SalesOrg, sender: Sender, body: bytes
) -> None:
    signed = sign_bytes(sender.secret, body)
    answer = await receivers.client.post(
        sender.url, content=body, headers={**signed, "content-type": sender.content_type}
    )
    assert answer.status_code == 400
    assert await receivers.deliveries(org.id, sender.connection.id) == []


@pytest.mark.parametrize(
    "body",
    [
        b'{"id":"\\u0000"}',
        b'{"id":"\\ud800"}',
        b'{"a":' + b"9" * 5000 + b"}",
        b'{"id":1,"id":2}',
        b"{}",
        b'{"a":' + b"[" * 300 + b"]" * 300 + b"}",
    ],
)
async def test_odd_json_is_kept_for_quarantine(receivers: Receivers, sender: Sender, body: bytes) -> None:
    assert (await post(receivers, sender, body)).status_code == 202


async def test_one_bad_event_does_not_refuse_its_batch(receivers: Receivers, org: SalesOrg) -> None:
    salesforce, other = await salesforce_sender(receivers, org), await other_sender(receivers, org)
    for sender, kind in ((salesforce, "application/json"), (other, BATCH)):
        batch = [7, None, {}, sender.body]
        answer = await receivers.post_events(sender.url, sender.secret, batch, kind)
        assert answer.status_code == 202
        (stored,) = await receivers.deliveries(org.id, sender.connection.id)
        assert orjson.loads(stored)["payload"] == batch


async def test_all_three_content_modes(receivers: Receivers, org: SalesOrg) -> None:
    other = await other_sender(receivers, org)
    url, secret = other.url, other.secret
    answers = [
        await receivers.post_events(url, secret, EVENT, f"{STRUCTURED}; charset=utf-8"),
        await receivers.post_events(url, secret, [EVENT], BATCH),
        await receivers.post_events(url, secret, EVENT["data"], **BINARY),
        await receivers.post_events(url, secret, [], BATCH),
    ]
    assert [answer.status_code for answer in answers] == [202] * 4
    payloads = [orjson.loads(body)["payload"] for body in await receivers.deliveries(org.id, other.connection.id)]
    assert payloads == [[EVENT], [EVENT], [{**EVENT, "datacontenttype": "application/json"}], []]
    assert (await receivers.post_events(url, secret, [EVENT], STRUCTURED)).status_code == 400
    assert (await receivers.post_events(url, secret, EVENT, BATCH)).status_code == 400


@pytest.mark.parametrize(
    "content_type", ["", "text/plain", "text/xml", "application/cloudevents+avro", "application/cloudevents"]
)
async def test_other_types_are_refused(receivers: Receivers, sender: Sender, content_type: str) -> None:
    body = orjson.dumps(sender.body)
    headers = {**sign_standard(sender.secret, body), "content-type": content_type}
    assert (await receivers.client.post(sender.url, content=body, headers=headers)).status_code == 415


async def test_json_without_the_headers_of_a_cloudevent_is_no_cloudevent(receivers: Receivers, org: SalesOrg) -> None:
    other = await other_sender(receivers, org)
    assert (await receivers.post_events(other.url, other.secret, EVENT, "application/json")).status_code == 415


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
async def test_other_methods_are_refused(receivers: Receivers, sender: Sender, method: str) -> None:
    answer = await receivers.client.request(method, sender.url)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


async def test_a_body_over_the_cap_is_refused_declared_or_not(receivers: Receivers, sender: Sender) -> None:
    assert (await post(receivers, sender, b" " * (10 * 1024 * 1024 + 1))).status_code == 413

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(110):
            yield b" " * 100_000

    answer = await receivers.client.post(sender.url, content=chunks(), headers={"content-type": sender.content_type})
    assert answer.status_code == 413


async def test_both_secrets_are_valid_until_the_rotation_ends(
    receivers: Receivers, org: SalesOrg, sender: Sender
) -> None:
    async def statuses(*secrets: str) -> list[int]:
        await asyncio.sleep(0.1)
        return [
            (await receivers.post_events(sender.url, secret, sender.body, sender.content_type)).status_code
            for secret in secrets
        ]

    assert await statuses(sender.secret) == [202]
    async with receivers.database.tenant(org.id) as session:
        rotated = await rotate_crm_secret(session, org.system, sender.connection.id, receivers.runtime.secret_box)
    new = rotated.signing_secret
    assert await statuses(sender.secret, new) == [202, 202]
    await receivers.update(org.id, sender.connection.id, end_rotation=True)
    assert await statuses(sender.secret, new) == [401, 202]
    await receivers.disconnect(org.id, sender.connection.id)
    assert await statuses(new) == [401]


async def test_without_a_database_the_sender_is_asked_to_send_again(receivers: Receivers, sender: Sender) -> None:
    down = "postgresql://nobody@127.0.0.1:1/none"
    urls = receivers.runtime.urls
    broken = Runtime(
        receivers.runtime.settings,
        type(urls)(app=down, ingest=down, owner=down),
        receivers.database,
        receivers.runtime.secret_box,
    )
    dispatcher = IntegrationsDispatcher(PlainTextResponse("not here", 404))
    transport = httpx.ASGITransport(app=dispatcher)
    async with httpx.AsyncClient(transport=transport, base_url=receivers.base_url) as client:
        elsewhere = Receivers(client, dispatcher, broken, receivers.base_url)
        answer = await post(elsewhere, sender)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        receiving = ReceiverRuntime(broken)
        await receiving.start()
        dispatcher.receivers = receiving
        answer = await post(elsewhere, sender)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        await receiving.stop()
