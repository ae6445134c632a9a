"""Whether coaching helped 200 reps in 18 months, and the four keys of 21 trees over 20,000 sessions."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from statistics import median
from typing import Any

import asyncpg
from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_capability.dto.capability import CapabilityQuery
from service.coaching_capability.use_cases.capability import list_coaching_capability
from service.coaching_effects.dto import CoachingEffectsQuery
from service.coaching_effects.use_cases.effects import get_coaching_effects
from service.core.clock import utc_now
from service.core.database import Database
from service.core.pagination import PageRequest
from service.success_models.measures import Measure
from tests.benchmarks.house import House
from tests.factories.coaching_rows import write_series
from tests.factories.leads import EMAILS, leads_document
from tests.factories.programmes import add_many
from tests.factories.sales_org import SalesOrg, make_sales_org
from tests.factories.success_models import CALLS

MANAGERS, REPS, WEEKS = 20, 200, 100
EFFECT_DAYS, KEY_DAYS = 546, 350
ROUNDS = 3

ABOVE = """
INSERT INTO manager_period (org_id, id, person_id, manager_id, start_on)
SELECT $1, gen_random_uuid(), id, $2, current_date - 1000
FROM person WHERE org_id = $1 AND role = 'manager' AND id <> $2
"""
CELLS = """
INSERT INTO measure_cell (org_id, person_id, measure_id, day, value, n)
SELECT $1, p.id, m.id, current_date - day, count, count
FROM person AS p, unnest($3::uuid[]) AS m (id), generate_series(0, 7 * $2::int) AS day,
     LATERAL (SELECT 1 + floor(random() * 4 + 0 * day)::int AS count) AS x
WHERE p.org_id = $1 AND p.role = 'rep' AND day % 7 < 5
"""
SESSIONS = """
INSERT INTO coaching_session (org_id, id, manager_id, rep_id, coach_ids, rep_ids, uninvited_ids, format_id, time_zone,
                              due_at, starts_at, ends_at, status, owed, sequence, reminder_minutes, started_at,
                              completed_at, missed_at, minutes_held, answers, created_at, updated_at)
SELECT $1, gen_random_uuid(), l.manager_id, p.id, '{}', '{}', '{}', $2, 'Europe/Vienna', at, at,
       at + interval '30 minutes', CASE WHEN held THEN 'completed' ELSE 'missed' END, true, 0, '{}',
       CASE WHEN held THEN at END, CASE WHEN held THEN at + interval '30 minutes' END,
       CASE WHEN NOT held THEN at + interval '1 day' END, CASE WHEN held THEN 30 END,
       '{"all": {"q0": "Yes"}}', at - interval '28 days', at
FROM person AS p JOIN manager_period AS l ON l.org_id = p.org_id AND l.person_id = p.id,
     generate_series(1, $3::int) AS week,
     LATERAL (SELECT now() - week * interval '7 days' + interval '1 day' AS at, week % 10 > 0 AS held) AS x
WHERE p.org_id = $1 AND p.role = 'rep'
"""
TOPICS = """
INSERT INTO coaching_topic (org_id, id, rep_id, kpi, concerns, source, subject, title, reason, evidence, impact,
                            confidence, status, pinned, visible_on, discussed_in, ended_at, created_at, updated_at)
SELECT $1, gen_random_uuid(), s.rep_id, CASE WHEN due_at > now() - since * interval '7 days' THEN 'calls' END,
       'process', 'manager', s.id::text, 'Calls', 'Few', '{}', 0, 0, 'discussed', false, due_at::date, s.id,
       completed_at, due_at, due_at
FROM coaching_session AS s
JOIN (SELECT id, CASE WHEN place % 2 = 0 THEN 20 + place % 40 ELSE 0 END AS since
      FROM (SELECT id, row_number() OVER (ORDER BY id) AS place FROM person WHERE org_id = $1 AND role = 'rep') AS n
     ) AS p ON p.id = s.rep_id
WHERE s.org_id = $1 AND s.status = 'completed'
"""
COMMITMENTS = """
INSERT INTO coaching_commitment (org_id, id, rep_id, concerns, session_id, owner_id, description, due_on, status,
                                 created_at, updated_at)
SELECT $1, gen_random_uuid(), rep_id, 'outcome', id, rep_id, 'To win it', due_at::date + 14, 'open', completed_at,
       completed_at
FROM coaching_session WHERE org_id = $1 AND status = 'completed'
"""


@dataclass(frozen=True, slots=True)
class Coaching:
    """Seconds: of the effects' answer and of a page with every manager's four keys."""

    effects: float
    keys: float


def measure_coaching(house: House) -> Coaching:
    """In an organization of its own."""
    return asyncio.run(_measure(house))


async def _measure(house: House) -> Coaching:
    database = Database(house.urls.app)
    try:
        org = await _fill(house, database)
        return Coaching(await _seconds(org, _effects(org)), await _seconds(org, _keys(org)))
    finally:
        await database.close()


async def _fill(house: House, database: Database) -> SalesOrg:
    """Half of the reps were first coached in calls 20 to 59 weeks ago."""
    org = await make_sales_org(database, time_zone="Europe/Vienna")
    await org.activate(leads_document())
    top = await org.add_person("Top", role="manager")
    await add_many(org, MANAGERS, REPS, since=utc_now().date() - timedelta(days=1000))
    format_id, _ = await write_series(org)
    measures = [Measure.model_validate(one).identity() for one in (CALLS, EMAILS)]
    connection = await asyncpg.connect(house.urls.owner)
    try:
        await connection.execute(f"SET app.org_id = '{org.id}'")
        await connection.execute(ABOVE, org.id, top.id)
        await connection.execute(CELLS, org.id, WEEKS, measures)
        await connection.execute(SESSIONS, org.id, format_id, WEEKS)
        for statement in (TOPICS, COMMITMENTS):
            await connection.execute(statement, org.id)
        await connection.execute("ANALYZE")
    finally:
        await connection.close()
    return org


Asking = Callable[[AsyncSession], Awaitable[Any]]


def _effects(org: SalesOrg) -> Asking:
    query = CoachingEffectsQuery(kpi="calls", from_on=org.day_of(utc_now()) - timedelta(days=EFFECT_DAYS))

    async def ask(session: AsyncSession) -> None:
        found = await get_coaching_effects(session, org.system, query)
        if found.result.n_coached < REPS // 2:
            raise RuntimeError(f"{found.result.n_coached} were coached")

    return ask


def _keys(org: SalesOrg) -> Asking:
    query = CapabilityQuery(from_on=org.day_of(utc_now()) - timedelta(days=KEY_DAYS - 1))

    async def ask(session: AsyncSession) -> None:
        found = await list_coaching_capability(session, org.system, query, PageRequest(200))
        owed = max(one.keys[3].denominator + one.keys[3].before_denominator for one in found.items)
        if (len(found.items), owed) != (MANAGERS + 1, REPS * WEEKS):
            raise RuntimeError(f"{owed} sessions of {len(found.items)} managers were counted")

    return ask


async def _seconds(org: SalesOrg, asking: Asking) -> float:
    taken = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        async with org.database.tenant(org.id) as session:
            await asking(session)
        taken.append(time.perf_counter() - began)
    return median(taken)
