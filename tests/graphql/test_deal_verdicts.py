"""Verdicts of deals over GraphQL: the same as over REST, found again by their id, hidden from others."""

import httpx

from schema.relay import to_global_id
from service.core.database import Database
from tests.factories.quadrants import Habits, make_quadrant_house
from tests.factories.sales_org import make_sales_org
from tests.fixtures.rest import bearer
from tests.graphql.conftest import Ask

LIST = """query ($person: ID, $at: DateTime) { dealVerdicts(
    personId: $person, asOf: $at, first: 3, sort: [CLOSED_AT_DESC]) {
  edges { node { id dealId outcome verdict lesson asked known met share closedAt person { name } } }
  pageInfo { hasNextPage } } }"""
ONE = "query ($deal: ID!) { dealVerdict(dealId: $deal) { id verdict } }"
NODE = "query ($id: ID!) { node(id: $id) { id ... on DecidedDeal { met } } }"


async def test_the_same_as_over_rest(database: Database, ask: Ask, client: httpx.AsyncClient) -> None:
    house = await make_quadrant_house(database, {"Una": Habits(4, 3, deals=5), "Saul": Habits(1, 1, deals=2)})
    una = house.people["Una"]
    key = await house.org.key_for(una)
    found = (await ask(key, LIST, at=house.query["as_of"]))["data"]["dealVerdicts"]
    params = {"as_of": house.query["as_of"], "limit": "3"}
    rest = (await client.get("/v1/deal-verdicts", params=params, headers=bearer(key))).json()["data"]
    nodes = [edge["node"] for edge in found["edges"]]
    for node, one in zip(nodes, rest, strict=True):
        assert node["dealId"] == to_global_id("Deal", one["id"])
        assert (node["verdict"], node["outcome"]) == (one["verdict"].upper(), one["outcome"].upper())
        assert {name: node[name] for name in ("lesson", "asked", "known", "met", "share")} == {
            name: one[name] for name in ("lesson", "asked", "known", "met", "share")
        }
        assert node["person"] == {"name": "Una"}
    assert found["pageInfo"] == {"hasNextPage": True}
    first = nodes[0]
    assert await ask(key, ONE, deal=first["dealId"]) == {
        "data": {"dealVerdict": {"id": first["id"], "verdict": first["verdict"]}}
    }
    assert await ask(key, NODE, id=first["id"]) == {"data": {"node": {"id": first["id"], "met": first["met"]}}}
    saul = await house.org.key_for(house.people["Saul"])
    assert (await ask(saul, ONE, deal=first["dealId"]))["data"] == {"dealVerdict": None}
    other = await make_sales_org(house.org.database)
    assert await ask(other.admin_key, NODE, id=first["id"]) == {"data": {"node": None}}
