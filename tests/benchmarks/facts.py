"""From accepted deliveries to facts: events per second of one worker, with nothing else running."""

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import asyncpg
import orjson
import uvloop

from service.core.bulk import insert_rows
from service.core.clock import utc_now
from service.core.database import Database
from service.core.ids import new_id
from service.core.settings import Settings
from service.crm.receiving.writer import DELIVERY_COLUMNS
from service.crm.tasks import drain_deliveries
from tests.benchmarks.house import APP_ID, PORTAL_ID, House

DELIVERIES, EVENTS = 1_000, 100
OWNERS = 50
START_MS = 1_780_000_000_000
STAGES = ("appointmentscheduled", "qualifiedtobuy", "presentationscheduled", "contractsent", "closedwon")


def record_events(number: int) -> Iterator[dict[str, Any]]:
    """Four calls out of five records, with five events each; the fifth is a deal that moves to won."""
    is_deal = number % 5 == 4
    at = START_MS + number * 1000
    common = {"portalId": PORTAL_ID, "appId": APP_ID, "objectId": number, "attemptNumber": 0, "subscriptionId": 1}
    noun = "deal" if is_deal else "object"
    kind = {} if is_deal else {"objectTypeId": "0-48"}
    owner = str(1000 + number % OWNERS)
    changes = (
        [("createdate", str(at)), ("amount", str(100 + number % 900)), ("hubspot_owner_id", owner)]
        + [("dealstage", stage) for stage in STAGES]
        if is_deal
        else [
            ("hs_timestamp", str(at)),
            ("hs_call_duration", str(number % 900 * 1000)),
            ("hs_call_direction", "OUTBOUND"),
            ("hubspot_owner_id", owner),
        ]
    )
    yield {**common, **kind, "eventId": number * 10, "occurredAt": at, "subscriptionType": f"{noun}.creation"}
    for position, (name, value) in enumerate(changes, 1):
        yield {
            **common,
            **kind,
            "eventId": number * 10 + position,
            "occurredAt": at + position * 1000,
            "subscriptionType": f"{noun}.propertyChange",
            "propertyName": name,
            "propertyValue": value,
        }


def delivery_bodies() -> Iterator[bytes]:
    """Deliveries of exactly `EVENTS` events."""
    waiting: list[dict[str, Any]] = []
    number = 0
    for _ in range(DELIVERIES):
        while len(waiting) < EVENTS:
            waiting += record_events(number)
            number += 1
        yield orjson.dumps(waiting[:EVENTS])
        del waiting[:EVENTS]


async def store_deliveries(house: House) -> None:
    """As the receivers leave them."""
    connection = await asyncpg.connect(house.urls.ingest)
    rows = [(house.org_id, new_id(), house.connection_id, utc_now(), body) for body in delivery_bodies()]
    await insert_rows(connection, "delivery", DELIVERY_COLUMNS, rows)
    await connection.close()


async def drain(house: House) -> float:
    """Events/s until nothing waits."""
    await store_deliveries(house)
    database = Database(house.urls.app)
    settings = Settings(_env_file=None)
    began = time.perf_counter()
    while await drain_deliveries(database, house.org_id, settings.worker_batch_events):
        pass
    elapsed = time.perf_counter() - began
    await check(house)
    await database.close()
    return DELIVERIES * EVENTS / elapsed


async def check(house: House) -> None:
    """Every event became what it should."""
    connection = await asyncpg.connect(house.urls.owner)
    async with connection.transaction():
        await connection.execute(f"SET LOCAL app.org_id = '{house.org_id}'")
        applied = await connection.fetchval("SELECT count(*) FROM crm_event WHERE status = 'applied'")
    await connection.close()
    if applied != DELIVERIES * EVENTS:
        raise RuntimeError(f"{applied} events were applied, not {DELIVERIES * EVENTS}")


def measure_drain(house: House) -> float:
    """The whole measurement, on the event loop that the service runs on."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(drain(house))
