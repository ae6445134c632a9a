"""Development plans over GraphQL: a way through, read through people, and faults by the schema's names."""

from typing import Any

import pytest_asyncio

from schema.relay import to_global_id
from service.core.database import Database
from tests.factories.coaching_team import Team, house_of_seven
from tests.factories.plans import SKILLS, Plans, plans_of
from tests.factories.sales_org import SalesOrg
from tests.fixtures.statements import counted_statements
from tests.graphql.conftest import Ask

CREATE = """mutation ($input: CreateDevelopmentPlanInput!) { createDevelopmentPlan(input: $input) {
    ... on DevelopmentPlanPayload { developmentPlan { id etag status person { name } createdBy { name }
        focuses { edges { node name targetLevel targetName kpi baselineLevel } }
        steps { edges { node { id kind dueOn owner { name } } } } reviews { edges { node { id reviewOn } } } } }
    ... on InvalidInputError { fields { edges { node message } } } } }"""
WAY = """mutation ($id: ID!, $step: ID!, $review: ID!, $day: Date!) {
    agreeDevelopmentPlan(input: {id: $id}) {
        ... on DevelopmentPlanPayload { developmentPlan { status manager { name } } }
        ... on UserError { code message } }
    startDevelopmentPlan(input: {id: $id}) {
        ... on DevelopmentPlanPayload { developmentPlan { status } } ... on UserError { code message } }
    finishPlanStep(input: {id: $step, planId: $id, note: "Done"}) {
        ... on DevelopmentPlanPayload { developmentPlan { steps { edges { node { note doneBy { name } } } } } }
        ... on UserError { code message } }
    holdPlanReview(input: {id: $review, planId: $id, note: "On its way"}) {
        ... on DevelopmentPlanPayload { developmentPlan { reviews { edges { node { note heldBy { name } } } } } }
        ... on UserError { code message } }
    extendDevelopmentPlan(input: {id: $id, targetOn: $day, reason: "No time"}) {
        ... on DevelopmentPlanPayload { developmentPlan { status targetOn extensionReason } }
        ... on UserError { code message } }
    again: agreeDevelopmentPlan(input: {id: $id}) { ... on UserError { code message } } }"""
OF_PEOPLE = """{ people(first: 9) { edges { node { name developmentPlans(first: 5) { edges { node { status
    person { name } focuses { edges { node } } steps { edges { node { id } } } allowedMoves { edges { node } }
    progress { stepsDone daysLeft sentences { edges { node } }
        skills { edges { node verdict reason kpiVerdict } } } } } } } } } }"""
LIST = """query ($person: ID!) { developmentPlans(personId: $person, status: ACTIVE, sort: TARGET_ON) {
    edges { node { id status } } } }"""


@pytest_asyncio.fixture
async def team(org: SalesOrg) -> Team:
    return await house_of_seven(org)


@pytest_asyncio.fixture
async def plans(team: Team) -> Plans:
    return await plans_of(team.org)


def given(team: Team, plans: Plans, **fields: Any) -> dict[str, Any]:
    step = {"skill": SKILLS[0], "kind": "CALL_REVIEW", "description": "Two calls", "dueOn": plans.day(7)}
    return {
        "personId": to_global_id("Person", team.people["Ann"].id),
        "frameworkKey": "ours",
        "reason": "They cost the most",
        "targetOn": plans.day(90),
        "focuses": [{"skill": SKILLS[0], "targetLevel": 3, "kpi": "calls"}],
        "steps": [step | {"ownerId": to_global_id("Person", team.people["Lead"].id)}],
        "reviewDays": [plans.day(30)],
        **fields,
    }


async def test_a_way_through(team: Team, plans: Plans, ask: Ask) -> None:
    ann, lead = [await team.org.key_for(team.people[name]) for name in ("Ann", "Lead")]
    made = (await ask(ann, CREATE, input=given(team, plans)))["data"]["createDevelopmentPlan"]["developmentPlan"]
    assert (made["status"], made["person"], made["createdBy"]) == ("PROPOSED", {"name": "Ann"}, {"name": "Ann"})
    focus = {"node": SKILLS[0], "name": "Skill 0", "targetLevel": 3, "targetName": "Sure", "kpi": "calls"}
    assert made["focuses"]["edges"] == [focus | {"baselineLevel": None}]
    step, review = made["steps"]["edges"][0]["node"], made["reviews"]["edges"][0]["node"]
    # Whoever is above them is not seen by a rep.
    assert (step["kind"], step["owner"], review["reviewOn"]) == ("CALL_REVIEW", None, plans.day(30))
    ids = {"id": made["id"], "step": step["id"], "review": review["id"]}
    found = (await ask(lead, WAY, **ids, day=plans.day(120)))["data"]
    assert found["agreeDevelopmentPlan"]["developmentPlan"] == {"status": "AGREED", "manager": {"name": "Lead"}}
    assert found["startDevelopmentPlan"]["developmentPlan"] == {"status": "ACTIVE"}
    done = {"note": "Done", "doneBy": {"name": "Lead"}}
    assert found["finishPlanStep"]["developmentPlan"]["steps"]["edges"] == [{"node": done}]
    held = {"note": "On its way", "heldBy": {"name": "Lead"}}
    assert found["holdPlanReview"]["developmentPlan"]["reviews"]["edges"] == [{"node": held}]
    extended = {"status": "EXTENDED", "targetOn": plans.day(120), "extensionReason": "No time"}
    assert found["extendDevelopmentPlan"]["developmentPlan"] == extended
    assert found["again"] == {
        "code": "illegal_transition",
        "message": "This plan is extended: allowed are arrange, work, extend, close, drop, not agree.",
    }
    for key, kind in ((step["id"], "PlanStep"), (review["id"], "PlanReview")):
        node = await ask(ann, "query ($id: ID!) { node(id: $id) { __typename id } }", id=key)
        assert node["data"]["node"] == {"__typename": kind, "id": key}


async def test_faults_are_named_as_the_schema_names_them(team: Team, plans: Plans, ask: Ask) -> None:
    focus, day = {"skill": "juggling", "targetLevel": 6}, "2020-01-01"
    for fields, expected in (
        ({"targetOn": day, "reviewDays": [day]}, ["/targetOn", "/reviewDays/0"]),
        ({"focuses": [focus]}, ["/focuses/0/skill", "/focuses/0/targetLevel"]),
        ({"frameworkKey": "theirs"}, ["/frameworkKey"]),
    ):
        refused = await ask(team.org.admin_key, CREATE, input=given(team, plans, **fields))
        faults = refused["data"]["createDevelopmentPlan"]["fields"]["edges"]
        assert [fault["node"] for fault in faults] == expected


async def test_people_and_their_plans_in_a_constant_number_of_statements(
    team: Team, plans: Plans, ask: Ask, database: Database
) -> None:
    counts = []
    for names in (("Ann",), ("Ann", "Bob", "Bob", "Lead")):
        for place, name in enumerate(names):
            await plans.plant(team.people[name], "active", SKILLS[place], kpi="calls")
        with counted_statements(database) as statements:
            answer = await ask(team.org.admin_key, OF_PEOPLE)
        counts.append(len(statements))
        people = {edge["node"]["name"]: edge["node"]["developmentPlans"] for edge in answer["data"]["people"]["edges"]}
    assert counts[0] == counts[1]
    assert {name: len(found["edges"]) for name, found in people.items() if found["edges"]} == {
        "Ann": 2,
        "Bob": 2,
        "Lead": 1,
    }
    (skill,) = people["Lead"]["edges"][0]["node"]["progress"]["skills"]["edges"]
    assert (skill["verdict"], skill["kpiVerdict"]) == ("CANNOT_TELL", "CANNOT_TELL")
    ann = to_global_id("Person", team.people["Ann"].id)
    assert len((await ask(team.org.admin_key, LIST, person=ann))["data"]["developmentPlans"]["edges"]) == 2
    # The person sees their own, a peer none of them.
    bob = await ask(await team.org.key_for(team.people["Bob"]), OF_PEOPLE)
    assert [edge["node"]["name"] for edge in bob["data"]["people"]["edges"]] == ["Bob"]
