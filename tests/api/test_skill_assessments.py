"""`/v1/skill-assessments`: who asks whom, what is answered, and what becomes of it."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio

from service.core.clock import utc_now
from service.core.database import Database
from tests.factories.events import emitted
from tests.factories.skills_cast import COMPLETE, SkillsCast, make_skills_cast
from tests.fixtures.rest import ANYWAY, bearer

PATH = "/v1/skill-assessments"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def cast(database: Database) -> SkillsCast:
    """One organization for the module."""
    return await make_skills_cast(database)


@pytest.fixture
def acting(rest: httpx.AsyncClient, cast: SkillsCast) -> Any:
    """A request of somebody, and its answer."""

    async def ask(role: str, method: str, path: str = "", **body: Any) -> httpx.Response:
        headers = bearer(cast.keys[role]) | ANYWAY
        return await rest.request(method, f"{PATH}{path}", json=body or None, headers=headers)

    return ask


def by_template(cast: SkillsCast, person: str, rater: str | None = None, **more: Any) -> dict[str, Any]:
    asked: dict[str, Any] = {"person_id": str(cast.people[person].id), "template_key": "seller", **more}
    return asked if rater is None else asked | {"rater_id": str(cast.people[rater].id)}


def pointers(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code in {409, 422}, answer.text
    return {error["pointer"]: error["detail"] for error in answer.json()["errors"]}


@pytest.mark.parametrize(
    ("role", "person", "rater", "expected"),
    [
        ("manager", "rep", None, "manager"),
        ("manager", "rep", "rep", "self"),
        ("manager", "rep", "peer", "peer"),
        ("above", "rep", None, "manager"),
        ("enablement", "rep", None, "enablement"),
        ("enablement", "rep", "manager", "manager"),
        ("admin", "manager", "above", "manager"),
        ("org_key", "peer", "stranger", "peer"),
        ("rep", "rep", None, "self"),
        ("colleague", "colleague", "rep", "peer"),
        ("rep", "rep", "manager", "/rater_id"),
        ("rep", "peer", None, "/person_id"),
        ("stranger", "rep", None, "/person_id"),
        ("manager", "above", None, "/person_id"),
        ("org_key", "rep", None, "/rater_id"),
    ],
)
async def test_who_asks_whom(
    cast: SkillsCast, acting: Any, role: str, person: str, rater: str | None, expected: str
) -> None:
    answer = await acting(role, "POST", **by_template(cast, person, rater, skill="discovery"))
    if expected.startswith("/"):
        assert list(pointers(answer)) == [expected]
    else:
        made = answer.json()
        assert (answer.status_code, made["rater_kind"], made["status"]) == (201, expected, "draft"), answer.text
        again = await acting(role, "POST", **by_template(cast, person, rater, skill="discovery"))
        assert (again.status_code, again.json()["code"]) == (409, "already_asked")
        assert (await acting(role, "DELETE", f"/{made['id']}")).status_code == 204


async def test_from_the_request_to_the_revision(cast: SkillsCast, acting: Any) -> None:
    due = utc_now().date() + timedelta(days=20)
    made = (await acting("enablement", "POST", **by_template(cast, "rep", "manager", due_on=str(due)))).json()
    path = f"/{made['id']}"
    assert (made["allowed_moves"], made["answers"]) == (["reschedule", "discard"], None)
    early = await acting("manager", "POST", f"{path}/submit", assessed_on="2026-01-05")
    assert early.json()["code"] == "answers_missing"
    assert list(pointers(early)) == ["/answers/asks", "/answers/budget", "/answers/closes"]
    answered = await acting("manager", "PUT", f"{path}/answers", answers=COMPLETE)
    assert answered.status_code == 200, answered.text
    shown = {one["item"]: one for one in answered.json()["answers"]}
    assert list(shown) == ["asks", "budget", "closes"]
    assert {
        name: shown["asks"][name] for name in ("prompt", "skill_name", "level", "level_name", "anchor", "words")
    } == {
        "prompt": "How well do they ask?",
        "skill_name": "Discovery",
        "level": "2",
        "level_name": "Can",
        "anchor": "ask at 2",
        "words": "Asked three times",
    }
    assert (await acting("rep", "GET", path)).json()["answers"] is None
    submitted = (await acting("manager", "POST", f"{path}/submit", assessed_on="2026-01-05")).json()
    assert (submitted["status"], submitted["assessed_on"]) == ("submitted", "2026-01-05")
    late = await acting("manager", "PUT", f"{path}/answers", answers=[])
    assert (late.status_code, late.json()["code"]) == (409, "illegal_transition")
    assert late.json()["detail"] == "This assessment is submitted: allowed are revise, not answer."
    contested = (await acting("rep", "POST", f"{path}/contest", reason="Not so")).json()
    assert (contested["status"], contested["contest_reason"]) == ("contested", "Not so")
    resolved = await acting("above", "POST", f"{path}/resolve", resolution="to_be_revised", reason="Look again")
    assert resolved.json()["resolution"] == "to_be_revised"
    revision = await acting("manager", "POST", f"{path}/revise")
    assert (revision.status_code, revision.json()["revision"]) == (201, 2)
    later = f"/{revision.json()['id']}"
    assert [one["item"] for one in revision.json()["answers"]] == ["asks", "budget", "closes"]
    assert (await acting("manager", "POST", f"{path}/revise")).json()["code"] == "illegal_transition"
    better = [COMPLETE[0] | {"level": 3}, *COMPLETE[1:]]
    assert (await acting("manager", "PUT", f"{later}/answers", answers=better)).status_code == 200
    assert (await acting("manager", "POST", f"{later}/submit", assessed_on="2026-01-06")).status_code == 200
    old, new = (await acting("rep", "GET", path)).json(), (await acting("rep", "GET", later)).json()
    assert (old["status"], old["revised_by_id"], old["answers"][0]["level"]) == ("superseded", new["id"], "2")
    assert (new["status"], new["revises_id"], new["answers"][0]["level"]) == ("submitted", old["id"], "3")
    assert (await acting("rep", "POST", f"{later}/acknowledge")).json()["status"] == "acknowledged"
    told = [
        (type_, data) for type_, data in await emitted(cast.org) if data.get("assessment_id") in (made["id"], new["id"])
    ]
    person = str(cast.people["rep"].id)
    assert [type_.removeprefix("skill_assessment.") for type_, _ in told] == [
        *("requested", "submitted", "contested", "submitted", "acknowledged"),
    ]
    assert told[0][1] == {
        "assessment_id": made["id"],
        "person_id": person,
        "rater_kind": "manager",
        "rater_id": str(cast.people["manager"].id),
        "due_on": str(due),
    }
    assert told[1][1] == {"assessment_id": made["id"], "person_id": person, "rater_kind": "manager"}


async def test_every_bad_answer_is_named(cast: SkillsCast, acting: Any) -> None:
    deal = await cast.org.add_deal(cast.people["stranger"], utc_now(), name="Theirs")
    mine = await cast.org.add_deal(cast.people["rep"], utc_now(), name="Ours")
    id_ = await cast.plant("manager", "draft")
    bad = await acting(
        *("manager", "PUT", f"/{id_}/answers"),
        answers=[
            {"item": "asks", "level": 4},
            {"item": "budget", "level": 1},
            {"item": "closes"},
            {"item": "golf", "level": 1},
            {"item": "asks", "level": 1},
            {"item": "call", "deal_id": str(deal.id)},
            {"item": "next", "yes": True, "words": "Call"},
        ],
    )
    assert pointers(bad) == {
        "/answers/0/level": "the scale ends at 3",
        "/answers/1/level": "does not answer budget, which wants yes",
        "/answers/1/yes": "budget wants one yes",
        "/answers/2/level": "closes wants one level",
        "/answers/3/item": "golf is nothing that is asked",
        "/answers/4/item": "asks is answered twice",
        "/answers/5/deal_id": "is no deal that you may see",
        "/answers/6/yes": "does not answer next, which wants words",
    }
    good = await acting("manager", "PUT", f"/{id_}/answers", answers=[{"item": "call", "deal_id": str(mine.id)}])
    assert [one["deal_id"] for one in good.json()["answers"]] == [str(mine.id)]


async def test_lists_hold_what_one_reads(cast: SkillsCast, acting: Any) -> None:
    peers = {kind: str(await cast.plant(kind)) for kind in ("peer", "self", "enablement")}
    draft = str(await cast.plant("peer", "draft"))
    person = f"?person_id={cast.people['rep'].id}&limit=200"
    seen = {
        role: {one["id"] for one in (await acting(role, "GET", person)).json()["data"]}
        for role in ("rep", "manager", "enablement", "org_key", "peer", "colleague", "stranger", "other_org")
    }
    for role in ("rep", "enablement", "org_key"):
        assert seen[role] >= {peers["self"], peers["enablement"]}
        assert seen[role].isdisjoint({peers["peer"], draft})
    assert draft in seen["manager"]
    assert peers["peer"] not in seen["manager"]
    assert seen["peer"] == {peers["peer"], draft}
    assert seen["colleague"] == seen["stranger"] == seen["other_org"] == set()
    for filters, expected in (
        ("&status=draft", {draft}),
        ("&status=submitted&rater_kind=peer", {peers["peer"]}),
        ("&skill=closing&status=submitted", {peers["peer"]}),
        ("&skill=golf", set()),
        (f"&rater_id={cast.people['manager'].id}", set()),
    ):
        found = (await acting("peer", "GET", person + filters)).json()["data"]
        assert {one["id"] for one in found} == expected, filters


async def test_five_minutes_of_one_skill(cast: SkillsCast, acting: Any) -> None:
    rep = cast.people["rep"]
    deal = await cast.org.add_deal(rep, utc_now() - timedelta(days=9), name="Qualified", stage="qualified")
    await cast.org.add_stage_change(deal, 1, (None, "qualified"), utc_now() - timedelta(days=3))
    call = await cast.org.add_activity(rep, utc_now() - timedelta(days=2), deal_id=deal.id)
    await cast.plant("enablement", assessed_on=utc_now().date() - timedelta(days=40))
    await cast.plant("peer", assessed_on=utc_now().date() - timedelta(days=30))
    made = (await acting("manager", "POST", **by_template(cast, "rep", skill="discovery", due_on="2099-03-31"))).json()
    guide = (await acting("manager", "GET", f"/{made['id']}/guide")).json()
    assert sum(float(step["minutes"]) for step in guide["steps"]) == 5
    assert guide["steps"][0]["text"] == "Discovery: level 2 is required and was reached; see whether it still holds."
    assert (guide["last_rating"]["rater_kind"], guide["last_rating"]["level"]) == ("enablement", "2")
    assert [one["level"] for one in guide["anchors"]] == [1, 2, 3]
    assert [one["key"] for one in guide["items"]] == ["asks", "budget", "call"]
    assert [one["id"] for one in guide["deals"]] == [str(deal.id)]
    assert [one["id"] for one in guide["activities"]] == [str(call.id)]
    assert (await acting("above", "GET", f"/{made['id']}/guide")).status_code == 404
    whole = await cast.plant("manager", "draft")
    refused = await acting("manager", "GET", f"/{whole}/guide")
    assert (refused.status_code, refused.json()["code"]) == (409, "no_single_skill")
    asked = (await acting("rep", "POST", **by_template(cast, "rep", "colleague", skill="discovery"))).json()
    theirs = (await acting("colleague", "GET", f"/{asked['id']}/guide")).json()
    assert (theirs["last_rating"], theirs["deals"], theirs["activities"]) == (None, [], [])
