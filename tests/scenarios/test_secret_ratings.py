"""That somebody rated a session, and how, is seen on no surface: everything else is the same before and after."""

import logging
import re
from typing import Any
from uuid import UUID

import httpx
import orjson
import pytest
import pytest_asyncio
import sqlalchemy as sa

from schema.relay import to_global_id
from service.core.database import Database
from service.core.tables import metadata
from service.core.tenancy import PUBLICATION, READER_SETTING, tenant_tables
from service.organizations.use_cases.lifecycle import export_organization
from tests.factories.coaching_cast import ROLES_OF_CAST, SEES_NOTHING, Cast, make_cast
from tests.factories.requests import PATH_VALUES
from tests.fixtures.documents import plain_api
from tests.fixtures.rest import bearer

STEPS = {"focus": 4, "listening": 5, "feedback": 1, "next_step": 2, "openness": 3}
RATE = """mutation ($id: ID!, $answers: JSON!) { found: rateCoachingSession(input: {id: $id, answers: $answers}) {
    ... on CoachingRatingPayload { coachingRating { id openUntil } } ... on UserError { code } } }"""
SHOWN = """query ($id: ID!, $rating: ID!) {
    coachingSession(id: $id) { etag updatedAt myRating { id openUntil questions { edges { node } } } }
    node(id: $rating) { ... on CoachingRating { openUntil setVersion } } }"""
WRITES = {"coaching_rating"}
"""No use case reads it but the publication, and it is not exported."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def cast(database: Database) -> Cast:
    """One organization for the module."""
    return await make_cast(database)


async def rate(
    rest: httpx.AsyncClient, cast: Cast, role: str, id_: UUID, answers: dict[str, int] = STEPS, **headers: str
) -> httpx.Response:
    sent = bearer(cast.keys[role]) | headers
    return await rest.post(f"/v1/coaching-sessions/{id_}/rating", json={"answers": answers}, headers=sent)


async def ask(rest: httpx.AsyncClient, cast: Cast, role: str, query: str, **variables: Any) -> dict[str, Any]:
    answer = await rest.post("/graphql", json={"query": query, "variables": variables}, headers=bearer(cast.keys[role]))
    data: dict[str, Any] = answer.json()["data"]
    return data


async def dump(cast: Cast) -> dict[str, list[str]]:
    """Every row of every table, as text; when a key was used last is of authentication, not of what was asked."""
    found = {}
    async with cast.org.database.tenant(cast.org.id) as session:
        connection = await session.connection()
        await connection.execute(sa.text(f"SET LOCAL {READER_SETTING} = '{PUBLICATION}'"))
        for table in tenant_tables(metadata):
            query = sa.text(f"SELECT to_jsonb(t) - 'last_used_at' AS row FROM {table.name} AS t ORDER BY 1")
            found[table.name] = [orjson.dumps(row).decode() for row in (await connection.execute(query)).scalars()]
    return found


async def reads(rest: httpx.AsyncClient, cast: Cast, id_: UUID) -> dict[str, tuple[int, str | None, str]]:
    """What an administrator reads of sessions, people and what happened; the rest of the surface has its own tables."""
    values = PATH_VALUES | {"session_id": id_, "person_id": cast.people["rep"].id}
    paths = plain_api().openapi()["paths"]
    found = {}
    for path, methods in paths.items():
        if "get" in methods and re.search("coaching|cadence|commit|uncovered|audit|events|entitlement|calendar", path):
            answer = await rest.get(path.format(**values), headers=bearer(cast.keys["admin"]))
            found[path] = answer.status_code, answer.headers.get("etag"), answer.text
    return found


async def test_no_row_and_no_read_differs_by_a_rating(
    cast: Cast, rest: httpx.AsyncClient, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    id_ = await cast.planted("completed")
    steady = await reads(rest, cast, id_), await reads(rest, cast, id_)
    moving = {path for path, one in steady[0].items() if steady[1][path] != one}
    rows = await dump(cast)
    with caplog.at_level(logging.INFO):
        capfd.readouterr()
        for again in range(2):
            # Whoever guesses a key could try out, answer by answer, what was sent with it.
            sent = STEPS | {"focus": 1 + again}
            answer = await rate(rest, cast, "rep", id_, sent, **{"Idempotency-Key": f"once {id_}"})
            assert (answer.status_code, "idempotency-replayed" in answer.headers) == (200, False)
        given = await ask(rest, cast, "rep", RATE, id=to_global_id("CoachingSession", id_), answers=STEPS)
        assert given["found"]["coachingRating"]["openUntil"] is not None
        said = [one.getMessage() for one in caplog.records if one.name != "httpx"]  # the test's own client
        written = "".join([*said, *capfd.readouterr()])
    assert not any(word in written for word in (str(id_), "rating", "listening"))
    after = await dump(cast)
    assert {name for name in rows if rows[name] != after[name]} == WRITES
    late = await reads(rest, cast, id_)
    differing = {path for path, one in steady[1].items() if late[path] != one}
    # What says when it was asked differs each time, rated or not; nearly all reads do not.
    assert differing <= moving
    assert len(moving) < len(steady[0]) // 3


async def test_nobody_reads_what_was_said_not_even_the_rater(cast: Cast, rest: httpx.AsyncClient) -> None:
    """An administrator can make a key that acts as the rater, and finds the same with it before and after."""
    id_ = await cast.planted("completed")
    ids = {"id": to_global_id("CoachingSession", id_), "rating": to_global_id("CoachingRating", id_)}
    found = []
    for _ in range(2):
        read = await rest.get(f"/v1/coaching-sessions/{id_}/rating", headers=bearer(cast.keys["rep"]))
        found.append((read.json(), await ask(rest, cast, "rep", SHOWN, **ids)))
        rated = await rate(rest, cast, "rep", id_)
    assert found[0] == found[1]
    assert rated.json() == found[0][0]
    assert found[0][1]["node"]["openUntil"].removesuffix("+00:00") == rated.json()["open_until"].removesuffix("Z")


async def test_only_who_was_coached_is_asked(cast: Cast, rest: httpx.AsyncClient) -> None:
    id_ = await cast.planted("completed")
    global_id, rating = to_global_id("CoachingSession", id_), to_global_id("CoachingRating", id_)
    for role in ROLES_OF_CAST:
        read = await rest.get(f"/v1/coaching-sessions/{id_}/rating", headers=bearer(cast.keys[role]))
        shown = await ask(rest, cast, role, SHOWN, id=global_id, rating=rating)
        if role == "rep":
            assert shown["coachingSession"]["myRating"]["openUntil"] == shown["node"]["openUntil"] is not None
            assert len(read.json()["questions"]) == len(STEPS)
            continue
        assert read.status_code == 404, role
        assert shown["node"] is None
        assert (shown["coachingSession"] or {}).get("myRating") is None
        refused = await rate(rest, cast, role, id_)
        assert refused.status_code == (404 if role in SEES_NOTHING else 403), role
        wrong = await ask(rest, cast, role, RATE, id=global_id, answers=STEPS)
        assert wrong["found"] == {"code": "coaching_session_not_found" if role in SEES_NOTHING else "not_a_rater"}


async def test_what_is_refused_is_the_same_whether_somebody_rated(cast: Cast, rest: httpx.AsyncClient) -> None:
    """Errors name questions and rules, and nobody's answer."""
    rated, unrated = await cast.planted("completed"), await cast.planted("completed")
    await rate(rest, cast, "rep", rated)
    answers = []
    for id_ in (rated, unrated):
        path = f"/v1/coaching-sessions/{id_}/rating"
        for role, body in (
            ("rep", {"answers": STEPS | {"focus": 6}}),
            ("rep", {"answers": {}}),
            ("admin", {"answers": STEPS}),
        ):
            refused = await rest.post(path, json=body, headers=bearer(cast.keys[role]))
            problem = {name: one for name, one in refused.json().items() if name in {"code", "detail", "errors"}}
            answers.append((refused.status_code, problem))
    assert answers[:3] == answers[3:]
    assert [status for status, _ in answers[:3]] == [422, 422, 403]


async def test_it_leaves_in_no_export_and_no_other_row(cast: Cast, rest: httpx.AsyncClient) -> None:
    id_ = await cast.planted("completed")
    await rate(rest, cast, "rep", id_)
    async with cast.org.database.tenant(cast.org.id) as session:
        exported = {orjson.loads(line)["table"] async for line in export_organization(session, cast.org.system)}
    assert not WRITES & exported
    assert {"coaching_session", "outbox_event"} <= exported
    log = await rest.get("/v1/audit-events", params={"limit": 200}, headers=bearer(cast.keys["admin"]))
    assert not [
        one for one in log.json()["data"] if "rat" in one["action"].lower() and "coaching" in one["action"].lower()
    ]
    assert (await cast.org.verify()).differences == []
