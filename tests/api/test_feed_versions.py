"""What a feed tells its readers of its version: 304 for what they have, never for anything else, and at little cost."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import pytest
import pytest_asyncio
import recurring_ical_events
import sqlalchemy as sa
from icalendar import Calendar

from service.coaching_sessions.use_cases.formats import resolve_format
from service.core.clock import utc_now
from service.core.tables import metadata
from tests.factories.programmes import add_absence, add_programme, cadences_of, lay_down, sessions_of
from tests.factories.sales_org import SalesOrg
from tests.fixtures.rest import ANYWAY, bearer
from tests.fixtures.statements import counted_statements


@dataclass(frozen=True, slots=True)
class Feed:
    """A rep's feed, who has a session of a series each week."""

    rest: httpx.AsyncClient
    org: SalesOrg
    rep_id: UUID
    lead_id: UUID
    id: str
    path: str

    async def read(self, **headers: str) -> httpx.Response:
        return await self.rest.get(self.path, headers=headers)

    async def ask(self, method: str, path: str, body: dict[str, Any]) -> None:
        answer = await self.rest.request(method, path, json=body, headers={**bearer(self.org.admin_key), **ANYWAY})
        assert answer.status_code < 300, answer.text

    async def write(self, table: str, id_: UUID, **values: Any) -> None:
        columns = metadata.tables[table]
        async with self.org.database.tenant(self.org.id) as session:
            where = (columns.c.org_id == self.org.id, columns.c.id == id_)
            await (await session.connection()).execute(sa.update(columns).where(*where).values(**values))

    async def expand(self) -> list[tuple[datetime, datetime]]:
        """Starts and ends as a calendar program shows them."""
        calendar: Any = Calendar.from_ical((await self.read()).content)
        span = utc_now() - timedelta(days=120), utc_now() + timedelta(days=420)
        events: list[Any] = recurring_ical_events.of(calendar).between(*span)
        times = [(event["DTSTART"].dt, event["DTEND"].dt) for event in events if event["STATUS"] != "CANCELLED"]
        return sorted((start.astimezone(UTC), end.astimezone(UTC)) for start, end in times)


@pytest_asyncio.fixture
async def feed(rest: httpx.AsyncClient, org: SalesOrg) -> Feed:
    lead = await org.add_person("Lead", role="manager", time_zone="America/New_York")
    ann = await org.add_person("Ann", manager_id=lead.id, time_zone="Europe/Vienna")
    monday = utc_now().date() - timedelta(days=utc_now().weekday())
    await add_programme(org, rule="FREQ=WEEKLY;BYDAY=WE", starts_on=monday.isoformat(), clock_of="rep")
    await lay_down(org, utc_now())
    body = {"name": "Phone", "person_id": str(ann.id)}
    made = (await rest.post("/v1/calendar-feeds", json=body, headers=bearer(org.admin_key))).json()
    return Feed(rest, org, ann.id, lead.id, made["id"], urlsplit(made["url"]).path)


async def _reschedule(feed: Feed) -> None:
    row = (await sessions_of(feed.org, feed.rep_id))[1]
    body = {"starts_at": (row.starts_at + timedelta(hours=3)).isoformat(), "reason": "A customer's call"}
    await feed.ask("POST", f"/v1/coaching-sessions/{row.id}/reschedule", body)


async def _cancel(feed: Feed) -> None:
    row = (await sessions_of(feed.org, feed.rep_id))[2]
    await feed.ask("POST", f"/v1/coaching-sessions/{row.id}/cancel", {"reason": "Both agreed"})


async def _arrange(feed: Feed, hour: int = 6) -> None:
    starts_at = (utc_now() + timedelta(days=20)).replace(hour=hour, minute=0, second=0, microsecond=0)
    body = {"rep_id": str(feed.rep_id), "starts_at": starts_at.isoformat(), "minutes": 30, "format_key": "grow"}
    await feed.ask("POST", "/v1/coaching-sessions", body)


async def _absence(feed: Feed) -> None:
    day = (await sessions_of(feed.org, feed.rep_id))[3].starts_at.date()
    await add_absence(feed.org, feed.rep_id, day, day)
    await lay_down(feed.org, utc_now())


async def _holiday(feed: Feed) -> None:
    day = (await sessions_of(feed.org, feed.rep_id))[4].starts_at.date()
    await feed.ask("PATCH", "/v1/organization", {"company_holidays": [day.isoformat()]})
    await lay_down(feed.org, utc_now())


async def _other_zone(feed: Feed) -> None:
    await feed.ask("PATCH", f"/v1/people/{feed.rep_id}", {"time_zone": "Asia/Tokyo"})
    await lay_down(feed.org, utc_now())


async def _other_series(feed: Feed) -> None:
    (cadence, *_) = await cadences_of(feed.org, feed.rep_id)
    body = {"from_on": (utc_now().date() + timedelta(days=21)).isoformat(), "starts_at": "15:00"}
    await feed.ask("POST", f"/v1/coaching-cadences/{cadence.id}/change", body)
    await lay_down(feed.org, utc_now())


async def _other_agenda(feed: Feed) -> None:
    row = (await sessions_of(feed.org, feed.rep_id))[0]
    async with feed.org.database.tenant(feed.org.id) as session:
        other = await resolve_format(session, feed.org.system, "oskar")
    await feed.write("coaching_session", row.id, format_id=other.id)


async def _too_long_ago(feed: Feed) -> None:
    row = (await sessions_of(feed.org, feed.rep_id))[0]
    long_ago = utc_now() - timedelta(days=91)
    await feed.write("coaching_session", row.id, starts_at=long_ago, ends_at=long_ago + timedelta(minutes=30))


async def _rename_rep(feed: Feed) -> None:
    await feed.ask("PATCH", f"/v1/people/{feed.rep_id}", {"name": "Annabel"})


async def _manager_mail(feed: Feed) -> None:
    await feed.ask("PATCH", f"/v1/people/{feed.lead_id}", {"email": "boss@example.com"})


async def _reminders(feed: Feed) -> None:
    await feed.write("coaching_session", (await sessions_of(feed.org, feed.rep_id))[0].id, reminder_minutes=[5])


CHANGES: tuple[Callable[[Feed], Awaitable[None]], ...] = (
    _reschedule, _cancel, _arrange, _absence, _holiday, _other_zone, _other_series, _other_agenda, _rename_rep,
    _manager_mail, _reminders, _too_long_ago,
)  # fmt: skip


async def test_whatever_changes_a_feed_changes_its_version_and_is_read_back(feed: Feed) -> None:
    """After each change it is read with the tag and the date of before; then it shows what is there."""
    before = await feed.read()
    for change in CHANGES:
        assert (await feed.read(**{"If-None-Match": before.headers["etag"]})).status_code == 304
        await change(feed)
        at_that_time = format_datetime(datetime.now(UTC), usegmt=True)
        by_date = await feed.read(**{"If-Modified-Since": at_that_time})
        after = await feed.read(**{"If-None-Match": before.headers["etag"]})
        assert (by_date.status_code, after.status_code) == (200, 200), change.__name__
        assert after.headers["etag"] != before.headers["etag"], change.__name__
        assert after.content == by_date.content != before.content, change.__name__
        since = utc_now() - timedelta(days=90)
        there = [row for row in await sessions_of(feed.org, feed.rep_id) if row.starts_at > since]
        assert await feed.expand() == [(row.starts_at, row.ends_at) for row in there], change.__name__
        before = after


async def test_the_wall_clock_of_the_series_stays_and_the_other_sees_the_same_instants(feed: Feed) -> None:
    body = {"name": "Phone", "person_id": str(feed.lead_id)}
    made = await feed.rest.post("/v1/calendar-feeds", json=body, headers=bearer(feed.org.admin_key))
    theirs = Feed(feed.rest, feed.org, feed.rep_id, feed.lead_id, "", urlsplit(made.json()["url"]).path)
    assert await theirs.expand() == await feed.expand()
    calendar: Any = Calendar.from_ical((await theirs.read()).content)
    [event, *_] = calendar.walk("VEVENT")
    assert event["DTSTART"].params["TZID"] == "Europe/Vienna"
    (cadence,) = await cadences_of(feed.org, feed.rep_id)
    assert (event["UID"], event["DTSTART"].dt.time()) == (f"{cadence.id}@touchline", cadence.starts_at)


async def test_validators_and_what_they_are_answered(feed: Feed) -> None:
    first = await feed.read()
    tag, changed = first.headers["etag"], parsedate_to_datetime(first.headers["last-modified"])
    assert first.headers["cache-control"] == "private, max-age=300"
    assert not tag.startswith("W/")
    assert changed <= utc_now()
    later = format_datetime(changed + timedelta(seconds=2), usegmt=True)
    earlier = format_datetime(changed - timedelta(seconds=2), usegmt=True)
    for headers, status in (
        ({"If-None-Match": tag}, 304),
        ({"If-None-Match": f'"other", W/{tag}'}, 304),
        ({"If-None-Match": "*"}, 304),
        ({"If-None-Match": '"other"'}, 200),
        ({"If-Modified-Since": later}, 304),
        ({"If-Modified-Since": earlier}, 200),
        ({"If-Modified-Since": "yesterday"}, 200),
        ({"If-None-Match": '"other"', "If-Modified-Since": later}, 200),
        ({"If-None-Match": "no tag"}, 422),
    ):
        answer = await feed.read(**headers)
        assert answer.status_code == status, headers
        if status == 304:
            assert (answer.content, answer.headers["etag"]) == (b"", tag)
            assert "content-type" not in answer.headers


async def test_an_unchanged_feed_costs_one_statement_and_no_file(feed: Feed, monkeypatch: pytest.MonkeyPatch) -> None:
    await feed.read()  # now it is known which feed the token is for
    await _arrange(feed)
    with counted_statements(feed.org.database) as few:
        await feed.read()
    await _arrange(feed, hour=7)
    with counted_statements(feed.org.database) as more:
        tag = (await feed.read()).headers["etag"]
    assert len(few) == len(more)  # whatever the number of sessions

    def never(*_: Any) -> bytes:
        raise AssertionError("a file was made")

    monkeypatch.setattr("service.coaching_sessions.use_cases.calendar_files.render_calendar", never)
    sent: list[str] = []
    async with feed.org.database.driver(feed.org.id) as connection:
        connection.add_query_logger(lambda record: sent.append(record.query))
    with counted_statements(feed.org.database) as again:
        assert (await feed.read(**{"If-None-Match": tag})).status_code == 304
    assert again == []
    beginning, statement, end = sent[-3:]
    assert (beginning.split(";")[0], statement.split()[0], end) == ("BEGIN", "SELECT", "ROLLBACK")


async def test_the_feed_of_somebody_who_left_is_gone_from_the_day_after(feed: Feed) -> None:
    tag = (await feed.read()).headers["etag"]
    today = utc_now().astimezone(feed.org.zone).date()
    await feed.write("person", feed.rep_id, left_on=today)
    assert (await feed.read()).status_code == 200
    await feed.write("person", feed.rep_id, left_on=today - timedelta(days=1))
    for headers in ({}, {"If-None-Match": tag}, {"If-None-Match": "*"}):
        answer = await feed.read(**headers)
        assert (answer.status_code, answer.json()["code"]) == (410, "calendar_feed_gone")
        assert "Ann" not in answer.text
    await feed.write("person", feed.rep_id, left_on=None)
    assert (await feed.read(**{"If-None-Match": tag})).status_code == 304


async def test_a_revoked_feed_is_gone_for_whoever_had_it(feed: Feed) -> None:
    tag = (await feed.read()).headers["etag"]
    assert (await feed.read(**{"If-None-Match": tag})).status_code == 304
    path = f"/v1/calendar-feeds/{feed.id}"
    assert (await feed.rest.delete(path, headers=bearer(feed.org.admin_key))).status_code == 204
    answer = await feed.read(**{"If-None-Match": tag})
    assert (answer.status_code, answer.json()["code"]) == (410, "calendar_feed_gone")
