"""Drivers over GraphQL: the same as over REST, found again by their id, hidden from others."""

from typing import Any

import httpx
import pytest_asyncio

from schema.relay import to_global_id
from service.core.database import Database
from tests.factories.drivers import AS_OF, DriversOrg, make_drivers_org
from tests.fixtures.rest import bearer
from tests.graphql.conftest import Ask

QUERY = """query ($manager: ID, $team: ID, $model: ID, $mix: [String!], $from: Date, $at: DateTime) {
  winDrivers(managerId: $manager, teamId: $team, successModelId: $model, caseMix: $mix, from: $from, asOf: $at) {
    id start until teamOn n won people leftOut caseMix tooTelling successModelId cannotTell explanation method
    drivers { edges { node kind name n withIt wonWith oddsRatio intervalLow adjustedP stability verdict cannotTell
      explanation } } } }"""
NODE = "query ($id: ID!) { node(id: $id) { id ... on WinDrivers { n } } }"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(database: Database) -> DriversOrg:
    return await make_drivers_org(database)


def variables(**more: Any) -> dict[str, Any]:
    return {"at": AS_OF.isoformat(), **more}


async def test_the_same_as_over_rest(house: DriversOrg, ask: Ask, client: httpx.AsyncClient) -> None:
    key = house.org.admin_key
    manager, mix = to_global_id("Person", house.lead.id), ["attributes.source", "amount"]
    asked = variables(manager=manager, mix=mix, **{"from": "2025-07-01"})
    here = (await ask(key, QUERY, **asked))["data"]["winDrivers"]
    params = {"manager_id": str(house.lead.id), "as_of": AS_OF.isoformat(), "case_mix": mix, "from": "2025-07-01"}
    there = (await client.get("/v1/win-drivers", params=params, headers=bearer(key))).raise_for_status().json()
    for name in ("start", "until", "n", "won", "people", "explanation", "method"):
        assert here[name] == there[name], name
    assert (here["teamOn"], here["leftOut"]) == (there["team_on"], there["left_out"])
    assert (here["caseMix"], here["tooTelling"]) == ("attributes.source, amount", "")
    assert here["successModelId"] == to_global_id("SuccessModel", house.model.id)
    edges = here["drivers"]["edges"]
    assert [(edge["node"], edge["oddsRatio"], edge["stability"], edge["explanation"]) for edge in edges] == [
        (one["key"], one["odds_ratio"], one["stability"], one["explanation"]) for one in there["drivers"]
    ]
    assert [(edge["kind"], edge["verdict"]) for edge in edges[:2]] == [
        ("ACTIVITY", "NOT_BEYOND_CHANCE"),
        ("CRITERION", "GOES_WITH_WINS"),
    ]
    assert await ask(key, NODE, id=here["id"]) == {"data": {"node": {"id": here["id"], "n": here["n"]}}}


async def test_who_reads_them(house: DriversOrg, ask: Ask) -> None:
    manager = to_global_id("Person", house.lead.id)
    rep = await ask(await house.org.key_for(house.reps[2]), QUERY, **variables(manager=manager))
    assert rep["data"]["winDrivers"]["people"] == 6
    stranger = await ask(await house.org.key_for(house.alone), QUERY, **variables(manager=manager))
    assert stranger["data"] == {"winDrivers": None}


async def test_what_is_refused(house: DriversOrg, ask: Ask) -> None:
    key = house.org.admin_key
    assert (await ask(key, QUERY, **variables(mix=["stage"])))["data"] == {"winDrivers": None}
    for wrong, pointer in (({"mix": ["pipeline"] * 6}, "caseMix"), ({"from": "2020-01-01"}, "from")):
        (error,) = (await ask(key, QUERY, **variables(**wrong)))["errors"]
        assert [fault["pointer"] for fault in error["extensions"]["fields"]] == [pointer]
