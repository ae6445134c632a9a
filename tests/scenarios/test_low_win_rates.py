"""CRM Sales Opportunities: nobody is called bad at winning on noise, and whoever is made bad at it is, alone."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import update
from sqlmodel import col, select

from service.activities.models import Deal
from service.coaching_opportunities.use_cases.reviewing import review_opportunities
from service.kpi_snapshots.repository.rows import run
from tests.factories.sales_org import SalesOrg
from tests.fixtures.rest import bearer
from tests.scenarios.test_crm_sales_opportunities import MODEL, import_all

AT = datetime(2017, 12, 31, 23, 59, 59, tzinfo=UTC)
CLOSED_AT_LEAST = 100


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


async def test_only_whoever_loses_half_their_wins_is_found(
    org: SalesOrg, rest: httpx.AsyncClient, shared: Path
) -> None:
    no_grace = {"opportunity_grace_working_days": 0}
    etag = (await rest.get("/v1/organization", headers=bearer(org.admin_key))).headers["etag"]
    changed = await rest.patch("/v1/organization", json=no_grace, headers=bearer(org.admin_key) | {"If-Match": etag})
    assert changed.status_code == 200, changed.text
    await org.activate(MODEL)
    await import_all(org, shared / "data" / "maven-crm-sales-opportunities")
    await org.refresh()
    assert await opportunities(rest, org) == []
    await assert_spread_is_noise(rest, org)
    agents = {id_: deals for id_, deals in (await closed_deals(org)).items() if len(deals) >= CLOSED_AT_LEAST}
    assert len(agents) >= 25
    for agent, deals in agents.items():
        won = [deal for deal in deals if deal.outcome == "won"]
        turned = won[::2]
        await turn(org, turned, "lost")
        (found,) = await opportunities(rest, org)
        assert (found["person_id"], found["kind"], found["kpi"]) == (str(agent), "below_benchmark", "win-rate-closed")
        assert float(found["evidence"]["adjusted_p"]) <= 0.05
        assert found["evidence"]["n"] == len(deals)
        await turn(org, turned, "won")
        assert await opportunities(rest, org) == []
