"""With `as_of` and `known_at` both set to a past instant a read answers what was answered then, byte for byte."""

import itertools
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from service.activities.dto.sources import SourceMapping
from service.activities.records import FieldWrite, RecordChange
from service.activities.use_cases.applying import apply_changes
from service.activities.use_cases.sources import ensure_source
from service.core.clock import utc_now
from service.core.ids import new_id
from tests.factories.sales_org import SalesOrg
from tests.factories.success_models import CALLS, flow_kpi, model_document, ratio_kpi
from tests.fixtures.rest import bearer

MOVED = {"source": "stage_changes", "filters": [{"field": "to_stage", "op": "eq", "value": "proposal"}]}
KPIS = [
    flow_kpi("calls", CALLS),
    flow_kpi("won", {"source": "deals_won", "aggregate": "sum", "field": "amount"}, unit="currency", level="result"),
    ratio_kpi("win-rate", {"source": "deals_won"}, {"source": "deals_closed"}),
    ratio_kpi("to-proposal", MOVED | {"filters": MOVED["filters"]}, {"source": "deals_created"}, basis="cohort"),
    {
        "key": "days-in-discovery", "name": "Days", "kind": "duration", "level": "objective", "unit": "days",
        "polarity": "lower", "duration": {"from_stage": "discovery"},
    },
    {
        "key": "pipeline", "name": "Pipeline", "kind": "stock", "level": "objective", "unit": "currency",
        "measure": {"source": "open_deals", "aggregate": "sum", "field": "amount"},
    },
]  # fmt: skip
STAGES = ["discovery", "proposal", "closed_won", "closed_lost"]
MAPPING = SourceMapping(stages={stage: stage for stage in STAGES})


async def land(org: SalesOrg, rng: random.Random, steps: int) -> None:
    """New facts, corrections and deletions of the last forty days, some of them long late."""
    changes = []
    for _ in range(steps):
        kind, record = rng.choice(["deal", "call"]), str(rng.randrange(25))
        at = int((utc_now() - timedelta(days=rng.uniform(0, 40))).timestamp() * 1000)
        field, values = rng.choice(
            [
                ("owner", ["ann@example.com", "bob@example.com"]),
                ("stage", STAGES),
                ("amount", ["100.10", "2500", "7"]),
                ("closed_at", [(utc_now() + timedelta(days=rng.randrange(-30, 60))).date().isoformat()]),
                ("$deleted", ["true", "false"]),
                ("outcome", ["connected", "busy"]),
            ]
        )
        write = FieldWrite(at, 1, new_id().hex, rng.choice(values))
        changes.append(RecordChange(kind, record, field, write))
    async with org.database.tenant(org.id) as session:
        source = await ensure_source(session, org.system, "crm", "one", MAPPING)
        await apply_changes(session, org.system, source, changes, utc_now())
    await org.refresh()


async def read(rest: httpx.AsyncClient, org: SalesOrg, path: str, at: datetime, **query: Any) -> bytes:
    """An answer as of an instant; `known_at` besides, where it is given."""
    answer = await rest.get(path, params={"as_of": at.isoformat(), **query}, headers=bearer(org.admin_key))
    assert answer.status_code == 200, answer.text
    return answer.content


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_what_was_answered_then_is_answered_again(rest: httpx.AsyncClient, org: SalesOrg, seed: int) -> None:
    rng = random.Random(seed)
    ann = await org.add_person("Ann", email="ann@example.com")
    await org.add_person("Bob", email="bob@example.com")
    await org.activate(model_document(kpis=KPIS))
    paths = ["/v1/kpi-snapshots", f"/v1/people/{ann.id}/scorecard"]
    remembered: list[tuple[str, str, datetime, bytes]] = []
    for _ in range(4):
        await land(org, rng, 60)
        at = datetime.now(UTC)
        for path, period in itertools.product(paths, ("week", "quarter")):
            remembered += [(path, period, at, await read(rest, org, path, at, period=period))]
    for path, period, at, then in remembered:
        assert await read(rest, org, path, at, period=period, known_at=at.isoformat()) == then


async def test_somebody_who_was_not_known_yet_is_not_there(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    await org.activate(model_document(kpis=KPIS))
    before = datetime.now(UTC)
    late = await org.add_person("Late")
    then = await read(rest, org, "/v1/kpi-snapshots", before, known_at=before.isoformat())
    assert str(late.id).encode() not in then
    assert str(late.id).encode() in await read(rest, org, "/v1/kpi-snapshots", before)
