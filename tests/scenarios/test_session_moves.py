"""Every move of a coaching session from every state by everybody, on both surfaces, against a table written by hand."""

from typing import Any
from uuid import UUID

import httpx
import pytest
import pytest_asyncio

from schema.relay import to_global_id
from service.core.database import Database
from tests.factories.coaching_cast import ROLES_OF_CAST, SEES, SEES_NOTHING, Cast, make_cast
from tests.fixtures.rest import ANYWAY, bearer

STATES = ("scheduled", "in_progress", "completed", "cancelled", "missed")
THE_TWO = {"manager", "rep"}
TABLE: dict[str, tuple[set[str], set[str], str | None]] = {
    "start": ({"scheduled"}, THE_TWO, "in_progress"),
    "complete": ({"in_progress"}, {"manager"}, "completed"),
    "reschedule": ({"scheduled"}, set(SEES), None),
    "cancel": ({"scheduled", "in_progress"}, set(SEES), "cancelled"),
    "write": ({"scheduled", "in_progress"}, THE_TWO, None),
    "invite": ({"scheduled"}, {*SEES} - {"rep"}, None),
    "attest": ({"in_progress", "completed", "missed"}, THE_TWO, None),
}
"""Of each move: from where, by whom, and where it leads (None: it stays)."""
REFUSALS = {
    404: ("NotFoundError", "coaching_session_not_found"),
    403: ("ForbiddenError", "not_your_move"),
    409: ("ConflictError", "illegal_transition"),
}
INPUTS: dict[str, dict[str, Any]] = {
    "start": {},
    "complete": {"minutes": 25},
    "reschedule": {"reason": "A fair"},
    "cancel": {"reason": "A fair"},
    "write": {"shared_notes": "Ours"},
    "invite": {},
    "attest": {"held": True},
}


WRITTEN = ("write", "invite")
"""Those that are a merge-patch of the session."""
NAMES = {"shared_notes": "sharedNotes", "starts_at": "startsAt", "coach_ids": "coachIds"}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def cast(database: Database) -> Cast:
    """One organization for the whole table: each cell has a session of its own."""
    return await make_cast(database)


def expected(move: str, state: str, role: str) -> int:
    """The status that the table demands."""
    froms, roles, _ = TABLE[move]
    if role in SEES_NOTHING:
        return 404
    if role not in roles:
        return 403
    return 200 if state in froms else 409


async def by_rest(client: httpx.AsyncClient, key: str, move: str, id_: UUID, body: dict[str, Any]) -> tuple[int, str]:
    """Status, and the code of a refusal."""
    path, headers = f"/v1/coaching-sessions/{id_}", bearer(key) | ANYWAY
    if move in WRITTEN:
        answer = await client.patch(path, json=body, headers=headers)
    else:
        answer = await client.post(f"{path}/{move}", json=body, headers=headers)
    return answer.status_code, answer.json().get("code", "")


async def by_graphql(
    client: httpx.AsyncClient, key: str, move: str, id_: UUID, body: dict[str, Any]
) -> tuple[int, str]:
    """The same, of the mutation that is its twin."""
    mutation = f"{'update' if move in WRITTEN else move}CoachingSession"
    given: dict[str, Any] = {"id": to_global_id("CoachingSession", id_)}
    given |= {NAMES.get(name, name): one for name, one in body.items()}
    if "coachIds" in given:
        given["coachIds"] = [to_global_id("Person", one) for one in body["coach_ids"]]
    query = f"""mutation ($input: {mutation[0].upper()}{mutation[1:]}Input!) {{ found: {mutation}(input: $input) {{
        __typename ... on UserError {{ code }} }} }}"""
    sent = {"query": query, "variables": {"input": given}}
    found = (await client.post("/graphql", json=sent, headers=bearer(key))).json()["data"]["found"]
    statuses = {refusal: status for status, (refusal, _) in REFUSALS.items()}
    return statuses.get(found["__typename"], 200), found.get("code", "")


@pytest.mark.parametrize("surface", ["rest", "graphql"])
@pytest.mark.parametrize("move", TABLE)
async def test_each_move_from_each_state_by_each_role(
    cast: Cast, rest: httpx.AsyncClient, move: str, surface: str
) -> None:
    cells = [(state, role) for state in STATES for role in ROLES_OF_CAST]
    planted = dict(zip(cells, await cast.plant([cast.new(state) for state, _ in cells]), strict=True))
    before = await cast.rows()
    ask = by_rest if surface == "rest" else by_graphql
    for (state, role), id_ in planted.items():
        to: dict[str, Any] = {"starts_at": cast.next_hour().isoformat()} if move == "reschedule" else {}
        to |= {"coach_ids": [str(cast.people["enablement"].id)]} if move == "invite" else {}
        status, code = await ask(rest, cast.keys[role], move, id_, INPUTS[move] | to)
        wanted = expected(move, state, role)
        assert (status, code) == (wanted, REFUSALS[wanted][1] if wanted in REFUSALS else ""), (state, role)
    after = await cast.rows()
    for (state, role), id_ in planted.items():
        if expected(move, state, role) == 200:
            assert after[id_].status == (TABLE[move][2] or state)
            assert after[id_].updated_at > before[id_].updated_at
        else:
            assert after[id_] == before[id_]


async def test_what_may_be_done_is_what_is_shown(cast: Cast, rest: httpx.AsyncClient) -> None:
    ids = dict(zip(STATES, await cast.plant([cast.new(state, shared_notes="Ours") for state in STATES]), strict=True))
    query = "query ($id: ID!) { coachingSession(id: $id) { sharedNotes allowedMoves { edges { node } } } }"
    for state, id_ in ids.items():
        for role in ROLES_OF_CAST:
            headers = bearer(cast.keys[role])
            answer = await rest.get(f"/v1/coaching-sessions/{id_}", headers=headers)
            sent = {"query": query, "variables": {"id": to_global_id("CoachingSession", id_)}}
            shown = (await rest.post("/graphql", json=sent, headers=headers)).json()["data"]["coachingSession"]
            if role in SEES_NOTHING:
                assert (answer.status_code, shown) == (404, None), role
                continue
            moves = {move for move in TABLE if expected(move, state, role) == 200}
            assert set(answer.json()["allowed_moves"]) == moves, (state, role)
            assert {edge["node"].lower() for edge in shown["allowedMoves"]["edges"]} == moves, (state, role)
            notes = "Ours" if role in THE_TWO else None
            assert (answer.json()["shared_notes"], shown["sharedNotes"]) == (notes, notes), role


async def test_only_the_clock_misses(cast: Cast, rest: httpx.AsyncClient) -> None:
    id_ = await cast.planted()
    for role in SEES:
        answer = await rest.post(f"/v1/coaching-sessions/{id_}/miss", headers=bearer(cast.keys[role]))
        assert answer.status_code == 404
    assert (await cast.row(id_)).status == "scheduled"
