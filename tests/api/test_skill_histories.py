"""What was said of a person's skills stays readable as it was said, and who read it is told."""

from collections.abc import Awaitable, Callable
from copy import deepcopy
from datetime import timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio

from schema.relay import to_global_id
from service.core.clock import utc_now
from service.core.database import Database
from tests.factories.skills_cast import COMPLETE, FRAMEWORK, TEMPLATE, SkillsCast, make_skills_cast
from tests.fixtures.rest import ANYWAY, bearer

Ask = Callable[..., Awaitable[httpx.Response]]


@pytest_asyncio.fixture
async def cast(database: Database) -> SkillsCast:
    """An organization of its own for each test: what was read before counts."""
    return await make_skills_cast(database)


@pytest.fixture
def acting(rest: httpx.AsyncClient, cast: SkillsCast) -> Ask:
    """A request of somebody, and its answer."""

    async def ask(role: str, method: str, path: str, body: Any = None) -> httpx.Response:
        return await rest.request(method, f"/v1/{path}", json=body, headers=bearer(cast.keys[role]) | ANYWAY)

    return ask


async def test_old_answers_stay_as_they_were_given(cast: SkillsCast, acting: Ask) -> None:
    person = str(cast.people["rep"].id)

    async def rate(answers: list[dict[str, Any]], day: str) -> str:
        made = await acting("manager", "POST", "skill-assessments", {"person_id": person, "template_key": "seller"})
        path = f"skill-assessments/{made.json()['id']}"
        assert (await acting("manager", "PUT", f"{path}/answers", {"answers": answers})).status_code == 200
        assert (await acting("manager", "POST", f"{path}/submit", {"assessed_on": day})).status_code == 200
        return path

    first = await rate(COMPLETE, "2026-01-05")
    before = (await acting("rep", "GET", first)).json()
    renamed = deepcopy(FRAMEWORK)
    renamed["name"] = "Seller, anew"
    renamed["document"]["levels"] = [{"number": n, "name": f"Step {n}"} for n in (1, 2, 3, 4)]
    renamed["document"]["skills"] = [renamed["document"]["skills"][0] | {"name": "Asking"}]
    renamed["document"]["skills"][0]["anchors"] = [{"level": n, "text": f"Sees {n}"} for n in (1, 2, 3, 4)]
    renamed["document"]["requirements"] = []
    assert (await acting("enablement", "POST", "competency-frameworks", renamed)).status_code == 201
    shorter = deepcopy(TEMPLATE)
    shorter["document"]["items"] = [shorter["document"]["items"][0] | {"prompt": "How do they ask now?"}]
    assert (await acting("enablement", "POST", "assessment-templates", shorter)).status_code == 201
    await rate([{"item": "asks", "level": 4}], "2026-02-05")
    after = (await acting("rep", "GET", first)).json()
    assert after == before
    assert [(one["item"], one["prompt"], one["level_name"], one["anchor"]) for one in after["answers"]] == [
        ("asks", "How well do they ask?", "Can", "ask at 2"),
        ("budget", "Was the budget named?", None, None),
        ("closes", "How well do they close?", "Learns", "close at 1"),
    ]
    history = (await acting("rep", "GET", f"people/{person}/skill-history")).json()["data"]
    said = {
        one["skill"]: [
            (
                row["framework_version"],
                row["skill_name"],
                row["level"],
                row["top_level"],
                row["level_name"],
                row["anchor"],
            )
            for row in one["ratings"]
        ]
        for one in history
    }
    assert said == {
        "closing": [(1, "Closing", "1", 3, "Learns", "close at 1")],
        "discovery": [(1, "Discovery", "2", 3, "Can", "ask at 2"), (2, "Asking", "4", 4, "Step 4", "Sees 4")],
    }
    assert {one["skill"]: one["name"] for one in history} == {"closing": "Closing", "discovery": "Asking"}
    only = (await acting("rep", "GET", f"people/{person}/skill-history?skill=closing")).json()["data"]
    assert [one["skill"] for one in only] == ["closing"]


async def test_what_a_peer_said_is_in_their_own_history_alone(cast: SkillsCast, acting: Ask) -> None:
    person = f"people/{cast.people['rep'].id}/skill-history"
    await cast.plant("peer")
    await cast.plant("manager", "superseded")
    for role in ("rep", "manager", "org_key"):
        found = (await acting(role, "GET", person)).json()["data"]
        assert [row["rater_kind"] for row in found[0]["ratings"]] == ["manager", "manager"], role
        assert sorted(row["is_superseded"] for row in found[0]["ratings"]) == [False, True]
    for role in ("peer", "colleague", "stranger", "other_org"):
        assert (await acting(role, "GET", person)).status_code == 404, role


async def test_peers_are_shown_three_by_three(cast: SkillsCast, acting: Ask) -> None:
    path = f"people/{cast.people['rep'].id}/peer-ratings"

    async def shown() -> dict[str, Any]:
        found: dict[str, Any] = (await acting("rep", "GET", path)).json()["data"][1]
        return found

    for missing in (2, 1):
        rater = cast.people["peer" if missing == 2 else "colleague"].id
        await cast.plant("peer", rater_id=rater)
        found = await shown()
        assert (found["skill"], found["missing"], found["cannot_tell"]) == (
            *("discovery", missing),
            f"{missing} more must rate before anything is shown",
        )
        assert [found[name] for name in ("n", "level", "low", "high")] == [None] * 4
    await cast.plant("peer", rater_id=cast.people["stranger"].id)
    third = await shown()
    assert (third["n"], third["level"], third["missing"], third["cannot_tell"]) == (3, 2.0, 3, None)
    assert 1 <= third["low"] < 2 < third["high"] <= 3
    more = [await cast.org.add_person(f"Peer-{number}") for number in (4, 5, 6)]
    for number, one in enumerate(more, 4):
        await cast.plant("peer", rater_id=one.id)
        found = await shown()
        assert found["n"] == (6 if number == 6 else 3)
    old = utc_now().date() - timedelta(days=400)
    assert found["since"] > str(old)
    for role in ("manager", "enablement", "org_key"):
        assert (await acting(role, "GET", path)).status_code == 200
    for role in ("peer", "stranger", "other_org"):
        assert (await acting(role, "GET", path)).status_code == 404


async def test_who_can_read_and_who_did(cast: SkillsCast, acting: Ask) -> None:
    person = cast.people["rep"].id
    ids = [await cast.plant("manager"), await cast.plant("external")]
    await cast.plant("peer")

    async def accesses(role: str = "rep") -> list[tuple[str, str]]:
        found = (await acting(role, "GET", f"people/{person}/skill-accesses?limit=200")).json()["data"]
        return [(one["name"], one["surface"]) for one in found]

    for scope in ("skill_gaps:read", "coaching_sessions:read", "people:read"):
        made = await acting("admin", "POST", "api-keys", {"name": scope, "scopes": [scope]})
        assert made.status_code == 201
    readers = (await acting("rep", "GET", f"people/{person}/skill-readers")).json()["data"]
    assert [(one["kind"], one["name"], one["is_logged"]) for one in readers] == [
        ("manager", "Lead", False),
        ("manager", "Top", False),
        ("admin", "Ada", True),
        ("enablement", "Ena", True),
        ("admin", "admin", True),
        ("key", "Script", True),
        # Gaps and briefs show levels too.
        ("key", "coaching_sessions:read", True),
        ("key", "skill_gaps:read", True),
    ]
    for role in ("rep", "manager", "above", "peer"):
        await acting(role, "GET", f"skill-assessments/{ids[0]}")
        await acting(role, "GET", f"skill-assessments?person_id={person}")
    assert await accesses() == []
    await acting("enablement", "GET", f"skill-assessments?person_id={person}")
    await acting("admin", "GET", f"skill-assessments/{ids[0]}")
    await acting("org_key", "GET", f"people/{person}/skill-history")
    query = "query ($person: ID!) { peerRatings(personId: $person) { edges { node { n } } } }"
    sent = {"query": query, "variables": {"person": to_global_id("Person", person)}}
    await acting("enablement", "POST", "../graphql", sent)
    expected = [("Ena", "graphql"), ("Script", "rest"), ("Ada", "rest"), ("Ena", "rest")]
    assert await accesses() == expected
    assert await accesses("manager") == expected
    for role in ("peer", "stranger", "other_org"):
        for what in ("skill-accesses", "skill-readers"):
            assert (await acting(role, "GET", f"people/{person}/{what}")).status_code == 404
    assert (await acting("enablement", "GET", f"skill-assessments/{ids[1]}")).status_code == 200
    assert len(await accesses()) == 5


async def test_the_same_over_graphql(cast: SkillsCast, rest: httpx.AsyncClient) -> None:
    person = to_global_id("Person", cast.people["rep"].id)
    id_ = await cast.plant("manager")
    draft = await cast.plant("manager", "draft", skill="discovery")
    query = """query ($person: ID!, $draft: ID!) {
        skillAssessments(personId: $person, status: SUBMITTED) { edges { node { id raterKind status rater { name }
            answers { edges { node { id item levelName } } } allowedMoves { edges { node } } etag } } }
        skillHistory(personId: $person, skill: "discovery") { edges { node { id name ratings { edges { node {
            id level levelName anchor rater { name } } } } } } }
        peerRatings(personId: $person) { edges { node { id } } }
        skillReaders(personId: $person) { edges { node { id kind name isLogged } } }
        skillAccesses(personId: $person) { edges { node { id name } } }
        assessmentGuide(assessmentId: $draft) { id skillName lastRating { id }
            steps { edges { node minutes title text } }
            deals { edges { node name } } activities { edges { node kind } } anchors items }
    }"""
    given = {"person": person, "draft": to_global_id("SkillAssessment", draft)}
    headers = bearer(cast.keys["manager"])
    answer = (await rest.post("/graphql", json={"query": query, "variables": given}, headers=headers)).json()
    assert "errors" not in answer, answer
    data = answer["data"]
    (assessment,) = data["skillAssessments"]["edges"]
    assert assessment["node"]["id"] == to_global_id("SkillAssessment", id_)
    assert assessment["node"]["allowedMoves"]["edges"] == [{"node": "REVISE"}]
    rating = data["skillHistory"]["edges"][0]["node"]["ratings"]["edges"][0]["node"]
    assert (rating["levelName"], rating["rater"]) == ("Can", {"name": "Lead"})
    assert len(data["assessmentGuide"]["steps"]["edges"]) == 6
    nodes = [
        assessment["node"]["answers"]["edges"][0]["node"]["id"],
        data["skillHistory"]["edges"][0]["node"]["id"],
        *(rating["id"], data["skillReaders"]["edges"][0]["node"]["id"], data["assessmentGuide"]["id"]),
    ]
    for node in nodes:
        sent = {"query": "query ($id: ID!) { node(id: $id) { id } }", "variables": {"id": node}}
        assert (await rest.post("/graphql", json=sent, headers=headers)).json()["data"] == {"node": {"id": node}}
