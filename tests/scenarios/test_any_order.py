"""The order in which facts arrive may change the history of revisions, never what is answered in the end.

The same facts - late ones, corrected ones, deleted ones - reach two organizations in two orders. In both a month is
closed after the first few; each of the others restates it at most once.
"""

import random
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import httpx
import orjson
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import update
from sqlmodel import col

from service.activities.dto.sources import SourceMapping
from service.activities.records import FieldWrite, RecordChange
from service.activities.use_cases.applying import apply_changes
from service.activities.use_cases.sources import ensure_source
from service.core.clock import utc_now
from service.core.database import Database
from service.kpi_snapshots.closings import FACTS
from service.kpi_snapshots.repository.rows import run
from service.organizations.models.organizations import Organization
from tests.factories.sales_org import SalesOrg, make_sales_org
from tests.factories.success_models import CALLS, CONNECTED, flow_kpi, model_document, ratio_kpi, target
from tests.fixtures.rest import bearer

NOW = datetime.now(UTC).replace(microsecond=0)
MONTH_END = NOW.replace(day=1, hour=12, minute=0, second=0) - timedelta(days=1)
MONTH = MONTH_END.replace(day=1)
STAGES = ["discovery", "proposal", "closed_won", "closed_lost"]
MAPPING = SourceMapping(stages={stage: stage for stage in STAGES})
KPIS = [
    flow_kpi("calls", CALLS),
    ratio_kpi("connected-rate", CONNECTED, CALLS, level="activity"),
    flow_kpi("won", {"source": "deals_won", "aggregate": "sum", "field": "amount"}, unit="currency", level="result"),
    {
        "key": "days", "name": "Days", "kind": "duration", "level": "objective", "unit": "days", "polarity": "lower",
        "duration": {"from_stage": "discovery"},
    },
    {
        "key": "slipped", "name": "Slipped", "kind": "stock", "level": "objective", "unit": "ratio",
        "measure": {
            "source": "open_deals", "aggregate": "share", "matching": [{"field": "slips", "op": "gte", "value": 2}],
        },
    },
]  # fmt: skip
OF_HISTORY = re.compile(r'"closed_at":("[^"]*"|null),?|"revision":\d+,?')
"""What a snapshot tells of how it came about."""

FIELDS: dict[str, list[tuple[str, list[str]]]] = {
    "call": [
        ("owner", ["ann@example.com", "bob@example.com"]),
        ("outcome", ["connected", "busy"]),
        ("$deleted", ["true", "false"]),
    ],
    "deal": [
        ("owner", ["ann@example.com", "bob@example.com"]),
        ("stage", STAGES),
        ("amount", ["100.10", "2500", "7"]),
        ("closed_at", [(MONTH_END + timedelta(days=10 * times)).date().isoformat() for times in range(1, 5)]),
        ("$deleted", ["true", "false"]),
    ],
}


@st.composite
def facts(draw: st.DrawFn) -> list[RecordChange]:
    """Changes of a few records, most in the month that is closed; every record has an owner."""
    found: list[tuple[str, str, str, int, str]] = []
    for kind, record in (("call", "1"), ("call", "2"), ("call", "3"), ("deal", "1"), ("deal", "2")):
        owner = draw(st.sampled_from(FIELDS[kind][0][1]))
        found.append((kind, record, "owner", draw(st.integers(0, 20)), owner))
        for _ in range(draw(st.integers(0, 4))):
            field, values = draw(st.sampled_from(FIELDS[kind]))
            found.append((kind, record, field, draw(st.integers(0, 34)), draw(st.sampled_from(values))))
    return [
        RecordChange(kind, record, field, FieldWrite(at_of(day), 1, f"{place:032x}", value))
        for place, (kind, record, field, day, value) in enumerate(found)
    ]


def at_of(day: int) -> int:
    """Some day of the month or soon after, never later than now."""
    return int(min(MONTH + timedelta(days=day), NOW - timedelta(hours=1)).timestamp() * 1000)


class House:
    """An organization that is told the story."""

    def __init__(self, rest: httpx.AsyncClient, org: SalesOrg, names: dict[str, str]) -> None:
        self.rest, self.org, self.names = rest, org, names

    @classmethod
    async def build(cls, rest: httpx.AsyncClient, database: Database) -> "House":
        """Two reps and a model, here since the month began."""
        org = await make_sales_org(database)
        for name in ("Ann", "Bob"):
            await org.add_person(name)
        await org.activate(model_document(kpis=KPIS, targets=[target("calls", "month", "3")]))
        async with database.tenant(org.id) as session:
            changed = update(Organization).where(col(Organization.org_id) == org.id)
            await run(session, changed.values(created_at=MONTH, closing_grace_days=0))
        people = (await rest.get("/v1/people", headers=bearer(org.admin_key))).json()["data"]
        return cls(rest, org, {person["id"]: person["email"] for person in people})

    async def hear(self, changes: Sequence[RecordChange]) -> None:
        """Some facts arrive at once, and everything is brought up to date."""
        async with self.org.database.tenant(self.org.id) as session:
            source = await ensure_source(session, self.org.system, "crm", "one", MAPPING)
            await apply_changes(session, self.org.system, source, list(changes), utc_now())
        await self.org.keep_ready()

    async def answer(self, **query: str) -> bytes:
        """The month's snapshots as they are answered."""
        asked = {"period": "month", "period_start": MONTH.date().isoformat(), "as_of": NOW.isoformat(), **query}
        answer = await self.rest.get("/v1/kpi-snapshots", params=asked, headers=bearer(self.org.admin_key))
        assert answer.status_code == 200, answer.text
        return answer.content

    async def current(self) -> str:
        """The same with names in place of this organization's own ids, and without how the numbers came about."""
        text = (await self.answer()).decode()
        for id_, name in self.names.items():
            text = text.replace(id_, name)
        return OF_HISTORY.sub("", text)

    async def revisions(self, row: dict[str, Any]) -> list[dict[str, Any]]:
        """The history of one closed snapshot."""
        path = f"/v1/kpi-snapshots/{row['id']}/revisions"
        answer = await self.rest.get(path, headers=bearer(self.org.admin_key))
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["data"]
        return found


async def check_history(house: House, arrivals: int) -> None:
    """Closed once, restated at most once per arrival and with a reason; the last revision is what is answered."""
    for row in orjson.loads(await house.answer())["data"]:
        history = await house.revisions(row)
        assert [one["revision"] for one in history] == list(range(1, len(history) + 1))
        assert [one["reason"] for one in history] == ["closed", *["late_facts"] * (len(history) - 1)], history
        assert len(history) <= 1 + arrivals
        for before, after in pairwise(history):
            assert [before["snapshot"][name] for name in FACTS] != [after["snapshot"][name] for name in FACTS]
            assert before["recorded_at"] < after["recorded_at"]
            assert "became" in after["explanation"]
        assert row["revision"] == len(history)
        assert [history[-1]["snapshot"][name] for name in FACTS] == [row[name] for name in FACTS]


# Without shrinking: each example builds two organizations.
@settings(
    max_examples=8,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(told=facts(), rng=st.randoms(use_true_random=False), before_closing=st.integers(0, 6))
async def test_any_order_of_arrival_ends_in_the_same_answer(
    rest: httpx.AsyncClient, database: Database, told: list[RecordChange], rng: random.Random, before_closing: int
) -> None:
    mixed = rng.sample(told, len(told))
    ends: list[str] = []
    for story in (told, mixed):
        house = await House.build(rest, database)
        await house.hear(story[:before_closing])
        late = story[before_closing:]
        size = max(1, len(late) // 3)
        batches = [late[start : start + size] for start in range(0, len(late), size)]
        remembered: list[tuple[str, bytes]] = []
        for batch in batches:
            now = datetime.now(UTC).isoformat()
            remembered.append((now, await house.answer(as_of=now)))
            await house.hear(batch)
        for at, then in remembered:
            assert await house.answer(as_of=at, known_at=at) == then
        ends.append(await house.current())
        await check_history(house, len(batches))
    assert ends[0].encode() == ends[1].encode()
