"""CRM Sales Opportunities, imported: the incidence of wins as computed by hand, with and without late entry."""

from decimal import Decimal
from pathlib import Path

import httpx
import pytest

from tests.factories.sales_org import SalesOrg
from tests.fixtures.rest import bearer
from tests.scenarios.test_crm_sales_opportunities import AS_OF, MODEL, import_all

DAYS = (30, 60, 90, 120)
BEFORE_ALL = "2016-01-01"


async def test_numbers_of_a_real_set(org: SalesOrg, rest: httpx.AsyncClient, shared: Path) -> None:
    await org.activate(MODEL)
    await import_all(org, shared / "data" / "maven-crm-sales-opportunities")
    cases: tuple[tuple[dict[str, str], str, list[float], list[float], float], ...] = (
        ({}, "2017-03-01", [0.248, 0.294, 0.420, 0.512], [0.529, 0.495, 0.354, 0.095], 0.002),
        ({"records_start": BEFORE_ALL}, BEFORE_ALL, [0.219, 0.265, 0.397, 0.5], [0.519, 0.486, 0.349, 0.095], 0.001),
    )
    for query, start, won, if_open, tolerance in cases:
        answer = await rest.get(
            "/v1/pipeline-maturity", params={"as_of": AS_OF, **query}, headers=bearer(org.admin_key)
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
