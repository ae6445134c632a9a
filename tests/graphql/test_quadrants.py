"""Quadrants over GraphQL: the same as over REST, found again by their id, hidden from others."""

import httpx

from schema.relay import to_global_id
from service.core.database import Database
from tests.factories.quadrants import make_quadrant_house
from tests.factories.sales_org import make_sales_org
from tests.fixtures.rest import bearer
from tests.graphql.conftest import Ask

QUERY = """query ($manager: ID, $person: ID, $team: ID, $start: Date, $at: DateTime) {
  quadrants(managerId: $manager, personId: $person, teamId: $team, periodStart: $start, asOf: $at) {
    id period verdictProbability modelVersion
    people { edges { node verdict cannotTell unlucky residual residualLow processEstimate processHigh settlesOn
      explanation prescription successModelId person { name } } } } }"""
NODE = "query ($id: ID!) { node(id: $id) { id ... on Quadrants { method } } }"


async def test_the_same_as_over_rest(database: Database, ask: Ask, client: httpx.AsyncClient) -> None:
    house = await make_quadrant_house(database)
    key = await house.org.key_for(house.lea)
    when = {"start": house.query["period_start"], "at": house.query["as_of"]}
    manager = to_global_id("Person", house.lea.id)
    found = (await ask(key, QUERY, **when, manager=manager))["data"]["quadrants"]
    rest = (await client.get("/v1/quadrants", params=house.query, headers=bearer(key))).json()
    names = {
        "unlucky": "unlucky",
        "residual": "residual",
        "residualLow": "residual_low",
        "processEstimate": "process_estimate",
        "processHigh": "process_high",
        "settlesOn": "settles_on",
        "explanation": "explanation",
        "prescription": "prescription",
    }
    assert [{name: edge[name] for name in names} for edge in found["people"]["edges"]] == [
        {name: one[over] for name, over in names.items()} for one in rest["people"]
    ]
    told = {edge["node"]: edge for edge in found["people"]["edges"]}
    assert (told["Una"]["verdict"], told["Una"]["person"]) == ("UNLUCKY", {"name": "Una"})
    assert (told["Newt"]["verdict"], told["Newt"]["cannotTell"]) == ("TOO_EARLY", "OPEN_DEALS_DECIDE")
    assert (found["period"], found["verdictProbability"]) == ("QUARTER", "0.80")
    again = await ask(key, NODE, id=found["id"])
    assert again == {"data": {"node": {"id": found["id"], "method": rest["method"]}}}
    rep = await house.org.key_for(house.people["Una"])
    own = (await ask(rep, QUERY, **when))["data"]["quadrants"]
    assert [edge["node"] for edge in own["people"]["edges"]] == ["Una"]
    saul = to_global_id("Person", house.people["Saul"].id)
    assert (await ask(rep, QUERY, person=saul))["data"] == {"quadrants": None}
    other = await make_sales_org(house.org.database)
    assert await ask(other.admin_key, NODE, id=found["id"]) == {"data": {"node": None}}
