"""Kill -9 in the middle of a thousand deliveries: every one of them arrives, at least once."""

import asyncio
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.fixtures.processes import ServiceProcess
from tests.fixtures.webhook_receiver import Answer, Received, Receiver, receiver

PEOPLE = 1000
PER_REQUEST = 100
SETTLE_SECONDS = 60.0
SETTINGS = {
    "TOUCHLINE_WEBHOOK_ALLOW_HTTP": "true",
    "TOUCHLINE_WEBHOOK_ALLOWED_NETWORKS": '["127.0.0.0/8"]',
    "TOUCHLINE_WEBHOOK_TIMEOUT_SECONDS": "2",
}


async def slowly(_request: Received) -> Answer:
    """Slow enough that some requests are under way at any time."""
    await asyncio.sleep(0.02)
    return 204, {}, b""


def told(there: Receiver) -> set[str]:
    """Whom the receiver has heard of."""
    return {one.event["data"]["person_id"] for one in there.requests}


async def reach(there: Receiver, goal: int) -> None:
    give_up = time.monotonic() + SETTLE_SECONDS
    while len(told(there)) < goal:
        assert time.monotonic() < give_up, f"{len(told(there))} of {goal} arrived"
        await asyncio.sleep(0.1)


async def write(service: ServiceProcess, key: str, there: Receiver) -> set[str]:
    """An endpoint and a thousand people; their ids."""
    ids: set[str] = set()
    headers: dict[str, Any] = {"Authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(base_url=service.base_url, headers=headers, timeout=60) as client:
        hook = {"url": there.url(), "event_types": ["person.created"]}
        answer = await client.post("/v1/webhook-endpoints", json=hook)
        assert answer.status_code == 201, answer.text
        for start in range(0, PEOPLE, PER_REQUEST):
            people = [
                {"system": "hr", "external_id": str(n), "name": f"P{n}", "email": f"p{n}@example.com"}
                for n in range(start, start + PER_REQUEST)
            ]
            answer = await client.post("/v1/people/bulk", json={"people": people})
            assert answer.status_code == 200, answer.text
            ids |= {item["id"] for item in answer.json()["data"]}
    return ids


@pytest.mark.timeout(240)
async def test_a_thousand_deliveries_survive_two_kills(tmp_path: Path) -> None:
    service = ServiceProcess(tmp_path, settings=SETTINGS)
    await asyncio.to_thread(service.start)
    try:
        key = await asyncio.to_thread(service.create_organization, "Kill")
        async with receiver(slowly) as there:
            writing = asyncio.create_task(write(service, key, there))
            ids = await writing
            assert len(ids) == PEOPLE
            for share in (4, 2):
                await reach(there, min(PEOPLE // share, len(told(there)) + 100))
                service.kill()
                assert len(told(there)) < PEOPLE
                await asyncio.to_thread(service.start)
            await reach(there, PEOPLE)
            assert told(there) == ids
            # At least once, and not much more: a kill repeats what was under way, a few per endpoint.
            assert len(there.requests) <= PEOPLE + 50
    finally:
        await asyncio.to_thread(service.stop)
    assert not service.has_database_running
