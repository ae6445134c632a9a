"""Snapshots of 2,000 reps and ten KPIs: read as they lie ready, against the same computed from the raw facts."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from statistics import median
from uuid import UUID

import asyncpg

from service.core.clock import utc_now
from service.core.database import Database
from service.core.principal import Principal
from service.demo.setup import demo_model
from service.kpi_snapshots.dto import KpiSnapshotQuery
from service.kpi_snapshots.permissions import Permission
from service.kpi_snapshots.tasks import build_measures, refresh_snapshots
from service.kpi_snapshots.use_cases.snapshots import kpi_snapshots_of
from service.organizations.dto.api_keys import CreateApiKey
from service.organizations.use_cases.api_keys import create_api_key
from service.permissions import ROLES
from service.success_models.targets import PeriodKind
from service.success_models.use_cases.success_models import activate_success_model, create_success_model
from tests.benchmarks.house import House
from tests.benchmarks.load import Run, Sender

READ = Permission.KPI_SNAPSHOTS_READ
REPS, KPIS = 2_000, 10
DAYS, ACTIVITIES_PER_DAY, DEALS_EACH = 92, 14, 15
PEOPLE_AT_ONCE = 500
ROUNDS = 5
REQUESTS, CONNECTIONS = 3_000, 16

PEOPLE = """
INSERT INTO person (org_id, id, email, name, role, hired_on, known_from, created_at, updated_at)
SELECT $1, gen_random_uuid(), 'rep' || n || '@example.com', 'Rep ' || lpad(n::text, 4, '0'), 'rep',
       current_date - 400, now() - interval '400 days', now(), now()
FROM generate_series(1, $2::int) AS n RETURNING id
"""
ACTIVITIES = """
INSERT INTO activity (org_id, id, kind, person_id, occurred_at, occurred_on, outcome, attributes, received_at,
                      known_from, fingerprint)
SELECT $1, gen_random_uuid(), (ARRAY['call', 'call', 'call', 'email', 'meeting'])[1 + n % 5], p.id, at, at::date,
       (ARRAY['connected', 'no_answer', 'completed'])[1 + n % 3], '{}', at, at, ''
FROM person AS p, generate_series(1, $2::int) AS day, generate_series(1, $3::int) AS n,
     LATERAL (SELECT date_trunc('day', now()) - day * interval '1 day' + (9 * 60 + n * 20) * interval '1 minute' AS at) AS x
WHERE p.org_id = $1 AND p.role = 'rep'
"""  # noqa: E501
DEALS = """
INSERT INTO deal (org_id, id, outcome, amount, org_amount, owner_id, created_at, created_on, created_owner_id,
                  closed_at, closed_on, closed_owner_id, attributes, received_at, known_from, fingerprint, slips,
                  stage_history, owner_history, close_date_history, amount_history)
SELECT $1, gen_random_uuid(), (ARRAY['won', 'lost', 'lost'])[1 + n % 3], 1000 + n, 1000 + n, p.id, at, at::date, p.id,
       at + interval '20 days', (at + interval '20 days')::date, p.id, '{}', at, at, '', 0, '[]', '[]', '[]', '[]'
FROM person AS p, generate_series(1, $2::int) AS n, LATERAL (SELECT now() - (n * 4 + 20) * interval '1 day' AS at) AS x
WHERE p.org_id = $1 AND p.role = 'rep'
"""


@dataclass(frozen=True, slots=True)
class Reads:
    """Seconds for everybody's snapshots of a week and a quarter, ready and from raw facts; and single reads."""

    week: tuple[float, float]
    quarter: tuple[float, float]
    refreshed_per_second: float
    """People whose snapshots, of every period, the worker brings up to date."""
    requests_per_second: float
    """Of one person's ready snapshots over REST."""


def measure_snapshots(house: House) -> Reads:
    """The whole measurement; the ratios of the pairs are what counts."""
    people, key, refreshed = asyncio.run(_fill(house))
    week, quarter = (asyncio.run(_compare(house, people, kind)) for kind in (PeriodKind.WEEK, PeriodKind.QUARTER))
    with house.serving("touchline") as port:
        per_second = asyncio.run(_read(port, key, people))
    return Reads(week, quarter, refreshed, per_second)


async def _fill(house: House) -> tuple[list[UUID], str, float]:
    """People with a quarter of facts, and their snapshots; also a key, and how fast snapshots were computed."""
    connection = await asyncpg.connect(house.urls.owner)
    try:
        await connection.execute(f"SET app.org_id = '{house.org_id}'")
        people = [row["id"] for row in await connection.fetch(PEOPLE, house.org_id, REPS)]
        await connection.execute(ACTIVITIES, house.org_id, DAYS, ACTIVITIES_PER_DAY)
        await connection.execute(DEALS, house.org_id, DEALS_EACH)
        await connection.execute("ANALYZE")
    finally:
        await connection.close()
    database, principal = Database(house.urls.app), Principal.system(house.org_id)
    try:
        async with database.tenant(house.org_id) as session:
            draft = await create_success_model(session, principal, demo_model())
            await activate_success_model(session, principal, draft.id)
            key = await create_api_key(session, principal, CreateApiKey(name="Reader", scopes=[READ]), ROLES)
        await build_measures(database, house.org_id)
        began = time.perf_counter()
        while await refresh_snapshots(database, house.org_id, PEOPLE_AT_ONCE):
            pass
        return people, key.key, REPS / (time.perf_counter() - began)
    finally:
        await database.close()


async def _compare(house: House, people: list[UUID], kind: PeriodKind) -> tuple[float, float]:
    """Seconds for all snapshots of a kind of period: as they lie ready, and from the facts known now."""
    database, principal, now = Database(house.urls.app), Principal.system(house.org_id), utc_now()

    def reading(query: KpiSnapshotQuery) -> Callable[[], Awaitable[None]]:
        async def read() -> None:
            async with database.tenant(house.org_id) as session:
                found = await kpi_snapshots_of(session, principal, people, query)
            if sum(map(len, found.values())) != len(people) * KPIS:
                raise RuntimeError("some snapshots are missing")

        return read

    try:
        ready = await _seconds(reading(KpiSnapshotQuery(period=kind)), ROUNDS)
        raw = await _seconds(reading(KpiSnapshotQuery(period=kind, as_of=now, known_at=now)), 1)
    finally:
        await database.close()
    return ready, raw


async def _seconds(reading: Callable[[], Awaitable[None]], rounds: int) -> float:
    taken = []
    for _ in range(rounds):
        began = time.perf_counter()
        await reading()
        taken.append(time.perf_counter() - began)
    return median(taken)


async def _read(port: int, key: str, people: list[UUID]) -> float:
    """Answers per second, each of one person's snapshots of the quarter."""
    path = "/v1/kpi-snapshots?period=quarter&person_id="
    head = f"HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {key}\r\n\r\n"
    requests = [f"GET {path}{people[number % len(people)]} {head}".encode() for number in range(REQUESTS)]
    run = Run(requests, CONNECTIONS)
    loop = asyncio.get_running_loop()
    for _ in range(CONNECTIONS):
        await loop.create_connection(lambda: Sender(run), "127.0.0.1", port)
    await run.done.wait()
    if run.refused:
        raise RuntimeError(f"{run.refused} of {REQUESTS} reads were refused")
    return (run.answers - run.warm_up) / (run.ended - run.began)
