"""Calendar feeds over REST: who makes and revokes them, what their address answers, and what is never in it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import pytest
import pytest_asyncio
import sqlalchemy as sa
from icalendar import Calendar

from service.core.database import Database
from service.core.tables import metadata
from service.organizations.dto.people import PersonDTO
from tests.factories.coaching import plant_coaching
from tests.factories.sales_org import SalesOrg
from tests.fixtures.rest import bearer

SOON = (datetime.now(UTC) + timedelta(days=3)).replace(minute=0, second=0, microsecond=0)
SECRET_TEXT = "What the two wrote"


@dataclass(frozen=True, slots=True)
class Pair:
    """A manager and their rep, who have one session in three days."""

    lead: PersonDTO
    ann: PersonDTO
    bob: PersonDTO
    session_id: UUID


@pytest_asyncio.fixture
async def pair(org: SalesOrg) -> Pair:
    """With notes of every sort."""
    lead = await org.add_person("Lead", role="manager")
    ann = await org.add_person("Ann", manager_id=lead.id)
    bob = await org.add_person("Bob")
    async with org.database.tenant(org.id) as session:
        ids = await plant_coaching(session, org.id, lead.id, ann.id)
        note = sa.insert(metadata.tables["private_note"]).values(
            org_id=org.id, session_id=ids["session_id"], person_id=ann.id, text=SECRET_TEXT, updated_at=SOON
        )
        await (await session.connection()).execute(note)
    planted = Pair(lead, ann, bob, ids["session_id"])
    ends = SOON + timedelta(minutes=30)
    alone = {"cadence_id": None, "occurs_on": None}
    await change(
        org, planted, **alone, starts_at=SOON, ends_at=ends, time_zone="Europe/Berlin", shared_notes=SECRET_TEXT
    )
    return planted


async def change(org: SalesOrg, pair: Pair, **values: Any) -> None:
    """Write fields of the session."""
    table = metadata.tables["coaching_session"]
    async with org.database.tenant(org.id) as session:
        await (await session.connection()).execute(
            sa.update(table).where(table.c.org_id == org.id, table.c.id == pair.session_id).values(**values)
        )


async def make(rest: httpx.AsyncClient, key: str, **body: Any) -> httpx.Response:
    return await rest.post("/v1/calendar-feeds", json={"name": "Phone", **body}, headers=bearer(key))


async def read(rest: httpx.AsyncClient, made: httpx.Response, **headers: str) -> httpx.Response:
    """What the feed's address answers to a program that has no key."""
    return await rest.get(urlsplit(made.json()["url"]).path, headers=headers)


def events(file: bytes) -> list[Any]:
    """The sessions of a file."""
    calendar: Any = Calendar.from_ical(file)
    return list(calendar.walk("VEVENT"))


async def test_a_feed_tells_when_and_with_whom_and_nothing_else(
    rest: httpx.AsyncClient, org: SalesOrg, pair: Pair
) -> None:
    made = await make(rest, await org.key_for(pair.ann))
    assert made.status_code == 201
    assert made.json()["person_id"] == str(pair.ann.id)
    assert made.json()["url"].startswith("https://coach.example.com/calendars/cal_")
    feed = await read(rest, made)
    assert (feed.status_code, feed.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    (event,) = events(feed.content)
    assert event["UID"] == f"{pair.session_id}@touchline"
    assert event["SUMMARY"] == "Coaching: Ann and Lead"
    assert event["DTSTART"].dt == SOON
    assert event["DTSTART"].params["TZID"] == "Europe/Berlin"
    assert event["STATUS"] == "CONFIRMED"
    assert SECRET_TEXT not in feed.text
    one = await rest.get(f"/v1/coaching-sessions/{pair.session_id}/calendar", headers=bearer(org.admin_key))
    (alone,) = events(one.content)
    assert [alone[name] for name in ("DTSTART", "SUMMARY")] == [event[name] for name in ("DTSTART", "SUMMARY")]
    assert alone["UID"] == f"{pair.session_id}@touchline"
    assert SECRET_TEXT not in one.text


async def test_moves_and_cancellations_reach_the_calendar(rest: httpx.AsyncClient, org: SalesOrg, pair: Pair) -> None:
    made = await make(rest, await org.key_for(pair.lead))
    first = await read(rest, made)
    tag = first.headers["etag"]
    assert (await read(rest, made, **{"If-None-Match": tag})).status_code == 304
    later = SOON + timedelta(hours=2)
    await change(org, pair, starts_at=later, ends_at=later + timedelta(minutes=30), sequence=1)
    moved = await read(rest, made, **{"If-None-Match": tag})
    (event,) = events(moved.content)
    assert (event["DTSTART"].dt, event["SEQUENCE"]) == (later, 1)
    await change(org, pair, status="cancelled", cancelled_at=later, cancelled_side="rep", sequence=2)
    (gone,) = events((await read(rest, made)).content)
    assert (gone["STATUS"], gone["SEQUENCE"], gone["UID"]) == ("CANCELLED", 2, event["UID"])


async def test_a_revoked_feed_is_gone(rest: httpx.AsyncClient, org: SalesOrg, pair: Pair, database: Database) -> None:
    key = await org.key_for(pair.ann)
    made, kept = await make(rest, key), await make(rest, key, name="Laptop")
    listed = (await rest.get("/v1/calendar-feeds", headers=bearer(key))).json()["data"]
    assert [one["name"] for one in listed][-2:] == ["Phone", "Laptop"]
    assert all("url" not in one for one in listed)
    gone = await rest.delete(f"/v1/calendar-feeds/{made.json()['id']}", headers=bearer(key))
    assert gone.status_code == 204
    refused = await read(rest, made)
    assert (refused.status_code, refused.json()["code"]) == (410, "calendar_feed_gone")
    assert (await read(rest, kept)).status_code == 200
    async with database.directory() as session:
        table = metadata.tables["calendar_feed_route"]
        left = await (await session.connection()).execute(sa.select(table).where(table.c.org_id == org.id))
        assert {row.feed_id for row in left} == {UUID(one.json()["id"]) for one in (made, kept)}


@pytest.mark.parametrize("path", ["/calendars/cal_0123456789.ics", "/calendars/tl_0123456789abcdef.ics"])
async def test_a_token_that_is_none_is_not_found(rest: httpx.AsyncClient, path: str) -> None:
    answer = await rest.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "calendar_feed_not_found")


@pytest.mark.parametrize(
    ("who", "whose", "status"),
    [
        ("lead", "ann", 201),
        ("lead", "bob", 422),
        ("ann", "lead", 422),
        ("bob", "ann", 422),
        ("admin", "bob", 201),
        ("admin", None, 201),
    ],
)
async def test_who_makes_a_feed_of_whom(
    rest: httpx.AsyncClient, org: SalesOrg, pair: Pair, who: str, whose: str | None, status: int
) -> None:
    key = org.admin_key if who == "admin" else await org.key_for(getattr(pair, who))
    body = {} if whose is None else {"person_id": str(getattr(pair, whose).id)}
    answer = await make(rest, key, **body)
    # The administrator's key is a person's: without a name it is their own feed.
    assert answer.status_code == status
    if status == 422:
        assert [one["pointer"] for one in answer.json()["errors"]] == ["/person_id"]


async def test_a_key_that_is_nobody_must_say_whose(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    scopes = {"name": "Script", "scopes": ["calendar_feeds:write"]}
    key = (await rest.post("/v1/api-keys", json=scopes, headers=bearer(org.admin_key))).json()["key"]
    answer = await make(rest, key)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/person_id")


async def test_others_feeds_are_neither_listed_nor_revoked(rest: httpx.AsyncClient, org: SalesOrg, pair: Pair) -> None:
    made = (await make(rest, await org.key_for(pair.lead))).json()
    key = await org.key_for(pair.bob)
    assert (await rest.get("/v1/calendar-feeds", headers=bearer(key))).json()["data"] == []
    for method in ("GET", "DELETE"):
        answer = await rest.request(method, f"/v1/calendar-feeds/{made['id']}", headers=bearer(key))
        assert answer.status_code == 404
