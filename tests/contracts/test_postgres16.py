"""The oldest PostgreSQL we promise: the migrations run on 16, and the database keeps the same rules there."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio
from pgserver.postgres_server import get_server

from service.core.embedded import DatabaseUrls, create_database, urls_on_socket
from service.core.migrating import migrate
from tests.contracts.tenancy_rules import catalogue_breaches
from tests.contracts.test_migrations import differences_from_metadata


@pytest_asyncio.fixture
async def urls16(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[DatabaseUrls]:
    """A migrated database on PostgreSQL 16."""
    folder: Path = tmp_path_factory.mktemp("pg16")
    server = await asyncio.to_thread(get_server, folder / "data")
    await create_database(server.get_uri(), "touchline")
    urls = urls_on_socket(server.get_postmaster_info().socket_dir, "touchline")
    await migrate(urls)
    yield urls
    await asyncio.to_thread(server.cleanup)


async def test_postgres_16_keeps_the_rules(urls16: DatabaseUrls) -> None:
    connection = await asyncpg.connect(urls16.owner)
    try:
        assert (await connection.fetchval("SHOW server_version")).startswith("16.")
        assert await catalogue_breaches(connection) == []
    finally:
        await connection.close()
    assert await differences_from_metadata(urls16) == []
