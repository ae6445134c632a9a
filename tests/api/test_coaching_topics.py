"""`/v1/coaching-topics`: raising, reading, filtering, acting upon them, and what is refused."""

import httpx
import pytest
import pytest_asyncio

from service.coaching_sessions.models import CoachingTopic
from service.coaching_sessions.permissions import Permission
from tests.factories.coaching_team import Team, house_of_seven
from tests.factories.opportunities import TOMORROW
from tests.factories.sales_org import SalesOrg
from tests.fixtures.rest import ANYWAY, bearer

PATH = "/v1/coaching-topics"
NOBODY = "01890a5d-ac96-774b-bcce-b302099a8057"


@pytest_asyncio.fixture
async def team(org: SalesOrg) -> Team:
    return await house_of_seven(org)


async def headers_of(team: Team, name: str) -> dict[str, str]:
    return bearer(await team.org.key_for(team.people[name]))


async def test_a_way_through(rest: httpx.AsyncClient, team: Team) -> None:
    ann, lead = await headers_of(team, "Ann"), await headers_of(team, "Lead")
    body = {"rep_id": str(team.people["Ann"].id), "title": "How to ask for the budget", "kpi": "calls"}
    made = await rest.post(PATH, json=body, headers=ann)
    assert made.status_code == 201, made.text
    topic = made.json()
    assert (topic["source"], topic["concerns"], topic["rank"]) == ("rep", "process", "0.5000")
    assert topic["reason"] == "The rep asks to talk about it."
    one = f"{PATH}/{topic['id']}"
    read = await rest.get(one, headers=lead)
    assert (read.json(), read.headers["etag"]) == (topic, made.headers["etag"])
    pinned = await rest.post(f"{one}/pin", headers=lead | {"If-Match": made.headers["etag"]})
    assert (pinned.status_code, pinned.json()["pinned"]) == (200, True)
    stale = await rest.post(f"{one}/unpin", headers=lead | {"If-Match": made.headers["etag"]})
    assert (stale.status_code, stale.json()["code"]) == (412, "etag_mismatch")
    unpinned = await rest.post(f"{one}/unpin", headers=lead | ANYWAY)
    assert unpinned.json()["pinned"] is False
    dismissed = await rest.post(f"{one}/dismiss", json={"reason": "By mail"}, headers=ann | ANYWAY)
    assert (dismissed.json()["status"], dismissed.json()["dismissal"]) == ("dismissed", "By mail")
    refused = await rest.post(f"{one}/pin", headers=lead | ANYWAY)
    assert (refused.status_code, refused.json()["code"]) == (409, "illegal_transition")
    reopened = await rest.post(f"{one}/reopen", headers=lead | ANYWAY)
    assert (reopened.json()["status"], reopened.json()["dismissal"]) == ("open", None)


async def test_filters(rest: httpx.AsyncClient, team: Team) -> None:
    ann, bob = team.people["Ann"], team.people["Bob"]
    await team.asked()
    await team.asked("Lead", title="Your week")
    await team.agenda.ask_for(team.as_("Top"), bob, "Your quarter")
    for params, count in [
        ({}, 3),
        ({"rep_id": str(ann.id)}, 2),
        ({"manager_id": str(team.people["Lead"].id)}, 3),
        ({"source": "rep"}, 1),
        ({"source": "deal"}, 0),
        ({"status": "open", "rep_id": str(bob.id)}, 1),
        ({"status": "resolved"}, 0),
        ({"limit": "2"}, 2),
    ]:
        found = (await rest.get(PATH, params=params, headers=bearer(team.org.admin_key))).json()["data"]
        assert len(found) == count, params
    newest = (await rest.get(PATH, params={"sort": "-created_at"}, headers=bearer(team.org.admin_key))).json()["data"]
    assert newest[0]["title"] == "Your quarter"


async def test_the_manager_meets_404_until_the_day_is_there(rest: httpx.AsyncClient, team: Team) -> None:
    topic = await team.asked()
    await team.agenda.change(CoachingTopic, topic.id, visible_on=TOMORROW)
    one, lead = f"{PATH}/{topic.id}", await headers_of(team, "Lead")
    assert (await rest.get(one, headers=lead)).json()["code"] == "coaching_topic_not_found"
    assert (await rest.get(PATH, headers=lead)).json()["data"] == []
    assert (await rest.post(f"{one}/pin", headers=lead | ANYWAY)).status_code == 404
    assert (await rest.get(one, headers=await headers_of(team, "Ann"))).status_code == 200


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"title": ""}, "/title"),
        ({"title": "x" * 501}, "/title"),
        ({"rep_id": NOBODY}, "/rep_id"),
        ({"kpi": "mood"}, "/kpi"),
        ({"kpi": "No key"}, "/kpi"),
        ({"criterion": "unheard_of"}, "/criterion"),
        ({"deal_id": NOBODY}, "/deal_id"),
        ({"why": "x"}, "/why"),
    ],
)
async def test_bad_bodies_name_the_field(
    rest: httpx.AsyncClient, team: Team, fields: dict[str, str], pointer: str
) -> None:
    body = {"rep_id": str(team.people["Ann"].id), "title": "The budget"} | fields
    answer = await rest.post(PATH, json=body, headers=bearer(team.org.admin_key))
    assert (answer.status_code, [error["pointer"] for error in answer.json()["errors"]]) == (422, [pointer])
    assert await team.agenda.topics() == []


async def test_bad_questions_are_refused(rest: httpx.AsyncClient, team: Team) -> None:
    headers = bearer(team.org.admin_key)
    for params in ({"source": "mood"}, {"status": "gone"}, {"sort": "rank"}, {"rep_id": "Ann"}):
        assert (await rest.get(PATH, params=params, headers=headers)).status_code == 422, params
    nobody = await rest.get(PATH, params={"manager_id": NOBODY}, headers=headers)
    assert (nobody.status_code, nobody.json()["code"]) == (404, "person_not_found")


async def test_a_request_that_is_sent_twice_raises_one(rest: httpx.AsyncClient, team: Team) -> None:
    headers = await headers_of(team, "Ann") | {"Idempotency-Key": "once"}
    body = {"rep_id": str(team.people["Ann"].id), "title": "The budget"}
    first, again = [await rest.post(PATH, json=body, headers=headers) for _ in range(2)]
    assert first.json() == again.json()
    assert len(await team.agenda.topics()) == 1


async def test_keys_need_the_permission(rest: httpx.AsyncClient, team: Team) -> None:
    topic = await team.asked()
    scopes = {"name": "Reader", "scopes": [Permission.COACHING_TOPICS_READ]}
    made = await rest.post("/v1/api-keys", json=scopes, headers=bearer(team.org.admin_key))
    headers = bearer(made.raise_for_status().json()["key"])
    assert (await rest.get(f"{PATH}/{topic.id}", headers=headers)).status_code == 200
    assert (await rest.post(f"{PATH}/{topic.id}/pin", headers=headers | ANYWAY)).status_code == 403
