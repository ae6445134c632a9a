"""Invitations to mail: they ask, ask again with a higher sequence, and call off; events and GraphQL lead to them."""

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import sqlalchemy as sa
from icalendar import Calendar

from schema.relay import to_global_id
from service.core.ids import new_id
from service.core.tables import metadata
from service.organizations.dto.people import PersonDTO
from tests.factories.sales_org import SalesOrg
from tests.fixtures.rest import ANYWAY, bearer

STARTS_AT = (datetime.now(UTC) + timedelta(days=3)).replace(hour=9, minute=0, second=0, microsecond=0)
GRAPHQL = {"GraphQL-Require-Preflight": "1"}


@pytest.fixture
async def pair(org: SalesOrg) -> tuple[PersonDTO, PersonDTO]:
    """A manager and their rep."""
    lead = await org.add_person("Lead", role="manager")
    return lead, await org.add_person("Ann", manager_id=lead.id, time_zone="Europe/Vienna")


async def arrange(rest: httpx.AsyncClient, org: SalesOrg, rep: PersonDTO, **more: Any) -> dict[str, Any]:
    body = {"rep_id": str(rep.id), "starts_at": STARTS_AT.isoformat(), "minutes": 30, "format_key": "grow", **more}
    made = await rest.post("/v1/coaching-sessions", json=body, headers=bearer(org.admin_key))
    assert made.status_code == 201, made.text
    answer: dict[str, Any] = made.json()
    return answer


async def invitation(rest: httpx.AsyncClient, key: str, path: str) -> tuple[str, Any]:
    """The method that the header tells, and the event."""
    answer = await rest.get(path, headers=bearer(key))
    assert answer.status_code == 200, answer.text
    calendar: Any = Calendar.from_ical(answer.content)
    method = str(calendar["METHOD"])
    assert answer.headers["content-type"] == f"text/calendar; method={method}; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="invitation.ics"'
    assert "X-WR-CALNAME" not in calendar
    (event,) = calendar.walk("VEVENT")
    return method, event


async def test_it_asks_then_asks_again_and_then_calls_off(
    rest: httpx.AsyncClient, org: SalesOrg, pair: tuple[PersonDTO, PersonDTO]
) -> None:
    lead, ann = pair
    made = await arrange(rest, org, ann)
    path, key = made["invitation"], await org.key_for(ann)
    method, asked = await invitation(rest, key, path)
    assert (method, asked["UID"], asked["SEQUENCE"], asked["STATUS"]) == (
        "REQUEST", f"{made['id']}@touchline", 0, "CONFIRMED",
    )  # fmt: skip
    assert str(asked["ORGANIZER"]) == f"mailto:{lead.email}"
    attendees = {str(one): dict(one.params) for one in asked["ATTENDEE"]}
    common = {"ROLE": "REQ-PARTICIPANT"}
    assert attendees == {
        f"mailto:{lead.email}": {"CN": "Lead", "PARTSTAT": "ACCEPTED", **common},
        f"mailto:{ann.email}": {"CN": "Ann", "PARTSTAT": "NEEDS-ACTION", "RSVP": "TRUE", **common},
    }
    assert asked["DTSTART"].params["TZID"] == "Europe/Vienna"
    for number, hours in enumerate((2, 4), 1):
        body = {"starts_at": (STARTS_AT + timedelta(hours=hours)).isoformat(), "reason": "Busy"}
        to = f"/v1/coaching-sessions/{made['id']}/reschedule"
        assert (await rest.post(to, json=body, headers={**bearer(key), **ANYWAY})).status_code == 200
        method, again = await invitation(rest, key, path)
        assert (method, again["SEQUENCE"], again["UID"]) == ("REQUEST", number, asked["UID"])
        assert again["DTSTART"].dt == STARTS_AT + timedelta(hours=hours)
        assert again["DTSTAMP"].dt >= asked["DTSTAMP"].dt
    to = f"/v1/coaching-sessions/{made['id']}/cancel"
    assert (await rest.post(to, json={"reason": "Ill"}, headers={**bearer(key), **ANYWAY})).status_code == 200
    method, off = await invitation(rest, key, path)
    assert (method, off["SEQUENCE"], off["UID"], off["STATUS"]) == ("CANCEL", 3, asked["UID"], "CANCELLED")
    assert {str(one) for one in off["ATTENDEE"]} == set(attendees)
    assert all("RSVP" not in one.params for one in off["ATTENDEE"])
    assert not off.walk("VALARM")


async def test_a_group_is_asked_by_one_file_and_whoever_is_left_out_is_told_alone(
    rest: httpx.AsyncClient, org: SalesOrg, pair: tuple[PersonDTO, PersonDTO]
) -> None:
    lead, ann = pair
    bob, ena = await org.add_person("Bob", manager_id=lead.id), await org.add_person("Ena", role="enablement")
    headers = bearer(org.admin_key)
    made = await arrange(rest, org, ann, rep_ids=[str(bob.id)], coach_ids=[str(ena.id)])
    one, path = f"/v1/coaching-sessions/{made['id']}", made["invitation"]
    body = {"name": "Phone", "person_id": str(bob.id)}
    feed = urlsplit((await rest.post("/v1/calendar-feeds", json=body, headers=headers)).json()["url"]).path

    async def feed_of_bob(**headers: str) -> int:
        answer = await rest.get(feed, headers=headers)
        return -answer.status_code if answer.status_code != 200 else answer.text.count("BEGIN:VEVENT")

    async def asked(person: PersonDTO | None = None) -> tuple[str, int, set[str]]:
        of = "" if person is None else f"?person_id={person.id}"
        method, event = await invitation(rest, org.admin_key, path + of)
        named = event["ATTENDEE"] if isinstance(event["ATTENDEE"], list) else [event["ATTENDEE"]]
        assert event["UID"] == f"{made['id']}@touchline"
        assert str(event["ORGANIZER"]) == f"mailto:{lead.email}"
        # What leaves one out must not call off the whole (RFC 5546, 3.2.5).
        assert ("STATUS" in event) == (method == "REQUEST" or len(named) > 1)
        return method, event["SEQUENCE"], {str(one).removeprefix("mailto:") for one in named}

    everybody = {one.email for one in (lead, ann, bob, ena)}
    assert await asked() == await asked(bob) == ("REQUEST", 0, everybody)
    tag = (await rest.get(feed)).headers["etag"]
    assert (await feed_of_bob(), await feed_of_bob(**{"If-None-Match": tag})) == (1, -304)
    blind = await rest.patch(one, json={"rep_ids": []}, headers=headers)
    assert (blind.status_code, blind.json()["code"]) == (428, "if_match_required")
    seen = headers | {"If-Match": (await rest.get(one, headers=headers)).headers["etag"]}
    left_out = await rest.patch(one, json={"rep_ids": []}, headers=seen)
    assert (left_out.status_code, left_out.json()["rep_ids"], left_out.json()["sequence"]) == (200, [], 1)
    assert (await rest.patch(one, json={"coach_ids": []}, headers=seen)).status_code == 412
    assert await asked() == await asked(ena) == ("REQUEST", 1, everybody - {bob.email})
    assert await asked(bob) == ("CANCEL", 1, {bob.email})
    assert await feed_of_bob(**{"If-None-Match": tag}) == 0
    never = await rest.get(f"{path}?person_id={new_id()}", headers=headers)
    assert (never.status_code, [error["pointer"] for error in never.json()["errors"]]) == (422, ["person_id"])
    brought = await rest.patch(one, json={"rep_ids": [str(bob.id)]}, headers=headers | ANYWAY)
    assert brought.json()["sequence"] == 2
    assert await asked() == await asked(bob) == ("REQUEST", 2, everybody)
    assert (await rest.post(f"{one}/cancel", json={"reason": "Ill"}, headers=headers | ANYWAY)).status_code == 200
    assert await asked() == await asked(ann) == ("CANCEL", 3, everybody)


async def test_events_and_graphql_lead_to_it(
    rest: httpx.AsyncClient, org: SalesOrg, pair: tuple[PersonDTO, PersonDTO]
) -> None:
    made = await arrange(rest, org, pair[1])
    to = f"/v1/coaching-sessions/{made['id']}/cancel"
    assert (await rest.post(to, json={"reason": "Ill"}, headers={**bearer(org.admin_key), **ANYWAY})).status_code == 200
    event = metadata.tables["outbox_event"]
    query = sa.select(event.c.type, event.c.data["invitation"].as_string()).where(
        event.c.org_id == org.id, event.c.type.like("coaching_session.%")
    )
    async with org.database.tenant(org.id) as session:
        rows: Any = (await (await session.connection()).execute(query)).all()
    told: dict[str, str] = dict(map(tuple, rows))
    assert told == dict.fromkeys(("coaching_session.scheduled", "coaching_session.cancelled"), made["invitation"])
    asked = {
        "query": "query ($id: ID!) { coachingSession(id: $id) { invitation } }",
        "variables": {"id": to_global_id("CoachingSession", made["id"])},
    }
    answer = await rest.post("/graphql", json=asked, headers={**bearer(org.admin_key), **GRAPHQL})
    assert answer.json()["data"] == {"coachingSession": {"invitation": made["invitation"]}}


async def test_others_are_not_let_in(rest: httpx.AsyncClient, org: SalesOrg, pair: tuple[PersonDTO, PersonDTO]) -> None:
    made = await arrange(rest, org, pair[1])
    stranger = await org.key_for(await org.add_person("Bob"))
    answer = await rest.get(made["invitation"], headers=bearer(stranger))
    assert (answer.status_code, answer.json()["code"]) == (404, "coaching_session_not_found")


async def test_a_mail_carries_it_as_it_is(
    rest: httpx.AsyncClient, org: SalesOrg, pair: tuple[PersonDTO, PersonDTO]
) -> None:
    """An integrator's ten lines: the file goes into the mail and comes out of it unchanged."""
    made = await arrange(rest, org, pair[1])
    answer = await rest.get(made["invitation"], headers=bearer(org.admin_key))
    mail = EmailMessage(policy=SMTP)
    mail["Subject"], mail["From"], mail["To"] = "Coaching", pair[0].email, pair[1].email
    mail.set_content("You are invited.")
    mail.add_alternative(answer.text, subtype="calendar", params={"method": "REQUEST"}, cte="base64")
    *_, part = mail.iter_parts()
    assert isinstance(part, EmailMessage)
    assert part["Content-Type"].params["method"] == "REQUEST"
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    assert payload.replace(b"\r\n", b"\n") == answer.content.replace(b"\r\n", b"\n")
