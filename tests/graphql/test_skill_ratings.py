"""Skill ratings over GraphQL: the same as over REST."""

from schema.relay import to_global_id
from tests.factories.sales_org import SalesOrg
from tests.graphql.conftest import Ask

PUSH = """mutation ($input: BulkUpsertSkillRatingsInput!) { bulkUpsertSkillRatings(input: $input) {
    ... on BulkPayload { items { edges { node index status errors { edges { node } } } } }
    ... on UserError { code } } }"""
READ = """query ($id: ID!) { skillAssessment(id: $id) { raterKind scorer externalId status } }"""


async def test_items_are_answered_one_by_one(org: SalesOrg, ask: Ask) -> None:
    ann = await org.add_person("Ann")
    item = {
        "externalId": "call-1",
        "personId": to_global_id("Person", ann.id),
        "frameworkKey": "b2b-seller",
        "assessedOn": "2026-03-02",
        "skills": [{"skill": "value", "score": "7", "scale": {"cuts": ["2", "4", "6", "8"]}}],
        "link": "https://calls.example.com/1",
    }
    bad = item | {"externalId": "call-2", "frameworkKey": "unheard-of"}
    data = {"scorer": "Call review", "ratings": [item, bad]}
    answer = (await ask(org.admin_key, PUSH, input=data))["data"]["bulkUpsertSkillRatings"]
    made, refused = answer["items"]["edges"]
    assert (made["status"], refused["status"]) == ("created", "failed")
    assert "/frameworkKey" in str(refused["errors"])
    found = (await ask(org.admin_key, READ, id=made["node"]))["data"]["skillAssessment"]
    assert found == {"raterKind": "EXTERNAL", "scorer": "Call review", "externalId": "call-1", "status": "SUBMITTED"}
