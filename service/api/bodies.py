"""Bodies of requests under a limit: read whole, or handed on while they arrive."""

import asyncio
from dataclasses import dataclass

from fastapi import Response
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive, Scope

from service.api.problems import ProblemError, problem

CLOSE = {"Connection": "close"}
DRAINED_BYTES = 1024 * 1024
"""How much of a refused body is read before the answer, so that a client sees it rather than a reset."""


@dataclass(frozen=True, slots=True)
class BodyLimit:
    """How large a body may be, and how long it may take to arrive."""

    size: int
    seconds: float

    def declares_more(self, scope: Scope) -> bool:
        """Whether the request says itself that it is too large."""
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        return bool(declared.isdigit() and int(declared) > self.size)


def too_large(limit: BodyLimit) -> Response:
    """413."""
    return problem(413, "body_too_large", f"A body has at most {limit.size} bytes.", headers=CLOSE)


def too_slow(limit: BodyLimit) -> Response:
    """408."""
    return problem(408, "body_too_slow", f"A body arrives within {limit.seconds:g} seconds.", headers=CLOSE)


async def whole_body(scope: Scope, receive: Receive, limit: BodyLimit) -> bytes | None:
    """The whole body, or None if it is too large (a bounded amount of it is drained)."""
    refused = limit.declares_more(scope)
    chunks: list[bytes] = []
    size = 0
    while True:
        chunk, more = await _next(receive)
        size += len(chunk)
        refused = refused or size > limit.size
        if not refused:
            chunks.append(chunk)
        elif size > limit.size + DRAINED_BYTES:
            return None
        if not more:
            return None if refused else b"".join(chunks)


def body_arriving(receive: Receive, limit: BodyLimit) -> Receive:
    """A receive channel for a handler that reads the body itself; beyond the limit it raises the refusal."""
    deadline = asyncio.get_running_loop().time() + limit.seconds
    size, ended = 0, False

    async def bounded() -> Message:
        nonlocal size, ended
        if ended:
            return await receive()
        try:
            async with asyncio.timeout_at(deadline):
                chunk, more = await _next(receive)
                while size + len(chunk) > limit.size and more and size <= limit.size + DRAINED_BYTES:
                    size += len(chunk)
                    chunk, more = await _next(receive)
        except TimeoutError:
            raise ProblemError(too_slow(limit)) from None
        size += len(chunk)
        if size > limit.size:
            raise ProblemError(too_large(limit))
        ended = not more
        return {"type": "http.request", "body": chunk, "more_body": more}

    return bounded


async def _next(receive: Receive) -> tuple[bytes, bool]:
    """The next piece, and whether there is more."""
    message = await receive()
    if message["type"] == "http.disconnect":
        raise ClientDisconnect
    return message.get("body", b""), message.get("more_body", False)
