"""Kill -9 of the service and of PostgreSQL in the middle of ingest: what was acknowledged is a fact, once."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from sqlmodel import col, select

from service.activities.models import Activity, Record
from service.core.database import Database
from service.core.embedded import ensure_database
from service.crm.models import CrmEvent, Delivery
from service.organizations.use_cases.organizations import list_organization_ids
from tests.factories.receivers import sign_v3
from tests.fixtures.processes import ServiceProcess

APP, PORTAL, SECRET = 4711, 62515, "kill-test-secret"
SENDERS = 12
SETTLE_SECONDS = 20.0


def call_events(number: int) -> list[dict[str, Any]]:
    """A call's creation and its time: two events of one record, a delivery of their own."""
    common = {
        "portalId": PORTAL,
        "appId": APP,
        "objectTypeId": "0-48",
        "objectId": number,
        "occurredAt": 1_790_000_000_000 + number,
        "subscriptionId": 1,
        "attemptNumber": 0,
    }
    return [
        {**common, "eventId": 2 * number, "subscriptionType": "object.creation", "changeFlag": "CREATED"},
        {
            **common,
            "eventId": 2 * number + 1,
            "subscriptionType": "object.propertyChange",
            "propertyName": "hs_timestamp",
            "propertyValue": str(1_790_000_000_000 + number),
        },
    ]


@dataclass(slots=True)
class Vendor:
    """Sends call after call over several connections, and each again until it is acknowledged."""

    service: ServiceProcess
    acknowledged: set[int] = field(default_factory=set)
    sent: int = 0
    refused: Counter[str] = field(default_factory=Counter)

    async def _send(self, client: httpx.AsyncClient) -> None:
        self.sent += 1
        number = self.sent
        body = orjson.dumps(call_events(number))
        while number not in self.acknowledged:
            try:
                headers = sign_v3(SECRET, self.service.hubspot_url, body)
                answer = await client.post(self.service.hubspot_url, content=body, headers=headers)
            except httpx.HTTPError as error:
                self.refused[type(error).__name__] += 1
            else:
                if answer.status_code == 200:
                    self.acknowledged.add(number)
                    return
                self.refused[str(answer.status_code)] += 1
            await asyncio.sleep(0.05)

    async def _run(self) -> None:
        async with httpx.AsyncClient(timeout=5) as client:
            while True:
                await self._send(client)

    @asynccontextmanager
    async def sending(self) -> AsyncIterator[None]:
        """Under load for as long as the block lasts."""
        tasks = [asyncio.create_task(self._run()) for _ in range(SENDERS)]
        yield
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def reach(self, more: int) -> None:
        """Wait until so many more are acknowledged."""
        goal = len(self.acknowledged) + more
        async with asyncio.timeout(30):
            while len(self.acknowledged) < goal:  # noqa: ASYNC110 - a test may poll
                await asyncio.sleep(0.02)


@pytest.mark.timeout(120)
async def test_every_acknowledged_delivery_is_a_fact_exactly_once(tmp_path: Path) -> None:
    service = ServiceProcess(tmp_path)
    await asyncio.to_thread(service.start)
    try:
        key = await asyncio.to_thread(service.create_organization, "Kill")
        await connect(service, key)
        vendor = Vendor(service)
        async with vendor.sending():
            await vendor.reach(300)
            service.kill()
            await asyncio.to_thread(service.start)
            await vendor.reach(300)
            service.kill_database()
            await asyncio.sleep(0.3)
            assert vendor.refused["503"] > 0
            service.kill()
            await asyncio.to_thread(service.start)
            await vendor.reach(300)
        assert len(vendor.acknowledged) >= 900
        await check_facts(service, vendor)
    finally:
        await asyncio.to_thread(service.stop)


async def connect(service: ServiceProcess, key: str) -> None:
    """The portal, over REST."""
    fields = {"system": "hubspot", "name": "CRM", "account_id": str(PORTAL), "app_id": str(APP), "secret": SECRET}
    async with httpx.AsyncClient() as client:
        url, headers = f"{service.base_url}/v1/crm-connections", {"Authorization": f"Bearer {key}"}
        answer = await client.post(url, json=fields, headers=headers)
    assert answer.status_code == 201, answer.text


async def check_facts(service: ServiceProcess, vendor: Vendor) -> None:
    """Read the tables themselves once the worker has caught up."""
    urls = await asyncio.to_thread(ensure_database, service.home / "postgres")
    database = Database(urls.app, pool_size=2)
    try:
        (org_id,) = await list_organization_ids(database)
        give_up = time.monotonic() + SETTLE_SECONDS
        async with database.tenant(org_id) as session:
            pending = select(Delivery.id).where(col(Delivery.org_id) == org_id, col(Delivery.processed_at).is_(None))
            while (await session.exec(pending.limit(1))).first():
                assert time.monotonic() < give_up, "the worker does not catch up"
                await asyncio.sleep(0.1)
        async with database.tenant(org_id) as session:
            joined = (col(Record.org_id) == col(Activity.org_id)) & (col(Record.id) == col(Activity.id))
            query = select(Record.external_id).join(Activity, joined).where(col(Activity.org_id) == org_id)
            facts = Counter(map(int, (await session.exec(query)).all()))
            events = (await session.exec(select(CrmEvent.status).where(col(CrmEvent.org_id) == org_id))).all()
            errors = (await session.exec(select(Delivery.error).where(col(Delivery.org_id) == org_id))).all()
    finally:
        await database.close()
    assert vendor.acknowledged <= facts.keys() <= set(range(1, vendor.sent + 1))
    assert set(facts.values()) == {1}
    assert Counter(events) == {"applied": 2 * len(facts)}
    assert set(errors) == {None}
