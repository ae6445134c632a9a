"""The load generator: a process of its own, raw sockets with keep-alive, requests signed before the clock starts.

Run as `python -m tests.benchmarks.load` with a `Load` as JSON on standard input; prints a `Result` as JSON.
"""

import asyncio
import sys
import time
from dataclasses import asdict, dataclass
from typing import cast

import orjson
import uvloop

from tests.factories.receivers import sign_v3

WARM_UP = 0.15
"""The share of the requests that is sent before the clock starts."""
MOST_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Load:
    """What to send: `requests` deliveries of `events` events each over `connections` sockets, one in flight each."""

    port: int
    path: str
    signed_url: str
    app_id: int
    portal_id: int
    secret: str
    requests: int
    events: int
    connections: int


@dataclass(frozen=True, slots=True)
class Result:
    """Answers of status 200 per second after the warm-up, and the number of all other answers."""

    per_second: float
    refused: int


def delivery_body(load: Load, number: int) -> bytes:
    """Property changes as HubSpot sends them, each of a record of its own."""
    return orjson.dumps(
        [
            {
                "eventId": number * load.events + position,
                "subscriptionId": 6547123,
                "portalId": load.portal_id,
                "appId": load.app_id,
                "occurredAt": 1_790_000_000_000 + number,
                "subscriptionType": "deal.propertyChange",
                "attemptNumber": 0,
                "objectId": 332_507_000_000 + number * load.events + position,
                "propertyName": "amount",
                "propertyValue": str(1000 + position),
                "changeSource": "CRM_UI",
                "sourceId": "userId:47812075",
            }
            for position in range(load.events)
        ]
    )


def signed_requests(load: Load) -> list[bytes]:
    """Complete HTTP requests."""
    requests = []
    for number in range(load.requests):
        body = delivery_body(load, number)
        headers = {**sign_v3(load.secret, load.signed_url, body), "host": "127.0.0.1", "content-length": str(len(body))}
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        requests.append(f"POST {load.path} HTTP/1.1\r\n{head}\r\n".encode() + body)
    return requests


class Sender(asyncio.Protocol):
    """One socket: sends the next request when the answer to the last is complete."""

    def __init__(self, run: "Run") -> None:
        self.run = run
        self.received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's does not derive from it
        self._send()

    def data_received(self, data: bytes) -> None:
        self.received += data
        head, found, body = self.received.partition(b"\r\n\r\n")
        if not found:
            return
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        if len(body) < length:
            return
        self.received = b""
        self.run.answered(head[9:12] == b"200")
        self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        self.run.lost()

    def _send(self) -> None:
        request = self.run.next_request()
        if request is None:
            self.transport.close()
        else:
            self.transport.write(request)


class Run:
    """The state of a run, shared by its sockets."""

    def __init__(self, requests: list[bytes], connections: int) -> None:
        self.waiting = iter(requests)
        self.warm_up = int(len(requests) * WARM_UP)
        self.open = connections
        self.answers = self.refused = 0
        self.began = self.ended = 0.0
        self.done = asyncio.Event()

    def next_request(self) -> bytes | None:
        return next(self.waiting, None)

    def answered(self, accepted: bool) -> None:
        self.answers += 1
        self.refused += not accepted
        self.ended = time.perf_counter()
        if self.answers == self.warm_up:
            self.began = self.ended

    def lost(self) -> None:
        self.open -= 1
        if self.open == 0:
            self.done.set()


async def send(load: Load) -> Result:
    """Send everything."""
    run = Run(signed_requests(load), load.connections)
    loop = asyncio.get_running_loop()
    for _ in range(load.connections):
        await loop.create_connection(lambda: Sender(run), "127.0.0.1", load.port)
    async with asyncio.timeout(MOST_SECONDS):
        await run.done.wait()
    measured = run.answers - run.warm_up
    return Result(measured / (run.ended - run.began), run.refused + load.requests - run.answers)


if __name__ == "__main__":
    result = uvloop.run(send(Load(**orjson.loads(sys.stdin.buffer.read()))))
    sys.stdout.buffer.write(orjson.dumps(asdict(result)))
