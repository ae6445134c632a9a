"""Topics over GraphQL: reading, acting, a constant number of statements, and what is pushed."""

from datetime import date
from typing import Any

import pytest
import pytest_asyncio
from websockets.asyncio.client import ClientConnection

from schema.relay import to_global_id
from service.core.database import Database
from tests.factories.agenda import Agenda
from tests.factories.coaching_team import Team, house_of_seven
from tests.factories.opportunities import team_of_six
from tests.factories.sales_org import SalesOrg
from tests.fixtures.sockets import hear, opened, say, settle
from tests.fixtures.statements import counted_statements
from tests.graphql.conftest import Ask

LIST = """query ($rep: ID, $manager: ID) { coachingTopics(repId: $rep, managerId: $manager) { edges { node {
    id source title reason evidence concerns kpi rank pinned status visibleOn dealId opportunityId commitmentId
    discussedIn etag rep { name } raisedBy { name } } } } }"""
OF_PEOPLE = """{ people { edges { node { name
    coachingTopics { edges { node { title rep { name } raisedBy { name } } } } } } } }"""
CREATE = """mutation ($rep: ID!, $kpi: String, $deal: ID) {
    createCoachingTopic(input: {repId: $rep, title: "The budget", kpi: $kpi, dealId: $deal}) {
    ... on CoachingTopicPayload { coachingTopic { id etag source concerns } }
    ... on InvalidInputError { code fields { edges { node message } } } } }"""
ACT = """mutation ($id: ID!, $etag: String) {
    pinCoachingTopic(input: {id: $id, ifMatch: $etag}) {
        ... on CoachingTopicPayload { coachingTopic { pinned } } ... on UserError { code } }
    unpinCoachingTopic(input: {id: $id}) {
        ... on CoachingTopicPayload { coachingTopic { pinned } } ... on UserError { code } }
    dismissCoachingTopic(input: {id: $id, reason: "By mail"}) {
        ... on CoachingTopicPayload { coachingTopic { status dismissal } } ... on UserError { code } }
    again: dismissCoachingTopic(input: {id: $id, reason: "By mail"}) {
        ... on CoachingTopicPayload { coachingTopic { status } } ... on UserError { code } }
    reopenCoachingTopic(input: {id: $id}) {
        ... on CoachingTopicPayload { coachingTopic { status } } ... on UserError { code } } }"""
RAISED = """subscription ($person: ID, $manager: ID) { topicRaised(personId: $person, managerId: $manager) {
    coachingTopics { edges { node { title rep { name } } } } } }"""


@pytest_asyncio.fixture
async def team(org: SalesOrg) -> Team:
    return await house_of_seven(org)


def nodes(answer: dict[str, Any]) -> list[dict[str, Any]]:
    return [edge["node"] for edge in answer["data"]["coachingTopics"]["edges"]]


async def test_the_same_as_over_rest(team: Team, ask: Ask) -> None:
    topic = await team.asked(kpi="calls")
    lead, ann = (to_global_id("Person", team.people[name].id) for name in ("Lead", "Ann"))
    (node,) = nodes(await ask(team.org.admin_key, LIST))
    assert (node["title"], node["reason"], node["rank"]) == (topic.title, topic.reason, str(topic.rank))
    assert (node["source"], node["status"], node["concerns"]) == ("REP", "OPEN", "PROCESS")
    assert (node["rep"], node["raisedBy"]) == ({"name": "Ann"}, {"name": "Ann"})
    assert [node[name] for name in ("dealId", "opportunityId", "commitmentId", "discussedIn")] == [None] * 4
    assert nodes(await ask(team.org.admin_key, LIST, rep=ann, manager=lead)) == [node]
    assert nodes(await ask(team.org.admin_key, LIST, rep=lead)) == []
    own = await ask(await team.org.key_for(team.people["Bob"]), LIST)
    assert nodes(own) == []


async def test_acting_with_and_without_what_was_read(team: Team, ask: Ask) -> None:
    ann = to_global_id("Person", team.people["Ann"].id)
    made = await ask(await team.org.key_for(team.people["Lead"]), CREATE, rep=ann, kpi="won-amount")
    topic = made["data"]["createCoachingTopic"]["coachingTopic"]
    assert (topic["source"], topic["concerns"]) == ("MANAGER", "OUTCOME")
    done = await ask(await team.org.key_for(team.people["Ann"]), ACT, id=topic["id"], etag=topic["etag"])
    assert done["data"] == {
        "pinCoachingTopic": {"coachingTopic": {"pinned": True}},
        "unpinCoachingTopic": {"coachingTopic": {"pinned": False}},
        "dismissCoachingTopic": {"coachingTopic": {"status": "DISMISSED", "dismissal": "By mail"}},
        "again": {"code": "illegal_transition"},
        "reopenCoachingTopic": {"coachingTopic": {"status": "OPEN"}},
    }
    stale = await ask(await team.org.key_for(team.people["Ann"]), ACT, id=topic["id"], etag=topic["etag"])
    assert stale["data"]["pinCoachingTopic"] == {"code": "etag_mismatch"}


async def test_faults_are_named_as_the_schema_names_them(team: Team, ask: Ask) -> None:
    ann, deal = to_global_id("Person", team.people["Ann"].id), to_global_id("Deal", team.org.id)
    refused = (await ask(team.org.admin_key, CREATE, rep=ann, kpi="mood", deal=deal))["data"]["createCoachingTopic"]
    assert [fault["node"] for fault in refused["fields"]["edges"]] == ["/kpi", "/dealId"]
    refused = (await ask(team.org.admin_key, CREATE, rep=deal))["data"]["createCoachingTopic"]
    assert refused["fields"]["edges"] == [{"node": "/repId", "message": "is not the id of a person"}]


async def test_any_number_of_people_in_as_many_statements(team: Team, ask: Ask, database: Database) -> None:
    counts, reps = [], [team.people["Ann"]]
    for more in (0, 20):
        reps += [await team.org.add_person(f"More{number}") for number in range(more)]
        for rep in reps:
            await team.agenda.ask_for(team.as_("Ada"), rep, "How are you?")
        with counted_statements(database) as statements:
            found = await ask(team.org.admin_key, OF_PEOPLE)
        counts.append(len(statements))
        asked = [edge["node"]["coachingTopics"]["edges"] for edge in found["data"]["people"]["edges"]]
        assert sum(map(len, asked)) >= len(reps)
    assert counts[0] == counts[1]


def told(message: dict[str, Any]) -> list[tuple[str, str]]:
    """What a message tells, and of whom."""
    edges = message["payload"]["data"]["topicRaised"]["coachingTopics"]["edges"]
    return [(edge["node"]["title"], edge["node"]["rep"]["name"]) for edge in edges]


async def test_what_is_raised_is_pushed_to_whom_it_concerns_first(org: SalesOrg, host: str) -> None:
    behind = await team_of_six(org, year=2030)  # so that the grace time is not over yet
    agenda = Agenda(org)
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
        (found,) = [one for one in (await behind.make()).raised if one[0].person_id == behind.ann.id]
        await agenda.review()
        assert told(await hear(self_)) == [("calls is behind its target for the month", "Ann")]
        with pytest.raises(TimeoutError):
            await hear(boss, patience=1)
        (opportunity,) = await behind.seen_by(org.acting_as(behind.ann))
        assert opportunity.reason == found[1].reason
        await behind.set(opportunity.id, manager_sees_on=date(2026, 1, 1))
        await agenda.review()
        assert told(await hear(boss)) == [("calls is behind its target for the month", "Ann")]
        await agenda.review()
        await agenda.ask_for(org.acting_as(behind.ann), behind.ann, "My next job")
        assert told(await hear(boss)) == told(await hear(self_)) == [("My next job", "Ann")]


async def test_one_says_of_whom(host: str, org: SalesOrg) -> None:
    async with opened(host, org.admin_key) as socket:
        await listen(socket)
        assert (await hear(socket))["payload"]["errors"][0]["extensions"]["kind"] == "invalid"


async def listen(socket: ClientConnection, **variables: Any) -> None:
    await say(socket, id="1", type="subscribe", payload={"query": RAISED, "variables": variables})
