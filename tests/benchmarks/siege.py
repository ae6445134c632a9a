"""How long ordinary requests take while somebody sends hostile ones, in turns with quiet within one run.

The attacker is a process of its own: every hostile request of `tests/scenarios/test_hostile.py`, over and over,
as fast as the default rate limit lets a caller go on, beside bodies that never end and WebSockets that say nothing.

Run as `python -m tests.benchmarks.siege PORT KEY` it is the attacker.
"""

import asyncio
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any

import httpx
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from service.core.settings import Settings
from tests.fixtures.processes import ServiceProcess
from tests.fixtures.rest import bearer
from tests.scenarios.test_hostile import BODIES, DOCUMENTS, GRAPHQL, JSON, QUERIES

TURNS = 8
TURN_SECONDS = 4.0
SETTLE_SECONDS = 0.5
SLOW_BODIES = SILENT_SOCKETS = 30
ORDINARY = "{ people(first: 20) { edges { node { name email role } } } }"


@dataclass(frozen=True, slots=True)
class Siege:
    """Milliseconds of an ordinary request, (p50, p95) alone and meanwhile, and the service's largest memory in MiB."""

    alone: tuple[float, float]
    meanwhile: tuple[float, float]
    memory: float

    @property
    def ratios(self) -> tuple[float, float]:
        """How many times as long it takes meanwhile: at the median, and at the 95th percentile."""
        return self.meanwhile[0] / self.alone[0], self.meanwhile[1] / self.alone[1]


def measure_siege(home: Path) -> Siege:
    """The ratio of the two is what counts; the turns are paired, so both see the same machine."""
    service = ServiceProcess(home)
    service.start()
    try:
        mine, attackers = service.create_organization("Mine"), service.create_organization("Attacker")
        with httpx.Client(base_url=service.base_url, headers=bearer(mine)) as client:
            for index in range(20):
                person = {"name": f"Person {index}", "email": f"p{index}@example.com"}
                client.post("/v1/people", json=person).raise_for_status()
            _ordinary(client, TURN_SECONDS)  # warm
            quiet, attacked = [], []
            for _ in range(TURNS):
                quiet.append(_percentiles(_ordinary(client, TURN_SECONDS)))
                with _attacker(service, attackers):
                    attacked.append(_percentiles(_ordinary(client, TURN_SECONDS)))
        return Siege(_median(quiet), _median(attacked), _peak(service))
    finally:
        service.stop()


def _ordinary(client: httpx.Client, seconds: float) -> list[float]:
    """Milliseconds of each of a mix of requests, one after the other."""
    taken: list[float] = []
    until = time.monotonic() + seconds
    requests = [
        client.build_request("GET", "/v1/people?limit=20"),
        client.build_request("GET", "/v1/organization"),
        client.build_request("POST", "/graphql", json={"query": ORDINARY}, headers=GRAPHQL),
    ]
    for request in cycle(requests):
        if time.monotonic() > until:
            break
        started = time.perf_counter()
        client.send(request).raise_for_status()
        taken.append((time.perf_counter() - started) * 1000)
    return taken


def _percentiles(taken: list[float]) -> tuple[float, float]:
    return statistics.median(taken), statistics.quantiles(taken, n=20)[-1]


def _median(turns: list[tuple[float, float]]) -> tuple[float, float]:
    """Of each percentile over the turns."""
    return statistics.median(turn[0] for turn in turns), statistics.median(turn[1] for turn in turns)


@contextmanager
def _attacker(service: ServiceProcess, key: str) -> Iterator[None]:
    command = [sys.executable, "-m", "tests.benchmarks.siege", str(service.port), key]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(SETTLE_SECONDS)
            yield
        finally:
            process.kill()


def _peak(service: ServiceProcess) -> float:
    """The largest resident memory of the service's process so far."""
    assert service.process is not None
    status = Path(f"/proc/{service.process.pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def _hostile(key: str) -> list[dict[str, Any]]:
    """Each request as httpx takes it."""
    headers = bearer(key)
    bodies = [
        {"method": "POST", "url": "/v1/people", "content": body, "headers": headers | JSON} for body in BODIES.values()
    ]
    queries = [{"method": "GET", "url": f"/v1/people?{query}", "headers": headers} for query in QUERIES]
    documents = [
        {"method": "POST", "url": "/graphql", "json": {"query": text}, "headers": headers | GRAPHQL}
        for text in DOCUMENTS.values()
    ]
    batch = {"method": "POST", "url": "/graphql", "json": [{"query": "{ me { role } }"}] * 1000}
    return [*bodies, *queries, *documents, {**batch, "headers": headers | GRAPHQL}]


async def _attack(port: int, key: str) -> None:
    base = f"http://127.0.0.1:{port}"
    pause = 60 / Settings(_env_file=None).rate_limit_caller
    beside = [asyncio.create_task(_never_end(port, key)) for _ in range(SLOW_BODIES)]
    beside += [asyncio.create_task(_say_nothing(port)) for _ in range(SILENT_SOCKETS)]
    print("ready", flush=True)
    async with httpx.AsyncClient(base_url=base, timeout=10) as client:
        for request in cycle(_hostile(key)):
            started = time.monotonic()
            answer = await client.request(**request)
            assert 400 <= answer.status_code < 500, (request, answer.status_code)
            await asyncio.sleep(max(0.0, pause - (time.monotonic() - started)))


async def _never_end(port: int, key: str) -> None:
    """A body, byte by byte."""
    _reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = f"POST /v1/people HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nContent-Length: 1000\r\n\r\n"
    writer.write(head.encode())
    while True:
        writer.write(b" ")
        await asyncio.sleep(0.5)


async def _say_nothing(port: int) -> None:
    """WebSockets that never say who they are, one after the other."""
    while True:
        async with connect(f"ws://127.0.0.1:{port}/graphql", subprotocols=[Subprotocol("graphql-transport-ws")]) as ws:
            await ws.wait_closed()


if __name__ == "__main__":
    asyncio.run(_attack(int(sys.argv[1]), sys.argv[2]))
