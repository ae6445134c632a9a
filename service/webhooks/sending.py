"""One request to an endpoint: the address that was checked is the one connected to, whatever the name says next.

Names are resolved here and nowhere below: the connection is made to a literal address, TLS is checked
against the name (SNI and certificate), redirects are answers like any other, and no proxy of the
environment is used.
"""

import asyncio
import socket
import ssl
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import httpcore
import httpx

from service.webhooks.addresses import Address, UrlPolicy, parse_address

ANSWER_BYTES = 1024
IDLE_SECONDS = 5.0

Resolver = Callable[[str, int], Awaitable[Sequence[str]]]
"""(host, port) → the addresses behind a name; OSError if there are none."""


class AddressRefusedError(Exception):
    """Every address behind the host is private or special."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a request: a status with the beginning of the answer's body, or an error instead."""

    latency_ms: int
    status: int | None = None
    answer: str | None = None
    error: str | None = None


async def resolve_name(host: str, port: int) -> list[str]:
    """The operating system's answer."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return [str(entry[4][0]) for entry in found]


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Connects to permitted addresses only."""

    def __init__(self, policy: UrlPolicy, resolve: Resolver) -> None:
        self._policy = policy
        self._resolve = resolve
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Resolve once, then try the permitted addresses in turn."""
        literal = parse_address(host)
        addresses = [host] if literal else await self._resolve(host, port)
        permitted = [address for address in map(_address, addresses) if self._policy.permits(address)]
        if not permitted:
            raise AddressRefusedError("the host points to a private or special address only")
        *others, last = dict.fromkeys(permitted)
        for address in others:
            try:
                return await self._inner.connect_tcp(str(address), port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue  # the next address may answer; the last one's failure is told
        return await self._inner.connect_tcp(str(last), port, timeout, local_address, socket_options)

    async def sleep(self, seconds: float) -> None:
        """Pause between retries of a connection."""
        await self._inner.sleep(seconds)


def _address(text: str) -> Address:
    address = parse_address(text)
    if address is None:
        raise AddressRefusedError("the host's address is not one")
    return address


class Sender:
    """The HTTP client of one process; use it as a context manager."""

    def __init__(
        self,
        policy: UrlPolicy,
        timeout_seconds: float,
        *,
        resolve: Resolver = resolve_name,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        self._policy = policy
        self._timeout_seconds = timeout_seconds
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=ssl_context or httpx.create_ssl_context(),
            max_connections=None,
            max_keepalive_connections=50,
            keepalive_expiry=IDLE_SECONDS,
            network_backend=GuardedBackend(policy, resolve),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_exception: object) -> None:
        await self._pool.aclose()

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Outcome:
        """Send one message; whatever goes wrong is an outcome. The limit covers all of it, the answer included."""
        started = time.monotonic()
        status, answer, error = None, None, self._policy.find_fault(url)
        if error is None:
            try:
                async with asyncio.timeout(self._timeout_seconds):
                    status, answer = await self._exchange(url, headers, body)
            except TimeoutError:
                error = f"no complete answer within {self._timeout_seconds:g} s"
            except (AddressRefusedError, httpcore.NetworkError, httpcore.ProtocolError, OSError) as fault:
                error = f"{type(fault).__name__}: {fault}"[:ANSWER_BYTES]
        return Outcome(round((time.monotonic() - started) * 1000), status, answer, error)

    async def _exchange(self, url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, str]:
        async with self._pool.stream("POST", url, headers=list(headers.items()), content=body) as response:
            read = bytearray()
            async for part in response.aiter_stream():
                read += part
                if len(read) >= ANSWER_BYTES:
                    break
            text = bytes(read[:ANSWER_BYTES]).decode("utf-8", "replace").replace("\x00", "\ufffd")
            return response.status, text
