"""A private note is seen by nobody but its writer, by any path; shared notes by the two and whom they granted it."""

from typing import Any
from uuid import UUID

import httpx
import orjson
import pytest
import pytest_asyncio
import sqlalchemy as sa

from schema.relay import to_global_id
from service.core.database import Database
from service.core.settings import Settings
from service.core.tables import metadata
from service.core.tenancy import tenant_tables
from service.main import build_api
from service.organizations.use_cases.lifecycle import export_organization
from service.webhooks.tasks import publish_outbox
from tests.factories.coaching_cast import ROLES_OF_CAST, Cast, make_cast
from tests.factories.requests import PATH_VALUES
from tests.fixtures.rest import ANYWAY, bearer

SECRET = {"manager": "xyzzy of the manager", "rep": "plugh of the rep"}
MAGIC = ("xyzzy", "plugh")
SHARED = "frobozz between the two"

SHOWN = """query ($id: ID!, $note: ID!) {
    coachingSession(id: $id) { sharedNotes answers privateNote { id text } noteGrants { edges { node { id } } } }
    coachingSessions(last: 50) { edges { node { sharedNotes answers privateNote { text } } } }
    node(id: $note) { ... on PrivateNote { text } } }"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def cast(database: Database) -> Cast:
    """One organization for the module."""
    return await make_cast(database)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def noted(cast: Cast) -> UUID:
    """A session of which both sides write a note, and share another."""
    return await cast.planted(shared_notes=SHARED)


async def put(rest: httpx.AsyncClient, cast: Cast, role: str, id_: UUID, text: str, **headers: str) -> httpx.Response:
    sent = bearer(cast.keys[role]) | ANYWAY | headers
    return await rest.put(f"/v1/coaching-sessions/{id_}/private-note", json={"text": text}, headers=sent)


async def write_both(rest: httpx.AsyncClient, cast: Cast, id_: UUID) -> None:
    for role, text in SECRET.items():
        answer = await put(rest, cast, role, id_, text, **{"Idempotency-Key": f"{role} {id_}"})
        assert (answer.status_code, answer.json()["text"]) == (200, text)
        again = await put(rest, cast, role, id_, text, **{"Idempotency-Key": f"{role} {id_}"})
        assert again.headers["idempotency-replayed"] == "true"


async def test_each_reads_their_own_and_nobody_anothers(cast: Cast, rest: httpx.AsyncClient, noted: UUID) -> None:
    await write_both(rest, cast, noted)
    path = f"/v1/coaching-sessions/{noted}/private-note"
    for role in ROLES_OF_CAST:
        headers = bearer(cast.keys[role])
        read = await rest.get(path, headers=headers)
        variables = {"id": to_global_id("CoachingSession", noted), "note": to_global_id("PrivateNote", noted)}
        shown = await rest.post("/graphql", json={"query": SHOWN, "variables": variables}, headers=headers)
        if role in SECRET:
            assert read.json()["text"] == SECRET[role]
            data = shown.json()["data"]
            assert data["node"]["text"] == data["coachingSession"]["privateNote"]["text"] == SECRET[role]
            other = MAGIC[1 - list(SECRET).index(role)]
            assert other not in read.text + shown.text
            continue
        assert read.status_code == 404, role
        assert not any(word in read.text + shown.text for word in (*MAGIC, "frobozz")), role
        for refused in (await put(rest, cast, role, noted, "Mine"), await rest.delete(path, headers=headers)):
            assert refused.status_code == (404 if role in ROLES_OF_CAST[-3:] else 403), role


async def test_no_read_of_the_whole_surface_tells_it(cast: Cast, rest: httpx.AsyncClient, noted: UUID) -> None:
    await write_both(rest, cast, noted)
    await publish_outbox(cast.org.database, cast.org.id)
    paths = build_api(Settings(_env_file=None)).openapi()["paths"]
    values = PATH_VALUES | {"session_id": noted, "person_id": cast.people["rep"].id}
    asked = 0
    for role in ("admin", "org_key"):
        for path in (path for path, methods in paths.items() if "get" in methods):
            answer = await rest.get(path.format(**values), headers=bearer(cast.keys[role]))
            assert not any(word in answer.text for word in (*MAGIC, "frobozz")), (role, path)
            asked += answer.status_code == 200
    assert asked > 50
    (mine,) = (await rest.get("/v1/coaching-sessions", params={"limit": 1}, headers=bearer(cast.keys["rep"]))).json()[
        "data"
    ]
    assert mine["shared_notes"] == SHARED


async def test_it_is_kept_in_one_table_and_leaves_in_no_export(
    cast: Cast, rest: httpx.AsyncClient, noted: UUID, database: Database
) -> None:
    await write_both(rest, cast, noted)
    async with database.tenant(cast.org.id) as session:
        connection = await session.connection()
        holding = set()
        for table in tenant_tables(metadata):
            query = sa.text(f"SELECT count(*) FROM {table.name} AS t WHERE t::text ~ 'xyzzy|plugh'")
            if (await connection.execute(query)).scalar_one():
                holding.add(table.name)
        exported = [line async for line in export_organization(session, cast.org.system)]
    assert holding == {"private_note"}
    assert not any(word.encode() in line for word in MAGIC for line in exported)
    assert "private_note" not in {orjson.loads(line)["table"] for line in exported}
    assert any(SHARED.encode() in line for line in exported)


async def test_a_note_changes_only_under_what_was_read(cast: Cast, rest: httpx.AsyncClient) -> None:
    id_ = await cast.planted("cancelled")
    path, headers = f"/v1/coaching-sessions/{id_}/private-note", bearer(cast.keys["rep"])
    blind = await rest.put(path, json={"text": "One"}, headers=headers)
    assert (blind.status_code, blind.json()["code"]) == (428, "if_match_required")
    first = await put(rest, cast, "rep", id_, "One")
    read = await rest.get(path, headers=headers)
    assert first.headers["etag"] == read.headers["etag"]
    second = await put(rest, cast, "rep", id_, "Two", **{"If-Match": read.headers["etag"]})
    assert second.status_code == 200
    stale = await put(rest, cast, "rep", id_, "Three", **{"If-Match": read.headers["etag"]})
    assert (stale.status_code, stale.json()["code"]) == (412, "etag_mismatch")
    assert (await rest.delete(path, headers=headers | {"If-Match": read.headers["etag"]})).status_code == 412
    assert (await rest.delete(path, headers=headers)).status_code == 204
    assert (await rest.get(path, headers=headers)).json()["code"] == "private_note_not_found"
    for bad in ({}, {"text": " "}, {"text": "x" * 20_001}, {"text": "a\x00b"}):
        answer = await rest.put(path, json=bad, headers=headers | ANYWAY)
        assert [error["pointer"] for error in answer.json()["errors"]] == ["/text"]


async def test_the_graphql_way_of_a_note(cast: Cast, rest: httpx.AsyncClient) -> None:
    id_ = await cast.planted()

    async def mutate(role: str, query: str) -> dict[str, Any]:
        sent = {"query": query.replace("$id", f'"{to_global_id("CoachingSession", id_)}"')}
        found = (await rest.post("/graphql", json=sent, headers=bearer(cast.keys[role]))).json()
        written: dict[str, Any] = found["data"]["found"]
        return written

    write = """mutation { found: putPrivateNote(input: {id: $id, text: "Mine", %s}) {
        ... on PrivateNotePayload { privateNote { id text etag } } ... on UserError { code } } }"""
    made = (await mutate("rep", write % ""))["privateNote"]
    assert made["text"] == "Mine"
    assert "etag" in (await mutate("rep", write % f"ifMatch: {orjson.dumps(made['etag']).decode()}"))["privateNote"]
    assert await mutate("rep", write % f"ifMatch: {orjson.dumps(made['etag']).decode()}") == {"code": "etag_mismatch"}
    assert await mutate("admin", write % "") == {"code": "not_a_participant"}
    remove = f'mutation {{ found: deletePrivateNote(input: {{id: "{made["id"]}"}}) {{ __typename }} }}'
    assert await mutate("manager", remove) == {"__typename": "NotFoundError"}
    assert await mutate("rep", remove) == {"__typename": "DeletedPayload"}


@pytest.mark.parametrize("reader", ["stranger", "above"])
async def test_shared_notes_are_read_by_whom_one_of_the_two_let(
    cast: Cast, rest: httpx.AsyncClient, reader: str
) -> None:
    id_ = await cast.planted(shared_notes=SHARED)
    path, headers = f"/v1/coaching-sessions/{id_}", {role: bearer(key) for role, key in cast.keys.items()}
    body = {"person_id": str(cast.people[reader].id)}
    for role in ("admin", "org_key", "above"):
        refused = await rest.post(f"{path}/note-grants", json=body, headers=headers[role])
        assert (refused.status_code, refused.json()["code"]) == (403, "not_a_participant")
    made = await rest.post(f"{path}/note-grants", json=body, headers=headers["manager"])
    assert (made.status_code, made.json()["granted_by"]) == (201, str(cast.people["manager"].id))
    again = await rest.post(f"{path}/note-grants", json=body, headers=headers["rep"])
    assert (again.status_code, again.json()["code"]) == (409, "already_granted")
    for person in (cast.people["rep"].id, id_):
        bad = await rest.post(f"{path}/note-grants", json={"person_id": str(person)}, headers=headers["rep"])
        assert [error["pointer"] for error in bad.json()["errors"]] == ["/person_id"]

    # The rep sees the grant, the reader their own, and the administrator none; what was granted is no private note.
    assert (await rest.get(made.headers["location"], headers=headers["rep"])).json() == made.json()
    for role, count in {"manager": 1, "rep": 1, reader: 1, "admin": 0}.items():
        assert len((await rest.get(f"{path}/note-grants", headers=headers[role])).json()["data"]) == count, role
    read = (await rest.get(path, headers=headers[reader])).json()
    assert read["shared_notes"] == SHARED
    assert set(read["allowed_moves"]) == (set() if reader == "stranger" else {"reschedule", "cancel", "invite"})
    listed = (await rest.get("/v1/coaching-sessions", params={"limit": 200}, headers=headers[reader])).json()["data"]
    assert [one["shared_notes"] for one in listed if one["id"] == str(id_)] == [SHARED]
    assert (await rest.get(f"{path}/private-note", headers=headers[reader])).status_code == 404

    # Each reading is in the audit log, whatever the surface; that of the two is not.
    variables = {"id": to_global_id("CoachingSession", id_), "note": to_global_id("PrivateNote", id_)}
    for role in (reader, "rep"):
        await rest.post("/graphql", json={"query": SHOWN, "variables": variables}, headers=headers[role])
    params = {"action": "readSharedNotes", "target_id": str(id_)}
    rows = (await rest.get("/v1/audit-events", params=params, headers=headers["admin"])).json()["data"]
    assert {row["person_id"] for row in rows} == {str(cast.people[reader].id)}
    assert {row["surface"] for row in rows} == {"rest", "graphql"}

    taken = await rest.delete(f"{path}/note-grants/{cast.people[reader].id}", headers=headers["rep"])
    assert taken.status_code == 204
    gone = await rest.delete(f"{path}/note-grants/{cast.people[reader].id}", headers=headers["rep"])
    assert (gone.status_code, gone.json()["code"]) == (404, "note_grant_not_found")
    after = await rest.get(path, headers=headers[reader])
    assert after.status_code == 404 if reader == "stranger" else after.json()["shared_notes"] is None


async def test_the_graphql_way_of_a_grant(cast: Cast, rest: httpx.AsyncClient) -> None:
    id_ = to_global_id("CoachingSession", await cast.planted())
    given = f'{{id: "{id_}", personId: "{to_global_id("Person", cast.people["colleague"].id)}"}}'
    headers = bearer(cast.keys["manager"])

    async def ask(query: str) -> dict[str, Any]:
        found: dict[str, Any] = (await rest.post("/graphql", json={"query": query}, headers=headers)).json()["data"]
        return found

    fields = "id personId person { name } grantedBy { name }"
    grant = f"... on NoteGrantPayload {{ noteGrant {{ {fields} }} }} ... on UserError {{ code }}"
    make = f"mutation {{ createNoteGrant(input: {given}) {{ {grant} }} }}"
    made = (await ask(make))["createNoteGrant"]["noteGrant"]
    assert (made["person"], made["grantedBy"]) == ({"name": "Bob"}, {"name": "Lead"})
    assert (await ask(make))["createNoteGrant"] == {"code": "already_granted"}
    listed = f'{{ coachingSession(id: "{id_}") {{ noteGrants {{ edges {{ node {{ {fields} }} }} }} }} }}'
    assert (await ask(listed))["coachingSession"]["noteGrants"]["edges"] == [{"node": made}]
    found = f'{{ node(id: "{made["id"]}") {{ ... on NoteGrant {{ {fields} }} }} }}'
    assert (await ask(found))["node"] == made
    remove = f"mutation {{ found: deleteNoteGrant(input: {given}) {{ ... on DeletedPayload {{ deletedId }} }} }}"
    assert (await ask(remove))["found"] == {"deletedId": made["id"]}
    assert (await ask(found))["node"] is None
