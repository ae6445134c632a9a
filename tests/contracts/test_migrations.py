"""Migrations: they make exactly the metadata, go down and up again, and lock nothing for long."""

import asyncio
import shutil
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from migrations import env_filter
from service.core.embedded import DatabaseUrls, ensure_database
from service.core.migrating import LOCK_TIMEOUT, STATEMENT_TIMEOUT, alembic_config, async_url, migrate
from service.core.tables import metadata

ARGUED = {
    "prefer-bigint-over-int": "weekdays, months, versions and positions stay small",
    "prefer-text-field": "found in Alembic's own table only",
}


async def differences_from_metadata(urls: DatabaseUrls) -> list[object]:
    """What a migrated database has or lacks against the metadata."""
    engine = create_async_engine(async_url(urls.owner))

    def differences(connection: Connection) -> list[object]:
        options = {"include_name": env_filter.include_name, "compare_type": True}
        found: list[object] = compare_metadata(MigrationContext.configure(connection, opts=options), metadata)
        return found

    async with engine.connect() as connection:
        found = await connection.run_sync(differences)
    await engine.dispose()
    return found


async def test_no_drift(urls: DatabaseUrls) -> None:
    assert await differences_from_metadata(urls) == []


async def test_down_and_up_again(tmp_path: Path) -> None:
    urls = await asyncio.to_thread(ensure_database, tmp_path / "data")
    await migrate(urls)
    engine = create_async_engine(async_url(urls.owner))
    async with engine.connect() as connection:
        await connection.run_sync(lambda sync: command.downgrade(alembic_config(sync), "base"))
        await connection.commit()
    await engine.dispose()
    await migrate(urls)
    assert await differences_from_metadata(urls) == []


def test_migrations_have_a_lock_timeout() -> None:
    assert LOCK_TIMEOUT == "5s"


def test_squawk_finds_nothing(tmp_path: Path, urls: DatabaseUrls) -> None:
    """The SQL of every migration, linted; the first release creates tables only, in an empty database."""
    squawk = shutil.which("squawk") or str(Path(sys.executable).parent / "squawk")
    if not Path(squawk).exists():
        pytest.fail("squawk is a development dependency and must be installed")
    script = tmp_path / "all.sql"
    script.write_text(
        f"SET lock_timeout = '{LOCK_TIMEOUT}'; SET statement_timeout = '{STATEMENT_TIMEOUT}';" + _offline_sql()
    )
    done = subprocess.run(
        [squawk, "--pg-version", "18", "--reporter", "gcc", *(f"--exclude={rule}" for rule in ARGUED), str(script)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def _offline_sql() -> str:
    output = StringIO()
    config = alembic_config(None)
    config.output_buffer = output
    command.upgrade(config, "0003", sql=True)  # 0004 is the job queue's own schema
    return output.getvalue()
