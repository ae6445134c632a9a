"""From the webhook's answer to the changed snapshot over REST, on the demo's data under a steady load."""

import asyncio
import json
import math
import os
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from service.demo.archetypes import REPS as EVERYBODY
from service.demo.generator import Work
from service.demo.hubspot import sign, work_events
from service.demo.identifiers import HUBSPOT
from service.demo.state import DemoState, load_state
from tests.factories.receivers import now_ms
from tests.fixtures.processes import TOUCHLINE, free_port

REPS = [rep for rep in EVERYBODY if rep.team == HUBSPOT]
REQUESTS_PER_SECOND = 50
SECONDS = 30
POLL_SECONDS = 0.05
"""One request for everybody: a poll for each waiting delivery would itself become the greater part of the load."""

PATIENCE_SECONDS = 10.0
SETUP_SECONDS = 180.0


@dataclass(frozen=True, slots=True)
class Freshness:
    """Milliseconds between the answer and the changed snapshot."""

    p50: float
    p99: float
    probes: int


@contextmanager
def demo(home: Path) -> Iterator[DemoState]:
    """The demo, serving with its worker in a process of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TOUCHLINE_")}
    unlimited = {"TOUCHLINE_RATE_LIMIT_CALLER": "0", "TOUCHLINE_RATE_LIMIT_ORGANIZATION": "0"}
    environment = {**kept, **unlimited, "TOUCHLINE_HOME": str(home), "PORT": str(free_port())}
    process = subprocess.Popen([*TOUCHLINE, "demo"], env=environment, stdout=subprocess.PIPE, text=True)
    try:
        _wait_until_ready(process)
        state = load_state(home)
        assert state is not None
        yield state
    finally:
        process.terminate()
        process.wait(30)


def _wait_until_ready(process: "subprocess.Popen[str]") -> None:
    assert process.stdout is not None
    too_late = threading.Timer(SETUP_SECONDS, process.kill)
    too_late.start()
    try:
        if not any(line.startswith("Ready:") for line in process.stdout):
            raise RuntimeError("the demo did not become ready")
    finally:
        too_late.cancel()


@dataclass(frozen=True, slots=True)
class Awaited:
    """A delivery that was acknowledged at a time, and the number of its rep's calls that holds it."""

    person_id: str
    expected: int
    answered: float


@dataclass(slots=True)
class Watch:
    """Sends completed calls of every rep in turn, and watches everybody's `calls-made` of this week."""

    client: httpx.AsyncClient
    state: DemoState
    people: dict[str, str] = field(default_factory=dict)
    promised: dict[str, int] = field(default_factory=dict)
    awaited: list[Awaited] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)

    async def prepare(self) -> None:
        """Everybody's id and number before the load."""
        listed = await self._get("/v1/people", limit=200)
        self.people = {person["email"]: person["id"] for person in listed}
        self.promised = await self._calls()

    async def send(self, number: int) -> None:
        """One webhook, from whose answer on its number is awaited."""
        rep = REPS[number % len(REPS)]
        now = datetime.now(UTC)
        call = Work(f"01{now:%Y%m%d%H%M%S}{number:06d}", rep, "call", now, "connected", "outbound", 300)
        body = json.dumps(list(work_events(call))).encode()
        headers = sign(self.state.hubspot_secret, self.state.hubspot_url, body, now_ms())
        (await self.client.post(self.state.hubspot_url, content=body, headers=headers)).raise_for_status()
        person_id = self.people[rep.email]
        self.promised[person_id] += 1
        self.awaited.append(Awaited(person_id, self.promised[person_id], time.perf_counter()))

    async def watch(self, deliveries: int) -> None:
        """Until so many deliveries are numbers."""
        while len(self.waits) < deliveries:
            await asyncio.sleep(POLL_SECONDS)
            calls, seen = await self._calls(), time.perf_counter()
            arrived = [one for one in self.awaited if calls[one.person_id] >= one.expected]
            self.waits += [(seen - one.answered) * 1000 for one in arrived]
            self.awaited = [one for one in self.awaited if calls[one.person_id] < one.expected]
            if any(seen - one.answered > PATIENCE_SECONDS for one in self.awaited):
                raise RuntimeError("a webhook did not become a snapshot")

    async def _calls(self) -> dict[str, int]:
        found = await self._get("/v1/kpi-snapshots", kpi="calls-made", period="week", limit=200)
        return {one["person_id"]: int(float(one["value"])) for one in found}

    async def _get(self, path: str, **params: Any) -> Any:
        url = f"http://127.0.0.1:{self.state.port}{path}"
        headers = {"Authorization": f"Bearer {self.state.admin_key}"}
        return (await self.client.get(url, params=params, headers=headers)).raise_for_status().json()["data"]


async def _measure(state: DemoState) -> Freshness:
    async with httpx.AsyncClient(timeout=15) as client:
        watch = Watch(client, state)
        await watch.prepare()
        clock = asyncio.get_running_loop()
        deliveries = REQUESTS_PER_SECOND * SECONDS
        began = clock.time()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(watch.watch(deliveries))
            for number in range(deliveries):
                await asyncio.sleep(max(0.0, began + number / REQUESTS_PER_SECOND - clock.time()))
                tasks.create_task(watch.send(number))
    waits = sorted(watch.waits)
    return Freshness(waits[len(waits) // 2], waits[math.ceil(len(waits) * 0.99) - 1], len(waits))


def measure_freshness(home: Path) -> Freshness:
    """Set the demo up in `home` and measure."""
    with demo(home) as state:
        return asyncio.run(_measure(state))
