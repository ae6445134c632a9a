"""Skill gaps over GraphQL: the same as over REST, found again by their id, hidden from others."""

import httpx

from schema.relay import to_global_id
from service.core.database import Database
from tests.factories.gaps import make_gap_house
from tests.factories.sales_org import make_sales_org
from tests.fixtures.rest import bearer
from tests.graphql.conftest import Ask

QUERY = """query ($person: ID, $at: DateTime) { skillGaps(personId: $person, asOf: $at) {
    id claim currency modelVersion
    team { edges { node assessed below gapHigh focus } }
    people(first: 20) { edges { node verdict explanation person { name }
      skills(first: 10) { edges {
        node standing missing level wins moneyHigh rankOne frameworkId rates(first: 5) { edges { node peerMedian } } } }
      disagreements(first: 5) { edges { node reason } } } } } }"""
NODE = "query ($id: ID!) { node(id: $id) { id ... on SkillGaps { method } } }"


async def test_the_same_as_over_rest(database: Database, ask: Ask, client: httpx.AsyncClient) -> None:
    house = await make_gap_house(database)
    await house.assess("Ada", {"closing": 1})
    await house.assess("Ada", {"closing": 4}, rater_kind="self", rater_id=house.people["Ada"].id)
    key = await house.org.key_for(house.lea)
    at = house.query["as_of"]
    found = (await ask(key, QUERY, at=at))["data"]["skillGaps"]
    rest = (await client.get("/v1/skill-gaps", params=house.query, headers=bearer(key))).json()
    people = {edge["node"]: edge for edge in found["people"]["edges"]}
    assert list(people) == [one["name"] for one in rest["people"]]
    for one in rest["people"]:
        edge = people[one["name"]]
        assert (edge["verdict"], edge["explanation"]) == (one["verdict"].upper(), one["explanation"])
        assert edge["person"] == {"name": one["name"]}
        shown = [(s["node"], s["standing"], s["missing"], s["wins"]) for s in (e for e in edge["skills"]["edges"])]
        assert shown == [(s["name"], s["standing"].upper(), ", ".join(s["missing"]), s["wins"]) for s in one["skills"]]
        assert [e["node"] for e in edge["disagreements"]["edges"]] == [d["name"] for d in one["disagreements"]]
    assert [e["node"] for e in people["Ada"]["disagreements"]["edges"]] == ["Closing"]
    assert [edge["focus"] for edge in found["team"]["edges"]] == [one["focus"] for one in rest["team"]]
    first = people["Una"]["skills"]["edges"][0]
    assert first["frameworkId"] == to_global_id("CompetencyFramework", house.framework.id)
    assert first["rates"]["edges"][0]["node"] == "Discovery → Proposal"
    again = await ask(key, NODE, id=found["id"])
    assert again == {"data": {"node": {"id": found["id"], "method": rest["method"]}}}
    una, ada = (to_global_id("Person", house.people[name].id) for name in ("Una", "Ada"))
    rep = await house.org.key_for(house.people["Una"])
    own = (await ask(rep, QUERY, at=at, person=una))["data"]["skillGaps"]
    assert [edge["node"] for edge in own["people"]["edges"]] == ["Una"]
    assert (await ask(rep, QUERY, person=ada))["data"] == {"skillGaps": None}
    other = await make_sales_org(house.org.database)
    assert await ask(other.admin_key, NODE, id=own["id"]) == {"data": {"node": None}}
