"""Effects of coaching over GraphQL: the same as over REST, found again by their id, hidden from others."""

from datetime import timedelta
from typing import Any

import httpx
import pytest_asyncio

from schema.relay import to_global_id
from service.core.database import Database
from tests.factories.coaching_effects import (
    ASKED,
    AT,
    FIRST,
    EffectsOrg,
    coach,
    effects_document,
    make_effects_org,
)
from tests.factories.sales_org import make_sales_org
from tests.fixtures.rest import bearer
from tests.fixtures.statements import counted_statements
from tests.graphql.conftest import Ask

QUERY = """query ($manager: ID, $team: ID, $from: Date, $at: DateTime, $kpi: String!, $weeks: Int! = 8) {
  coachingEffects(kpi: $kpi, managerId: $manager, teamId: $team, fromOn: $from, asOf: $at, weeks: $weeks) {
    id verdict cannotTell design explanation minimumDetectable nLeftOut effect low high nCoached nCompared
    mirroredEffect beforeLow placeboKpi placeboLow weeks { edges { node effect } } } }"""
NODE = "query ($id: ID!) { node(id: $id) { id ... on CoachingEffects { method } } }"


ALL: dict[str, Any] = {"kpi": "calls", "from": FIRST.isoformat(), "at": AT.isoformat()}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(database: Database) -> EffectsOrg:
    return await make_effects_org(database, people=12, coached=6)


async def test_the_same_as_over_rest_for_those_who_may(house: EffectsOrg, ask: Ask, client: httpx.AsyncClient) -> None:
    key, asked = await house.org.key_for(house.top), ALL
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
    refused = await ask(await house.org.key_for(house.reps[0]), QUERY, **asked)
    assert refused["errors"][0]["extensions"]["code"] == "permission_denied"
    above = to_global_id("Person", house.top.id)
    lead = await house.org.key_for(house.leads[0])
    assert (await ask(lead, QUERY, **asked, manager=above))["data"] == {"coachingEffects": None}


async def test_another_organization_has_none_of_it(house: EffectsOrg, ask: Ask, client: httpx.AsyncClient) -> None:
    """It has the same model: what is not found is the other's ids."""
    body = {"name": "East", "member_ids": [str(rep.id) for rep in house.reps]}
    made = await client.post("/v1/teams", json=body, headers=bearer(house.org.admin_key))
    other = await make_sales_org(house.org.database)
    await other.activate(effects_document())
    own = (await ask(other.admin_key, QUERY, **ALL))["data"]["coachingEffects"]
    assert (own["cannotTell"], own["nCoached"], own["nCompared"]) == ("TOO_FEW_COACHED", 0, 0)
    hidden = {"manager": to_global_id("Person", house.top.id), "team": to_global_id("Team", made.json()["id"])}
    for name, id_ in hidden.items():
        found = (await ask(house.org.admin_key, QUERY, **ALL, **{name: id_}))["data"]["coachingEffects"]
        assert found["nCoached"] == 6
        assert (await ask(other.admin_key, QUERY, **ALL, **{name: id_}))["data"] == {"coachingEffects": None}
        # The id of an answer is a question, which has no answer elsewhere.
        assert (await ask(other.admin_key, NODE, id=found["id"]))["data"] == {"node": None}


async def test_a_constant_number_of_statements(house: EffectsOrg, ask: Ask) -> None:
    lately = (AT - timedelta(weeks=9)).date().isoformat()
    counts = []
    for people, changes in ((0, {"weeks": 4, "from": lately}), (0, {"weeks": 26}), (4, {})):
        for number in range(people):
            added = await house.org.add_person(f"New{number}", manager_id=house.top.id, hired_on="2020-01-06")
            house.reps.append(added)
            await coach(house, added.id, max(house.coached.values()), as_topic=number % 2 == 0)
        await ask(house.org.admin_key, QUERY, **(ALL | changes))
        with counted_statements(house.org.database) as statements:
            found = await ask(house.org.admin_key, QUERY, **(ALL | changes))
        assert found["data"]["coachingEffects"]["id"]
        counts.append(len(statements))
    assert len(set(counts)) == 1, counts
