"""Benchmarks over GraphQL: the same as over REST, found again by their id, hidden from others."""

import httpx
import pytest_asyncio

from schema.relay import to_global_id
from service.core.database import Database
from tests.factories.benchmarks import PeerOrg, make_peer_org
from tests.factories.sales_org import make_sales_org
from tests.fixtures.rest import bearer
from tests.graphql.conftest import Ask

QUERY = """query ($model: ID!, $at: DateTime) {
  benchmarks(successModelId: $model, asOf: $at, jobRole: "AE") { id periodStart kpis { edges {
    node tenure n lowerQuartile median upperQuartile proposedTarget reliability proof } } } }"""
NODE = "query ($id: ID!) { node(id: $id) { id ... on Benchmarks { periodStart } } }"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def peers(database: Database) -> PeerOrg:
    return await make_peer_org(database)


async def test_the_same_as_over_rest(peers: PeerOrg, ask: Ask, client: httpx.AsyncClient) -> None:
    model = to_global_id("SuccessModel", peers.model.id)
    found = (await ask(peers.org.admin_key, QUERY, model=model, at=peers.at.isoformat()))["data"]["benchmarks"]
    params = {"as_of": peers.at.isoformat(), "job_role": "AE"}
    path = f"/v1/success-models/{peers.model.id}/benchmarks"
    rows = (await client.get(path, params=params, headers=bearer(peers.org.admin_key))).json()["benchmarks"]
    assert [(edge["node"], edge["n"], edge["median"]) for edge in found["kpis"]["edges"]] == [
        (row["kpi"], row["n"], row["median"]) for row in rows
    ]
    assert [edge["tenure"] for edge in found["kpis"]["edges"]] == [None, "UNDER_6_MONTHS", "TWO_YEARS_OR_MORE"]
    assert {edge["proof"] for edge in found["kpis"]["edges"]} == {"PROVEN", "TOO_FEW"}
    node = {"id": found["id"], "periodStart": "2025-04-01"}
    assert await ask(peers.org.admin_key, NODE, id=found["id"]) == {"data": {"node": node}}
    other = await make_sales_org(peers.org.database)
    assert await ask(other.admin_key, NODE, id=found["id"]) == {"data": {"node": None}}
    assert (await ask(other.admin_key, QUERY, model=model))["data"] == {"benchmarks": None}
