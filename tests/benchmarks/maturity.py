"""Win rates drawn towards their peers, and the incidence of wins, of 100,000 deals; against lifelines' fit alone."""

import asyncio
import time
import warnings
from dataclasses import dataclass
from statistics import median
from uuid import UUID

import asyncpg
import numpy as np
from lifelines import AalenJohansenFitter
from sqlalchemy import func, select

from service.core.clock import utc_now
from service.core.database import Database
from service.core.principal import Principal
from service.kpi_snapshots.maturity.dto import PipelineMaturityQuery
from service.kpi_snapshots.maturity.estimating import DealColumns, trace_course
from service.kpi_snapshots.maturity.presenting import present_segment
from service.kpi_snapshots.repository.maturity import EPOCH, Asked, earliest_close, load_columns
from service.kpi_snapshots.repository.relations import DEAL
from service.kpi_snapshots.repository.rows import rows
from service.kpi_snapshots.use_cases.maturity import get_pipeline_maturity
from service.organizations.dto.organizations import CreateOrganization
from service.organizations.use_cases.organizations import create_organization
from service.statistics.beta_binomial import fit_beta_prior, posterior
from tests.benchmarks.house import House

REPS, DEALS_EACH = 500, 200
ROUNDS = 5

PEOPLE = """
INSERT INTO person (org_id, id, email, name, role, hired_on, known_from, created_at, updated_at)
SELECT $1, gen_random_uuid(), 'ripe' || n || '@example.com', 'Ripe ' || n, 'rep', current_date - 900,
       now() - interval '900 days', now(), now()
FROM generate_series(1, $2::int) AS n
"""
DEALS = """
INSERT INTO deal (org_id, id, outcome, org_amount, owner_id, created_at, created_on, created_owner_id, closed_at,
                  closed_on, closed_owner_id, attributes, received_at, known_from, fingerprint, slips, stage_history,
                  owner_history, close_date_history, amount_history)
SELECT $1, gen_random_uuid(), CASE WHEN open THEN 'open' WHEN won THEN 'won' ELSE 'lost' END, 1000 + n, p.id, at,
       at::date, p.id, CASE WHEN NOT open THEN at + age END, CASE WHEN NOT open THEN (at + age)::date END,
       CASE WHEN NOT open THEN p.id END, '{}', at, at, '', 0, '[]', '[]', '[]', '[]'
FROM person AS p, generate_series(1, $2::int) AS n,
     LATERAL (SELECT now() - random() * interval '700 days' + n * interval '0' AS at,
                     -ln(1 - random()) * interval '90 days' + n * interval '0' AS age,
                     random() + n * 0 < 0.4 AS won) AS x,
     LATERAL (SELECT at + age > now() AS open) AS y
WHERE p.org_id = $1 AND p.role = 'rep'
"""


@dataclass(frozen=True, slots=True)
class Ripening:
    """Seconds: our estimates with their fetch, lifelines' fit of the same columns, and the whole answer."""

    ours: float
    lifelines: float
    answer: float


def measure_maturity(house: House) -> Ripening:
    """In an organization of its own."""
    return asyncio.run(_measure(house))


async def _measure(house: House) -> Ripening:
    database = Database(house.urls.app)
    try:
        org_id = await _fill(house, database)
        ours, deals = [], None
        for _ in range(ROUNDS):
            began = time.perf_counter()
            deals = await _estimate(database, org_id)
            ours.append(time.perf_counter() - began)
        if deals is None or deals.n != REPS * DEALS_EACH:
            raise RuntimeError("some deals are missing")
        began = time.perf_counter()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it moves ties apart, and says so
            AalenJohansenFitter(calculate_variance=False).fit(deals.ages, deals.endings, event_of_interest=1)
        theirs = time.perf_counter() - began
        began = time.perf_counter()
        async with database.tenant(org_id) as session:
            await get_pipeline_maturity(session, Principal.system(org_id), PipelineMaturityQuery())
        return Ripening(median(ours), theirs, time.perf_counter() - began)
    finally:
        await database.close()


async def _fill(house: House, database: Database) -> UUID:
    fields = {"name": "Ripening", "time_zone": "Europe/Vienna", "currency": "EUR", "admin_email": "b@example.com"}
    made, _ = await create_organization(database, CreateOrganization.model_validate(fields))
    connection = await asyncpg.connect(house.urls.owner)
    try:
        await connection.execute(f"SET app.org_id = '{made.id}'")
        await connection.execute(PEOPLE, made.id, REPS)
        await connection.execute(DEALS, made.id, DEALS_EACH)
        await connection.execute("ANALYZE deal")
    finally:
        await connection.close()
    return made.id


async def _estimate(database: Database, org_id: UUID) -> DealColumns:
    """Each rep's win rate with its interval, and the course of all deals with those of its ages."""
    now = utc_now()
    async with database.tenant(org_id) as session:
        won = func.count().filter(DEAL.c.outcome == "won")
        closed = select(won, func.count()).where(DEAL.c.org_id == org_id, DEAL.c.outcome != "open")
        counts = np.array(await rows(session, closed.group_by(DEAL.c.closed_owner_id)), dtype=float)
        start = await earliest_close(session, org_id, now)
        deals = (await load_columns(session, Asked(org_id, None, None, now, now.date()), 1))[None]
    posterior(fit_beta_prior(counts[:, 0], counts[:, 1]), counts[:, 0], counts[:, 1]).interval(0.9)
    present_segment(None, deals, trace_course(deals, ((start or EPOCH) - EPOCH).days))
    return deals
