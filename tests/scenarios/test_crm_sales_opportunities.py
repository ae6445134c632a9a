"""CRM Sales Opportunities, imported once: what is answered equals an independent reading of the CSV, and judges nobody.

Its numbers over REST, the incidence of wins as computed by hand, a second import that changes nothing, and win rates:
nobody is called bad at winning on noise, and whoever is made bad at it is, alone.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import update
from sqlmodel import col, select

from service.activities.models import Deal
from service.coaching_opportunities.use_cases.reviewing import review_opportunities
from service.core.database import Database
from service.kpi_snapshots.repository.rows import run
from tests.factories.crm_sales_opportunities import (
    AS_OF,
    MODEL,
    Truth,
    assert_managers_add_up,
    check,
    import_all,
    import_over_rest,
    read_truth,
)
from tests.factories.sales_org import SalesOrg, make_sales_org
from tests.fixtures.rest import bearer

AT = datetime(2017, 12, 31, 23, 59, 59, tzinfo=UTC)
CLOSED_AT_LEAST = 100
DAYS = (30, 60, 90, 120)
BEFORE_ALL = "2016-01-01"


@pytest.fixture(scope="module")
def folder(shared: Path) -> Path:
    """The set's folder."""
    return shared / "data" / "maven-crm-sales-opportunities"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def imported(database: Database, folder: Path) -> SalesOrg:
    """The set as the command line imports it."""
    org = await make_sales_org(database)
    await org.activate(MODEL)
    reports = await import_all(org, folder)
    assert [(report.rows, report.changed, report.faults) for report in reports] == [(35, 41, []), (8800, 8800, [])]
    await org.refresh()
    return org


async def test_numbers_equal_the_file(imported: SalesOrg, rest: httpx.AsyncClient, folder: Path) -> None:
    await check_numbers(imported, rest, folder)


async def test_so_they_do_uploaded_over_rest(org: SalesOrg, rest: httpx.AsyncClient, folder: Path) -> None:
    await org.activate(MODEL)
    uploaded = await import_over_rest(rest, org, folder)
    nothing = {"updated": 0, "unchanged": 0, "faults": 0}
    assert uploaded == [{"rows": rows, "created": rows, **nothing} for rows in (35, 8800)]
    await org.refresh()
    await check_numbers(org, rest, folder)


async def check_numbers(org: SalesOrg, rest: httpx.AsyncClient, folder: Path) -> None:
    """Of each agent and of each manager's reports, in the year and its quarters."""
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


async def test_incidence_of_wins_is_as_computed_by_hand(imported: SalesOrg, rest: httpx.AsyncClient) -> None:
    """With and without late entry."""
    cases: tuple[tuple[dict[str, str], str, list[float], list[float], float], ...] = (
        ({}, "2017-03-01", [0.248, 0.294, 0.420, 0.512], [0.529, 0.495, 0.354, 0.095], 0.002),
        ({"records_start": BEFORE_ALL}, BEFORE_ALL, [0.219, 0.265, 0.397, 0.5], [0.519, 0.486, 0.349, 0.095], 0.001),
    )
    for query, start, won, if_open, tolerance in cases:
        answer = await rest.get(
            "/v1/pipeline-maturity", params={"as_of": AS_OF, **query}, headers=bearer(imported.admin_key)
        )
        found = answer.raise_for_status().json()
        whole = found["together"]
        assert found["records_start"] == start
        # 500 deals in Prospecting have no date: they are taken to begin on the day of the file.
        assert (whole["n"], whole["won"], whole["lost"], whole["open"]) == (8800, 4238, 2473, 2089)
        assert whole["eventual_days"] == 138
        told = {one["days"]: float(one["value"]) for one in whole["incidence"]}
        assert [told[days] for days in DAYS] == pytest.approx(won, abs=tolerance)
        told = {one["days"]: float(one["value"]) for one in whole["if_open"]}
        assert [told[days] for days in (0, 30, 90, 120)] == pytest.approx(if_open, abs=tolerance)
        assert Decimal(whole["win_rate_low"]) < Decimal(whole["win_rate"]) < Decimal(whole["win_rate_high"])
        verdicts = [one["verdict"] for one in found["open_deals"]]
        assert [verdicts.count(one) for one in ("normal_age", "ageing", "dead")] == [
            whole["normal_age"], whole["ageing"], whole["dead"],
        ]  # fmt: skip
        assert all(one["days"] > 138 for one in found["open_deals"] if one["verdict"] == "dead")
        assert whole["dead"] > 0


async def test_a_second_import_changes_nothing(imported: SalesOrg, folder: Path) -> None:
    before = await imported.verify()
    second = await import_all(imported, folder)
    assert [report.changed for report in second] == [0, 0]
    assert await imported.refresh() == 0
    after = await imported.verify()
    assert (before.cells, after.cells, before.differences, after.differences) == (before.cells, before.cells, [], [])


async def closed_deals(org: SalesOrg) -> dict[UUID, list[Deal]]:
    """By owner."""
    found: dict[UUID, list[Deal]] = {}
    async with org.database.tenant(org.id) as session:
        query = select(Deal).where(col(Deal.org_id) == org.id, col(Deal.outcome).in_(["won", "lost"]))
        for deal in (await session.exec(query.order_by(col(Deal.id)))).all():
            if deal.owner_id is not None:
                found.setdefault(deal.owner_id, []).append(deal)
    return found


async def turn(org: SalesOrg, deals: list[Deal], outcome: str) -> None:
    """Make deals won or lost, mark their days, and refresh as the worker would."""
    async with org.database.tenant(org.id) as session:
        chosen = update(Deal).where(col(Deal.org_id) == org.id, col(Deal.id).in_([deal.id for deal in deals]))
        await run(session, chosen.values(outcome=outcome))
        await org.mark(session, [(deal.owner_id, deal.closed_on) for deal in deals if deal.closed_on is not None])
    await org.refresh()


async def opportunities(rest: httpx.AsyncClient, org: SalesOrg) -> list[dict[str, Any]]:
    """Those that are not closed, as the administrator reads them after a review."""
    async with org.database.tenant(org.id) as session:
        await review_opportunities(session, org.system, AT)
    answer = await rest.get("/v1/coaching-opportunities", headers=bearer(org.admin_key))
    return [row for row in answer.raise_for_status().json()["data"] if row["status"] != "closed"]


async def assert_spread_is_noise(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    """Compared over REST, nobody is out of control, and the answer says why."""
    asked = {"kpi": "win-rate-closed", "period": "year", "period_start": "2017-01-01", "as_of": AT.isoformat()}
    answer = await rest.get("/v1/rate-comparisons", params=asked, headers=bearer(org.admin_key))
    compared = answer.raise_for_status().json()["comparisons"]
    (found,) = [one for one in compared if one["people"] > 1]
    assert (found["people"], found["numerator"], found["n"]) == (30, 4238, 6711)
    assert round(float(found["homogeneity_p"]), 2) == 0.26
    assert "of the spread between them is noise: it is what chance alone makes" in found["explanation"]
    assert {row["control"] for row in found["rates"] if row["n"]} == {"in_control"}
    assert not any(row["name"] in found["explanation"] for row in found["rates"])


async def test_only_whoever_loses_half_their_wins_is_found(imported: SalesOrg, rest: httpx.AsyncClient) -> None:
    no_grace = {"opportunity_grace_working_days": 0}
    etag = (await rest.get("/v1/organization", headers=bearer(imported.admin_key))).headers["etag"]
    changed = await rest.patch(
        "/v1/organization", json=no_grace, headers=bearer(imported.admin_key) | {"If-Match": etag}
    )
    assert changed.status_code == 200, changed.text
    assert await opportunities(rest, imported) == []
    await assert_spread_is_noise(rest, imported)
    agents = {id_: deals for id_, deals in (await closed_deals(imported)).items() if len(deals) >= CLOSED_AT_LEAST}
    assert len(agents) >= 25
    for agent, deals in agents.items():
        won = [deal for deal in deals if deal.outcome == "won"]
        turned = won[::2]
        await turn(imported, turned, "lost")
        (found,) = await opportunities(rest, imported)
        assert (found["person_id"], found["kind"], found["kpi"]) == (str(agent), "below_benchmark", "win-rate-closed")
        assert float(found["evidence"]["adjusted_p"]) <= 0.05
        assert found["evidence"]["n"] == len(deals)
        await turn(imported, turned, "won")
        assert await opportunities(rest, imported) == []
