"""Kill -9 between a write's commit and its answer: the same request under the same key gets the first answer."""

import asyncio
from pathlib import Path

import asyncpg
import httpx
import pytest

from service.core.embedded import DatabaseUrls, ensure_database
from tests.fixtures.processes import ServiceProcess
from tests.fixtures.rest import bearer

HOLD = """
CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM pg_sleep(0.5); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER hold AFTER INSERT ON team DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION hold();
"""
"""Keeps each COMMIT of a new team for half a second, so that there is a moment to kill the process in: PostgreSQL
carries a COMMIT out that it has received, whether or not anybody is left to hear of it."""


@pytest.mark.timeout(120)
async def test_a_write_whose_answer_was_never_sent(tmp_path: Path) -> None:
    service = ServiceProcess(tmp_path)
    await asyncio.to_thread(service.start)
    try:
        key = await asyncio.to_thread(service.create_organization, "Kill")
        urls = await asyncio.to_thread(ensure_database, service.home / "postgres")
        await execute(urls, HOLD)
        sent = {"json": {"name": "East"}, "headers": bearer(key) | {"Idempotency-Key": "team-1"}}
        async with httpx.AsyncClient(base_url=service.base_url, timeout=10) as client:
            write = asyncio.create_task(client.post("/v1/teams", **sent))  # type: ignore[arg-type]
            await until_committing(urls)
            service.kill()
            with pytest.raises(httpx.TransportError):
                await write
        await execute(urls, "DROP TRIGGER hold ON team")
        await asyncio.to_thread(service.start)
        async with httpx.AsyncClient(base_url=service.base_url, timeout=10) as client:
            repeated = await client.post("/v1/teams", **sent)  # type: ignore[arg-type]
            assert (repeated.status_code, repeated.json()["name"]) == (201, "East")
            assert repeated.headers["idempotency-replayed"] == "true"
            teams = (await client.get("/v1/teams", headers=bearer(key))).json()["data"]
            assert [team["id"] for team in teams] == [repeated.json()["id"]]
            audited = await client.get("/v1/audit-events", params={"action": "createTeam"}, headers=bearer(key))
            assert len(audited.json()["data"]) == 1
    finally:
        await asyncio.to_thread(service.stop)


async def execute(urls: DatabaseUrls, statements: str) -> None:
    """As the owner of the tables."""
    connection = await asyncpg.connect(urls.owner)
    await connection.execute(statements)
    await connection.close()


async def until_committing(urls: DatabaseUrls) -> None:
    """Wait until the service's COMMIT is held; its own role may see what it is doing."""
    connection = await asyncpg.connect(urls.app)
    query = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND query LIKE 'COMMIT%'"
    async with asyncio.timeout(10):
        while not await connection.fetchval(query):  # noqa: ASYNC110 - nobody tells of it
            await asyncio.sleep(0.02)
    await connection.close()
