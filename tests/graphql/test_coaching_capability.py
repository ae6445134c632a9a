"""Capability and self-correction over GraphQL: the same as over REST, and found again by their ids."""

from datetime import date
from typing import Any

import httpx
import pytest

from schema.relay import to_global_id
from service.core.database import Database
from tests.api.test_coaching_capability import QUARTER
from tests.factories.capability import SINCE, House, make_house
from tests.factories.corrections import raise_all
from tests.factories.sales_org import SalesOrg
from tests.fixtures.rest import bearer
from tests.fixtures.statements import counted_statements
from tests.graphql.conftest import Ask

CAPABILITY = """query ($manager: ID, $tree: Boolean! = true, $asOf: DateTime, $first: Int) {
  coachingCapability(managerId: $manager, tree: $tree, from: "2026-01-01", to: "2026-03-31", asOf: $asOf,
      first: $first) { pageInfo { hasNextPage } edges { node {
    id name leftOn tree fromOn toOn asOf people keysMet keysBelow method managerId manager { name }
    keys { edges { node numerator denominator n share intervalLow intervalHigh standard verdict explanation
      beforeNumerator beforeDenominator beforeShare change changeLow changeHigh trend nextStep } } } } } }"""
CORRECTION = """query ($manager: ID, $tree: Boolean! = false, $asOf: DateTime) {
  selfCorrection(managerId: $manager, tree: $tree, months: 4, asOf: $asOf) { edges { node {
    id name leftOn tree fromOn toOn asOf selfCorrected decided people share intervalLow intervalHigh trend slope pValue
    withheld explanation method managerId manager { name }
    months { edges { node selfCorrected decided people share intervalLow intervalHigh } } } } } }"""
NODE = "query ($id: ID!) { node(id: $id) { __typename id } }"
AS_OF = "2026-04-15T12:00:00Z"


@pytest.fixture
async def house(org: SalesOrg) -> House:
    house = await make_house(org)
    await raise_all(org, [(house.people[name], date(2026, 2, 3), "alone") for name in ("Ann", "Bob")])
    return house


def snake(found: dict[str, Any]) -> dict[str, Any]:
    """The fields of an answer as REST names them."""
    return {
        "".join(f"_{one.lower()}" if one.isupper() else one for one in name): value for name, value in found.items()
    }


def nodes(answer: Any) -> list[dict[str, Any]]:
    (connection,) = answer["data"].values()
    return [edge["node"] for edge in connection["edges"]]


async def test_the_same_as_over_rest(house: House, ask: Ask, client: httpx.AsyncClient) -> None:
    key = house.org.admin_key
    found = nodes(await ask(key, CAPABILITY, asOf=AS_OF))
    rest = await client.get("/v1/coaching-capability", params={**QUARTER, "as_of": AS_OF}, headers=bearer(key))
    assert len(found) == len(rest.json()["data"]) == 3
    for one, row in zip(found, rest.json()["data"], strict=True):
        shares = [snake(edge) for edge in one.pop("keys")["edges"]]
        for share in shares:
            share["key"] = share.pop("node").lower()
            share["verdict"], share["trend"] = share["verdict"].lower(), share["trend"].lower()
        assert shares == row.pop("keys")
        _same(one, row)


async def test_self_correction_as_over_rest(house: House, ask: Ask, client: httpx.AsyncClient) -> None:
    key = house.org.admin_key
    found = nodes(await ask(key, CORRECTION, asOf=AS_OF))
    rest = await client.get("/v1/self-correction", params={"months": 4, "as_of": AS_OF}, headers=bearer(key))
    assert len(found) == len(rest.json()["data"]) == 3
    for one, row in zip(found, rest.json()["data"], strict=True):
        months = [snake(edge) for edge in one.pop("months")["edges"]]
        assert [{"month": month.pop("node"), **month} for month in months] == row.pop("months")
        one["trend"] = one["trend"].lower()
        _same(one, row)


def _same(one: dict[str, Any], row: dict[str, Any]) -> None:
    plain = snake(one)
    assert plain.pop("manager") == {"name": row["name"]}
    assert plain.pop("manager_id") == to_global_id("Person", row.pop("id"))
    assert plain.pop("as_of")[:19] == row.pop("as_of")[:19]
    del plain["id"]
    assert plain == row


async def test_they_are_found_again_by_their_own(house: House, other: SalesOrg, ask: Ask) -> None:
    max_ = to_global_id("Person", house.id("Max"))
    stranger = await house.org.key_for(await house.org.add_person("Stranger", role="manager"))
    for kind, query in (("ManagerCapability", CAPABILITY), ("SelfCorrection", CORRECTION)):
        (found,) = nodes(await ask(house.org.admin_key, query, manager=max_, asOf=AS_OF))
        expected = {"data": {"node": {"__typename": kind, "id": found["id"]}}}
        assert await ask(await house.org.key_for(house.people["Vera"]), NODE, id=found["id"]) == expected
        for key in (stranger, other.admin_key):
            assert await ask(key, NODE, id=found["id"]) == {"data": {"node": None}}
        assert nodes(await ask(other.admin_key, query, manager=max_)) == []
        assert nodes(await ask(stranger, query, manager=max_)) == []


async def test_a_page(house: House, ask: Ask) -> None:
    found = (await ask(house.org.admin_key, CAPABILITY, first=2))["data"]["coachingCapability"]
    assert ([edge["node"]["name"] for edge in found["edges"]], found["pageInfo"]["hasNextPage"]) == (
        ["Max", "Vera"],
        True,
    )


async def test_a_rep_has_no_capability_to_read(house: House, ask: Ask) -> None:
    (error,) = (await ask(await house.org.key_for(house.people["Ann"]), CAPABILITY))["errors"]
    assert error["extensions"]["code"] == "permission_denied"


@pytest.mark.parametrize("query", [CAPABILITY, CORRECTION], ids=["capability", "self-correction"])
async def test_a_constant_number_of_statements(house: House, ask: Ask, database: Database, query: str) -> None:
    counts = []
    for extra in (0, 3):
        for number in range(extra):
            lead = await house.org.add_person(f"Lead{number}", role="manager")
            await house.org.add_person(f"Rep{number}", manager_id=lead.id, manager_from=SINCE)
        with counted_statements(database) as statements:
            await ask(house.org.admin_key, query, asOf=AS_OF)
        counts.append(len(statements))
    assert counts[0] == counts[1]
