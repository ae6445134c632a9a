"""CRM Sales Opportunities: a model of what its files have, the ways to import them, and what they say by themselves."""

import csv
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx

from service.crm.imports.mapping import ImportKind
from service.crm.imports.report import ImportReport
from service.crm.imports.runner import run_import
from service.crm.use_cases.imports import run_imports as run_uploaded
from tests.factories.sales_org import SalesOrg
from tests.fixtures.rest import bearer

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples" / "crm-sales-opportunities"
AS_OF = "2017-12-31T23:59:59Z"
KPIS = ("deals-won", "deals-lost", "won-amount", "win-rate-closed")


def kpi(key: str, **measures: Any) -> dict[str, Any]:
    """A definition of the model below."""
    ratio = "numerator" in measures
    unit = "ratio" if ratio else "currency" if key == "won-amount" else "count"
    kind = "ratio" if ratio else "flow"
    return {"key": key, "name": key, "kind": kind, "level": "result", "unit": unit, **measures}


MODEL = {
    "key": "closing",
    "name": "Closing",
    "kpis": [
        kpi("deals-won", measure={"source": "deals_won"}),
        kpi("deals-lost", measure={"source": "deals_lost"}),
        kpi("won-amount", measure={"source": "deals_won", "aggregate": "sum", "field": "amount"}),
        kpi("win-rate-closed", numerator={"source": "deals_won"}, denominator={"source": "deals_closed"}),
    ],
}


@dataclass
class Truth:
    """What the CSV says of somebody in a period."""

    won: int = 0
    lost: int = 0
    amount: Decimal = field(default_factory=Decimal)


def read_truth(folder: Path, counts: Callable[[date], bool]) -> dict[str, Truth]:
    """Per agent, from the file alone."""
    truth: dict[str, Truth] = defaultdict(Truth)
    with (folder / "sales_pipeline.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["deal_stage"] not in {"Won", "Lost"} or not counts(date.fromisoformat(row["close_date"])):
                continue
            one = truth[row["sales_agent"]]
            one.won += row["deal_stage"] == "Won"
            one.lost += row["deal_stage"] == "Lost"
            one.amount += Decimal(row["close_value"]) if row["deal_stage"] == "Won" else 0
    return truth


async def import_all(org: SalesOrg, folder: Path) -> list[ImportReport]:
    """People first, then deals, as the mapping files say."""
    people = await run_import(
        org.database, org.id, ImportKind.PEOPLE, folder / "sales_teams.csv", EXAMPLES / "people.toml"
    )
    deals = await run_import(
        org.database, org.id, ImportKind.DEALS, folder / "sales_pipeline.csv", EXAMPLES / "deals.toml"
    )
    return [people, deals]


async def import_over_rest(rest: httpx.AsyncClient, org: SalesOrg, folder: Path) -> list[dict[str, int]]:
    """The same files and mappings, uploaded; what each operation counts."""
    counts = []
    for file, mapping in (("sales_teams.csv", "people.toml"), ("sales_pipeline.csv", "deals.toml")):
        columns = (EXAMPLES / mapping).read_bytes()
        parts = {"mapping": (None, columns), "file": (file, (folder / file).read_bytes())}
        accepted = await rest.post("/v1/imports", files=parts, headers=bearer(org.admin_key))
        await run_uploaded(org.database, org.id, accepted.raise_for_status().json()["id"])
        ended = await rest.get(accepted.headers["location"], headers=bearer(org.admin_key))
        assert ended.json()["status"] == "succeeded", ended.text
        counts.append(ended.json()["counts"])
    return counts


def check(row: dict[str, Any], expected: Truth) -> None:
    """One snapshot against the file, to the unit and the cent."""
    closed = expected.won + expected.lost
    if row["kpi"] == "deals-won":
        assert Decimal(row["value"]) == expected.won
    elif row["kpi"] == "deals-lost":
        assert Decimal(row["value"]) == expected.lost
    elif row["kpi"] == "won-amount":
        assert Decimal(row["value"]) == expected.amount
    else:
        assert Decimal(row["numerator"]) == expected.won
        assert Decimal(row["denominator"]) == row["n"] == closed
        rate = None if closed == 0 else round(Decimal(expected.won) / closed, 6)
        assert (row["value"] and Decimal(row["value"])) == rate


def assert_managers_add_up(folder: Path, truth: dict[str, Truth], totals: dict[str, Truth]) -> None:
    """A manager's reports together are the agents that the file gives them."""
    expected: dict[str, Truth] = defaultdict(Truth)
    with (folder / "sales_teams.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            one, agent = expected[row["manager"]], truth[row["sales_agent"]]
            one.won, one.lost, one.amount = one.won + agent.won, one.lost + agent.lost, one.amount + agent.amount
    assert dict(totals) == dict(expected)
