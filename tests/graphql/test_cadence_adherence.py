"""Accounts over GraphQL: the same numbers as over REST, and found again by their ids."""

from typing import Any

import httpx

from schema.relay import to_global_id
from service.core.database import Database
from tests.api.test_cadence_adherence import MARCH, small_team
from tests.factories.sales_org import SalesOrg
from tests.fixtures.rest import bearer
from tests.fixtures.statements import counted_statements
from tests.graphql.conftest import Ask

NUMBERS = """owed cancelledByManager cancelledByRep cancelledByOther unfinished unscheduled minutes heldDenied
  missedClaimed minutesDisputed onTopicDisputed notDueYet skipped disputedSessions { edges { node } }
  rates { edges { node numerator denominator rate intervalLow intervalHigh } }"""
ADHERENCE = f"""query ($manager: ID, $tree: Boolean! = false, $team: ID, $asOf: DateTime) {{
  cadenceAdherence(managerId: $manager, tree: $tree, teamId: $team, from: "2026-03-01", to: "2026-03-31",
      asOf: $asOf) {{
    id fromOn toOn asOf method evennessReason {NUMBERS}
    evenness {{ edges {{ node reps numerator denominator rate intervalLow intervalHigh }} }}
    managers {{ edges {{ node name leftOn manager {{ name }} reasons {{ edges {{ node }} }} {NUMBERS} }} }} }} }}"""
ENTITLEMENT = """query ($person: ID!) { entitlement(personId: $person, from: "2026-03-01", to: "2026-03-31", days: 2) {
  id fromOn toOn owed received receivedRate receivedLow receivedHigh ahead nextSessionAt alert person { name }
  sessions { edges { node dueAt startsAt status owed reason managerId } } } }"""
UNCOVERED = """query ($manager: ID) { uncoveredPeople(managerId: $manager, days: 2, first: 1) {
  edges { node name managerId lastHeldAt nextSessionAt person { name } } pageInfo { hasNextPage } } }"""
NODE = "query ($id: ID!) { node(id: $id) { __typename id } }"


def nodes(connection: Any) -> list[Any]:
    return [edge["node"] for edge in connection["edges"]]


async def test_the_same_as_over_rest(org: SalesOrg, ask: Ask, client: httpx.AsyncClient) -> None:
    team = await small_team(org)
    key, lead = await org.key_for(team["lead"]), to_global_id("Person", team["lead"].id)
    found = (await ask(key, ADHERENCE, manager=lead))["data"]["cadenceAdherence"]
    rest = (await client.get("/v1/cadence-adherence", params=MARCH, headers=bearer(key))).json()
    (manager,) = found["managers"]["edges"]
    assert (manager["node"], manager["name"], manager["manager"], manager["leftOn"]) == (
        lead,
        "Lead",
        {"name": "Lead"},
        None,
    )
    assert nodes(manager["reasons"]) == rest["managers"][0]["reasons"]
    for shown in (found, manager):
        total = rest["total"]
        assert (shown["owed"], shown["minutes"], shown["heldDenied"]) == (total["owed"], total["minutes"], 1)
        assert (shown["cancelledByManager"], shown["cancelledByRep"], shown["cancelledByOther"]) == (0, 1, 0)
        assert nodes(shown["disputedSessions"]) == [to_global_id("CoachingSession", team["held"].id)]
        rates = {edge.pop("node").lower(): list(edge.values()) for edge in shown["rates"]["edges"]}
        assert rates == {name: list(total[name].values()) for name in rates}
        assert len(rates) == sum(isinstance(value, dict) and "rate" in value for value in total.values())
    assert (found["fromOn"], found["evenness"]["edges"]) == ("2026-03-01", [])
    assert (found["method"], found["evennessReason"]) == (rest["method"], rest["evenness_reason"])


async def test_an_entitlement_and_who_is_not_covered(org: SalesOrg, ask: Ask) -> None:
    team = await small_team(org)
    lead, rita = (to_global_id("Person", team[name].id) for name in ("lead", "rita"))
    found = (await ask(await org.key_for(team["rita"]), ENTITLEMENT, person=rita))["data"]["entitlement"]
    assert (found["owed"], found["received"], found["receivedRate"], found["ahead"]) == (2, 1, "0.5000", 1)
    assert (found["person"], found["alert"][:41]) == ({"name": "Rita"}, "No session is planned in the next 2 days;")
    first, second = found["sessions"]["edges"]
    assert (first["node"], first["status"]) == (to_global_id("CoachingSession", team["held"].id), "completed")
    assert (second["status"], second["reason"], second["managerId"]) == ("cancelled", "Something came up", lead)
    listed = (await ask(org.admin_key, UNCOVERED, manager=lead))["data"]["uncoveredPeople"]
    (edge,) = listed["edges"]
    assert (edge["node"], edge["name"], edge["managerId"], edge["person"]) == (rita, "Rita", lead, {"name": "Rita"})
    assert (edge["lastHeldAt"], listed["pageInfo"]) == ("2026-03-03T15:00:00+00:00", {"hasNextPage": False})


async def test_they_are_found_again_by_their_own(org: SalesOrg, other: SalesOrg, ask: Ask) -> None:
    team = await small_team(org)
    lead, rita = (to_global_id("Person", team[name].id) for name in ("lead", "rita"))
    stranger = await org.key_for(await org.add_person("Stranger"))
    moment = "2026-03-02T05:06:07Z"
    account = await ask(org.admin_key, ADHERENCE, manager=lead, tree=True, asOf=moment)
    entitlement = await ask(org.admin_key, ENTITLEMENT, person=rita)
    for kind, answer in (("CadenceAdherence", account), ("Entitlement", entitlement)):
        (found,) = answer["data"].values()
        expected = {"data": {"node": {"__typename": kind, "id": found["id"]}}}
        assert await ask(await org.key_for(team["lead"]), NODE, id=found["id"]) == expected
        for key in (stranger, other.admin_key):
            assert await ask(key, NODE, id=found["id"]) == {"data": {"node": None}}
    assert await ask(other.admin_key, ADHERENCE, manager=lead) == {"data": {"cadenceAdherence": None}}
    assert await ask(stranger, ENTITLEMENT, person=rita) == {"data": {"entitlement": None}}
    assert (await ask(stranger, UNCOVERED, manager=lead))["data"]["uncoveredPeople"]["edges"] == []


async def test_a_bad_span_is_named(org: SalesOrg, ask: Ask) -> None:
    query = '{ cadenceAdherence(from: "2026-03-02", to: "2026-03-01") { id } }'
    (error,) = (await ask(org.admin_key, query))["errors"]
    assert [field["pointer"] for field in error["extensions"]["fields"]] == ["to"]


async def test_a_constant_number_of_statements(org: SalesOrg, ask: Ask, database: Database) -> None:
    await small_team(org)
    counts = []
    for extra in (0, 4):
        for number in range(extra):
            lead = await org.add_person(f"Lead{number}", role="manager")
            await org.add_person(f"Rep{number}", manager_id=lead.id)
        with counted_statements(database) as statements:
            await ask(org.admin_key, UNCOVERED)
        counts.append(len(statements))
    assert counts[0] == counts[1]
