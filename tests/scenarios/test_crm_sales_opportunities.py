"""CRM Sales Opportunities, imported and read back over REST, equals an independent reading of the CSV."""

import csv
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

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


async def read_pages(rest: httpx.AsyncClient, org: SalesOrg, path: str, **params: str) -> Iterator[dict[str, Any]]:
    """Every item of a list, page by page."""
    items, cursor = [], None
    while True:
        query = {**params, "limit": "200", **({"cursor": cursor} if cursor else {})}
        body = (await rest.get(path, params=query, headers=bearer(org.admin_key))).raise_for_status().json()
        items += body["data"]
        cursor = body["next_cursor"]
        if cursor is None:
            return iter(items)


@pytest.fixture
def folder(shared: Path) -> Path:
    """The set's folder."""
    return shared / "data" / "maven-crm-sales-opportunities"


@pytest.mark.parametrize("way", ["command line", "REST"])
async def test_numbers_equal_the_file_for_agents_and_managers(
    org: SalesOrg, rest: httpx.AsyncClient, folder: Path, way: str
) -> None:
    await org.activate(MODEL)
    if way == "REST":
        uploaded = await import_over_rest(rest, org, folder)
        nothing = {"updated": 0, "unchanged": 0, "faults": 0}
        assert uploaded == [{"rows": rows, "created": rows, **nothing} for rows in (35, 8800)]
    else:
        reports = await import_all(org, folder)
        assert [(report.rows, report.faults) for report in reports] == [(35, []), (8800, [])]
    await org.refresh()
    people = {person["id"]: person for person in await read_pages(rest, org, "/v1/people")}
    managers = {person["name"]: person["id"] for person in people.values() if person["role"] == "manager"}
    assert len(managers) == 6

    spans: list[tuple[str, str, Callable[[date], bool]]] = [("year", "2017-01-01", lambda day: day.year == 2017)]
    for quarter in range(4):
        first = 3 * quarter + 1
        spans.append(
            ("quarter", f"2017-{first:02d}-01", lambda day, first=first: first <= day.month < first + 3)  # type: ignore[misc]  # mypy takes the default for a second argument
        )
    for period, start, counts in spans:
        truth = read_truth(folder, counts)
        totals: dict[str, Truth] = defaultdict(Truth)
        for name, manager_id in managers.items():
            query = {"manager_id": manager_id, "period": period, "period_start": start, "as_of": AS_OF}
            rows = list(await read_pages(rest, org, "/v1/kpi-snapshots", **query))
            for row in rows:
                agent = people[row["person_id"]]
                assert agent["manager_id"] == manager_id
                expected = truth[agent["name"]]
                check(row, expected)
                if row["kpi"] == "deals-won":
                    totals[name].won += int(row["value"])
                elif row["kpi"] == "deals-lost":
                    totals[name].lost += int(row["value"])
                elif row["kpi"] == "won-amount":
                    totals[name].amount += Decimal(row["value"])
        assert_managers_add_up(folder, truth, totals)
        if period == "year":
            assert sum(one.won for one in totals.values()) == 4238
            assert sum(one.lost for one in totals.values()) == 2473
            assert sum(one.amount for one in totals.values()) == 10_005_534


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


async def test_a_second_import_changes_nothing(org: SalesOrg, folder: Path) -> None:
    await org.activate(MODEL)
    first = await import_all(org, folder)
    await org.refresh()
    before = await org.verify()
    second = await import_all(org, folder)
    assert [report.changed for report in first] == [41, 8800]
    assert [report.changed for report in second] == [0, 0]
    assert await org.refresh() == 0
    after = await org.verify()
    assert (before.cells, after.cells, before.differences, after.differences) == (before.cells, before.cells, [], [])
