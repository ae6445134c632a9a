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
PROBE_EVERY = 5
"""Polling every delivery's snapshot would be a load of its own: one in five is watched."""

POLL_SECONDS = 0.02
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


@dataclass(slots=True)
class Watch:
    """Sends completed calls of every rep in turn, and watches their `calls-made` of this week."""

    client: httpx.AsyncClient
    state: DemoState
    people: dict[str, str] = field(default_factory=dict)
    base: dict[str, int] = field(default_factory=dict)
    acknowledged: dict[str, int] = field(default_factory=dict)
    waits: list[float] = field(default_factory=list)

    async def prepare(self) -> None:
        """Everybody's id and number before the load."""
        listed = await self._get("/v1/people", limit=200)
        self.people = {person["email"]: person["id"] for person in listed}
        for rep in REPS:
            self.base[rep.email] = await self._calls(rep.email)
            self.acknowledged[rep.email] = 0

    async def send(self, number: int) -> None:
        """One webhook; for one in some, wait until its answer is a number."""
        rep = REPS[number % len(REPS)]
        now = datetime.now(UTC)
        call = Work(f"01{now:%Y%m%d%H%M%S}{number:06d}", rep, "call", now, "connected", "outbound", 300)
        body = json.dumps(list(work_events(call))).encode()
        headers = sign(self.state.hubspot_secret, self.state.hubspot_url, body, now_ms())
        (await self.client.post(self.state.hubspot_url, content=body, headers=headers)).raise_for_status()
        answered = time.perf_counter()
        self.acknowledged[rep.email] += 1
        if number % PROBE_EVERY:
            return
        expected = self.base[rep.email] + self.acknowledged[rep.email]
        while await self._calls(rep.email) < expected:
            if time.perf_counter() - answered > PATIENCE_SECONDS:
                raise RuntimeError("a webhook did not become a snapshot")
            await asyncio.sleep(POLL_SECONDS)
        self.waits.append((time.perf_counter() - answered) * 1000)

    async def _calls(self, email: str) -> int:
        found = await self._get("/v1/kpi-snapshots", person_id=self.people[email], kpi="calls-made", period="week")
        return int(float(found[0]["value"]))

    async def _get(self, path: str, **params: Any) -> Any:
        url = f"http://127.0.0.1:{self.state.port}{path}"
        headers = {"Authorization": f"Bearer {self.state.admin_key}"}
        return (await self.client.get(url, params=params, headers=headers)).raise_for_status().json()["data"]


async def _measure(state: DemoState) -> Freshness:
    async with httpx.AsyncClient(timeout=15) as client:
        watch = Watch(client, state)
        await watch.prepare()
        clock = asyncio.get_running_loop()
        began = clock.time()
        async with asyncio.TaskGroup() as tasks:
            for number in range(REQUESTS_PER_SECOND * SECONDS):
                await asyncio.sleep(max(0.0, began + number / REQUESTS_PER_SECOND - clock.time()))
                tasks.create_task(watch.send(number))
    waits = sorted(watch.waits)
    return Freshness(waits[len(waits) // 2], waits[math.ceil(len(waits) * 0.99) - 1], len(waits))


def measure_freshness(home: Path) -> Freshness:
    """Set the demo up in `home` and measure."""
    with demo(home) as state:
        return asyncio.run(_measure(state))
