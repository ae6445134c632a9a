"""Deliveries acknowledged after commit, per second, as ratios to what else could answer them."""

import asyncio
import time
from statistics import median

import asyncpg

from service.core.bulk import insert_statement
from service.core.clock import utc_now
from service.core.ids import new_id
from service.crm.receiving.writer import DELIVERY_COLUMNS
from tests.benchmarks.house import House, run_load
from tests.benchmarks.load import delivery_body

ROUNDS = 3
SINGLE_REQUESTS = {"touchline": 24_000, "autocommit": 8_000, "plain": 2_500}
BATCH_REQUESTS = 5_000
BATCH_EVENTS = 100
ROW_CONNECTIONS = 8


def compare_single_events(house: House) -> dict[str, float]:
    """Single-event deliveries/s of each server: the median of rounds that take turns."""
    rates: dict[str, list[float]] = {name: [] for name in SINGLE_REQUESTS}
    for _ in range(ROUNDS):
        for name, requests in SINGLE_REQUESTS.items():
            with house.serving(name) as port:
                rates[name].append(run_load(house.load(port, requests, 1)).per_second)
        asyncio.run(empty(house))
    return {name: median(found) for name, found in rates.items()}


def compare_batches(house: House) -> tuple[float, float]:
    """(100-event deliveries/s, the same rows/s inserted one per transaction over 8 connections)."""
    ours, rows = [], []
    for _ in range(ROUNDS):
        with house.serving("touchline") as port:
            ours.append(run_load(house.load(port, BATCH_REQUESTS, BATCH_EVENTS)).per_second)
        asyncio.run(empty(house))
        rows.append(asyncio.run(insert_rows_singly(house)))
        asyncio.run(empty(house))
    return median(ours), median(rows)


async def insert_rows_singly(house: House) -> float:
    """Rows/s: what the database itself takes, without HTTP, verification or routing."""
    load = house.load(0, BATCH_REQUESTS, BATCH_EVENTS)
    bodies = iter([delivery_body(load, number) for number in range(BATCH_REQUESTS)])
    statement = insert_statement("delivery", DELIVERY_COLUMNS, 1, "")

    async def insert(connection: asyncpg.Connection) -> None:
        for body in bodies:
            await connection.fetch(statement, house.org_id, new_id(), house.connection_id, utc_now(), body)

    connections = [await asyncpg.connect(house.urls.ingest) for _ in range(ROW_CONNECTIONS)]
    began = time.perf_counter()
    await asyncio.gather(*map(insert, connections))
    elapsed = time.perf_counter() - began
    for connection in connections:
        await connection.close()
    return BATCH_REQUESTS / elapsed


async def empty(house: House) -> None:
    """Every round finds the same, empty table."""
    connection = await asyncpg.connect(house.urls.owner)
    await connection.execute("TRUNCATE delivery, crm_event")
    await connection.close()
