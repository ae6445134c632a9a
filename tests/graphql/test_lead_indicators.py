"""Lead indicators over GraphQL: the same as over REST, found again by their id, hidden from others."""

from typing import Any

import httpx
import pytest_asyncio

from schema.relay import to_global_id
from service.core.database import Database
from tests.factories.leads import AT, LeadsOrg, make_leads_org
from tests.factories.sales_org import make_sales_org
from tests.fixtures.rest import bearer
from tests.graphql.conftest import Ask

QUERY = """query ($model: ID, $at: DateTime, $kpi: String) {
  leadIndicators(successModelId: $model, asOf: $at, kpi: $kpi) { id falseDiscoveries indicators { edges {
    node name grade since outcomeKpi lagWeeks lagSource n people withinEffect withinLow lift liftHigh adjustedP
    cannotTell weeksNeeded explanation gradedOn successModelId } } } }"""
NODE = "query ($id: ID!) { node(id: $id) { id ... on LeadIndicators { falseDiscoveries } } }"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def team(database: Database) -> LeadsOrg:
    return await make_leads_org(database, weeks=40)


def variables(**more: Any) -> dict[str, Any]:
    return {"at": AT.isoformat(), **more}


async def test_the_same_as_over_rest(team: LeadsOrg, ask: Ask, client: httpx.AsyncClient) -> None:
    found = (await ask(team.org.admin_key, QUERY, **variables()))["data"]["leadIndicators"]
    params = {"as_of": AT.isoformat()}
    answer = await client.get("/v1/lead-indicators", params=params, headers=bearer(team.org.admin_key))
    for edge, row in zip(found["indicators"]["edges"], answer.json()["indicators"], strict=True):
        figures = row["figures"] or dict.fromkeys(("n", "within_effect", "within_low", "lift", "lift_high"))
        assert (edge["node"], edge["grade"]) == (row["kpi"], row["grade"].upper())
        assert (edge["n"], edge["withinEffect"], edge["withinLow"], edge["lift"], edge["liftHigh"]) == tuple(
            figures[name] for name in ("n", "within_effect", "within_low", "lift", "lift_high")
        )
        assert (edge["explanation"], edge["gradedOn"]) == (row["explanation"], row["graded_on"])
        assert edge["successModelId"] == to_global_id("SuccessModel", team.model.id)
    node = {"id": found["id"], "falseDiscoveries": "0.05"}
    assert await ask(team.org.admin_key, NODE, id=found["id"]) == {"data": {"node": node}}


async def test_hidden_from_others_and_null_for_what_is_not_there(team: LeadsOrg, ask: Ask) -> None:
    other = await make_sales_org(team.org.database)
    model = to_global_id("SuccessModel", team.model.id)
    assert (await ask(other.admin_key, QUERY, model=model))["data"] == {"leadIndicators": None}
    assert (await ask(team.org.admin_key, QUERY, **variables(kpi="nothing")))["data"] == {"leadIndicators": None}
