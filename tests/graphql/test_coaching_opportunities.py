"""Coaching opportunities over GraphQL: reading, acting, a constant number of statements, and what is pushed."""

from datetime import date
from typing import Any

import pytest
import pytest_asyncio
from websockets.asyncio.client import ClientConnection

from schema.relay import to_global_id
from service.core.database import Database
from tests.factories.opportunities import Review, team_of_six
from tests.factories.sales_org import SalesOrg
from tests.fixtures.sockets import hear, opened, say, settle
from tests.fixtures.statements import counted_statements
from tests.graphql.conftest import Ask

LIST = """query ($person: ID, $manager: ID) {
    coachingOpportunities(personId: $person, managerId: $manager) { edges { node {
    id kind status kpi size reason evidence dealId managerSeesOn selfCorrected etag person { name } } } } }"""
OF_PEOPLE = """{ people { edges { node { name
    coachingOpportunities { edges { node { reason person { name } } } } } } } }"""
ACCEPT = """mutation ($id: ID!, $etag: String) { acceptCoachingOpportunity(input: {id: $id, ifMatch: $etag}) {
    ... on CoachingOpportunityPayload { coachingOpportunity { status etag } }
    ... on UserError { code } } }"""


@pytest_asyncio.fixture
async def behind(org: SalesOrg) -> Review:
    return await team_of_six(org)


def nodes(answer: dict[str, Any]) -> list[dict[str, Any]]:
    return [edge["node"] for edge in answer["data"]["coachingOpportunities"]["edges"]]


async def test_the_same_as_over_rest(behind: Review, ask: Ask) -> None:
    found = await behind.raised()
    (node,) = nodes(await ask(behind.org.admin_key, LIST))
    assert (node["kind"], node["status"], node["kpi"]) == ("BEHIND_TARGET", "OPEN", "calls")
    assert (node["reason"], node["evidence"], node["size"]) == (found.reason, found.evidence, str(found.size))
    assert (node["person"], node["dealId"], node["managerSeesOn"]) == ({"name": "Ann"}, None, "2026-04-01")
    lead, ann = to_global_id("Person", behind.lead.id), to_global_id("Person", behind.ann.id)
    assert nodes(await ask(behind.org.admin_key, LIST, manager=lead)) == [node]
    assert nodes(await ask(behind.org.admin_key, LIST, person=ann, manager=lead)) == [node]
    assert nodes(await ask(behind.org.admin_key, LIST, person=lead)) == []


async def test_any_number_of_people_in_as_many_statements(behind: Review, ask: Ask, database: Database) -> None:
    counts = []
    for more in (0, 40):
        people = [await behind.org.add_person(f"More{number:02d}", hired_on=date(2025, 1, 1)) for number in range(more)]
        await behind.make()
        with counted_statements(database) as statements:
            found = await ask(behind.org.admin_key, OF_PEOPLE)
        counts.append(len(statements))
        reasons = [edge["node"]["coachingOpportunities"]["edges"] for edge in found["data"]["people"]["edges"]]
        assert sum(map(len, reasons)) == 1 + len(people)
    assert counts[0] == counts[1]


async def test_accepting_with_and_without_what_was_read(behind: Review, ask: Ask) -> None:
    await behind.make()
    key = await behind.org.key_for(behind.ann)
    (node,) = nodes(await ask(key, LIST))
    accepted = await accept(ask, key, id=node["id"], etag=node["etag"])
    assert accepted["coachingOpportunity"]["status"] == "ACCEPTED"
    assert await accept(ask, key, id=node["id"], etag=node["etag"]) == {"code": "etag_mismatch"}
    assert await accept(ask, key, id=node["id"]) == {"code": "illegal_transition"}


async def accept(ask: Ask, key: str, **variables: str) -> dict[str, Any]:
    found: dict[str, Any] = (await ask(key, ACCEPT, **variables))["data"]["acceptCoachingOpportunity"]
    return found


RAISED = """subscription ($person: ID, $manager: ID) { opportunityRaised(personId: $person, managerId: $manager) {
    coachingOpportunities { edges { node { kpi reason person { name } } } } } }"""


def told(message: dict[str, Any]) -> list[str]:
    """Of whom a message tells."""
    edges = message["payload"]["data"]["opportunityRaised"]["coachingOpportunities"]["edges"]
    return [edge["node"]["person"]["name"] for edge in edges]


async def test_what_is_raised_is_pushed_to_whom_it_concerns_first(org: SalesOrg, host: str) -> None:
    behind = await team_of_six(org, year=2030)  # so that the grace time is not over yet
    lead, ann = to_global_id("Person", behind.lead.id), to_global_id("Person", behind.ann.id)
    async with (
        opened(host, await org.key_for(behind.lead)) as boss,
        opened(host, await org.key_for(behind.ann)) as self_,
        opened(host, await org.key_for(behind.others[0])) as other,
    ):
        await listen(boss, manager=lead)
        await listen(self_, person=ann)
        await listen(other, person=ann)
        assert (await hear(other))["payload"]["errors"][0]["extensions"]["code"] == "person_not_found"
        await settle(boss, self_)
        await behind.make()
        assert told(await hear(self_)) == ["Ann"]
        with pytest.raises(TimeoutError):
            await hear(boss, patience=1)
        (found,) = await behind.seen_by(org.acting_as(behind.ann))
        await behind.set(found.id, manager_sees_on=date(2026, 1, 1))
        await behind.make()
        assert told(await hear(boss)) == ["Ann"]
        await behind.make()
        for socket in (boss, self_):
            with pytest.raises(TimeoutError):
                await hear(socket, patience=1)


async def test_one_says_of_whom(host: str, org: SalesOrg) -> None:
    async with opened(host, org.admin_key) as socket:
        await listen(socket)
        assert (await hear(socket))["payload"]["errors"][0]["extensions"]["kind"] == "invalid"


async def listen(socket: ClientConnection, **variables: Any) -> None:
    await say(socket, id="1", type="subscribe", payload={"query": RAISED, "variables": variables})
