"""From the commit of a changed snapshot in one process to the message at GraphQL subscribers of another."""

import asyncio
import json
import math
import time
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from schema.relay import to_global_id
from service.core.database import Database
from service.core.embedded import ensure_database
from service.kpi_snapshots.tasks import refresh_snapshots
from service.organizations.dto.people import PersonDTO
from tests.benchmarks.freshness import Freshness
from tests.factories.sales_org import SalesOrg, make_sales_org
from tests.factories.success_models import model_document
from tests.fixtures.processes import ServiceProcess

REPS = 20
CHANGES = 100
PAUSE_SECONDS = 0.1
CHANGED = """subscription ($id: ID!) { scorecardChanged(personId: $id) {
  process { edges { node { kpi value target attainment } } } } }"""


def measure_live(home: Path, subscribers: int = 100) -> Freshness:
    """Milliseconds from commit to message; this process changes the numbers, the served one tells of them."""
    service = ServiceProcess(home, arguments=("--no-worker",))
    service.start()
    try:
        return asyncio.run(_measure(service, subscribers))
    finally:
        service.stop()


async def _measure(service: ServiceProcess, subscribers: int) -> Freshness:
    urls = await asyncio.to_thread(ensure_database, service.home / "postgres")
    database = Database(urls.app, pool_size=4)
    try:
        org = await make_sales_org(database)
        reps = [await org.add_person(f"Rep{index}") for index in range(REPS)]
        await org.activate(model_document())
        async with AsyncExitStack() as stack:
            sockets = [
                await stack.enter_async_context(_subscribed(service, org, reps[index % REPS]))
                for index in range(subscribers)
            ]
            await asyncio.sleep(1)
            delays = await _change(org, reps, sockets)
    finally:
        await database.close()
    ordered = sorted(delays)
    return Freshness(ordered[len(ordered) // 2], ordered[math.ceil(len(ordered) * 0.99) - 1], len(ordered))


def _subscribed(service: ServiceProcess, org: SalesOrg, rep: PersonDTO) -> "_Subscriber":
    return _Subscriber(f"ws://127.0.0.1:{service.port}/graphql", org.admin_key, to_global_id("Person", rep.id))


class _Subscriber:
    """One connection with one subscription."""

    def __init__(self, url: str, key: str, person: str) -> None:
        self._connection = connect(url, subprotocols=[Subprotocol("graphql-transport-ws")])
        self._key = key
        self._person = person

    async def __aenter__(self) -> ClientConnection:
        socket = await self._connection.__aenter__()
        payload = {"authorization": f"Bearer {self._key}"}
        await socket.send(json.dumps({"type": "connection_init", "payload": payload}))
        await socket.recv()
        asked = {"query": CHANGED, "variables": {"id": self._person}}
        await socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": asked}))
        return socket

    async def __aexit__(self, *exception: object) -> None:
        await self._connection.__aexit__(*exception)  # type: ignore[arg-type]


async def _change(org: SalesOrg, reps: list[PersonDTO], sockets: list[ClientConnection]) -> list[float]:
    """One rep after the other makes a call; every subscriber of that rep must hear of it."""
    delays: list[float] = []
    for index in range(CHANGES):
        rep = index % REPS
        await org.add_activity(reps[rep], datetime.now(UTC), outcome="connected")
        await org.refresh()
        await refresh_snapshots(org.database, org.id, REPS)
        committed = time.perf_counter()
        heard = await asyncio.gather(*(_heard_at(socket) for socket in sockets[rep::REPS]))
        delays += [(at - committed) * 1000 for at in heard]
        await asyncio.sleep(PAUSE_SECONDS)
    return delays


async def _heard_at(socket: ClientConnection) -> float:
    async with asyncio.timeout(5):
        await socket.recv()
    return time.perf_counter()
