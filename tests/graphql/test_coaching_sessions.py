"""Coaching sessions over GraphQL: the same as over REST, in a constant number of statements, and told live."""

from typing import Any
from uuid import UUID

import httpx
import pytest
import pytest_asyncio
from websockets.asyncio.client import ClientConnection

from schema.relay import to_global_id
from service.coaching_sessions.dto.sessions import AttestSession, CancelSession, RescheduleSession
from service.coaching_sessions.use_cases import session_moves
from service.core.database import Database
from service.core.ids import new_id
from tests.factories.coaching_cast import ANSWERED, Cast, make_cast
from tests.fixtures.rest import bearer
from tests.fixtures.sockets import hear, opened, say
from tests.fixtures.statements import counted_statements
from tests.graphql.conftest import Ask

ONE = """query ($id: ID!) { coachingSession(id: $id) {
    id etag status sequence startsAt dueAt sharedNotes answers managerId repId formatId programmeId cancelledSide
    manager { name } rep { name } cancelledBy { name } reminderMinutes { edges { node } }
    moves { edges { node { id sequence side reason noticeMinutes movedBy { name } } } }
    attestations { edges { node { id side held minutes comment person { name } } } } } }"""
MANY = """{ coachingSessions { edges { node { rep { name } moves { edges { node { id } } } privateNote { text }
    attestations { edges { node { held } } } noteGrants { edges { node { id } } } substitute { name }
    coaches { edges { node { name } } } reps { edges { node { name } } } } } } }"""
UPDATE = """mutation ($id: ID!, $answers: JSON, $etag: String) {
    updateCoachingSession(input: {id: $id, answers: $answers, ifMatch: $etag}) {
    ... on CoachingSessionPayload { coachingSession { answers etag } }
    ... on InvalidInputError { fields { edges { node } } } ... on UserError { code } } }"""
BRING = """mutation ($input: UpdateCoachingSessionInput!) { updateCoachingSession(input: $input) {
    ... on CoachingSessionPayload { coachingSession { sequence etag
        reps { edges { node { name } } } coaches { edges { node { name } } } } }
    ... on InvalidInputError { fields { edges { node } } } ... on UserError { code } } }"""
CREATE = """mutation ($input: CreateCoachingSessionInput!) { createCoachingSession(input: $input) {
    ... on CoachingSessionPayload { coachingSession { id startsAt endsAt reminderMinutes { edges { node } } } }
    ... on InvalidInputError { fields { edges { node } } }
    ... on ConflictError { fields { edges { node message } } } ... on UserError { code } } }"""


@pytest_asyncio.fixture
async def cast(database: Database) -> Cast:
    return await make_cast(database)


def global_id(id_: UUID) -> str:
    return to_global_id("CoachingSession", id_)


async def act(cast: Cast, who: str, name: str, id_: UUID, data: Any) -> None:
    async with cast.org.database.tenant(cast.org.id) as session:
        await getattr(session_moves, f"{name}_coaching_session")(session, cast.acting(who), id_, data)


async def test_the_same_as_over_rest(cast: Cast, ask: Ask, client: httpx.AsyncClient) -> None:
    id_ = await cast.planted(shared_notes="Ours")
    await act(cast, "rep", "reschedule", id_, RescheduleSession(starts_at=cast.next_hour(), reason="A fair"))
    key = cast.keys["manager"]
    rest = await client.get(f"/v1/coaching-sessions/{id_}", headers=bearer(key))
    found = (await ask(key, ONE, id=global_id(id_)))["data"]["coachingSession"]
    assert (found["etag"], found["status"], found["sequence"]) == (rest.headers["etag"], "SCHEDULED", 1)
    assert (found["sharedNotes"], found["answers"]) == ("Ours", ANSWERED)
    assert (found["manager"], found["rep"], found["cancelledBy"]) == ({"name": "Lead"}, {"name": "Ann"}, None)
    assert found["repId"] == to_global_id("Person", cast.people["rep"].id)
    assert found["reminderMinutes"] == {"edges": [{"node": 60}]}
    (move,) = (edge["node"] for edge in found["moves"]["edges"])
    assert (move["sequence"], move["side"], move["reason"], move["movedBy"]) == (1, "REP", "A fair", {"name": "Ann"})
    query = "query ($id: ID!) { node(id: $id) { __typename ... on SessionMove { reason } } }"
    assert (await ask(key, query, id=move["id"]))["data"]["node"] == {"__typename": "SessionMove", "reason": "A fair"}
    assert (await ask(cast.keys["stranger"], query, id=move["id"]))["data"]["node"] is None
    await act(cast, "rep", "cancel", id_, CancelSession(reason="After all"))
    gone = (await ask(key, ONE, id=global_id(id_)))["data"]["coachingSession"]
    assert (gone["status"], gone["cancelledSide"], gone["cancelledBy"]) == ("CANCELLED", "REP", {"name": "Ann"})


async def test_both_attestations_are_nodes(cast: Cast, ask: Ask) -> None:
    id_ = await cast.planted("completed")
    await act(cast, "manager", "attest", id_, AttestSession(held=True, comment="Good"))
    query = "query ($id: ID!) { node(id: $id) { ... on SessionAttestation { side held comment } } }"
    for role, comment in (("rep", "Good"), ("admin", None)):
        found = (await ask(cast.keys[role], ONE, id=global_id(id_)))["data"]["coachingSession"]
        (one,) = (edge["node"] for edge in found["attestations"]["edges"])
        assert (one["side"], one["held"], one["comment"]) == ("MANAGER", True, comment)
        assert (await ask(cast.keys[role], query, id=one["id"]))["data"]["node"]["comment"] == comment
    assert (await ask(cast.keys["stranger"], query, id=one["id"]))["data"]["node"] is None
    missing = to_global_id("SessionAttestation", f"{id_}:{new_id()}")
    assert (await ask(cast.keys["rep"], query, id=missing))["data"]["node"] is None


async def test_any_number_of_sessions_in_as_many_statements(cast: Cast, ask: Ask, database: Database) -> None:
    counts = []
    beside: dict[str, Any] = {"rep_ids": [cast.people["colleague"].id], "coach_ids": [cast.people["enablement"].id]}
    for more in (1, 30):
        await cast.plant([cast.new(**beside) for _ in range(more)])
        with counted_statements(database) as statements:
            found = await ask(cast.keys["rep"], MANY)
        assert "errors" not in found
        counts.append(len(statements))
    assert counts[0] == counts[1]


async def test_who_comes_beside_the_two_is_changed_as_over_rest(cast: Cast, ask: Ask) -> None:
    id_, key = global_id(await cast.planted()), cast.keys["manager"]
    bob, stan = (to_global_id("Person", cast.people[name].id) for name in ("colleague", "stranger"))

    async def bring(**given: Any) -> dict[str, Any]:
        found: dict[str, Any] = (await ask(key, BRING, input={"id": id_, **given}))["data"]["updateCoachingSession"]
        return found

    made = (await bring(repIds=[bob], coachIds=[stan]))["coachingSession"]
    assert (made["sequence"], made["reps"]) == (1, {"edges": [{"node": {"name": "Bob"}}]})
    fewer = (await bring(coachIds=[], ifMatch=made["etag"]))["coachingSession"]
    assert (fewer["sequence"], fewer["reps"], fewer["coaches"]) == (2, made["reps"], {"edges": []})
    assert await bring(repIds=[], ifMatch=made["etag"]) == {"code": "etag_mismatch"}
    refused = await bring(repIds=[bob, stan])
    assert refused == {"code": "invalid_input", "fields": {"edges": [{"node": "/repIds/1"}]}}
    assert (await bring(repIds=None))["code"] == "invalid_input"


async def test_who_is_coached_next_in_as_many_statements(cast: Cast, ask: Ask, database: Database) -> None:
    query = "{ people { edges { node { name nextCoachingSession { id startsAt } } } } }"
    soon, later = cast.new(), cast.new()
    await cast.plant([later, soon, cast.new("cancelled"), cast.new("completed")])
    counts = []
    for more in (0, 20):
        for number in range(more):
            await cast.org.add_person(f"More{number}", manager_id=cast.people["manager"].id)
        with counted_statements(database) as statements:
            found = await ask(cast.keys["manager"], query)
        assert "errors" not in found
        counts.append(len(statements))
        planned = {
            edge["node"]["name"]: edge["node"]["nextCoachingSession"] for edge in found["data"]["people"]["edges"]
        }
        assert planned.pop("Ann")["id"] == global_id(soon.id)
        assert set(planned.values()) == {None}
    assert counts[0] == counts[1]


async def test_names_in_answers_stay_the_organizations_own(cast: Cast, ask: Ask) -> None:
    id_, key = global_id(await cast.planted()), cast.keys["rep"]

    async def update(**variables: Any) -> dict[str, Any]:
        found: dict[str, Any] = (await ask(key, UPDATE, id=id_, **variables))["data"]["updateCoachingSession"]
        return found

    written = (await update(answers={"talk": {"what_now": "Three"}}))["coachingSession"]
    assert written["answers"] == {"talk": {"what_now": "Three"}}
    bad = await update(answers={"talk": {"not_asked": "x"}, "no_part": {}})
    assert bad["code"] == "invalid_input"
    pointers = {edge["node"] for edge in bad["fields"]["edges"]}
    assert pointers == {"/answers/talk/not_asked", "/answers/no_part"}
    assert "coachingSession" in await update(answers={}, etag=written["etag"])
    assert await update(answers={}, etag=written["etag"]) == {"code": "etag_mismatch"}
    wrongs: list[Any] = [[], "x", {"talk": "x"}, {"talk": {"what_now": 7}}]
    for wrong in wrongs:
        assert (await update(answers=wrong))["code"] == "invalid_input", wrong


async def test_arranging_and_what_is_refused(cast: Cast, ask: Ask) -> None:
    rep, at = to_global_id("Person", cast.people["rep"].id), cast.next_hour().isoformat()

    async def create(**fields: Any) -> dict[str, Any]:
        given = {"repId": rep, "startsAt": at, "minutes": 45, "reminderMinutes": [15], "formatKey": "plain", **fields}
        found: dict[str, Any] = (await ask(cast.keys["manager"], CREATE, input=given))["data"]["createCoachingSession"]
        return found

    made = (await create())["coachingSession"]
    assert made["reminderMinutes"]["edges"] == [{"node": 15}]
    taken = await create()
    assert (taken["code"], {edge["node"] for edge in taken["fields"]["edges"]}) == ("time_taken", {"/startsAt"})
    for field, value in {"repId": global_id(new_id()), "minutes": 7, "reminderMinutes": [1], "formatKey": "No"}.items():
        refused = await create(**{field: value})
        assert refused["code"] == "invalid_input"
        assert [edge["node"].split("/")[1] for edge in refused["fields"]["edges"]] == [field]


CHANGED = """subscription ($person: ID, $manager: ID) { sessionChanged(personId: $person, managerId: $manager) {
    coachingSessions { edges { node { id status sharedNotes rep { name } } } } } }"""


async def listen(socket: ClientConnection, **variables: Any) -> None:
    await say(socket, id="1", type="subscribe", payload={"query": CHANGED, "variables": variables})


def told(message: dict[str, Any]) -> list[tuple[str, str, str | None]]:
    edges = message["payload"]["data"]["sessionChanged"]["coachingSessions"]["edges"]
    return [(edge["node"]["id"], edge["node"]["status"], edge["node"]["sharedNotes"]) for edge in edges]


async def test_a_change_is_told_to_those_who_see_it(cast: Cast, host: str) -> None:
    manager, rep = (to_global_id("Person", cast.people[role].id) for role in ("manager", "rep"))
    first = await cast.planted(shared_notes="Ours")
    other = await cast.planted(manager_id=cast.people["above"].id, rep_id=cast.people["colleague"].id)
    async with (
        opened(host, cast.keys["manager"]) as boss,
        opened(host, cast.keys["rep"]) as self_,
        opened(host, cast.keys["above"]) as above,
        opened(host, cast.keys["stranger"]) as stranger,
    ):
        await listen(boss, manager=manager)
        await listen(self_, person=rep)
        await listen(above, person=rep)
        await listen(stranger, person=rep)
        assert (await hear(stranger))["payload"]["errors"][0]["extensions"]["code"] == "person_not_found"
        await started(cast, host)
        await act(cast, "above", "cancel", other, CancelSession(reason="Another pair"))
        await act(cast, "rep", "reschedule", first, RescheduleSession(starts_at=cast.next_hour(), reason="x"))
        for socket, notes in ((boss, "Ours"), (self_, "Ours"), (above, None)):
            assert told(await hear(socket)) == [(global_id(first), "SCHEDULED", notes)]
        await act(cast, "manager", "cancel", first, CancelSession(reason="A fair"))
        for socket in (boss, self_):
            assert told(await hear(socket)) == [(global_id(first), "CANCELLED", "Ours")]
            with pytest.raises(TimeoutError):
                await hear(socket, patience=1)


async def started(cast: Cast, host: str) -> None:
    """The process listens to the database, and its watches have begun: one more of its own was told of a change."""
    async with opened(host, cast.keys["admin"]) as probe:
        await listen(probe, person=to_global_id("Person", cast.people["stranger"].id))
        while True:
            id_ = await cast.planted(rep_id=cast.people["stranger"].id, manager_id=cast.people["admin"].id)
            await act(cast, "admin", "cancel", id_, CancelSession(reason="A probe"))
            try:
                assert told(await hear(probe))
            except TimeoutError:
                continue
            return


async def test_one_says_whose(cast: Cast, host: str) -> None:
    async with opened(host, cast.keys["admin"]) as socket:
        await listen(socket)
        assert (await hear(socket))["payload"]["errors"][0]["extensions"]["kind"] == "invalid"
