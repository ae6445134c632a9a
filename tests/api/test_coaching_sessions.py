"""`/v1/coaching-sessions`: a way through from the first arrangement to both attestations, and what is refused."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio

from service.coaching_sessions.permissions import Permission
from service.core.database import Database
from tests.factories.coaching_cast import Cast, make_cast
from tests.fixtures.rest import ANYWAY, bearer

PATH = "/v1/coaching-sessions"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def cast(database: Database) -> Cast:
    """One organization for the module; each test has sessions of its own."""
    return await make_cast(database)


async def test_a_way_through(rest: httpx.AsyncClient, cast: Cast) -> None:
    manager, rep = (bearer(cast.keys[role]) for role in ("manager", "rep"))
    at = cast.next_hour()
    body = {"rep_id": str(cast.people["rep"].id), "starts_at": at.isoformat(), "format_key": "plain"}
    made = await rest.post(PATH, json=body, headers=rep)
    assert (made.status_code, made.json()["manager_id"]) == (201, str(cast.people["manager"].id))
    one = made.headers["location"]
    assert (await rest.get(one, headers=rep)).headers["etag"] == made.headers["etag"]
    taken = await rest.post(PATH, json=body, headers=rep)
    assert (taken.status_code, taken.json()["code"]) == (409, "time_taken")
    shown = at.isoformat().replace("+00:00", "Z")
    assert [(error["pointer"], error["detail"]) for error in taken.json()["errors"]] == [
        ("/starts_at", f"the manager is taken at {shown}"),
        ("/starts_at", f"the rep is taken at {shown}"),
    ]
    later = {"starts_at": (at + timedelta(days=300)).isoformat(), "reason": "A fair"}
    moved = await rest.post(f"{one}/reschedule", json=later, headers=rep | {"If-Match": made.headers["etag"]})
    assert (moved.json()["sequence"], moved.json()["due_at"]) == (1, made.json()["due_at"])
    (move,) = (await rest.get(f"{one}/moves", headers=manager)).json()["data"]
    assert (move["side"], move["reason"], move["from_starts_at"]) == ("rep", "A fair", made.json()["starts_at"])
    started = await rest.post(f"{one}/start", headers=manager)
    early = await rest.post(f"{one}/complete", json={}, headers=manager)
    assert (early.status_code, early.json()["code"]) == (409, "format_incomplete")
    assert [error["pointer"] for error in early.json()["errors"]] == ["/answers/talk/what_now"]
    answers = {"answers": {"talk": {"what_now": "Two calls"}}}
    tag = (await rest.get(one, headers=rep)).headers["etag"]
    written = await rest.patch(one, json=answers, headers=rep | {"If-Match": tag})
    assert written.json()["answers"] == answers["answers"]
    stale = await rest.post(f"{one}/complete", json={}, headers=manager | {"If-Match": started.headers["etag"]})
    assert (stale.status_code, stale.json()["code"]) == (412, "etag_mismatch")
    done = await rest.post(f"{one}/complete", json={"minutes": 35}, headers=manager)
    assert (done.json()["status"], done.json()["minutes_held"]) == ("completed", 35)
    for headers, held in ((manager, True), (rep, False)):
        told = await rest.post(f"{one}/attest", json={"held": held}, headers=headers)
    assert {(one["side"], one["held"]) for one in told.json()["attestations"]} == {("manager", True), ("rep", False)}
    over = await rest.post(f"{one}/cancel", json={"reason": "No"}, headers=manager)
    assert (over.status_code, over.json()["detail"]) == (
        409,
        "This session is completed: allowed are attest, not cancel.",
    )


@pytest.mark.parametrize("deed", ["start", "complete", "cancel", "reschedule", "attest", ""])
async def test_what_changed_meanwhile_is_not_overwritten(rest: httpx.AsyncClient, cast: Cast, deed: str) -> None:
    id_ = await cast.planted("in_progress" if deed in {"complete", "attest"} else "scheduled")
    one, headers = f"{PATH}/{id_}", bearer(cast.keys["manager"])
    before = (await rest.get(one, headers=headers)).headers["etag"]
    note = await rest.patch(one, json={"shared_notes": "Ours"}, headers=bearer(cast.keys["rep"]) | ANYWAY)
    assert note.status_code == 200
    bodies: dict[str, Any] = {
        "complete": {},
        "cancel": {"reason": "A fair"},
        "reschedule": {"starts_at": cast.next_hour().isoformat(), "reason": "A fair"},
        "attest": {"held": True},
        "": {"shared_notes": "Mine"},
    }
    method, path = ("POST", f"{one}/{deed}") if deed else ("PATCH", one)
    for tag, status in ((before, 412), ((await rest.get(one, headers=headers)).headers["etag"], 200)):
        answer = await rest.request(method, path, json=bodies.get(deed), headers=headers | {"If-Match": tag})
        assert answer.status_code == status, answer.text
    assert answer.headers["etag"] == (await rest.get(one, headers=headers)).headers["etag"]


async def test_a_blind_edit_is_refused(rest: httpx.AsyncClient, cast: Cast) -> None:
    one = f"{PATH}/{await cast.planted()}"
    answer = await rest.patch(one, json={"shared_notes": "Mine"}, headers=bearer(cast.keys["rep"]))
    assert (answer.status_code, answer.json()["code"]) == (428, "if_match_required")


@pytest.mark.parametrize(
    ("path", "body", "pointers"),
    [
        ("", {}, ["/rep_id", "/starts_at"]),
        ("", {"minutes": 7}, ["/minutes", "/rep_id", "/starts_at"]),
        ("", {"starts_at": "2099-01-01T10:01:00Z"}, ["/rep_id", "/starts_at"]),
        ("", {"starts_at": "2099-01-01T10:00:00"}, ["/rep_id", "/starts_at"]),
        ("/reschedule", {"starts_at": "2020-01-01T10:00:00Z", "reason": "x"}, ["/starts_at"]),
        ("/reschedule", {"starts_at": "2099-01-01T10:00:00Z"}, ["/reason"]),
        ("/cancel", {"reason": " "}, ["/reason"]),
        ("/attest", {"held": "yes"}, ["/held"]),
        ("/attest", {"held": True, "minutes": 1441}, ["/minutes"]),
        ("/complete", {"discussed_topic_ids": ["Ann"]}, ["/discussed_topic_ids/0"]),
    ],
)
async def test_bad_bodies_name_the_field(
    rest: httpx.AsyncClient, cast: Cast, path: str, body: dict[str, Any], pointers: list[str]
) -> None:
    place = f"{PATH}/{await cast.planted()}{path}" if path else PATH
    answer = await rest.post(place, json=body, headers=bearer(cast.keys["manager"]))
    assert (answer.status_code, sorted(error["pointer"] for error in answer.json()["errors"])) == (422, pointers)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"answers": None}, "/answers"),
        ({"answers": {"talk": {"when": "now"}}}, "/answers/talk/when"),
        ({"answers": {"talk": {"what_now": "x" * 5001}}}, "/answers/talk/what_now"),
        ({"answers": {"Talk": {}}}, "/answers/Talk/[key]"),
        ({"shared_notes": "x" * 20_001}, "/shared_notes"),
        ({"private_notes": "x"}, "/private_notes"),
    ],
)
async def test_bad_notes_and_answers_are_named(
    rest: httpx.AsyncClient, cast: Cast, body: dict[str, Any], pointer: str
) -> None:
    one = f"{PATH}/{await cast.planted()}"
    answer = await rest.patch(one, json=body, headers=bearer(cast.keys["rep"]) | ANYWAY)
    assert (answer.status_code, [error["pointer"] for error in answer.json()["errors"]]) == (422, [pointer])


async def test_a_retry_books_once(rest: httpx.AsyncClient, cast: Cast) -> None:
    body = {"rep_id": str(cast.people["rep"].id), "starts_at": cast.next_hour().isoformat()}
    headers = bearer(cast.keys["manager"]) | {"Idempotency-Key": "arrange"}
    first, second = [await rest.post(PATH, json=body, headers=headers) for _ in range(2)]
    assert (second.headers["idempotency-replayed"], second.json()) == ("true", first.json())
    other = headers | {"Idempotency-Key": "again"}
    refused, kept = [await rest.post(PATH, json=body, headers=other) for _ in range(2)]
    assert (refused.json()["code"], kept.json()) == ("time_taken", refused.json())


async def test_lists_are_filtered_and_sorted(rest: httpx.AsyncClient, cast: Cast) -> None:
    at = cast.next_hour() + timedelta(days=100)
    rows = [cast.new("scheduled", at), cast.new("cancelled", at + timedelta(hours=1))]
    ids = [str(id_) for id_ in await cast.plant(rows)]
    span = {"starts_from": at.isoformat(), "starts_before": (at + timedelta(days=1)).isoformat()}

    async def found(**params: str) -> list[str]:
        answer = await rest.get(PATH, params=span | params, headers=bearer(cast.keys["admin"]))
        return [one["id"] for one in answer.raise_for_status().json()["data"]]

    assert await found() == ids
    assert await found(sort="-starts_at") == ids[::-1]
    assert await found(status="cancelled") == ids[1:]
    assert await found(manager_id=str(cast.people["manager"].id), rep_id=str(cast.people["rep"].id)) == ids
    assert await found(rep_id=str(cast.people["manager"].id)) == []
    for bad in ({"status": "gone"}, {"starts_from": "soon"}, {"sort": "status"}, {"rep": "x"}):
        answer = await rest.get(PATH, params=bad, headers=bearer(cast.keys["admin"]))
        assert answer.status_code == 422, bad


async def test_keys_need_the_permission(rest: httpx.AsyncClient, cast: Cast) -> None:
    one = f"{PATH}/{await cast.planted()}"
    scopes = {"name": "Reader", "scopes": [Permission.COACHING_SESSIONS_READ]}
    made = await rest.post("/v1/api-keys", json=scopes, headers=bearer(cast.keys["admin"]))
    headers = bearer(made.raise_for_status().json()["key"])
    assert (await rest.get(one, headers=headers)).status_code == 200
    assert (await rest.post(f"{one}/cancel", json={"reason": "x"}, headers=headers)).status_code == 403
