"""From a webhook that changes a KPI to the changed brief at a GraphQL subscriber, on the demo's data."""

import asyncio
import json
import math
import time
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from schema.relay import to_global_id
from service.core.clock import utc_now
from service.core.database import Database
from service.core.embedded import ensure_database
from service.core.pagination import PageRequest
from service.core.principal import Principal
from service.demo.archetypes import REPS, Rep
from service.demo.generator import Work
from service.demo.hubspot import sign, work_events
from service.demo.identifiers import HUBSPOT
from service.demo.state import DemoState
from service.organizations.dto.people import PersonFilter
from service.organizations.use_cases.people import list_people
from tests.benchmarks.freshness import Freshness, demo
from tests.factories.briefs import add_session, brief_for
from tests.factories.receivers import now_ms

CHANGES = 100
SHOWN = "kpi:calls-made:"
PATIENCE_SECONDS = 20.0
CHANGED = """subscription ($id: ID!) { briefChanged(sessionId: $id) { coachingBrief { asOf
  changes { edges { node } } kpisBehind { edges { node links { edges { node } } } } dealsToInspect { edges { node } }
  topics { edges { node { title } } } } } }"""


def measure_briefs(home: Path) -> Freshness:
    """Milliseconds from the sending of a call's webhook to the brief that tells of the call."""
    with demo(home) as state:
        return asyncio.run(_measure(home, state))


async def _measure(home: Path, state: DemoState) -> Freshness:
    sessions = await _sessions(home, state)
    async with httpx.AsyncClient(timeout=15) as client, AsyncExitStack() as stack:
        sockets = {rep: await stack.enter_async_context(_connection(state)) for rep in sessions}
        for rep, socket in sockets.items():
            await _subscribe(socket, state, sessions[rep])
        await asyncio.sleep(3)
        waits = []
        for number in range(CHANGES):
            rep = list(sockets)[number % len(sockets)]
            waits.append(await _change(client, state, rep, sockets[rep], number))
    ordered = sorted(waits)
    return Freshness(ordered[len(ordered) // 2], ordered[math.ceil(len(ordered) * 0.99) - 1], len(ordered))


async def _sessions(home: Path, state: DemoState) -> dict[Rep, UUID]:
    """A session tomorrow of each rep whose brief names their calls, so that every call changes it."""
    urls = await asyncio.to_thread(ensure_database, home / "postgres")
    database, org_id = Database(urls.app, pool_size=2), UUID(state.org_id)
    system, found = Principal.system(org_id), {}
    try:
        async with database.tenant(org_id) as session:
            page = await list_people(session, system, PersonFilter(), PageRequest(limit=200))
        ids = {person.email: person.id for person in page.items}
        for rep in REPS:
            if rep.team == HUBSPOT:
                between = (UUID(state.manager_id), ids[rep.email])
                row = await add_session(database, org_id, between, utc_now() + timedelta(days=1))
                brief = await brief_for(database, system, row.id)
                if any(one.key.startswith(SHOWN) for one in brief.kpis_behind):
                    found[rep] = row.id
    finally:
        await database.close()
    if not found:
        raise RuntimeError("no rep of the demo is behind on calls")
    return found


def _connection(state: DemoState) -> connect:
    return connect(f"ws://127.0.0.1:{state.port}/graphql", subprotocols=[Subprotocol("graphql-transport-ws")])


async def _subscribe(socket: ClientConnection, state: DemoState, session_id: UUID) -> None:
    payload = {"authorization": f"Bearer {state.manager_key}"}
    await socket.send(json.dumps({"type": "connection_init", "payload": payload}))
    await socket.recv()
    asked = {"query": CHANGED, "variables": {"id": to_global_id("CoachingSession", session_id)}}
    await socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": asked}))


async def _change(
    client: httpx.AsyncClient, state: DemoState, rep: Rep, socket: ClientConnection, number: int
) -> float:
    """One call; an earlier change's second message (its opportunity) may still be on its way: the last one counts."""
    now = datetime.now(UTC)
    call = Work(f"02{now:%Y%m%d%H%M%S}{number:06d}", rep, "call", now, "connected", "outbound", 300)
    body = json.dumps(list(work_events(call))).encode()
    headers = sign(state.hubspot_secret, state.hubspot_url, body, now_ms())
    await _drain(socket)
    began = time.perf_counter()
    (await client.post(state.hubspot_url, content=body, headers=headers)).raise_for_status()
    async with asyncio.timeout(PATIENCE_SECONDS):
        await socket.recv()
    return (time.perf_counter() - began) * 1000


async def _drain(socket: ClientConnection, quiet_seconds: float = 0.6) -> None:
    """Wait until nothing more comes of what was changed before."""
    while True:
        try:
            await asyncio.wait_for(socket.recv(), quiet_seconds)
        except TimeoutError:
            return
