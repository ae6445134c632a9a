"""`/v1/development-plans`: a plan's way, what is refused, the limit of two skills, and what its baseline froze."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio
from sqlmodel import col, select

from service.core.audit import AuditEvent
from service.skill_assessments.use_cases.reading import READ_SKILLS
from tests.factories.coaching_team import Team, house_of_seven
from tests.factories.events import emitted
from tests.factories.plans import SKILLS, Plans, plans_of
from tests.factories.sales_org import SalesOrg
from tests.fixtures.rest import ANYWAY, bearer

PATH = "/v1/development-plans"
NOBODY = "01890a5d-ac96-774b-bcce-b302099a8057"


@pytest_asyncio.fixture
async def team(org: SalesOrg) -> Team:
    return await house_of_seven(org)


@pytest_asyncio.fixture
async def plans(team: Team) -> Plans:
    return await plans_of(team.org)


async def key(team: Team, name: str) -> dict[str, str]:
    """Headers of somebody who acts on whatever is there."""
    return bearer(await team.org.key_for(team.people[name])) | ANYWAY


async def test_a_way_through(rest: httpx.AsyncClient, team: Team, plans: Plans) -> None:
    ann, lead, enid = [await key(team, name) for name in ("Ann", "Lead", "Enid")]
    step = {"skill": SKILLS[0], "kind": "call_review", "description": "Two calls", "due_on": plans.day(7)}
    body = plans.body(team.people["Ann"], steps=[step], review_days=[plans.day(30)])
    made = await rest.post(PATH, json=body, headers=ann)
    assert made.status_code == 201, made.text
    one, plan = made.headers["location"], made.json()
    assert (plan["status"], plan["manager_agreed_at"]) == ("proposed", None)
    assert plan["rep_agreed_at"] is not None
    assert plan["allowed_moves"] == ["change", "arrange", "drop"]
    assert plan["focuses"] == [
        {
            "skill": SKILLS[0],
            "name": "Skill 0",
            "target_level": 3,
            "target_name": "Sure",
            "kpi": None,
            "baseline": None,
        }
    ]
    assert [step["owner_id"] for step in plan["steps"]] == [str(team.people["Ann"].id)]
    read = await rest.get(one, headers=lead)
    assert read.json() == plan | {"allowed_moves": ["agree", "change", "arrange", "drop"]}
    agreed = await rest.post(f"{one}/agree", headers=lead | {"If-Match": read.headers["etag"]})
    assert (agreed.json()["status"], agreed.json()["manager_id"]) == ("agreed", str(team.people["Lead"].id))
    stale = await rest.post(f"{one}/start", headers=lead | {"If-Match": read.headers["etag"]})
    assert stale.status_code == 412
    started = (await rest.post(f"{one}/start", headers=ann)).json()
    assert (started["status"], started["focuses"][0]["baseline"]) == ("active", {"skill": None, "kpi": None})
    later = {"target_on": plans.day(120), "reason": "No time"}
    extended = (await rest.post(f"{one}/extend", json=later, headers=enid)).json()
    assert (extended["status"], extended["first_target_on"]) == ("extended", plans.day(90))
    again = (await rest.post(f"{one}/extend", json=later | {"target_on": plans.day(150)}, headers=lead)).json()
    assert (again["target_on"], again["first_target_on"]) == (plans.day(150), plans.day(90))
    sooner = await rest.post(f"{one}/extend", json=later, headers=lead)
    assert (sooner.status_code, sooner.json()["errors"][0]["pointer"]) == (422, "/target_on")
    closed = (await rest.post(f"{one}/close", json={"reason": "Sure by now"}, headers=lead)).json()
    assert (closed["status"], closed["end_reason"], closed["allowed_moves"]) == ("closed", "Sure by now", [])
    told = [event for event in await emitted(team.org) if event[0].startswith("development_plan")]
    about = {"plan_id": plan["id"], "person_id": plan["person_id"]}
    assert told == [
        ("development_plan.started", about | {"status": "active"}),
        ("development_plan.closed", about | {"status": "closed"}),
    ]


async def test_whatever_changes_takes_the_others_agreement_back(
    rest: httpx.AsyncClient, team: Team, plans: Plans
) -> None:
    ann, lead = await key(team, "Ann"), await key(team, "Lead")
    one = (await rest.post(PATH, json=plans.body(team.people["Ann"]), headers=lead)).headers["location"]
    step = {"skill": SKILLS[0], "kind": "reading", "description": "A book", "due_on": plans.day(9)}
    for method, path, body in (
        ("PATCH", one, {"reason": "Another one"}),
        ("PATCH", one, {"target_on": plans.day(60)}),
        ("PATCH", one, {"focuses": [{"skill": SKILLS[1], "target_level": 4}, {"skill": SKILLS[0], "target_level": 2}]}),
        ("POST", f"{one}/steps", step),
        ("POST", f"{one}/reviews", {"review_on": plans.day(9)}),
    ):
        assert (await rest.post(f"{one}/agree", headers=ann)).json()["status"] == "agreed"
        changed = (await rest.request(method, path, json=body, headers=lead)).json()
        assert (changed["status"], changed["rep_agreed_at"]) == ("proposed", None), body
        assert changed["manager_agreed_at"] is not None
    assert [focus["skill"] for focus in changed["focuses"]] == [SKILLS[1], SKILLS[0]]
    same = await rest.patch(one, json={"reason": "Another one"}, headers=ann)
    assert same.json()["updated_at"] == changed["updated_at"]
    only = await rest.patch(one, json={"focuses": [{"skill": SKILLS[1], "target_level": 4}]}, headers=ann)
    assert (only.json()["steps"], only.json()["manager_id"]) == ([], None)


async def test_two_skills_at_a_time(rest: httpx.AsyncClient, team: Team, plans: Plans) -> None:
    """However many start at once; unless an enablement lead says why more."""
    ann, enid, lead = await key(team, "Ann"), await key(team, "Enid"), await key(team, "Lead")
    ids = [await plans.plant(team.people["Ann"], "agreed", skill) for skill in SKILLS[:6]]
    answers = await asyncio.gather(*(rest.post(f"{PATH}/{id_}/start", headers=ann) for id_ in ids))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 409, 409, 409, 409]
    refused = [id_ for id_, answer in zip(ids, answers, strict=True) if answer.status_code == 409]
    assert {answer.json().get("code") for answer in answers} == {None, "too_many_focuses"}
    lifted = await rest.post(f"{PATH}/{refused[0]}/lift", json={"reason": "A coach of her own"}, headers=enid)
    assert (lifted.status_code, lifted.json()["lifted_by"]) == (200, str(team.people["Enid"].id))
    assert (await rest.post(f"{PATH}/{refused[0]}/start", headers=ann)).status_code == 200
    assert (await rest.post(f"{PATH}/{refused[1]}/start", headers=ann)).status_code == 409
    for id_ in set(ids) - set(refused[1:]):
        assert (await rest.post(f"{PATH}/{id_}/close", json={"reason": "Enough"}, headers=lead)).is_success
    assert (await rest.post(f"{PATH}/{refused[1]}/start", headers=ann)).status_code == 200
    two = await plans.plant(team.people["Ann"], "agreed", SKILLS[7], SKILLS[8])
    assert (await rest.post(f"{PATH}/{two}/start", headers=ann)).json()["code"] == "too_many_focuses"
    twice = await plans.plant(team.people["Ann"], "agreed", SKILLS[ids.index(refused[1])])
    assert (await rest.post(f"{PATH}/{twice}/start", headers=ann)).json()["code"] == "skill_in_another_plan"
    others = await plans.plant(team.people["Bob"], "agreed", SKILLS[0], SKILLS[1])
    assert (await rest.post(f"{PATH}/{others}/start", headers=lead)).status_code == 200
    over = await plans.plant(team.people["Bob"], "agreed", target_on=plans.today - timedelta(days=1))
    assert (await rest.post(f"{PATH}/{over}/start", headers=lead)).json()["code"] == "target_day_over"


async def test_steps_and_reviews(rest: httpx.AsyncClient, team: Team, plans: Plans) -> None:
    ann, lead = await key(team, "Ann"), await key(team, "Lead")
    id_ = await plans.plant(team.people["Ann"], "active")
    one, step, review = f"{PATH}/{id_}", f"{PATH}/{id_}/steps/{id_}", f"{PATH}/{id_}/reviews/{id_}"
    shadowing = {"skill": SKILLS[0], "kind": "shadowing", "description": "A demo of Lead's", "due_on": plans.day(3)}
    added = await rest.post(f"{one}/steps", json=shadowing | {"owner_id": str(team.people["Top"].id)}, headers=lead)
    assert [one["kind"] for one in added.json()["steps"]] == ["shadowing", "practice"]
    assert added.json()["status"] == "active"
    moved = await rest.patch(step, json={"due_on": plans.day(1), "description": "One call"}, headers=ann)
    assert [one["description"] for one in moved.json()["steps"]] == ["One call", "A demo of Lead's"]
    blind = await rest.patch(step, json={"due_on": plans.day(1)}, headers={"Authorization": ann["Authorization"]})
    assert blind.status_code == 428
    done = (await rest.post(f"{step}/finish", json={"note": "It went well"}, headers=ann)).json()["steps"][0]
    assert (done["done_by"], done["note"]) == (str(team.people["Ann"].id), "It went well")
    held = (await rest.post(f"{review}/hold", json={"note": "On its way"}, headers=lead)).json()["reviews"][0]
    assert (held["held_by"], held["note"]) == (str(team.people["Lead"].id), "On its way")
    progress = (await rest.get(f"{one}/progress", headers=lead)).json()
    assert {name: progress[name] for name in ("steps", "steps_done", "steps_overdue", "next_review_on")} == {
        "steps": 2,
        "steps_done": 1,
        "steps_overdue": 0,
        "next_review_on": None,
    }
    taken = {"review_on": str(plans.today + timedelta(days=30))}
    for method, path, body, code in (
        ("POST", f"{step}/finish", {}, "step_done"),
        ("PATCH", step, {"description": "x"}, "step_done"),
        ("DELETE", step, None, "step_done"),
        ("POST", f"{review}/hold", {"note": "x"}, "review_held"),
        ("DELETE", review, None, "review_held"),
        ("POST", f"{one}/reviews", taken, "review_day_taken"),
    ):
        answer = await rest.request(method, path, json=body, headers=lead)
        assert (answer.status_code, answer.json()["code"]) == (409, code), path
    left = f"{one}/steps/{added.json()['steps'][0]['id']}"
    assert (await rest.delete(left, headers=ann)).status_code == 204
    assert (await rest.delete(left, headers=ann)).json()["code"] == "plan_step_not_found"


@pytest.mark.parametrize(
    ("fields", "pointers"),
    [
        ({"person_id": NOBODY}, ["/person_id"]),
        ({"framework_key": "theirs"}, ["/framework_key"]),
        ({"reason": " "}, ["/reason"]),
        ({"target_on": "2020-01-01"}, ["/target_on"]),
        ({"review_days": ["2020-01-01"]}, ["/review_days/0"]),
        ({"focuses": []}, ["/focuses"]),
        ({"focuses": [{"skill": skill, "target_level": 1} for skill in SKILLS[:3]]}, ["/focuses"]),
        ({"focuses": [{"skill": SKILLS[0], "target_level": 1}] * 2}, [""]),
        ({"focuses": [{"skill": "juggling", "target_level": 6}]}, ["/focuses/0/skill", "/focuses/0/target_level"]),
        ({"focuses": [{"skill": SKILLS[0], "target_level": 3, "kpi": "mood"}]}, ["/focuses/0/kpi"]),
        ({"steps": [{"skill": SKILLS[1]}]}, ["/steps/0/skill"]),
        ({"steps": [{"owner_id": NOBODY}]}, ["/steps/0/owner_id"]),
        ({"steps": [{"due_on": "2020-01-01"}]}, ["/steps/0/due_on"]),
    ],
)
async def test_bad_bodies_name_the_field(
    rest: httpx.AsyncClient, team: Team, plans: Plans, fields: dict[str, Any], pointers: list[str]
) -> None:
    step = {"skill": SKILLS[0], "kind": "practice", "description": "Two calls", "due_on": plans.day(7)}
    given = fields | ({"steps": [step | one for one in fields["steps"]]} if "steps" in fields else {})
    body = plans.body(team.people["Ann"]) | given
    answer = await rest.post(PATH, json=body, headers=await key(team, "Lead"))
    assert (answer.status_code, [error["pointer"] for error in answer.json()["errors"]]) == (422, pointers)


async def test_a_step_is_nobody_elses(rest: httpx.AsyncClient, team: Team, plans: Plans) -> None:
    """The rep's, or of somebody above or of enablement; neither a peer's nor of another tree."""
    id_ = await plans.plant(team.people["Ann"], "active")
    lead = await key(team, "Lead")
    step = {"skill": SKILLS[0], "kind": "practice", "description": "Two calls", "due_on": plans.day(7)}
    for name, status in (("Top", 200), ("Enid", 200), ("Ada", 200), ("Bob", 422), ("Eve", 422)):
        body = step | {"owner_id": str(team.people[name].id)}
        assert (await rest.post(f"{PATH}/{id_}/steps", json=body, headers=lead)).status_code == status, name
    for name in ("Bob", "Eve"):
        assert (await rest.get(f"{PATH}/{id_}", headers=await key(team, name))).status_code == 404
        proposed = await rest.post(PATH, json=plans.body(team.people["Ann"]), headers=await key(team, name))
        assert proposed.json()["errors"][0]["pointer"] == "/person_id"


async def test_filters(rest: httpx.AsyncClient, team: Team, plans: Plans) -> None:
    for name, state in (("Ann", "proposed"), ("Ann", "active"), ("Bob", "active")):
        await plans.plant(team.people[name], state)
    ann = str(team.people["Ann"].id)
    for who, params, count in [
        ("Lead", {}, 3),
        ("Top", {"person_id": ann}, 2),
        ("Enid", {"status": "active"}, 2),
        ("Bob", {}, 1),
        ("Bob", {"person_id": ann}, 0),
        ("Eve", {}, 0),
    ]:
        found = await rest.get(PATH, params=params, headers=await key(team, who))
        assert len(found.json()["data"]) == count, (who, params)


async def test_reading_from_outside_the_line_is_told(rest: httpx.AsyncClient, team: Team, plans: Plans) -> None:
    """Where somebody stands is theirs and their managers'; nothing is read of a plan that has not started."""
    id_ = await plans.plant(team.people["Ann"], "active", SKILLS[0])
    other = await plans.plant(team.people["Ann"], "proposed")
    for name in ("Ann", "Lead", "Top", "Enid"):
        for path in (f"{PATH}/{id_}", f"{PATH}/{id_}/progress", f"{PATH}/{other}", f"{PATH}/{other}/progress"):
            assert (await rest.get(path, headers=await key(team, name))).status_code == 200
    async with team.org.database.tenant(team.org.id) as session:
        wanted = (col(AuditEvent.org_id) == team.org.id, col(AuditEvent.action) == READ_SKILLS)
        rows = (await session.exec(select(AuditEvent).where(*wanted))).all()
    assert [row.person_id for row in rows] == [team.people["Enid"].id] * 2
    assert {row.target_id for row in rows} == {str(team.people["Ann"].id)}
