"""Subscriptions: the protocol message by message, who may listen, and what one hears."""

import asyncio
import contextlib
import json
from datetime import UTC, datetime
from typing import Any

import pytest
import websockets
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from schema import sockets
from schema.relay import to_global_id
from service.core.embedded import DatabaseUrls
from service.core.secrets import SecretBox
from service.core.settings import Settings
from service.organizations.dto.people import PersonDTO
from tests.factories.sales_org import SalesOrg
from tests.factories.success_models import model_document
from tests.fixtures.serving import serving
from tests.fixtures.sockets import PROTOCOL, hear, opened, say, settle

CHANGES = """subscription ($person: ID, $manager: ID) { scorecardChanged(personId: $person, managerId: $manager) {
    process { edges { node { kpi value person { name } } } } } }"""


async def subscribe(socket: ClientConnection, id_: str = "1", **variables: Any) -> None:
    await say(socket, id=id_, type="subscribe", payload={"query": CHANGES, "variables": variables})


async def closing(socket: ClientConnection) -> int:
    """The code that the server closes with."""
    async with asyncio.timeout(10):
        with contextlib.suppress(websockets.ConnectionClosedError):
            async for _message in socket:
                pass
    assert socket.close_code is not None
    return socket.close_code


@pytest.mark.parametrize(
    ("messages", "code"),
    [
        (["no json"], 4400),
        (["[]"], 4400),
        (["7"], 4400),
        (['{"type": "nonsense"}'], 4400),
        (["{}"], 4400),
        (["[" * 30_000], 4400),
        (['{"type": "subscribe", "id": "1", "payload": {"query": "{ me { role } }"}}'], 4401),
        (['{"type": "connection_init", "payload": 7}'], 4400),
        (['{"type": "connection_init"}'], 4403),
        (['{"type": "connection_init", "payload": {"authorization": 7}}'], 4403),
        (['{"type": "connection_init", "payload": {"authorization": "Bearer tl_nobody"}}'], 4403),
        (["INIT", "INIT"], 4429),
        (["INIT", '{"type": "subscribe", "id": {}, "payload": {"query": "{ me { role } }"}}'], 4400),
        (["INIT", '{"type": "subscribe", "id": "1", "payload": {"query": 7}}'], 4400),
        (["INIT", '{"type": "subscribe", "id": "1"}'], 4400),
        (["INIT", '{"type": "subscribe", "payload": {"query": "{ me { role } }"}}'], 4400),
        (["INIT", "LISTEN", "LISTEN"], 4409),
        (["INIT", *['{"type": "ping"}'] * 200], 4429),
    ],
)
async def test_what_breaks_the_protocol_closes_the_connection(
    host: str, org: SalesOrg, messages: list[str], code: int
) -> None:
    listen = {"query": CHANGES, "variables": {"person": to_global_id("Person", (await org.add_person("Ann")).id)}}
    known = {
        "INIT": json.dumps({"type": "connection_init", "payload": {"authorization": f"Bearer {org.admin_key}"}}),
        "LISTEN": json.dumps({"type": "subscribe", "id": "1", "payload": listen}),
    }
    async with opened(host) as socket:
        for message in messages:
            await socket.send(known.get(message, message))
        assert await closing(socket) == code


async def test_binary_frames_and_giants_are_refused(host: str, org: SalesOrg) -> None:
    async with opened(host, org.admin_key) as socket:
        await socket.send(b'{"type": "ping"}')
        assert await closing(socket) == 4400
    async with opened(host, org.admin_key) as socket:
        await socket.send("x" * (sockets.MAX_MESSAGE_BYTES + 1))
        assert await closing(socket) == 1009


async def test_who_says_nothing_is_shown_out(
    host: str, monkeypatch: pytest.MonkeyPatch, settings: Settings, urls: DatabaseUrls, secret_box: SecretBox
) -> None:
    with pytest.raises(websockets.InvalidStatus):
        async with connect(f"ws://{host}/graphql", subprotocols=[PROTOCOL], origin="https://evil.example"):  # type: ignore[arg-type]
            pass
    async with connect(f"ws://{host}/graphql", subprotocols=[Subprotocol("graphql-ws")]) as socket:
        assert await closing(socket) == 4406
    full = settings.model_copy(update={"websocket_connections": 1})
    async with serving(full, urls, secret_box) as small, opened(small):
        with pytest.raises(websockets.InvalidStatus):
            async with opened(small):
                pass


async def test_an_operation_may_be_a_query_too(host: str, org: SalesOrg) -> None:
    async with opened(host, org.admin_key) as socket:
        for id_ in ("1", "2"):
            await say(socket, id=id_, type="subscribe", payload={"query": "{ organization { name } }"})
            answer = await hear(socket)
            assert (answer["id"], list(answer["payload"]["data"])) == (id_, ["organization"])
            assert await hear(socket) == {"id": id_, "type": "complete"}
        for document in ("{ nope }", "{"):
            await say(socket, id="3", type="subscribe", payload={"query": document})
            refused = await hear(socket)
            assert (refused["type"], refused["payload"][0]["extensions"]["code"]) == ("error", "invalid_document")
        await say(socket, type="ping")
        assert await hear(socket) == {"type": "pong"}


async def test_subscriptions_are_bounded(host: str, org: SalesOrg) -> None:
    person = to_global_id("Person", (await org.add_person("Ann")).id)
    async with opened(host, org.admin_key) as socket:
        for index in range(sockets.MAX_SUBSCRIPTIONS + 1):
            await subscribe(socket, str(index), person=person)
        refused = await hear(socket)
        assert (refused["id"], refused["type"]) == (str(sockets.MAX_SUBSCRIPTIONS), "error")


def snapshots(message: dict[str, Any]) -> list[dict[str, Any]]:
    """What a message tells."""
    edges = message["payload"]["data"]["scorecardChanged"]["process"]["edges"]
    return [edge["node"] for edge in edges]


async def calls(org: SalesOrg, person: PersonDTO, count: int = 1) -> None:
    """Calls, and the refresh that a worker in another process would make."""
    for _ in range(count):
        await org.add_activity(person, datetime.now(UTC), outcome="connected")
    await org.keep_ready()


async def test_changes_reach_those_who_may_see_them(host: str, org: SalesOrg) -> None:
    lead = await org.add_person("Lead", role="manager")
    rita, olaf = await org.add_person("Rita", manager_id=lead.id), await org.add_person("Olaf")
    await org.activate(model_document())
    keys = {person.name: await org.key_for(person) for person in (lead, rita, olaf)}
    async with (
        opened(host, keys["Lead"]) as boss,
        opened(host, keys["Rita"]) as self_,
        opened(host, keys["Olaf"]) as other,
    ):
        await subscribe(boss, manager=to_global_id("Person", lead.id))
        await subscribe(self_, person=to_global_id("Person", rita.id))
        await subscribe(other, person=to_global_id("Person", rita.id))
        hidden = await hear(other)
        assert hidden["payload"]["errors"][0]["extensions"]["code"] == "person_not_found"
        assert await hear(other) == {"id": "1", "type": "complete"}
        await settle(boss, self_)
        await calls(org, olaf)
        await calls(org, rita, 3)
        for socket in (boss, self_):
            message = await hear(socket)
            told = snapshots(message)
            assert {snapshot["person"]["name"] for snapshot in told} == {"Rita"}
            assert {snapshot["kpi"]: snapshot["value"] for snapshot in told}["calls"] == "3"
        await say(boss, id="1", type="complete")
        await calls(org, rita)
        assert (await hear(self_))["type"] == "next"
        with pytest.raises(TimeoutError):
            await hear(boss, patience=1)


async def test_one_says_whose(host: str, org: SalesOrg) -> None:
    async with opened(host, org.admin_key) as socket:
        await subscribe(socket)
        assert (await hear(socket))["payload"]["errors"][0]["extensions"]["kind"] == "invalid"


async def test_who_does_not_listen_is_owed_the_latest_only(host: str, org: SalesOrg) -> None:
    ann = await org.add_person("Ann")
    await org.activate(model_document())
    async with opened(host, org.admin_key) as socket:
        await subscribe(socket, person=to_global_id("Person", ann.id))
        await settle(socket)
        await asyncio.gather(*(calls(org, ann) for _ in range(8)))
        heard: list[dict[str, Any]] = []
        while not heard or heard[-1]["calls"] != "8":
            told = snapshots(await hear(socket))
            heard.append({snapshot["kpi"]: snapshot["value"] for snapshot in told})
        assert len(heard) <= 8
