"""Calendar feeds over GraphQL."""

from datetime import UTC, datetime

from schema.relay import to_global_id
from tests.factories.sales_org import SalesOrg
from tests.graphql.conftest import Ask

CREATE = """mutation ($input: CreateCalendarFeedInput!) { createCalendarFeed(input: $input) {
    ... on CreatedCalendarFeedPayload { url calendarFeed { id name createdAt person { name } } } } }"""
LIST = "query ($id: ID) { calendarFeeds(personId: $id) { edges { node { id name } } } }"
REVOKE = """mutation ($input: RevokeCalendarFeedInput!) { revokeCalendarFeed(input: $input) { __typename } }"""


async def test_a_feed_is_made_listed_and_revoked(org: SalesOrg, ask: Ask) -> None:
    ann = await org.add_person("Ann")
    key, id_ = await org.key_for(ann), to_global_id("Person", ann.id)
    made = (await ask(key, CREATE, input={"name": "Phone"}))["data"]["createCalendarFeed"]
    feed = made["calendarFeed"]
    assert made["url"].startswith("https://coach.example.com/calendars/cal_")
    assert (feed["name"], feed["person"]) == ("Phone", {"name": "Ann"})
    assert datetime.fromisoformat(feed["createdAt"]) <= datetime.now(UTC)
    listed = await ask(org.admin_key, LIST, id=id_)
    assert listed["data"]["calendarFeeds"]["edges"] == [{"node": {"id": feed["id"], "name": "Phone"}}]
    read = await ask(key, "query ($id: ID!) { calendarFeed(id: $id) { name } }", id=feed["id"])
    assert read == {"data": {"calendarFeed": {"name": "Phone"}}}
    gone = await ask(key, REVOKE, input={"id": feed["id"]})
    assert gone == {"data": {"revokeCalendarFeed": {"__typename": "DeletedPayload"}}}
    assert (await ask(key, LIST))["data"]["calendarFeeds"]["edges"] == []
