"""A revoked key and a changed role stop working in every process within a second, open subscriptions included."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest_asyncio
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from schema.relay import to_global_id
from service.core.embedded import DatabaseUrls
from service.core.secrets import SecretBox
from service.core.settings import Settings
from tests.factories.sales_org import SalesOrg
from tests.fixtures.rest import ANYWAY, bearer
from tests.fixtures.serving import serving

AT_ONCE = 3.0
"""Seconds: it is a few milliseconds on a quiet machine."""
LISTEN = "subscription ($id: ID!) { scorecardChanged(personId: $id) { process { edges { cursor } } } }"


@pytest_asyncio.fixture
async def here(settings: Settings, urls: DatabaseUrls, secret_box: SecretBox) -> AsyncIterator[httpx.AsyncClient]:
    """One serving process."""
    async with serving(settings, urls, secret_box) as host, httpx.AsyncClient(base_url=f"http://{host}") as client:
        yield client


@pytest_asyncio.fixture
async def there(settings: Settings, urls: DatabaseUrls, secret_box: SecretBox) -> AsyncIterator[httpx.AsyncClient]:
    """Another one."""
    async with serving(settings, urls, secret_box) as host, httpx.AsyncClient(base_url=f"http://{host}") as client:
        yield client


async def listen(client: httpx.AsyncClient, key: str, person_id: Any) -> ClientConnection:
    """A subscription that has begun."""
    url = str(client.base_url).replace("http", "ws") + "/graphql"
    socket = await connect(url, subprotocols=[Subprotocol("graphql-transport-ws")])
    await socket.send(json.dumps({"type": "connection_init", "payload": {"authorization": f"Bearer {key}"}}))
    assert json.loads(await socket.recv()) == {"type": "connection_ack"}
    asked = {"query": LISTEN, "variables": {"id": to_global_id("Person", person_id)}}
    await socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": asked}))
    return socket


async def until(client: httpx.AsyncClient, key: str, path: str, status: int) -> float:
    """Seconds until a read answers with a status, asked again and again."""
    started = time.monotonic()
    while (await client.get(path, headers=bearer(key))).status_code != status:
        assert time.monotonic() - started < 5, "it never happens"
        await asyncio.sleep(0.01)
    return time.monotonic() - started


async def test_a_revoked_key(org: SalesOrg, here: httpx.AsyncClient, there: httpx.AsyncClient) -> None:
    ann = await org.add_person("Ann")
    key = await org.key_for(ann)
    admin = bearer(org.admin_key)
    socket = await listen(there, key, ann.id)
    for client in (here, there):
        assert (await client.get("/v1/me", headers=bearer(key))).status_code == 200
    listed = (await here.get("/v1/api-keys", headers=admin)).json()["data"]
    (id_,) = [row["id"] for row in listed if row["person_id"] == str(ann.id)]
    assert (await here.delete(f"/v1/api-keys/{id_}", headers=admin)).status_code == 204
    assert await until(there, key, "/v1/me", 401) < AT_ONCE
    async with asyncio.timeout(AT_ONCE):
        await socket.wait_closed()
    assert socket.close_code == 4403


async def test_a_changed_role(org: SalesOrg, here: httpx.AsyncClient, there: httpx.AsyncClient) -> None:
    coach = await org.add_person("Coach", role="enablement")
    key, admin = await org.key_for(coach), bearer(org.admin_key)
    socket = await listen(there, key, coach.id)
    path = "/v1/crm-connections"
    assert (await there.get(path, headers=bearer(key))).status_code == 200
    changed = await here.patch(f"/v1/people/{coach.id}", json={"role": "rep"}, headers=admin | ANYWAY)
    assert changed.status_code == 200
    assert await until(there, key, path, 403) < AT_ONCE
    async with asyncio.timeout(AT_ONCE):
        await socket.wait_closed()
    assert socket.close_code == 4403


async def test_a_rotated_key(org: SalesOrg, here: httpx.AsyncClient, there: httpx.AsyncClient) -> None:
    """Both secrets work while the grace time lasts; without one the old ends at once."""
    admin = bearer(org.admin_key)
    made = (await here.post("/v1/api-keys", json={"name": "S", "scopes": ["people:read"]}, headers=admin)).json()
    path = f"/v1/api-keys/{made['id']}/rotate"
    second = (await here.post(path, json={}, headers=admin)).json()
    for secret in (made["key"], second["key"]):
        assert (await there.get("/v1/people", headers=bearer(secret))).status_code == 200
    third = (await here.post(path, json={"grace_hours": 0}, headers=admin)).json()
    for secret in (made["key"], second["key"]):
        assert await until(there, secret, "/v1/people", 401) < AT_ONCE
    assert (await there.get("/v1/people", headers=bearer(third["key"]))).status_code == 200
