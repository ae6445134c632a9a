"""Kill -9 of the service in the middle of an import: it comes again, and every row is there once."""

import asyncio
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.fixtures.processes import ServiceProcess
from tests.fixtures.rest import bearer

ROWS = 8_000
MAPPING = (
    'kind = "deals"\nsystem = "pipes"\nas_of = 2026-03-01\n[columns]\nid = "Deal"\nname = "Name"\namount = "Worth"\n'
)


@pytest.mark.timeout(120)
async def test_an_import_survives_a_kill(tmp_path: Path) -> None:
    service = ServiceProcess(tmp_path, settings={"TOUCHLINE_JOB_HEARTBEAT_SECONDS": "2"})
    await asyncio.to_thread(service.start)
    try:
        headers = bearer(await asyncio.to_thread(service.create_organization, "Kill"))
        file = "Deal,Name,Worth\n" + "".join(f"{n},Deal {n},{n}\n" for n in range(ROWS))
        async with httpx.AsyncClient(base_url=service.base_url, headers=headers, timeout=30) as client:
            parts = {"mapping": (None, MAPPING), "file": ("deals.csv", file)}
            accepted = await client.post("/v1/imports", files=parts)
            assert accepted.status_code == 202, accepted.text
            path = accepted.headers["location"]
            before = await until(client, path, lambda one: one["done"] > ROWS)  # checked, and some are written
            service.kill()
            assert before["status"] == "running"
            await asyncio.to_thread(service.start)
            after = await until(client, path, lambda one: one["status"] not in {"queued", "running"})
            assert (after["status"], after["counts"]) == (
                "succeeded",
                {"rows": ROWS, "created": ROWS, "updated": 0, "unchanged": 0, "faults": 0},
            )
            report = await client.get(f"/v1/imports/{after['id']}/rows", params={"sort": "-line", "limit": 1})
            assert report.json()["data"][0]["line"] == ROWS + 1
            told = await until(client, "/v1/events?type=operation.completed", lambda page: page["data"])
            assert [one["data"]["status"] for one in told["data"]] == ["succeeded"]
    finally:
        await asyncio.to_thread(service.stop)
    assert not service.has_database_running


async def until(client: httpx.AsyncClient, path: str, reached: Any) -> Any:
    """What is read there once it is so far."""
    give_up = time.monotonic() + 60
    while not reached(one := (await client.get(path)).raise_for_status().json()):
        assert time.monotonic() < give_up, one
        await asyncio.sleep(0.05)
    return one
