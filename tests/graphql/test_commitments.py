"""Commitments over GraphQL: taking on, reading through people, changing and settling."""

from datetime import timedelta
from typing import Any

import pytest_asyncio

from schema.relay import to_global_id
from service.core.database import Database
from tests.factories.coaching_team import Team, house_of_seven
from tests.factories.sales_org import SalesOrg
from tests.fixtures.statements import counted_statements
from tests.graphql.conftest import Ask

CREATE = """mutation ($input: CreateCommitmentInput!) { createCommitment(input: $input) {
    ... on CommitmentPayload { commitment { id etag concerns goalPeriod goalValue dueOn rep { name } owner { name }
        sessionId dealId } }
    ... on InvalidInputError { fields { edges { node message } } } } }"""
CHANGE = """mutation ($id: ID!, $etag: String, $due: Date) {
    updateCommitment(input: {id: $id, ifMatch: $etag, dueOn: $due}) {
        ... on CommitmentPayload { commitment { dueOn description } } ... on UserError { code } }
    settleCommitment(input: {id: $id, verdict: DROPPED, reason: "Another plan"}) {
        ... on CommitmentPayload { commitment { status settlement settledBy { name } resultValue } }
        ... on UserError { code } }
    again: settleCommitment(input: {id: $id, verdict: DONE}) { ... on UserError { code } } }"""
LIST = """query ($owner: ID, $due: Date) { commitments(ownerId: $owner, status: OPEN, dueBefore: $due, sort: DUE_ON) {
    edges { node { description owner { name } } } } }"""
OF_PEOPLE = "{ people { edges { node { commitments { edges { node { rep { name } owner { name } } } } } } } }"


@pytest_asyncio.fixture
async def team(org: SalesOrg) -> Team:
    return await house_of_seven(org)


def global_id(team: Team, name: str) -> str:
    return to_global_id("Person", team.people[name].id)


async def create(team: Team, ask: Ask, **fields: Any) -> dict[str, Any]:
    due_on = team.agenda.today + timedelta(days=7)
    given = {"repId": global_id(team, "Ann"), "description": "Forty calls", "dueOn": str(due_on)} | fields
    found: dict[str, Any] = (await ask(team.org.admin_key, CREATE, input=given))["data"]["createCommitment"]
    return found


async def test_a_way_through(team: Team, ask: Ask) -> None:
    session_id = await team.agenda.arrange(team.people["Lead"], team.people["Ann"])
    goal = {"kpi": "calls", "goal": {"period": "MONTH", "value": "160"}}
    agreed_in = to_global_id("CoachingSession", session_id)
    made = (await create(team, ask, sessionId=agreed_in, **goal))["commitment"]
    assert (made["concerns"], made["goalPeriod"], made["goalValue"]) == ("PROCESS", "MONTH", "160")
    assert (made["rep"], made["owner"], made["sessionId"]) == ({"name": "Ann"}, {"name": "Ann"}, agreed_in)
    later = str(team.agenda.today + timedelta(days=9))
    key = await team.org.key_for(team.people["Lead"])
    changed = (await ask(key, CHANGE, id=made["id"], etag=made["etag"], due=later))["data"]
    assert changed["updateCommitment"]["commitment"] == {"dueOn": later, "description": "Forty calls"}
    assert changed["settleCommitment"]["commitment"] == {
        "status": "DROPPED",
        "settlement": "Another plan",
        "settledBy": {"name": "Lead"},
        "resultValue": None,
    }
    assert changed["again"] == {"code": "already_settled"}


async def test_faults_are_named_as_the_schema_names_them(team: Team, ask: Ask) -> None:
    refused = await create(team, ask, ownerId=global_id(team, "Bob"))
    assert [fault["node"] for fault in refused["fields"]["edges"]] == ["/ownerId"]
    refused = await create(team, ask, sessionId=global_id(team, "Bob"))
    fault = {"node": "/sessionId", "message": "is not the id of a coaching session"}
    assert refused["fields"]["edges"] == [fault]
    refused = await create(team, ask, dueOn="2020-01-01")
    assert [fault["node"] for fault in refused["fields"]["edges"]] == ["/dueOn"]


async def test_lists_and_people_in_a_constant_number_of_statements(team: Team, ask: Ask, database: Database) -> None:
    await create(team, ask, ownerId=global_id(team, "Lead"), description="A review")
    due = str(team.agenda.today + timedelta(days=8))
    found = await ask(team.org.admin_key, LIST, owner=global_id(team, "Lead"), due=due)
    assert [edge["node"] for edge in found["data"]["commitments"]["edges"]] == [
        {"description": "A review", "owner": {"name": "Lead"}}
    ]
    counts = []
    for more in (0, 10):
        for _ in range(more):
            await create(team, ask)
            await create(team, ask, repId=global_id(team, "Bob"))
        with counted_statements(database) as statements:
            answer = await ask(team.org.admin_key, OF_PEOPLE)
        counts.append(len(statements))
        taken = [edge["node"]["commitments"]["edges"] for edge in answer["data"]["people"]["edges"]]
        assert sum(map(len, taken)) == 1 + 2 * more
    assert counts[0] == counts[1]
