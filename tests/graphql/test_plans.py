"""Plans over GraphQL: the same numbers as over REST, found again by their id, hidden from others."""

from typing import Any

import httpx
import pytest_asyncio

from schema.relay import to_global_id
from service.core.database import Database
from tests.factories.planning import SellingTeam, make_selling_team
from tests.factories.sales_org import make_sales_org
from tests.fixtures.rest import bearer
from tests.graphql.conftest import Ask

PLAN = """query ($model: ID!, $person: ID!, $at: DateTime, $quota: Decimal) {
  plan(successModelId: $model, personId: $person, asOf: $at, quota: $quota) {
    id quota missing probability mostTelling person { name } notes { edges { node } }
    requirements { edges { node needed low high perWeek } }
    levers { edges { node kind value better betterBy saves n } } } }"""
NODE = "query ($id: ID!) { node(id: $id) { id ... on Plan { quota } } }"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def team(database: Database) -> SellingTeam:
    return await make_selling_team(database)


async def plan(ask: Ask, team: SellingTeam, key: str | None = None, **variables: str) -> dict[str, Any]:
    ids = {
        "model": to_global_id("SuccessModel", team.model.id),
        "person": to_global_id("Person", team.ann.id),
        "at": team.at.isoformat(),
    }
    return await ask(key or team.org.admin_key, PLAN, **(ids | variables))


async def test_the_same_as_over_rest(team: SellingTeam, ask: Ask, client: httpx.AsyncClient) -> None:
    found = (await plan(ask, team))["data"]["plan"]
    body = {"person_id": str(team.ann.id), "as_of": team.at.isoformat()}
    answer = await client.post(
        f"/v1/success-models/{team.model.id}/plan", json=body, headers=bearer(team.org.admin_key)
    )
    over_rest = answer.raise_for_status().json()
    assert (found["quota"], found["missing"], found["person"]) == ("50000", "50000", {"name": "Ann"})
    assert found["mostTelling"] == over_rest["most_telling"]
    needed = [edge["node"] for edge in found["requirements"]["edges"]]
    assert needed == [one["key"] for one in over_rest["requirements"]]
    levers = {edge["node"]: (edge["value"], edge["saves"]) for edge in found["levers"]["edges"]}
    assert levers == {one["key"]: (one["value"], one["saves"]) for one in over_rest["levers"]}


async def test_a_plan_is_found_again_by_its_id(team: SellingTeam, ask: Ask) -> None:
    found = (await plan(ask, team, quota="30000"))["data"]["plan"]
    node = {"id": found["id"], "quota": "30000"}
    assert await ask(team.org.admin_key, NODE, id=found["id"]) == {"data": {"node": node}}
    other = await make_sales_org(team.org.database)
    assert await ask(other.admin_key, NODE, id=found["id"]) == {"data": {"node": None}}
    assert await ask(await team.org.key_for(team.reps[1]), NODE, id=found["id"]) == {"data": {"node": None}}


async def test_whom_one_does_not_see_has_none(team: SellingTeam, ask: Ask) -> None:
    assert await plan(ask, team, await team.org.key_for(team.reps[1])) == {"data": {"plan": None}}


async def test_a_bad_question_is_an_error_that_names_its_argument(team: SellingTeam, ask: Ask) -> None:
    refused = await plan(ask, team, quota="-1")
    (error,) = refused["errors"]
    assert error["extensions"]["kind"] == "invalid"
    assert [field["pointer"] for field in error["extensions"]["fields"]] == ["quota"]
