"""From CRM records to snapshots: any order and repetition of the same changes ends in the same numbers."""

import random
from decimal import Decimal
from hashlib import sha256
from typing import Any

import pytest

from service.activities.dto.sources import SourceMapping
from service.activities.records import FieldWrite, RecordChange
from service.activities.use_cases.applying import apply_changes
from service.activities.use_cases.sources import ensure_source
from service.core.clock import utc_now
from service.core.database import Database
from tests.factories.sales_org import SalesOrg, make_sales_org
from tests.factories.success_models import CALLS, flow_kpi, model_document, ratio_kpi

KPIS = [
    flow_kpi("calls", CALLS),
    flow_kpi("created", {"source": "deals_created"}),
    flow_kpi("won", {"source": "deals_won"}),
    flow_kpi("won-amount", {"source": "deals_won", "aggregate": "sum", "field": "amount"}, unit="currency"),
    flow_kpi("proposals", {"source": "stage_changes", "filters": [{"field": "to_stage", "op": "eq", "value": "s2"}]}),
    ratio_kpi("win-rate", {"source": "deals_won"}, {"source": "deals_closed"}),
]
STAGES = ["s1", "s2", "won", "lost"]
MAPPING = SourceMapping(stages={"s1": "s1", "s2": "s2", "won": "closed_won", "lost": "closed_lost"})
FIRST_MS = 1_772_000_000_000  # 25 February 2026
DAY_MS = 86_400_000

Number = tuple[str, str, Decimal | None, int]
"""Person, KPI, value and n: what must not depend on the order of changes."""


def change(kind: str, record: str, field: str, at: int, value: str) -> RecordChange:
    """A property change whose key says what it is."""
    key = sha256(f"{kind}{record}{field}{at}{value}".encode()).hexdigest()[:32]
    return RecordChange(kind, record, field, FieldWrite(at, 1, key, value))


def history(seed: int) -> list[RecordChange]:
    """Forty deals and calls that are created, moved, handed over, repriced, deleted and restored over a month."""
    rng = random.Random(seed)
    found = []
    for number in range(40):
        kind, record, at = rng.choice(["deal", "call"]), str(number), FIRST_MS + rng.randrange(30 * DAY_MS)
        found.append(change(kind, record, "owner", at, rng.choice(["ann@example.com", "bob@example.com", "404"])))
        for _ in range(rng.randrange(8)):
            at += rng.randrange(5 * DAY_MS)
            field, values = rng.choice(
                [
                    ("owner", ["ann@example.com", "bob@example.com"]),
                    ("stage", STAGES),
                    ("amount", ["100.10", "2500", "0.01"]),
                    ("outcome", ["connected", "busy"]),
                    ("$deleted", ["true", "false", "false"]),
                ]
            )
            found.append(change(kind, record, field, at, rng.choice(values)))
    return found


async def numbers_after(database: Database, changes: list[RecordChange], batch: int) -> list[Number]:
    """The year's values after the changes came in batches, with refreshes in between, verified."""
    org = await make_sales_org(database)
    people = [await org.add_person(name) for name in ("Ann", "Bob")]
    await org.activate(model_document(kpis=KPIS, targets=[], stages=[]))
    for start in range(0, len(changes), batch):
        await apply(org, changes[start : start + batch])
        await org.refresh()
    verified = await org.verify()
    assert (verified.dirty, verified.differences) == (0, [])
    query: dict[str, Any] = {"period": "year", "period_start": "2026-01-01", "as_of": org.local(2026, 12, 31, 12)}
    return [
        (person.name, snapshot.kpi, snapshot.value, snapshot.n)
        for person in people
        for snapshot in await org.snapshots(org.system, person_id=person.id, **query)
    ]


async def apply(org: SalesOrg, changes: list[RecordChange]) -> None:
    """One transaction of ingest."""
    async with org.database.tenant(org.id) as session:
        source = await ensure_source(session, org.system, "hubspot", "1", MAPPING)
        await apply_changes(session, org.system, source, changes, utc_now())


@pytest.mark.parametrize("seed", range(4))
async def test_order_and_repetition_do_not_matter(database: Database, seed: int) -> None:
    changes = history(seed)
    rng = random.Random(seed)
    expected = await numbers_after(database, changes, len(changes))
    assert sum(number[-1] for number in expected) > 15
    shuffled = rng.sample(changes, len(changes)) + rng.sample(changes, len(changes) // 2)
    assert await numbers_after(database, shuffled, 17) == expected
