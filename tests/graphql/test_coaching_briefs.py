"""Briefs over GraphQL: the same as over REST, and live until the session starts."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx
import pytest
import pytest_asyncio

from schema.relay import to_global_id
from service.coaching_sessions.models import CoachingSession, CoachingTopic
from service.coaching_sessions.use_cases.briefs import freeze_brief
from service.coaching_sessions.use_cases.topic_hints import hint_topics
from service.core.clock import utc_now
from service.core.database import Database
from service.core.ids import new_id
from service.core.notifications import SESSIONS, notify
from tests.factories.briefs import add_session, write
from tests.factories.opportunities import Review, team_of_six
from tests.factories.sales_org import SalesOrg
from tests.fixtures.rest import bearer
from tests.fixtures.sockets import hear, opened, say, settle
from tests.graphql.conftest import Ask

LISTS = ("changes", "kpisBehind", "processAdherence", "dealsToInspect", "wins")
STATEMENTS = "{ edges { node kind key concerns value links { edges { node label } } } }"
FIELDS = f"""id sessionId previousSessionId asOf since isFrozen timeZone repName managerName rep {{ name }}
    manager {{ name }} quadrantUnavailable quadrantVerdict quadrant {STATEMENTS}
    focusGapsUnavailable focusGaps {STATEMENTS} agenda {{ edges {{ node key minutes }} }}
    topics {{ edges {{ node {{ title rep {{ name }} }} }} }} commitments {{ edges {{ node {{ description }} }} }}
    {" ".join(f"{name} {STATEMENTS}" for name in LISTS)}"""
BRIEF = f"query ($id: ID!) {{ coachingBrief(sessionId: $id) {{ {FIELDS} }} }}"
NODE = "query ($id: ID!) { node(id: $id) { __typename id } }"
CHANGED = """subscription ($id: ID!) { briefChanged(sessionId: $id) { coachingBrief {
    isFrozen topics { edges { node { title } } } kpisBehind { edges { node } } } } }"""


@pytest_asyncio.fixture
async def behind(org: SalesOrg) -> Review:
    """Ann is behind on calls this month, five others are not."""
    return await team_of_six(org)


async def session_of(behind: Review) -> CoachingSession:
    """Tomorrow."""
    between = (behind.lead.id, behind.ann.id)
    return await add_session(behind.org.database, behind.org.id, between, utc_now() + timedelta(days=1))


async def test_the_same_as_over_rest(behind: Review, ask: Ask, client: httpx.AsyncClient) -> None:
    row = await session_of(behind)
    key = await behind.org.key_for(behind.ann)
    found = (await ask(key, BRIEF, id=to_global_id("CoachingSession", row.id)))["data"]["coachingBrief"]
    rest = (await client.get(f"/v1/coaching-sessions/{row.id}/brief", headers=bearer(key))).json()
    assert (found["repName"], found["rep"], found["manager"]) == ("Ann", {"name": "Ann"}, None)
    assert (found["timeZone"], found["isFrozen"]) == (rest["time_zone"], rest["is_frozen"])
    assert found["quadrantUnavailable"] == rest["quadrant"]["reason"]
    told = rest["quadrant"]
    assert found["quadrantVerdict"] == told["quadrant"]["verdict"].upper()
    assert [edge["node"] for edge in found["quadrant"]["edges"]] == [one["text"] for one in told["statements"]]
    assert found["focusGapsUnavailable"] == rest["focus_gaps"]["reason"]
    said = [one["text"] for one in rest["focus_gaps"]["statements"]]
    assert [edge["node"] for edge in found["focusGaps"]["edges"]] == said
    assert [edge["node"] for edge in found["agenda"]["edges"]] == [one["title"] for one in rest["agenda"]]
    for name in LISTS:
        over_rest = rest["".join("_" + char.lower() if char.isupper() else char for char in name)]
        assert [edge["node"] for edge in found[name]["edges"]] == [one["text"] for one in over_rest]
        for edge, one in zip(found[name]["edges"], over_rest, strict=True):
            assert (edge["kind"], edge["concerns"]) == (one["kind"].upper(), one["concerns"].upper())
            assert [link["node"] for link in edge["links"]["edges"]] == [link["href"] for link in one["links"]]
    again = await ask(key, NODE, id=found["id"])
    assert again["data"]["node"] == {"__typename": "CoachingBrief", "id": found["id"]}


async def test_whoever_may_not_read_it_finds_null(behind: Review, ask: Ask) -> None:
    row = await session_of(behind)
    key = await behind.org.key_for(behind.others[0])
    assert await ask(key, BRIEF, id=to_global_id("CoachingSession", row.id)) == {"data": {"coachingBrief": None}}
    person = to_global_id("Person", behind.ann.id)
    assert (await ask(key, BRIEF, id=person))["data"] == {"coachingBrief": None}


async def raise_topic(database: Database, org_id: UUID, rep_id: UUID, title: str) -> None:
    """As a topic is raised: with its hint."""
    now = utc_now()
    row = CoachingTopic(
        org_id=org_id, id=new_id(), rep_id=rep_id, source="rep", subject=title, title=title, reason="It is new",
        evidence={}, impact=Decimal("0.5"), confidence=Decimal("0.5"), status="open", concerns="other",
        visible_on=date(2026, 1, 1), created_at=now, updated_at=now,
    )  # fmt: skip
    await write(database, org_id, row)
    async with database.tenant(org_id) as session:
        await hint_topics(session, org_id, [rep_id])


def told(message: dict[str, Any]) -> dict[str, Any]:
    brief: dict[str, Any] = message["payload"]["data"]["briefChanged"]["coachingBrief"]
    return brief


def titles(brief: dict[str, Any]) -> list[str]:
    return [edge["node"]["title"] for edge in brief["topics"]["edges"]]


async def test_it_is_live_until_the_session_starts(behind: Review, host: str) -> None:
    org, row = behind.org, await session_of(behind)
    async with opened(host, await org.key_for(behind.lead)) as boss, opened(host, await org.key_for(behind.ann)) as ann:
        for socket in (boss, ann):
            payload = {"query": CHANGED, "variables": {"id": to_global_id("CoachingSession", row.id)}}
            await say(socket, id="1", type="subscribe", payload=payload)
        await settle(boss, ann, query=BRIEF, id=to_global_id("CoachingSession", row.id))
        await raise_topic(org.database, org.id, behind.others[0].id, "Of somebody else")
        await raise_topic(org.database, org.id, behind.ann.id, "How to ask")
        for socket in (boss, ann):
            assert titles(told(await hear(socket))) == ["How to ask"]
        await org.add_activity(behind.ann, utc_now() - timedelta(seconds=1))
        await org.refresh()
        await org.keep_ready()
        async with org.database.tenant(org.id) as session:
            kept = await session.get(CoachingSession, (org.id, row.id))
            assert kept is not None
            await freeze_brief(session, org.acting_as(behind.lead), kept)
            kept.status, kept.started_at = "in_progress", utc_now()
            await notify(session, SESSIONS, f"{org.id}:{row.id}")
        for socket in (boss, ann):
            messages = [await hear(socket)]
            while messages[-1]["type"] == "next":
                messages.append(await hear(socket))
            assert messages[-1]["type"] == "complete"
            assert told(messages[-2])["isFrozen"]


async def test_nothing_is_told_of_a_brief_that_one_may_not_read(behind: Review, host: str) -> None:
    row = await session_of(behind)
    async with opened(host, await behind.org.key_for(behind.others[0])) as socket:
        payload = {"query": CHANGED, "variables": {"id": to_global_id("CoachingSession", row.id)}}
        await say(socket, id="1", type="subscribe", payload=payload)
        error = (await hear(socket))["payload"]["errors"][0]
        assert error["extensions"]["code"] == "coaching_session_not_found"


@pytest.mark.parametrize("status", ["cancelled", "completed"])
async def test_of_what_is_over_nothing_is_told(behind: Review, host: str, status: str) -> None:
    between = (behind.lead.id, behind.ann.id)
    row = await add_session(behind.org.database, behind.org.id, between, utc_now() - timedelta(days=1), status)
    async with opened(host, behind.org.admin_key) as socket:
        payload = {"query": CHANGED, "variables": {"id": to_global_id("CoachingSession", row.id)}}
        await say(socket, id="1", type="subscribe", payload=payload)
        assert (await hear(socket))["payload"]["errors"][0]["extensions"]["code"] == "coaching_brief_not_found"
