"""One embedded PostgreSQL and one migrated database per test session; every test makes its own organization."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio
from hypothesis import settings as hypothesis_settings

from service.core.collecting import put_off_collecting, settle_collecting
from service.core.database import Database
from service.core.embedded import OWNER, DatabaseUrls, ensure_database
from service.core.migrating import migrate
from service.core.secrets import SecretBox
from service.core.settings import Settings

put_off_collecting()
# Hypothesis's limit of 200 ms an example is for an idle machine, and says nothing about answers; it sets none in CI.
# All else is as the environment has it.
hypothesis_settings.register_profile("touchline", hypothesis_settings(), deadline=None)
hypothesis_settings.load_profile("touchline")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the scenarios: a long file that came last would leave one of two processes with nothing to do."""
    items.sort(key=lambda item: "scenarios" not in item.path.parts)


def pytest_collection_finish() -> None:
    """Keep the collector from walking again and again what was imported: as the service does, a third of the time."""
    settle_collecting()


ENCRYPTION_KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of third-party data and vectors; its absence fails in CI and skips elsewhere."""
    folder = Path(os.environ.get("TOUCHLINE_SHARED", Path(__file__).parents[2] / "shared"))
    if not (folder / "DESIGN.md").exists():
        reason = f"the shared folder is not at {folder} (set TOUCHLINE_SHARED)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return folder


@pytest.fixture(scope="session")
def server_urls(tmp_path_factory: pytest.TempPathFactory) -> DatabaseUrls:
    """A fresh cluster with an empty database; it stops when the process ends."""
    folder = tmp_path_factory.mktemp("pg")
    folder.chmod(0o755)
    urls = ensure_database(folder / "data")
    asyncio.run(_forget_on_a_power_cut(urls))
    return urls


async def _forget_on_a_power_cut(urls: DatabaseUrls) -> None:
    """Let no commit wait for the disk: this cluster does not outlive the test session.

    Scenarios that kill a service or its PostgreSQL start a cluster of their own, which is as durable as the product's.
    """
    superuser = await asyncpg.connect(urls.owner.replace(f"{OWNER}@", "postgres@"))
    try:
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            await superuser.execute(f"ALTER SYSTEM SET {name} = off")
        await superuser.execute("SELECT pg_reload_conf()")
    finally:
        await superuser.close()


@pytest_asyncio.fixture(scope="session")
async def urls(server_urls: DatabaseUrls) -> DatabaseUrls:
    """The URLs of the migrated database."""
    await migrate(server_urls)
    return server_urls


@pytest_asyncio.fixture(scope="session")
async def database(urls: DatabaseUrls) -> AsyncIterator[Database]:
    """The application's role."""
    pool = Database(urls.app, pool_size=8)
    yield pool
    await pool.close()


@pytest.fixture(scope="session")
def settings(urls: DatabaseUrls, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a service on the test database; the public URL is the vendors' view of it."""
    return Settings(
        home=tmp_path_factory.mktemp("home"),
        database_url=urls.app,
        ingest_url=urls.ingest,
        owner_url=urls.owner,
        encryption_keys=[ENCRYPTION_KEY],
        public_url="https://coach.example.com",
        log_level="WARNING",
        rate_limit_caller=0,
        rate_limit_organization=0,
        _env_file=None,
    )


@pytest.fixture(scope="session")
def secret_box() -> SecretBox:
    """The box that opens what the service sealed."""
    return SecretBox([ENCRYPTION_KEY])
