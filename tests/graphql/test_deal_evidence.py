"""What is said about deals over GraphQL: written, read back, batched, and found again by its id."""

from typing import Any
from uuid import UUID

import pytest

from schema.relay import to_global_id
from service.core.database import Database
from service.organizations.dto.people import PersonDTO
from tests.factories.deals import push_activity, push_deal
from tests.factories.sales_org import SalesOrg
from tests.factories.success_models import process_document
from tests.fixtures.statements import counted_statements
from tests.graphql.conftest import Ask

INSPECT = """mutation ($input: CreateInspectionInput!) { createInspection(input: $input) { __typename
  ... on InspectionPayload { inspection { id dealId criterion verdict note person { name } } }
  ... on InvalidInputError { fields { edges { node } } } } }"""
CONFIRM = """mutation ($input: CreateConfirmationInput!) { createConfirmation(input: $input) { __typename
  ... on ConfirmationPayload { confirmation { id verdict } } ... on UserError { message } } }"""
EVIDENCE = """query ($deal: ID!) { deal(id: $deal) { evidence { edges { node criterion stage canInspect canConfirm
  evidence { edges { node source subject recordId note count person { name } } } } } } }"""
HEALTH = """query ($deal: ID!, $asOf: DateTime) { deal(id: $deal) { health(asOf: $asOf) { id score completeness stage
  factors { edges { node kind key due contribution wouldAdd } } } } }"""
SAID = """query ($deal: ID!) { inspections(dealId: $deal) { edges { node { id verdict } } }
  confirmations(dealId: $deal, first: 1) { edges { node { id } } pageInfo { hasNextPage } } }"""
ADHERENCE = """query ($person: ID, $manager: ID, $until: Date) {
  processAdherence(personId: $person, managerId: $manager, from: "2026-03-01", until: $until) {
    id start until moves adherent adherence criteria criteriaKnown
    people { edges { node moves person { name } } }
    stages { edges { node model entered undecided benchmarkDays } } } }"""
NODE = "query ($id: ID!) { node(id: $id) { __typename id } }"


async def deal_of(org: SalesOrg) -> tuple[PersonDTO, PersonDTO, UUID]:
    """A manager, a rep below, and the rep's deal that moved once."""
    await org.activate(process_document(), build=False)
    lead = await org.add_person("Lead", role="manager")
    rita = await org.add_person("Rita", manager_id=lead.id, manager_from="2026-01-01")
    moves = [(org.local(2026, 3, 2), "qualification"), (org.local(2026, 3, 20), "discovery")]
    deal_id = await push_deal(org, "d1", rita, moves, attributes={"economic_buyer": "Dana"})
    await push_activity(org, "d1", org.local(2026, 3, 3), outcome="completed")
    return lead, rita, deal_id


def nodes(connection: Any) -> list[Any]:
    return [edge["node"] for edge in connection["edges"]]


async def test_a_manager_inspects_and_the_rep_reads_it(org: SalesOrg, other: SalesOrg, ask: Ask) -> None:
    lead, rita, deal_id = await deal_of(org)
    manager, rep, deal = await org.key_for(lead), await org.key_for(rita), to_global_id("Deal", deal_id)
    given = {"dealId": deal, "criterion": "champion", "verdict": "UNMET", "note": "Who?"}
    made = (await ask(manager, INSPECT, input=given))["data"]["createInspection"]["inspection"]
    assert made == {**given, "id": made["id"], "person": {"name": "Lead"}}
    said = await ask(rep, CONFIRM, input={"dealId": deal, "criterion": "champion"})
    assert said["data"]["createConfirmation"]["confirmation"]["verdict"] == "MET"
    again = await ask(rep, CONFIRM, input={"dealId": deal, "criterion": "champion", "verdict": "UNMET"})
    found = (await ask(rep, SAID, deal=deal))["data"]
    assert nodes(found["inspections"]) == [{"id": made["id"], "verdict": "UNMET"}]
    assert nodes(found["confirmations"]) == [{"id": again["data"]["createConfirmation"]["confirmation"]["id"]}]
    assert found["confirmations"]["pageInfo"] == {"hasNextPage": True}
    for kind, id_ in (("Inspection", made["id"]), ("Confirmation", nodes(found["confirmations"])[0]["id"])):
        assert await ask(rep, NODE, id=id_) == {"data": {"node": {"__typename": kind, "id": id_}}}
        assert await ask(other.admin_key, NODE, id=id_) == {"data": {"node": None}}
    edges = (await ask(rep, EVIDENCE, deal=deal))["data"]["deal"]["evidence"]["edges"]
    assert [(edge["criterion"], edge["node"]) for edge in edges[:3]] == [
        ("economic_buyer", "MET"),
        ("met_in_person", "UNMET"),
        ("champion", "UNMET"),
    ]
    inspected, confirmed = edges[2]["evidence"]["edges"]
    assert (inspected["source"], inspected["node"], inspected["note"], inspected["person"], inspected["recordId"]) == (
        "INSPECTION",
        "UNMET",
        "Who?",
        None,  # a rep does not see their manager's row
        made["id"],
    )
    assert (confirmed["source"], confirmed["person"]) == ("CONFIRMATION", {"name": "Rita"})
    assert (edges[2]["stage"], edges[2]["canInspect"], edges[2]["canConfirm"]) == ("discovery", True, True)


@pytest.mark.parametrize(
    ("who", "query", "criterion", "expected"),
    [
        ("rep", INSPECT, "champion", {"__typename": "ForbiddenError"}),
        (
            "manager",
            INSPECT,
            "unheard_of",
            {"__typename": "InvalidInputError", "fields": {"edges": [{"node": "/criterion"}]}},
        ),
        (
            "manager",
            CONFIRM,
            "champion",
            {"__typename": "ForbiddenError", "message": "Only its owner confirms a deal: inspect it instead."},
        ),
        ("stranger", CONFIRM, "champion", {"__typename": "NotFoundError", "message": "No such deal."}),
    ],
)
async def test_a_refusal_is_typed(
    org: SalesOrg, other: SalesOrg, ask: Ask, who: str, query: str, criterion: str, expected: dict[str, Any]
) -> None:
    lead, rita, deal_id = await deal_of(org)
    keys = {"rep": await org.key_for(rita), "manager": await org.key_for(lead), "stranger": other.admin_key}
    given: dict[str, Any] = {"dealId": to_global_id("Deal", deal_id), "criterion": criterion, "verdict": "MET"}
    answer = await ask(keys[who], query, input=given)
    (refused,) = answer["data"].values()
    assert refused == expected


async def test_health(org: SalesOrg, ask: Ask) -> None:
    _, rita, deal_id = await deal_of(org)
    rep, deal = await org.key_for(rita), to_global_id("Deal", deal_id)
    then = (await ask(rep, HEALTH, deal=deal, asOf="2026-03-21T12:00:00Z"))["data"]["deal"]["health"]
    assert (then["score"], then["stage"]) == ("100.0", "discovery")
    kinds = [(edge["kind"], edge["node"], edge["due"]) for edge in then["factors"]["edges"]]
    assert kinds == [
        ("CRITERION", "MET", True),
        ("CRITERION", "UNKNOWN", True),
        ("CRITERION", "UNKNOWN", False),
        ("SLIPS", "UNKNOWN", True),
        ("AGE", "MET", True),
    ]
    assert await ask(rep, NODE, id=then["id"]) == {"data": {"node": {"__typename": "DealHealth", "id": then["id"]}}}
    now = (await ask(rep, HEALTH, deal=deal))["data"]["deal"]["health"]
    assert now["id"] != then["id"]
    assert now["factors"]["edges"][-1]["node"] == "UNMET"


@pytest.mark.parametrize("as_of", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-03-01T00:00:00"])
async def test_an_instant_that_one_cannot_calculate_with_is_refused(org: SalesOrg, ask: Ask, as_of: str) -> None:
    *_, deal_id = await deal_of(org)
    query = """query ($deal: ID!, $asOf: DateTime) { deal(id: $deal) {
        health(asOf: $asOf) { id } evidence(asOf: $asOf) { edges { node } } } }"""
    answer = await ask(org.admin_key, query, deal=to_global_id("Deal", deal_id), asOf=as_of)
    faults = [error["extensions"] for error in answer["errors"]]
    assert {(fault["kind"], fault["fields"][0]["pointer"]) for fault in faults} == {("invalid", "asOf")}


async def test_a_list_of_deals_takes_as_many_statements_as_one(org: SalesOrg, ask: Ask, database: Database) -> None:
    _, rita, _ = await deal_of(org)
    query = """query ($first: Int) { deals(first: $first) { edges { node { id evidence { edges { node } }
        health { score } } } } }"""
    for number in range(6):
        await push_deal(org, f"more {number}", rita, [(org.local(2026, 3, 2), "discovery")])
    counts = []
    for first in (1, 7):
        with counted_statements(database) as statements:
            found = await ask(org.admin_key, query, first=first)
        assert len(found["data"]["deals"]["edges"]) == first
        counts.append(len(statements))
    assert counts[0] == counts[1]


async def test_process_adherence(org: SalesOrg, other: SalesOrg, ask: Ask) -> None:
    lead, rita, _ = await deal_of(org)
    manager, person = await org.key_for(lead), to_global_id("Person", rita.id)
    asked = {"manager": to_global_id("Person", lead.id), "until": "2026-04-01"}
    found = (await ask(manager, ADHERENCE, **asked))["data"]["processAdherence"]
    assert (found["start"], found["until"]) == ("2026-03-01", "2026-04-01")
    assert (found["moves"], found["adherent"], found["adherence"]) == (1, 0, "0.0000")
    assert (found["criteria"], found["criteriaKnown"]) == (3, 2)
    assert found["people"]["edges"] == [{"node": person, "moves": 1, "person": {"name": "Rita"}}]
    assert [(edge["node"], edge["entered"], edge["undecided"]) for edge in found["stages"]["edges"]] == [
        ("qualification", 1, 0),
        ("discovery", 1, 1),
        ("proposal", 0, 0),
    ]
    node = {"data": {"node": {"__typename": "ProcessAdherence", "id": found["id"]}}}
    assert await ask(manager, NODE, id=found["id"]) == node
    assert await ask(other.admin_key, NODE, id=found["id"]) == {"data": {"node": None}}
    assert await ask(await org.key_for(rita), NODE, id=found["id"]) == {"data": {"node": None}}
    mine = await ask(await org.key_for(rita), ADHERENCE, person=person, until="2026-04-01")
    assert mine["data"]["processAdherence"]["moves"] == 1
    refused = await ask(manager, ADHERENCE)
    assert [fault["pointer"] for fault in refused["errors"][0]["extensions"]["fields"]] == ["personId"]
    refused = await ask(manager, ADHERENCE, person=person, until="2029-01-01")
    assert [fault["pointer"] for fault in refused["errors"][0]["extensions"]["fields"]] == ["from"]


async def test_templates(org: SalesOrg, ask: Ask) -> None:
    query = "{ dealStandardTemplates { edges { node { id key name criteria goodDeal } } } }"
    found = nodes((await ask(org.admin_key, query))["data"]["dealStandardTemplates"])
    assert [one["key"] for one in found] == ["bant", "meddic"]
    assert [one["key"] for one in found[1]["criteria"]] == [one["criterion"] for one in found[1]["goodDeal"]["factors"]]
    expected = {"__typename": "DealStandardTemplate", "id": found[0]["id"]}
    assert await ask(org.admin_key, NODE, id=found[0]["id"]) == {"data": {"node": expected}}
