"""Every move of a development plan from every state by everybody, on both surfaces, against a table written by hand."""

from typing import Any
from uuid import UUID

import httpx
import pytest
import pytest_asyncio

from schema.relay import to_global_id
from service.core.clock import utc_now
from service.core.database import Database
from tests.factories.coaching_cast import ROLES_OF_CAST, SEES, SEES_NOTHING, Cast, make_cast
from tests.factories.plans import SKILLS, Plans, plans_of
from tests.fixtures.rest import ANYWAY, bearer

STATES = ("proposed", "agreed", "active", "extended", "closed", "dropped")
FIRST_STATES = STATES[:3]
"""In which each move is legal at least once and illegal at least once: the second surface has the same use cases."""
BEFORE, UNDER_WAY = {"proposed", "agreed"}, {"active", "extended"}
THE_TWO = {"rep", "manager", "above"}
"""The rep, and whoever is above them: the manager's manager agrees for the manager."""
LEADS = {"manager", "above", "enablement", "admin"}
TABLE: dict[str, tuple[set[str], set[str], dict[str, str]]] = {
    "agree": ({"proposed"}, THE_TWO, {}),
    "change": (BEFORE, set(SEES), {"agreed": "proposed"}),
    "arrange": (BEFORE | UNDER_WAY, set(SEES), {"agreed": "proposed"}),
    "start": ({"agreed"}, THE_TWO, {"agreed": "active"}),
    "work": (UNDER_WAY, set(SEES), {}),
    "extend": (UNDER_WAY, LEADS, {"active": "extended"}),
    "close": (UNDER_WAY, LEADS, dict.fromkeys(UNDER_WAY, "closed")),
    "drop": (BEFORE | UNDER_WAY, set(SEES), dict.fromkeys(BEFORE | UNDER_WAY, "dropped")),
    "lift": (BEFORE, {"enablement", "admin"}, {}),
}
"""Of each move: from where, by whom, and where it leads (else it stays)."""
REFUSALS = {
    404: ("NotFoundError", "development_plan_not_found"),
    403: ("ForbiddenError", "not_your_move"),
    409: ("ConflictError", "illegal_transition"),
}
BODIES: dict[str, dict[str, Any]] = {
    "change": {"reason": "Another one"},
    "extend": {"reason": "No time"},
    "close": {"reason": "At the level of the team"},
    "drop": {"reason": "Another job"},
    "lift": {"reason": "With a coach of their own"},
}
MUTATIONS = {"change": "updateDevelopmentPlan", "arrange": "createPlanReview", "lift": "liftFocusLimit"}
CAMEL = {"target_on": "targetOn", "review_on": "reviewOn"}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def cast(database: Database) -> Cast:
    """One organization for the whole table: each cell has a plan of its own."""
    return await make_cast(database)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def plans(cast: Cast) -> Plans:
    return await plans_of(cast.org)


def expected(move: str, state: str, role: str) -> int:
    """The status that the table demands."""
    froms, roles, _ = TABLE[move]
    if role in SEES_NOTHING:
        return 404
    if role not in roles:
        return 403
    return 200 if state in froms else 409


def body_of(move: str, plans: Plans) -> dict[str, Any]:
    """What a move is made with."""
    days = {"extend": {"target_on": plans.day(120)}, "arrange": {"review_on": plans.day(60)}}
    return BODIES.get(move, {}) | days.get(move, {})


async def by_rest(
    client: httpx.AsyncClient, key: str, move: str, id_: UUID, body: dict[str, Any]
) -> tuple[int, str, str]:
    """Status, and the code and words of a refusal."""
    path, headers = f"/v1/development-plans/{id_}", bearer(key) | ANYWAY
    if move == "change":
        answer = await client.patch(path, json=body, headers=headers)
    elif move == "work":
        answer = await client.post(f"{path}/steps/{id_}/finish", json={}, headers=headers)
    else:
        answer = await client.post(f"{path}/{'reviews' if move == 'arrange' else move}", json=body, headers=headers)
    return answer.status_code, answer.json().get("code", ""), answer.json().get("detail", "")


async def by_graphql(
    client: httpx.AsyncClient, key: str, move: str, id_: UUID, body: dict[str, Any]
) -> tuple[int, str, str]:
    """The same, of the mutation that is its twin."""
    plan_id = to_global_id("DevelopmentPlan", id_)
    name = MUTATIONS.get(move, f"{move}DevelopmentPlan")
    given: dict[str, Any] = {"id": plan_id} | {CAMEL.get(field, field): value for field, value in body.items()}
    if move == "work":
        name, given = "finishPlanStep", {"id": to_global_id("PlanStep", id_), "planId": plan_id}
    query = f"""mutation ($input: {name[0].upper()}{name[1:]}Input!) {{ found: {name}(input: $input) {{
        __typename ... on UserError {{ code message }} }} }}"""
    sent = {"query": query, "variables": {"input": given}}
    found = (await client.post("/graphql", json=sent, headers=bearer(key))).json()["data"]["found"]
    statuses = {refusal: status for status, (refusal, _) in REFUSALS.items()}
    return statuses.get(found["__typename"], 200), found.get("code", ""), found.get("message", "")


@pytest.mark.parametrize("surface", ["rest", "graphql"])
@pytest.mark.parametrize("move", TABLE)
async def test_each_move_from_each_state_by_each_role(
    cast: Cast, plans: Plans, rest: httpx.AsyncClient, move: str, surface: str
) -> None:
    ask, states, offset = (by_rest, STATES, 0) if surface == "rest" else (by_graphql, FIRST_STATES, 10)
    planted: dict[tuple[str, str], UUID] = {}
    for state in states:
        shared = await plans.plant(cast.people["rep"], state)
        for place, role in enumerate(ROLES_OF_CAST, 1):
            moves = expected(move, state, role) == 200
            skill = SKILLS[offset + place] if move == "start" else SKILLS[0]
            lifted = {"lifted_at": utc_now(), "lift_reason": "All at once"} if move == "start" else {}
            planted[state, role] = await plans.plant(cast.people["rep"], state, skill, **lifted) if moves else shared
    before = await plans.rows()
    for (state, role), id_ in planted.items():
        status, code, said = await ask(rest, cast.keys[role], move, id_, body_of(move, plans))
        wanted = expected(move, state, role)
        assert (status, code) == (wanted, REFUSALS[wanted][1] if wanted in REFUSALS else ""), (state, role)
        if wanted == 409:
            may = [one for one in TABLE if expected(one, state, role) == 200]
            assert (f"allowed are {', '.join(may)}, not {move}." if may else "you can do nothing with it now") in said
    after = await plans.rows()
    for (state, role), id_ in planted.items():
        if expected(move, state, role) == 200:
            assert after[id_].status == TABLE[move][2].get(state, state)
            assert after[id_].updated_at > before[id_].updated_at
        else:
            assert after[id_] == before[id_]


async def test_what_may_be_done_is_what_is_shown(cast: Cast, plans: Plans, rest: httpx.AsyncClient) -> None:
    query = "query ($id: ID!) { developmentPlan(id: $id) { status allowedMoves { edges { node } } } }"
    for state in STATES:
        id_ = await plans.plant(cast.people["rep"], state)
        for role in ROLES_OF_CAST:
            headers = bearer(cast.keys[role])
            answer = await rest.get(f"/v1/development-plans/{id_}", headers=headers)
            sent = {"query": query, "variables": {"id": to_global_id("DevelopmentPlan", id_)}}
            shown = (await rest.post("/graphql", json=sent, headers=headers)).json()["data"]["developmentPlan"]
            if role in SEES_NOTHING:
                assert (answer.status_code, shown) == (404, None), role
                continue
            moves = {move for move in TABLE if expected(move, state, role) == 200}
            assert set(answer.json()["allowed_moves"]) == moves, (state, role)
            assert {edge["node"].lower() for edge in shown["allowedMoves"]["edges"]} == moves, (state, role)
