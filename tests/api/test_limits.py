"""The outermost layer, as plain ASGI: ids, bodies too large, bodies that never end."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import orjson
import pytest
from starlette.types import Message, Receive, Scope, Send

from service.api.bodies import DRAINED_BYTES
from service.api.limits import RequestBounds
from service.core.settings import Settings

LIMIT = 1024
SETTINGS = Settings(api_body_bytes=LIMIT, _env_file=None)


class Echo:
    """Answers with the body it was given, and remembers being called."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        message = await receive()
        self.bodies.append(message["body"])
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": message["body"]})


class Upload:
    """A request whose body arrives in parts; how much of it was taken shows in `taken`."""

    def __init__(self, parts: list[bytes], *, finished: bool = True, headers: dict[bytes, bytes] | None = None) -> None:
        self.parts = parts
        self.finished = finished
        self.headers = list((headers or {}).items())
        self.taken = 0
        self.sent: list[Message] = []

    async def receive(self) -> Message:
        if self.taken == len(self.parts):
            return {"type": "http.disconnect"}
        part = self.parts[self.taken]
        self.taken += 1
        return {"type": "http.request", "body": part, "more_body": self.taken < len(self.parts) or not self.finished}

    async def send(self, message: Message) -> None:
        self.sent.append(message)

    async def through(self, app: RequestBounds) -> None:
        scope: dict[str, Any] = {"type": "http", "method": "POST", "path": "/", "headers": self.headers}
        await app(scope, self.receive, self.send)


@pytest.fixture
def echo() -> Echo:
    return Echo()


async def test_a_body_in_parts_arrives_whole(echo: Echo) -> None:
    upload = Upload([b"a" * 400, b"b" * 400, b"c" * 224])
    await upload.through(RequestBounds(echo, SETTINGS))
    assert echo.bodies == [b"a" * 400 + b"b" * 400 + b"c" * 224]


@pytest.mark.parametrize(
    ("parts", "headers"),
    [
        ([b"a" * (LIMIT + 1)], {}),
        ([b"a" * LIMIT, b"b"], {}),
        ([b"a"], {b"content-length": str(LIMIT + 1).encode()}),
    ],
)
async def test_a_body_over_the_limit_is_refused(echo: Echo, parts: list[bytes], headers: dict[bytes, bytes]) -> None:
    upload = Upload(parts, headers=headers)
    await upload.through(RequestBounds(echo, SETTINGS))
    assert echo.bodies == []
    start, body = upload.sent
    assert start["status"] == 413
    problem = orjson.loads(body["body"])
    assert (problem["code"], problem["status"]) == ("body_too_large", 413)
    assert problem["request_id"].encode() == dict(start["headers"])[b"x-request-id"]


async def test_only_so_much_of_a_refused_body_is_read(echo: Echo) -> None:
    parts = [b"x" * 100_000] * 1000
    upload = Upload(parts)
    await upload.through(RequestBounds(echo, SETTINGS))
    assert upload.sent[0]["status"] == 413
    assert upload.taken * 100_000 <= LIMIT + DRAINED_BYTES + 100_000


async def test_half_a_request_is_none(echo: Echo) -> None:
    """A client that goes away in the middle did not ask for what it had sent so far."""
    upload = Upload([b'{"name": "A"}'], finished=False)
    await upload.through(RequestBounds(echo, SETTINGS))
    assert (echo.bodies, upload.sent) == ([], [])


async def test_every_answer_has_an_id_of_its_own(echo: Echo) -> None:
    transport = httpx.ASGITransport(RequestBounds(echo, SETTINGS))
    async with httpx.AsyncClient(transport=transport, base_url="http://t") as client:
        ids = {(await client.post("/", content=b"x")).headers["x-request-id"] for _ in range(3)}
    assert len(ids) == 3


async def test_a_streamed_upload_is_refused_too(echo: Echo) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(50):
            yield b"x" * 100_000

    transport = httpx.ASGITransport(RequestBounds(echo, SETTINGS))
    async with httpx.AsyncClient(transport=transport, base_url="http://t") as client:
        assert (await client.post("/", content=endless())).status_code == 413
