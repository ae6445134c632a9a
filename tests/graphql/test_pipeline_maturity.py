"""Maturity over GraphQL: the same as over REST, found again by its id, hidden from others."""

import httpx

from schema.relay import to_global_id
from service.core.database import Database
from tests.factories.maturity import AS_OF, make_ripening_house
from tests.factories.sales_org import make_sales_org
from tests.fixtures.rest import bearer
from tests.graphql.conftest import Ask

QUERY = """query ($manager: ID, $at: DateTime, $segment: String) {
  pipelineMaturity(managerId: $manager, asOf: $at, segment: $segment) {
    id n recordsStart recordsStartIs winRate winRateLow winRateHigh eventualDays normalAge dead
    ifOpen { edges { node value low high } }
    segments { edges { node n cannotTell incidence { edges { node value } } } }
    openDeals(first: 2) { edges { node name days verdict probability person { name } } pageInfo { hasNextPage } } } }"""
NODE = "query ($id: ID!) { node(id: $id) { id ... on PipelineMaturity { n } } }"


async def test_the_same_as_over_rest(database: Database, ask: Ask, client: httpx.AsyncClient) -> None:
    org, people = await make_ripening_house(database)
    key = await org.key_for(people["lea"])
    manager = to_global_id("Person", people["lea"].id)
    asked = {"manager": manager, "at": AS_OF.isoformat(), "segment": "attributes.source"}
    found = (await ask(key, QUERY, **asked))["data"]["pipelineMaturity"]
    params = {"manager_id": str(people["lea"].id), "as_of": AS_OF.isoformat(), "segment": "attributes.source"}
    rest = (await client.get("/v1/pipeline-maturity", params=params, headers=bearer(key))).json()
    whole = rest["together"]
    names = {"n": "n", "winRate": "win_rate", "winRateLow": "win_rate_low", "eventualDays": "eventual_days"}
    assert {name: found[name] for name in names} == {name: whole[over] for name, over in names.items()}
    assert [(edge["node"], edge["value"]) for edge in found["ifOpen"]["edges"]] == [
        (one["days"], one["value"]) for one in whole["if_open"]
    ]
    assert [edge["node"] for edge in found["segments"]["edges"]] == ["fair", "web", None]
    assert found["segments"]["edges"][2]["cannotTell"] == "TOO_FEW_DECIDED"
    assert found["recordsStartIs"] == "EARLIEST_CLOSE"
    first = found["openDeals"]["edges"][0]
    assert first["node"] == to_global_id("Deal", rest["open_deals"][0]["deal_id"])
    assert (first["verdict"], first["person"]) == ("CANNOT_TELL", {"name": "Rita"})
    assert found["openDeals"]["pageInfo"]["hasNextPage"]
    assert await ask(key, NODE, id=found["id"]) == {"data": {"node": {"id": found["id"], "n": found["n"]}}}
    other = await make_sales_org(org.database)
    assert await ask(other.admin_key, NODE, id=found["id"]) == {"data": {"node": None}}
    assert (await ask(other.admin_key, QUERY, manager=manager))["data"] == {"pipelineMaturity": None}
    assert (await ask(key, QUERY, segment="stage"))["data"] == {"pipelineMaturity": None}
