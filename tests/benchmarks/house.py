"""A database of its own for the benchmarks, with one connected HubSpot portal, and processes around it."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import UUID

import httpx
import orjson

from service.api.integrations.dispatch import HUBSPOT_PATH
from service.core.database import Database
from service.core.embedded import DatabaseUrls, ensure_database
from service.core.migrating import migrate
from service.core.principal import Principal
from service.core.secrets import SecretBox
from service.crm.dto.connections import CreateCrmConnection
from service.crm.use_cases.connections import create_crm_connection
from service.organizations.dto.organizations import CreateOrganization
from service.organizations.use_cases.organizations import create_organization
from tests.benchmarks.load import Load, Result
from tests.conftest import ENCRYPTION_KEY
from tests.fixtures.processes import free_port

APP_ID, PORTAL_ID, SECRET = 39522895, 48975575, "benchmark-secret"
PUBLIC_URL = "https://coach.example.com"
CONNECTIONS = 64
"""Requests in flight: HubSpot keeps up to 10 per account, and several accounts share a receiver."""


@dataclass(frozen=True, slots=True)
class House:
    """Where the data is, and whose it is."""

    urls: DatabaseUrls
    org_id: UUID
    connection_id: UUID

    def load(self, port: int, requests: int, events: int) -> Load:
        """Deliveries for the connected portal."""
        return Load(
            port, HUBSPOT_PATH, PUBLIC_URL + HUBSPOT_PATH, APP_ID, PORTAL_ID, SECRET, requests, events, CONNECTIONS
        )

    @contextmanager
    def serving(self, name: str) -> Iterator[int]:
        """One of the servers, as a process of its own; its port."""
        with self.process(name) as (port, _):
            yield port

    @contextmanager
    def process(self, name: str) -> Iterator[tuple[int, int]]:
        """The same with the process's id: its port and that."""
        port = free_port()
        environment = {
            **os.environ,
            "TOUCHLINE_DATABASE_URL": self.urls.app,
            "TOUCHLINE_INGEST_URL": self.urls.ingest,
            "TOUCHLINE_OWNER_URL": self.urls.owner,
            "TOUCHLINE_ENCRYPTION_KEYS": f'["{ENCRYPTION_KEY}"]',
            "TOUCHLINE_PUBLIC_URL": PUBLIC_URL,
            "TOUCHLINE_LOG_LEVEL": "WARNING",
            "TOUCHLINE_RATE_LIMIT_CALLER": "0",
            "TOUCHLINE_RATE_LIMIT_ORGANIZATION": "0",
        }
        process = subprocess.Popen([sys.executable, "-m", "tests.benchmarks.servers", name, str(port)], env=environment)
        try:
            _wait_for(port, process)
            yield port, process.pid
        finally:
            process.terminate()
            process.wait(20)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    give_up = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < give_up:
        try:
            httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=1)
        except httpx.HTTPError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the server under test did not start")


def run_load(load: Load) -> Result:
    """Run the generator as a process of its own; every request must have been accepted."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.load"],
        input=orjson.dumps(asdict(load)),
        capture_output=True,
        check=True,
    )
    result = Result(**orjson.loads(done.stdout))
    if result.refused:
        raise RuntimeError(f"{result.refused} of {load.requests} deliveries were refused")
    return result


def build_house(folder: Path) -> House:
    """Start a database in `folder`, migrate it, and connect the portal of a new organization."""
    urls = ensure_database(folder / "postgres")
    return asyncio.run(_furnish(urls))


async def _furnish(urls: DatabaseUrls) -> House:
    await migrate(urls)
    database = Database(urls.app)
    try:
        organization, _ = await create_organization(
            database,
            CreateOrganization(
                name="Benchmark", time_zone="Europe/Vienna", currency="EUR", admin_email="a@example.com"
            ),
        )
        fields = {"system": "hubspot", "name": "CRM", "account_id": str(PORTAL_ID), "app_id": str(APP_ID)}
        data = CreateCrmConnection.model_validate({**fields, "secret": SECRET})
        async with database.tenant(organization.id) as session:
            principal = Principal.system(organization.id)
            created = await create_crm_connection(session, principal, data, SecretBox([ENCRYPTION_KEY]), PUBLIC_URL)
    finally:
        await database.close()
    return House(urls, organization.id, created.id)
