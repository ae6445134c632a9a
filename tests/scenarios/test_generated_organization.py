"""Calls, connected-call rate, coverage and slips on the generated organization equal what plain loops over it count."""

import csv
import random
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from service.core.database import Database
from service.crm.imports.mapping import ImportKind
from service.crm.imports.runner import run_import
from service.demo.archetypes import REPS, Rep
from service.demo.generator import DemoData, Opportunity, generate
from tests.factories.sales_org import SalesOrg, make_sales_org
from tests.factories.success_models import CALLS, CONNECTED, flow_kpi, ratio_kpi, target
from tests.fixtures.rest import bearer

AS_OF = datetime(2026, 3, 12, 15, tzinfo=UTC)
"""A Thursday; what is generated goes on for three weeks, and must not count."""
WEEK, MONTH, QUARTER = (date(2026, 3, 9), date(2026, 3, 1), date(2026, 1, 1))
QUOTA, ANNAS = 60_000, 90_000

OPEN = {"source": "open_deals"}
TWICE = [{"field": "slips", "op": "gte", "value": 2}]
STOCK = {"kind": "stock", "level": "objective", "unit": "ratio"}
MODEL = {
    "key": "generated",
    "name": "Generated",
    "kpis": [
        flow_kpi("calls", CALLS),
        ratio_kpi("connected-rate", CONNECTED, CALLS, level="activity"),
        flow_kpi("won", {"source": "deals_won", "aggregate": "sum", "field": "amount"}, unit="currency"),
        {
            "key": "coverage", "name": "Coverage of three quotas", **STOCK,
            "measure": {**OPEN, "aggregate": "sum", "field": "amount"}, "per": {"target_of": "won", "times": 3},
        },
        {
            "key": "slipped-twice", "name": "Slipped twice", **STOCK, "polarity": "lower",
            "measure": {**OPEN, "aggregate": "share", "matching": TWICE},
        },
    ],
    "targets": [
        target("won", "quarter", str(QUOTA)),
        target("won", "quarter", str(ANNAS), person=REPS[0].email),
    ],
}  # fmt: skip

Forecasts = dict[str, list[tuple[datetime, date]]]


def close_dates(data: DemoData) -> Forecasts:
    """When each deal was thought to close, and from when on: put off, drawn forward, or left."""
    found: Forecasts = {}
    for deal in data.opportunities:
        rng = random.Random(deal.number)
        at, close_on = deal.created_at, deal.created_at.date() + timedelta(days=rng.randint(20, 60))
        found[deal.number] = [(at, close_on)]
        for _ in range(rng.randint(0, 4)):
            at += timedelta(days=rng.randint(1, 9), seconds=1)
            close_on += timedelta(days=rng.choice((-12, -3, 0, 7, 21, 30)))
            if at < min(deal.moves[-1][0], data.until):
                found[deal.number].append((at, close_on))
    return found


class Truth:
    """What was generated of one rep, counted one by one."""

    def __init__(self, data: DemoData, forecasts: Forecasts, rep: Rep) -> None:
        self.calls = [item for item in data.work if item.rep == rep and item.kind == "call" and item.at <= AS_OF]
        self.open = [deal for deal in data.opportunities if deal.rep == rep and is_open(deal)]
        self.forecasts, self.rep = forecasts, rep

    def number(self, kpi: str, since: date) -> Decimal | None:
        """A KPI in the period that began on a day."""
        calls = [item for item in self.calls if item.at.date() >= since]
        if kpi == "calls":
            return Decimal(len(calls))
        if kpi == "connected-rate":
            return share(sum(item.outcome == "connected" for item in calls), len(calls))
        if kpi == "coverage":
            return share(sum(deal.amount for deal in self.open), 3 * (ANNAS if self.rep == REPS[0] else QUOTA))
        return share(sum(self.slips(deal) >= 2 for deal in self.open), len(self.open))

    def slips(self, deal: Opportunity) -> int:
        """How often the day became a later one."""
        count, before = 0, None
        for at, close_on in self.forecasts[deal.number]:
            if at > AS_OF:
                break
            count += before is not None and close_on > before
            before = close_on
        return count


def is_open(deal: Opportunity) -> bool:
    """Whether it was there and undecided at the instant."""
    decided = [at for at, stage in deal.moves if stage.startswith("closed")]
    return deal.created_at <= AS_OF and all(at > AS_OF for at in decided)


def share(part: int, whole: int) -> Decimal | None:
    """To six places; None of nothing."""
    return None if whole == 0 else (Decimal(part) / Decimal(whole)).quantize(Decimal("0.000001"))


async def load(org: SalesOrg, folder: Path, kind: ImportKind, name: str, rows: Iterable[dict[str, Any]]) -> None:
    """Import rows as a customer would: a file and its mapping."""
    written = list(rows)
    path, mapping = folder / f"{name}.csv", folder / f"{name}.toml"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(written[0]))
        writer.writeheader()
        writer.writerows(written)
    head = [f'kind = "{kind.value}"', 'system = "crm"']
    head += [] if kind is ImportKind.PEOPLE else ['account = "one"']
    head += ["repeated_ids = true"] if name in {"stages", "closes"} else []
    columns = [f'{column} = "{column}"' for column in written[0]]
    mapping.write_text("\n".join([*head, "[columns]", *columns]), "utf-8")
    report = await run_import(org.database, org.id, kind, path, mapping)
    assert not report.faults


def deals(data: DemoData) -> Iterable[dict[str, Any]]:
    """Each deal as it was made."""
    for deal in data.opportunities:
        at = deal.created_at.isoformat()
        yield {
            "id": deal.number, "name": deal.name, "owner": deal.rep.index, "amount": deal.amount, "currency": "USD",
            "created_at": at, "modified_at": at,
        }  # fmt: skip


def stages(data: DemoData) -> Iterable[dict[str, Any]]:
    """Each move of a deal."""
    for deal in data.opportunities:
        for at, stage in deal.moves:
            if at <= data.until:
                yield {"id": deal.number, "stage": stage, "modified_at": at.isoformat()}


def closes(data: DemoData, forecasts: Forecasts) -> Iterable[dict[str, Any]]:
    """Each day on which a deal was thought to close, and at last the one on which it did."""
    for deal in data.opportunities:
        for at, close_on in forecasts[deal.number]:
            yield {"id": deal.number, "closed_at": close_on.isoformat(), "modified_at": at.isoformat()}
        at, stage = deal.moves[-1]
        if stage.startswith("closed") and at <= data.until:
            yield {"id": deal.number, "closed_at": at.isoformat(), "modified_at": at.isoformat()}


def calls(data: DemoData) -> Iterable[dict[str, Any]]:
    """Each call."""
    for item in data.work:
        if item.kind == "call":
            yield {
                "id": item.number, "kind": "call", "owner": item.rep.index, "occurred_at": item.at.isoformat(),
                "outcome": item.outcome, "duration_seconds": item.seconds,
            }  # fmt: skip


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def loaded(database: Database, tmp_path_factory: pytest.TempPathFactory) -> tuple[SalesOrg, DemoData, Forecasts]:
    """The generated organization, imported from files, with the model in force."""
    org = await make_sales_org(database, time_zone="UTC")
    data = generate(7, AS_OF.date(), AS_OF + timedelta(days=21))
    forecasts, folder = close_dates(data), tmp_path_factory.mktemp("generated")
    people = ({"id": rep.index, "name": rep.name, "email": rep.email, "role": "rep"} for rep in REPS)
    await load(org, folder, ImportKind.PEOPLE, "people", people)
    await load(org, folder, ImportKind.DEALS, "deals", deals(data))
    await load(org, folder, ImportKind.DEALS, "stages", stages(data))
    await load(org, folder, ImportKind.DEALS, "closes", closes(data, forecasts))
    await load(org, folder, ImportKind.ACTIVITIES, "calls", calls(data))
    await org.activate(MODEL)
    await org.refresh()
    return org, data, forecasts


@pytest.mark.parametrize("known", [False, True], ids=["tables", "versions"])
@pytest.mark.parametrize(("period", "since"), [("week", WEEK), ("month", MONTH), ("quarter", QUARTER)])
async def test_every_number_equals_the_loops(
    rest: httpx.AsyncClient,
    loaded: tuple[SalesOrg, DemoData, Forecasts],
    period: str,
    since: date,
    known: bool,
) -> None:
    """Through cells and tables, and as known at this moment through versions."""
    org, data, forecasts = loaded
    query = {"period": period, "as_of": AS_OF.isoformat(), "limit": "200"}
    query |= {"known_at": datetime.now(UTC).isoformat()} if known else {}
    seen: dict[str, set[Decimal | None]] = {}
    for rep in REPS:
        asked = (await rest.get(f"/v1/people?email={rep.email}", headers=bearer(org.admin_key))).json()["data"]
        params = {**query, "person_id": asked[0]["id"]}
        answer = await rest.get("/v1/kpi-snapshots", params=params, headers=bearer(org.admin_key))
        assert answer.status_code == 200, answer.text
        truth = Truth(data, forecasts, rep)
        for row in answer.json()["data"]:
            if row["kpi"] == "won" or (row["kpi"] == "coverage" and period != "quarter"):
                continue  # won is the quota's own; of a shorter period the quota is a part, by working days
            found = None if row["value"] is None else Decimal(row["value"])
            assert found == truth.number(row["kpi"], since), (rep.name, row["kpi"])
            seen.setdefault(row["kpi"], set()).add(found)
    assert seen.keys() == {"calls", "connected-rate", "slipped-twice", *({"coverage"} if period == "quarter" else ())}
    assert all(len(values) > 2 for values in seen.values()), "the reps differ, so that equality says something"
