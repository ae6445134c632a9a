"""`/v1/coaching-programmes`, `/v1/coaching-cadences` and `/v1/session-formats`: what is particular to them."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from service.coaching_sessions.tasks import keep_up_sessions
from service.core.clock import utc_now
from service.core.ids import new_id
from tests.factories.events import emitted
from tests.factories.sales_org import SalesOrg, make_sales_org
from tests.fixtures.rest import ANYWAY, bearer

PROGRAMMES, CADENCES, FORMATS = "/v1/coaching-programmes", "/v1/coaching-cadences", "/v1/session-formats"
NEXT_WEEK = str((utc_now() + timedelta(days=7)).date())
WEEKLY = {"name": "Weekly", "rule": "byday=TU;freq=weekly", "starts_on": "2026-03-03", "starts_at": "10:00"}
DOCUMENT = {"sections": [{"key": "talk", "title": "Talk", "minutes": 30}]}


async def test_a_programmes_life(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    headers = bearer(org.admin_key)
    lead = await org.add_person("Lead", role="manager")
    ann = await org.add_person("Ann", manager_id=lead.id, hired_on="2026-01-01")
    created = await rest.post(PROGRAMMES, json={**WEEKLY, "manager_id": str(lead.id)}, headers=headers)
    assert created.status_code == 201, created.text
    one, body = created.headers["location"], created.json()
    assert (body["rule"], body["starts_at"], body["minutes"]) == ("FREQ=WEEKLY;BYDAY=TU", "10:00", 30)
    assert (body["format_key"], body["clock_of"], body["when_away"]) == ("grow", "rep", "move")
    assert (await rest.get(one, headers=headers)).json() == body
    await keep_up_sessions(org.database, org.id)
    (cadence,) = (await rest.get(CADENCES, params={"rep_id": str(ann.id)}, headers=headers)).json()["data"]
    assert (cadence["manager_id"], cadence["programme_id"]) == (str(lead.id), body["id"])
    sessions = (await rest.get("/v1/coaching-sessions", params={"rep_id": str(ann.id)}, headers=headers)).json()
    assert len(sessions["data"]) == 8

    renamed = await rest.patch(one, json={"name": "Tuesdays"}, headers=headers | {"If-Match": created.headers["etag"]})
    assert renamed.json()["name"] == "Tuesdays"
    stale = await rest.post(
        f"{one}/end", json={"ends_on": NEXT_WEEK}, headers=headers | {"If-Match": created.headers["etag"]}
    )
    assert stale.status_code == 412
    changed = await rest.post(
        f"{one}/change", json={"from_on": NEXT_WEEK, "starts_at": "15:00", "minutes": 45}, headers=headers | ANYWAY
    )
    assert (changed.json()["starts_at"], changed.json()["starts_on"]) == ("15:00", NEXT_WEEK)
    await keep_up_sessions(org.database, org.id)
    both = (await rest.get(CADENCES, params={"programme_id": body["id"]}, headers=headers)).json()["data"]
    assert [(row["end_reason"], row["starts_at"]) for row in both] == [("changed", "10:00"), (None, "15:00")]
    running = await rest.get(CADENCES, params={"running_on": NEXT_WEEK}, headers=headers)
    assert [row["id"] for row in running.json()["data"]] == [both[1]["id"]]
    ended = await rest.post(f"{one}/end", json={"ends_on": NEXT_WEEK}, headers=headers | ANYWAY)
    assert (ended.status_code, ended.json()["ends_on"]) == (200, NEXT_WEEK)
    programme = {"programme_id": body["id"]}
    assert [told for told in await emitted(org) if told[0].startswith("coaching_programme.")] == [
        ("coaching_programme.created", programme),
        ("coaching_programme.changed", programme),
        ("coaching_programme.changed", programme),
        ("coaching_programme.ended", programme),
    ]


@pytest.mark.parametrize(
    ("fields", "pointers"),
    [
        ({"rule": "FREQ=HOURLY"}, ["/rule"]),
        ({"rule": "FREQ=WEEKLY;BYDAY=XX"}, ["/rule"]),
        ({"starts_at": "10:02"}, ["/starts_at"]),
        ({"starts_at": "10:00+02:00"}, ["/starts_at"]),
        ({"starts_at": 36000}, ["/starts_at"]),
        ({"minutes": 31}, ["/minutes"]),
        ({"format_key": "unheard-of"}, ["/format_key"]),
        ({"ends_on": "2026-01-01"}, [""]),
        ({"manager_id": str(new_id()), "team_id": str(new_id())}, ["/manager_id", "/team_id"]),
    ],
)
async def test_what_is_refused(
    rest: httpx.AsyncClient, org: SalesOrg, fields: dict[str, Any], pointers: list[str]
) -> None:
    refused = await rest.post(PROGRAMMES, json=WEEKLY | fields, headers=bearer(org.admin_key))
    assert refused.status_code == 422, refused.text
    assert [error["pointer"] for error in refused.json()["errors"]] == pointers


async def test_what_is_in_the_way(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    headers = bearer(org.admin_key)
    one = (await rest.post(PROGRAMMES, json=WEEKLY, headers=headers)).headers["location"]
    taken = await rest.post(PROGRAMMES, json=WEEKLY, headers=headers)
    assert (taken.status_code, taken.json()["code"]) == (409, "coaching_programme_name_taken")
    headers |= ANYWAY
    past = await rest.post(f"{one}/change", json={"from_on": "2026-03-03", "minutes": 45}, headers=headers)
    assert (past.status_code, past.json()["errors"][0]["pointer"]) == (422, "/from_on")
    nothing = await rest.post(f"{one}/change", json={"from_on": NEXT_WEEK}, headers=headers)
    assert (nothing.status_code, "say what changes" in nothing.text) == (422, True)
    await rest.post(f"{one}/end", json={"ends_on": str(utc_now().date() + timedelta(days=1))}, headers=headers)
    late = await rest.post(f"{one}/change", json={"from_on": NEXT_WEEK, "minutes": 45}, headers=headers)
    assert (late.status_code, late.json()["errors"][0]["pointer"]) == (422, "/from_on")


async def test_one_series_changes_and_is_changed_once(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    headers = bearer(org.admin_key) | ANYWAY
    lead = await org.add_person("Lead", role="manager")
    await org.add_person("Ann", manager_id=lead.id, hired_on="2026-01-01")
    await rest.post(PROGRAMMES, json=WEEKLY, headers=headers)
    await keep_up_sessions(org.database, org.id)
    (cadence,) = (await rest.get(CADENCES, headers=headers)).json()["data"]
    path = f"{CADENCES}/{cadence['id']}/change"
    changed = await rest.post(path, json={"from_on": NEXT_WEEK, "format_key": "oskar"}, headers=headers)
    following = changed.json()
    assert (following["series_id"], following["from_on"]) == (cadence["series_id"], NEXT_WEEK)
    assert following["format_id"] != cadence["format_id"]
    again = await rest.post(path, json={"from_on": NEXT_WEEK, "minutes": 45}, headers=headers)
    assert (again.status_code, again.json()["code"]) == (409, "coaching_cadence_ended")
    early = f"{CADENCES}/{following['id']}/change"
    tomorrow = str(utc_now().date() + timedelta(days=1))
    before = await rest.post(early, json={"from_on": tomorrow, "minutes": 45}, headers=headers)
    assert (before.status_code, before.json()["errors"][0]["pointer"]) == (422, "/from_on")


async def test_who_sees_and_changes_what(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    lead, other = [await org.add_person(name, role="manager") for name in ("Lead", "Other")]
    ann = await org.add_person("Ann", manager_id=lead.id, hired_on="2026-01-01")
    await org.add_person("Bob", manager_id=other.id, hired_on="2026-01-01")
    coach = await org.add_person("Coach", role="enablement")
    created = await rest.post(PROGRAMMES, json=WEEKLY, headers=bearer(await org.key_for(coach)))
    assert created.status_code == 201
    await keep_up_sessions(org.database, org.id)
    for person, seen in ((ann, 1), (lead, 1), (other, 1), (coach, 2)):
        headers = bearer(await org.key_for(person))
        rows = (await rest.get(CADENCES, headers=headers)).json()["data"]
        assert len(rows) == seen
        assert (await rest.get(created.headers["location"], headers=headers)).status_code == 200
        if person is not coach:
            assert (await rest.post(PROGRAMMES, json=WEEKLY, headers=headers)).status_code == 403
    mine = (await rest.get(CADENCES, headers=bearer(await org.key_for(ann)))).json()["data"][0]
    hidden = await rest.get(f"{CADENCES}/{mine['id']}", headers=bearer(await org.key_for(other)))
    assert (hidden.status_code, hidden.json()["code"]) == (404, "coaching_cadence_not_found")
    stranger = bearer((await make_sales_org(org.database)).admin_key)
    assert (await rest.get(created.headers["location"], headers=stranger)).status_code == 404
    theirs = await rest.post(PROGRAMMES, json={**WEEKLY, "manager_id": str(lead.id)}, headers=stranger)
    assert theirs.json()["errors"][0]["pointer"] == "/manager_id"


async def test_formats_have_versions(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    headers = bearer(org.admin_key)
    templates = (await rest.get("/v1/session-format-templates", headers=headers)).json()["data"]
    assert [one["key"] for one in templates] == ["grow", "oskar"]
    assert (await rest.get(FORMATS, headers=headers)).json()["data"] == []
    for version in (1, 2):
        body = {"key": "ours", "name": f"Ours {version}", "document": DOCUMENT}
        made = await rest.post(FORMATS, json=body, headers=headers)
        assert (made.status_code, made.json()["version"]) == (201, version)
    rows = (await rest.get(FORMATS, params={"key": "ours", "sort": "-version"}, headers=headers)).json()["data"]
    assert [row["version"] for row in rows] == [2, 1]
    assert (await rest.get(f"{FORMATS}/{rows[1]['id']}", headers=headers)).json()["name"] == "Ours 1"
    twice = {"key": "ours", "name": "Ours", "document": {"sections": DOCUMENT["sections"] * 2}}
    assert (await rest.post(FORMATS, json=twice, headers=headers)).status_code == 422
