"""Comparisons of rates over GraphQL: the same as over REST, found again by their id, hidden from others."""

from typing import Any

import httpx
import pytest_asyncio

from schema.relay import to_global_id
from service.core.database import Database
from tests.factories.rates import RatesOrg, make_rates_org
from tests.factories.sales_org import make_sales_org
from tests.fixtures.rest import bearer
from tests.graphql.conftest import Ask

QUERY = """query ($manager: ID, $team: ID, $at: DateTime, $kpi: [String!]) {
  rateComparisons(managerId: $manager, teamId: $team, asOf: $at, kpi: $kpi) { id tests comparisons { edges {
    node rate noiseShare casesNeeded cannotTell explanation peers peersN peersMedian
    rates { edges { node rate estimate control warningLow person { name } } }
    funnel(first: 2) { edges { node controlLow controlHigh } } } } } }"""
NODE = "query ($id: ID!) { node(id: $id) { id ... on RateComparisons { tests } } }"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def rates(database: Database) -> RatesOrg:
    return await make_rates_org(database)


def variables(rates: RatesOrg, **more: Any) -> dict[str, Any]:
    return {"at": rates.at.isoformat(), "kpi": ["connected-rate"], **more}


async def test_the_same_as_over_rest(rates: RatesOrg, ask: Ask, client: httpx.AsyncClient) -> None:
    manager = to_global_id("Person", rates.lead.id)
    found = (await ask(rates.org.admin_key, QUERY, **variables(rates, manager=manager)))["data"]["rateComparisons"]
    params = {"manager_id": str(rates.lead.id), "as_of": rates.at.isoformat(), "kpi": "connected-rate"}
    answer = await client.get("/v1/rate-comparisons", params=params, headers=bearer(rates.org.admin_key))
    (there,), (here,) = answer.json()["comparisons"], found["comparisons"]["edges"]
    assert (here["node"], here["rate"], here["noiseShare"]) == (there["kpi"], there["rate"], there["noise_share"])
    assert (here["explanation"], here["casesNeeded"]) == (there["explanation"], there["cases_needed"])
    edges = here["rates"]["edges"]
    assert [(edge["node"], edge["estimate"]) for edge in edges] == [
        (row["name"], row["estimate"]) for row in there["rates"]
    ]
    assert [edge["warningLow"] for edge in edges] == [
        row["limits"] and row["limits"]["warning_low"] for row in there["rates"]
    ]
    assert edges[-1]["control"] == "BELOW"
    assert edges[-1]["person"] == {"name": "Rep7"}
    assert len(here["funnel"]["edges"]) == 2
    node = {"id": found["id"], "tests": found["tests"]}
    assert await ask(rates.org.admin_key, NODE, id=found["id"]) == {"data": {"node": node}}


async def test_a_reps_team_has_no_names(rates: RatesOrg, ask: Ask) -> None:
    rep = rates.reps[1]
    found = (await ask(await rates.org.key_for(rep), QUERY, **variables(rates)))["data"]["rateComparisons"]
    (compared,) = found["comparisons"]["edges"]
    assert [edge["node"] for edge in compared["rates"]["edges"]] == [rep.name]
    assert (compared["peers"], compared["peersN"], compared["peersMedian"]) == (7, 280, "0.600000")
    team = to_global_id("Team", rates.team.id)
    small = (await ask(await rates.org.key_for(rep), QUERY, **variables(rates, team=team)))["data"]["rateComparisons"]
    (withheld,) = small["comparisons"]["edges"]
    assert (withheld["cannotTell"], withheld["peers"], withheld["rate"]) == ("TOO_FEW_PEERS", None, None)


async def test_hidden_from_others_and_refused_by_name(rates: RatesOrg, ask: Ask) -> None:
    other = await make_sales_org(rates.org.database)
    manager, team = to_global_id("Person", rates.lead.id), to_global_id("Team", rates.team.id)
    for whose in ({"manager": manager}, {"team": team}):
        assert (await ask(other.admin_key, QUERY, **whose))["data"] == {"rateComparisons": None}
    for bad in ({"manager": manager, "team": team}, {"kpi": ["calls"]}, {"kpi": ["connected-rate"] * 21}):
        (error,) = (await ask(rates.org.admin_key, QUERY, **variables(rates, **bad)))["errors"]
        assert error["extensions"]["kind"] == "invalid"
