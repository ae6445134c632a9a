"""A brief over REST: as JSON and as a page, its tags, and what is refused."""

import base64
import hashlib
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx
import pytest
import pytest_asyncio

from schema.relay import to_global_id
from service.api.negotiation import HTML, JSON, choose
from service.coaching_sessions.models import CoachingTopic
from service.core.clock import utc_now
from service.core.ids import new_id
from tests.factories.briefs import add_session, write
from tests.factories.sales_org import SalesOrg, make_sales_org
from tests.factories.success_models import model_document
from tests.fixtures.rest import bearer

PAGE = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
NAME = "<script>alert(1)</script>"


@pytest_asyncio.fixture
async def path(org: SalesOrg) -> str:
    """Of a session of next March, with a topic that somebody gave a bad name."""
    await org.activate(model_document())
    lead = await org.add_person("Lead", role="manager")
    ann = await org.add_person("Ann", manager_id=lead.id)
    await org.add_activity(ann, utc_now() - timedelta(minutes=1))
    await org.keep_ready()
    starts = datetime(2099, 3, 4, 9, 30, tzinfo=UTC)
    row = await add_session(org.database, org.id, (lead.id, ann.id), starts, time_zone="Asia/Kolkata")
    await write(org.database, org.id, topic(org, ann.id))
    return f"/v1/coaching-sessions/{row.id}/brief"


def topic(org: SalesOrg, rep_id: UUID, title: str = NAME) -> CoachingTopic:
    now = utc_now()
    return CoachingTopic(
        org_id=org.id, id=new_id(), rep_id=rep_id, source="rep", subject=title, title=title, reason="It is new",
        evidence={}, impact=Decimal("0.5"), confidence=Decimal("0.5"), status="open", concerns="other",
        visible_on=date(2026, 1, 1), created_at=now, updated_at=now,
    )  # fmt: skip


async def read(rest: httpx.AsyncClient, org: SalesOrg, path: str, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await rest.get(path, headers=bearer(org.admin_key) | named)


async def test_who_reads_from_outside_the_line_is_told_to_the_rep(
    rest: httpx.AsyncClient, org: SalesOrg, path: str
) -> None:
    session = (await rest.get(path.removesuffix("/brief"), headers=bearer(org.admin_key))).json()
    query = "query ($id: ID!) { coachingBrief(sessionId: $id) { rep { name } } }"
    sent = {"query": query, "variables": {"id": to_global_id("CoachingSession", session["id"])}}
    for id_ in (session["rep_id"], session["manager_id"]):
        made = await rest.post("/v1/api-keys", json={"name": "K", "person_id": id_}, headers=bearer(org.admin_key))
        assert (await rest.get(path, headers=bearer(made.json()["key"]))).status_code == 200
    assert (await read(rest, org, path)).status_code == 200
    answer = await rest.post("/graphql", json=sent, headers=bearer(org.admin_key))
    assert answer.json()["data"] == {"coachingBrief": {"rep": {"name": "Ann"}}}
    told = await rest.get(f"/v1/people/{session['rep_id']}/skill-accesses", headers=bearer(org.admin_key))
    assert [one["surface"] for one in told.json()["data"]] == ["graphql", "rest"]


async def test_as_json(rest: httpx.AsyncClient, org: SalesOrg, path: str) -> None:
    answer = await read(rest, org, path)
    assert (answer.status_code, answer.headers["content-type"], answer.headers["vary"]) == (200, JSON, "Accept")
    brief = answer.json()
    assert (brief["rep"]["name"], brief["time_zone"], brief["is_frozen"]) == ("Ann", "Asia/Kolkata", False)
    assert [one["title"] for one in brief["topics"]] == [NAME]
    told = brief["quadrant"]
    assert (told["available"], told["reason"], told["model_version"]) == (True, None, "quadrants-1")
    assert (told["quadrant"]["verdict"], told["quadrant"]["cannot_tell"]) == ("insufficient_data", "no_deals")
    assert [one["kind"] for one in told["statements"]] == ["quadrant"] * 3
    assert told["statements"][0]["text"].startswith("Cannot tell yet: ")
    assert told["statements"][0]["links"][0]["href"].startswith("/v1/quadrants?person_id=")
    sparse = await read(rest, org, f"{path}?fields=rep,topics")
    assert set(sparse.json()) == {"rep", "topics"}


async def test_as_a_page_that_loads_nothing(rest: httpx.AsyncClient, org: SalesOrg, path: str) -> None:
    answer = await read(rest, org, path, **PAGE)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    text = answer.text
    assert "Wednesday, 4 March 2099, 15:00" in text
    assert "Asia/Kolkata (IST)" in text
    assert text.count("<h1") == 1
    assert '<html lang="en">' in text
    assert not re.findall(r"<(?:script|img|link|iframe|object|form)\b|\bsrc=|@import|url\(|\bstyle=", text)
    assert "&lt;script&gt;alert(1)" in text
    assert {href[:4] for href in re.findall(r'href="([^"]*)"', text)} <= {"/v1/", "#bri"}
    (style,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = answer.headers["content-security-policy"]
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}';")


@pytest.mark.parametrize("accept", [{}, PAGE])
async def test_the_tag_stays_while_the_brief_says_the_same(
    rest: httpx.AsyncClient, org: SalesOrg, path: str, accept: dict[str, str]
) -> None:
    first = await read(rest, org, path, **accept)
    tag = first.headers["etag"]
    assert tag.startswith('W/"')
    again = await read(rest, org, path, **accept, If_None_Match=tag)
    assert (again.status_code, again.content, again.headers["vary"]) == (304, b"", "Accept")
    assert again.headers["etag"] == tag
    rep_id = UUID((await read(rest, org, path)).json()["rep"]["id"])
    await write(org.database, org.id, topic(org, rep_id, "Another"))
    changed = await read(rest, org, path, **accept, If_None_Match=tag)
    assert changed.status_code == 200
    assert changed.headers["etag"] != tag


async def test_the_two_representations_have_tags_of_their_own(
    rest: httpx.AsyncClient, org: SalesOrg, path: str
) -> None:
    tag = (await read(rest, org, path)).headers["etag"]
    assert (await read(rest, org, path, **PAGE, If_None_Match=tag)).status_code == 200


async def test_what_is_refused_is_a_problem(rest: httpx.AsyncClient, org: SalesOrg, path: str) -> None:
    other = await make_sales_org(org.database)
    missing = f"/v1/coaching-sessions/{new_id()}/brief"
    answers: list[tuple[httpx.Response, int, str]] = [
        (await read(rest, org, path, Accept="image/png"), 406, "not_acceptable"),
        (await read(rest, org, path, Accept="text/html;q=0, application/json;q=0"), 406, "not_acceptable"),
        (await read(rest, org, f"{path}?fields=rep", **PAGE), 422, "invalid_input"),
        (await read(rest, org, missing, **PAGE), 404, "coaching_session_not_found"),
        (await read(rest, other, path), 404, "coaching_session_not_found"),
        (await rest.get(path, headers=PAGE), 401, "unauthenticated"),
    ]
    for answer, status, code in answers:
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
        assert answer.json()["code"] == code


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (None, JSON),
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        ("text/html", HTML),
        ("TEXT/HTML; charset=utf-8", HTML),
        ("text/*;q=0.4, application/json;q=0.3", HTML),
        ("text/html;q=0.4, application/json", JSON),
        ("*/*;q=0.9, text/html;q=0.1", JSON),
        ("application/json;q=0, */*", HTML),
        ("text/html;q=high", None),
        ("image/png", None),
        (",", None),
    ],
)
def test_what_is_accepted_most_is_answered(accept: str | None, chosen: str | None) -> None:
    assert choose(accept, (JSON, HTML)) == chosen


def test_headers_stay_within_reason() -> None:
    accept: Any = "image/png," * 1000 + "text/html"
    assert choose(accept, (JSON, HTML)) is None
