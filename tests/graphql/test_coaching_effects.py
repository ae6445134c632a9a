"""Effects of coaching over GraphQL: the same as over REST, found again by their id, hidden from others."""

from typing import Any

import httpx

from schema.relay import to_global_id
from service.core.database import Database
from tests.factories.coaching_effects import ASKED, AT, FIRST, make_effects_org
from tests.factories.sales_org import make_sales_org
from tests.fixtures.rest import bearer
from tests.graphql.conftest import Ask

QUERY = """query ($manager: ID, $from: Date, $at: DateTime, $kpi: String!) {
  coachingEffects(kpi: $kpi, managerId: $manager, fromOn: $from, asOf: $at) {
    id verdict cannotTell design explanation minimumDetectable nLeftOut effect low high nCoached nCompared
    mirroredEffect beforeLow placeboKpi placeboLow weeks { edges { node effect } } } }"""
NODE = "query ($id: ID!) { node(id: $id) { id ... on CoachingEffects { method } } }"


async def test_the_same_as_over_rest_for_those_who_may(database: Database, ask: Ask, client: httpx.AsyncClient) -> None:
    house = await make_effects_org(database, people=12, coached=6)
    key = await house.org.key_for(house.top)
    asked: dict[str, Any] = {"kpi": "calls", "from": FIRST.isoformat(), "at": AT.isoformat()}
    found = (await ask(key, QUERY, **asked))["data"]["coachingEffects"]
    rest = (await client.get("/v1/coaching-effects", params=ASKED, headers=bearer(key))).json()
    assert tuple(found[name] for name in ("effect", "low", "high", "nCoached", "nCompared")) == tuple(
        rest["result"][name] for name in ("effect", "low", "high", "n_coached", "n_compared")
    )
    assert (found["mirroredEffect"], found["beforeLow"]) == (rest["mirrored"]["effect"], rest["before"]["low"])
    assert (found["placeboKpi"], found["placeboLow"]) == (rest["placebo"]["kpi"], rest["placebo"]["low"])
    assert (found["verdict"], found["explanation"]) == (rest["verdict"].upper(), rest["explanation"])
    assert [one["effect"] for one in found["weeks"]["edges"]] == [one["effect"] for one in rest["weeks"]]
    node = (await ask(key, NODE, id=found["id"]))["data"]["node"]
    assert (node["id"], node["method"]) == (found["id"], rest["method"])
    rep, other = await house.org.key_for(house.reps[0]), await make_sales_org(database)
    refused = await ask(rep, QUERY, **asked)
    assert refused["errors"][0]["extensions"]["code"] == "permission_denied"
    assert (await ask(other.admin_key, QUERY, **asked))["data"] == {"coachingEffects": None}
    above = to_global_id("Person", house.top.id)
    lead = await house.org.key_for(house.leads[0])
    assert (await ask(lead, QUERY, **asked, manager=above))["data"] == {"coachingEffects": None}
