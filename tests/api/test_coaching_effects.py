"""`GET /v1/coaching-effects`: what is answered, who reads it, and what is refused."""

from datetime import datetime, timedelta

import httpx
import pytest
import pytest_asyncio

from service.core.database import Database
from service.organizations.dto.people import PersonDTO
from tests.factories.coaching_effects import (
    ASKED,
    AT,
    FIRST,
    EffectsOrg,
    coach,
    effects_document,
    make_effects_org,
)
from tests.factories.sales_org import make_sales_org
from tests.fixtures.rest import ANYWAY, bearer
from tests.fixtures.statements import counted_statements

PATH = "/v1/coaching-effects"
IN_TURN = {
    "name": "In turn",
    "rule": "FREQ=WEEKLY;BYDAY=TU",
    "starts_on": (FIRST + timedelta(weeks=36)).isoformat(),
    "starts_at": "10:00",
    "staggered_start": {"waves": 2, "every_weeks": 16, "seed": 7},
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(database: Database) -> EffectsOrg:
    return await make_effects_org(database)


async def read(rest: httpx.AsyncClient, house: EffectsOrg, key: str | None = None, **params: str) -> httpx.Response:
    return await rest.get(PATH, params={**ASKED, **params}, headers=bearer(key or house.org.admin_key))


async def test_the_effect_with_all_that_it_rests_on(rest: httpx.AsyncClient, house: EffectsOrg) -> None:
    answer = await read(rest, house)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert (found["verdict"], found["cannot_tell"]) == ("helped", None), found["explanation"]
    assert found["design"] == "observational"
    result = found["result"]
    assert (result["n_coached"], found["n_left_out"]) == (10, 0)
    assert 15 <= result["n_compared"] <= 20
    low, effect, high = (float(result[name]) for name in ("low", "effect", "high"))
    assert low <= 4 <= high
    assert abs(effect - 4) < 0.5
    assert float(found["mirrored"]["low"]) > 2
    assert float(found["minimum_detectable"]) < 2
    assert [one["week"] for one in found["weeks"]] == list(range(1, 9))
    assert all(float(one["effect"]) > 2 for one in found["weeks"])
    assert (found["placebo"]["kpi"], float(found["placebo"]["low"]) <= 0) == ("emails", True)
    assert float(found["before"]["low"]) <= 0 <= float(found["before"]["high"])
    assert "Coaching helped: Calls rose" in found["explanation"]
    assert "return to normal is the default explanation" in found["caution"]
    assert (found["model_version"], found["interval_level"]) == ("coaching-effects-1", "0.9")
    assert "Callaway" in found["method"]
    assert found["as_of"].startswith(AT.date().isoformat())
    assert not any(rep.name in answer.text for rep in house.reps)


@pytest.mark.parametrize(
    ("kpi", "truth", "verdict", "said"),
    [
        ("connected-rate", 0.3, "helped", "Coaching helped: Connected rate rose beyond chance"),
        ("no-answer-rate", -0.3, "helped", "Coaching helped: No-answer rate fell beyond chance"),
        ("attempts", 4, "worse", "Coaching did not help, on the contrary: Attempts rose beyond chance"),
    ],
)
async def test_shares_and_what_should_be_low(
    rest: httpx.AsyncClient, house: EffectsOrg, kpi: str, truth: float, verdict: str, said: str
) -> None:
    found = (await read(rest, house, kpi=kpi)).json()
    assert (found["verdict"], found["polarity"]) == (verdict, "higher" if kpi == "connected-rate" else "lower")
    result = found["result"]
    low, effect, high = (float(result[name]) for name in ("low", "effect", "high"))
    assert low <= truth <= high
    assert abs(effect - truth) < abs(truth) / 4
    assert found["explanation"].startswith(said)
    # What adds up does so by the week; a share is one whatever the time.
    assert (" a week" in found["explanation"]) == (kpi == "attempts")
    baseline = {"connected-rate": 0.4, "no-answer-rate": 0.6, "attempts": 5.9}[kpi]
    assert float(found["baseline"]) == pytest.approx(baseline, rel=0.1)
    assert float(found["relative_effect"]) == pytest.approx(effect / float(found["baseline"]), rel=0.01)


async def test_who_reads_whose(rest: httpx.AsyncClient, house: EffectsOrg) -> None:
    top, lead, rep = [await house.org.key_for(one) for one in (house.top, house.leads[0], house.reps[0])]
    whole = (await read(rest, house)).json()["result"]
    assert (await read(rest, house, top)).json()["result"] == whole
    own = (await read(rest, house, lead)).json()
    # Half of those coached, against everybody in the company: one's own team would be too few.
    assert own["result"]["n_coached"] == 5
    assert own["result"]["n_compared"] >= 15
    asked = await read(rest, house, top, manager_id=str(house.leads[0].id))
    assert asked.json()["result"] == own["result"]
    assert (await read(rest, house, lead, manager_id=str(house.leads[1].id))).status_code == 404
    assert (await read(rest, house, lead, manager_id=str(house.top.id))).status_code == 404
    refused = await read(rest, house, rep)
    assert (refused.status_code, refused.json()["code"]) == (403, "permission_denied")


async def test_of_a_team_a_manager_reads_their_own_alone(rest: httpx.AsyncClient, house: EffectsOrg) -> None:
    async def team(name: str, members: list[PersonDTO]) -> str:
        body = {"name": name, "member_ids": [str(one.id) for one in members]}
        made = await rest.post("/v1/teams", json=body, headers=bearer(house.org.admin_key))
        assert made.status_code == 201, made.text
        return str(made.json()["id"])

    east, west = await team("East", house.reps[::2]), await team("West", house.reps[1::2])
    both, leads = await team("Both", house.reps), await team("Leads", [*house.leads])
    lead = await house.org.key_for(house.leads[0])
    own = (await read(rest, house, lead)).json()["result"]
    for team_id in (east, both):
        assert (await read(rest, house, lead, team_id=team_id)).json()["result"] == own
    # A sibling's team, and one in which nobody but the manager is visible to the manager.
    for team_id in (west, leads):
        hidden = await read(rest, house, lead, team_id=team_id)
        assert (hidden.status_code, hidden.json()["code"]) == (404, "team_not_found")
    counts = [
        (await read(rest, house, team_id=team_id)).json()["result"]["n_coached"] for team_id in (east, west, both)
    ]
    assert counts == [5, 5, 10]
    assert (await read(rest, house, team_id=leads)).json()["cannot_tell"] == "too_few_coached"
    assert (await read(rest, house, await house.org.key_for(house.reps[0]), team_id=east)).status_code == 403
    two = await read(rest, house, team_id=east, manager_id=str(house.leads[0].id))
    assert (two.status_code, [one["pointer"] for one in two.json()["errors"]]) == (422, ["team_id"])


async def test_what_is_not_known_yet_and_what_is_not_coaching_does_not_count(
    rest: httpx.AsyncClient, house: EffectsOrg
) -> None:
    early = (await read(rest, house, as_of=(AT - timedelta(weeks=17)).isoformat())).json()
    assert (early["verdict"], early["cannot_tell"]) == ("cannot_tell", "too_few_coached")
    assert (early["result"]["effect"], early["weeks"], early["minimum_detectable"]) == (None, [], None)
    before = (await read(rest, house)).json()["result"]
    never = house.reps[15]
    await coach(
        house,
        never.id,
        min(house.coached.values()),
        as_topic=True,
        status="missed",
        missed_at=AT,
        started_at=None,
        completed_at=None,
        minutes_held=None,
    )
    assert (await read(rest, house)).json()["result"] == before
    few = (await read(rest, house, to=min(house.coached.values()).isoformat())).json()
    assert (few["cannot_tell"], few["result"]["n_coached"]) == ("too_few_coached", 2)


async def test_a_programme_with_a_draw_is_an_experiment(rest: httpx.AsyncClient, house: EffectsOrg) -> None:
    body = {**IN_TURN, "manager_id": str(house.leads[0].id)}
    headers = bearer(house.org.admin_key)
    made = await rest.post("/v1/coaching-programmes", json=body, headers=headers)
    assert made.status_code == 201, made.text
    assert made.json()["staggered_start"] == body["staggered_start"]
    found = (await read(rest, house, programme_id=made.json()["id"])).json()
    assert (found["design"], found["mirrored"]) == ("experimental", None)
    # Half of the ten reps began at once, the others wait; whose sessions were held does not matter.
    assert (found["result"]["n_coached"], found["result"]["n_compared"]) == (5, 5)
    assert "the comparison is experimental" in found["caution"]
    plain = {**body, "name": "All at once", "staggered_start": None}
    other = (await rest.post("/v1/coaching-programmes", json=plain, headers=headers)).json()["id"]
    refused = await read(rest, house, programme_id=other)
    assert (refused.status_code, refused.json()["code"]) == (409, "not_staggered")
    assert (await read(rest, house, programme_id=str(house.top.id))).status_code == 404


async def test_a_kpi_that_nobody_coached_or_that_has_no_weeks(rest: httpx.AsyncClient, house: EffectsOrg) -> None:
    none = (await read(rest, house, kpi="emails")).json()
    assert (none["cannot_tell"], none["result"]["n_coached"], none["n_left_out"]) == ("too_few_coached", 0, 0)
    named = (await read(rest, house, placebo_kpi="emails")).json()
    assert named["placebo"]["kpi"] == "emails"


@pytest.mark.parametrize(
    ("params", "status"),
    [
        ({"kpi": "nothing"}, 404),
        ({"kpi": "NOT A KEY"}, 422),
        ({"placebo_kpi": "calls"}, 404),
        ({"weeks": "3"}, 422),
        ({"trigger_weeks": "0"}, 422),
        ({"from": "2026-06-01", "to": "2026-05-01"}, 422),
        ({"from": "2020-01-01"}, 422),
        ({"as_of": "now"}, 422),
        ({"manager_id": "01890a5d-ac96-774b-bcce-b302099a8057"}, 404),
        ({"team_id": "01890a5d-ac96-774b-bcce-b302099a8057"}, 404),
        ({"success_model_id": "01890a5d-ac96-774b-bcce-b302099a8057"}, 404),
        ({"colour": "red"}, 422),
    ],
)
async def test_bad_questions(rest: httpx.AsyncClient, house: EffectsOrg, params: dict[str, str], status: int) -> None:
    answer = await read(rest, house, **params)
    assert answer.status_code == status, answer.text


async def test_another_organization_has_none_of_it(rest: httpx.AsyncClient, house: EffectsOrg) -> None:
    """The other one has the same model, so that it is the ids that are not found and not the KPI."""
    headers, members = bearer(house.org.admin_key), [str(rep.id) for rep in house.reps]
    team, programme = [
        (await rest.post(path, json=body, headers=headers)).json()["id"]
        for path, body in (
            ("/v1/teams", {"name": "Theirs", "member_ids": members}),
            ("/v1/coaching-programmes", {**IN_TURN, "name": "Theirs"}),
        )
    ]
    theirs = {
        "manager_id": str(house.top.id),
        "team_id": team,
        "programme_id": programme,
        "success_model_id": str(house.model.id),
    }
    other = await make_sales_org(house.org.database)
    await other.activate(effects_document())
    own = await read(rest, house, other.admin_key)
    assert (own.status_code, own.json()["cannot_tell"]) == (200, "too_few_coached")
    assert (own.json()["result"]["n_coached"], own.json()["result"]["n_compared"]) == (0, 0)
    for name, id_ in theirs.items():
        assert (await read(rest, house, **{name: id_})).status_code == 200, name
        hidden = await read(rest, house, other.admin_key, **{name: id_})
        assert hidden.status_code == 404, (name, hidden.text)
        assert id_ not in hidden.text


async def test_days_are_the_organizations_and_who_left_has_too_few_weeks(
    rest: httpx.AsyncClient, house: EffectsOrg
) -> None:
    day = (FIRST + timedelta(weeks=45, days=3)).isoformat()
    late = datetime.fromisoformat(f"{day}T02:00:00+00:00") + timedelta(days=1)
    times = {"started_at": late, "completed_at": late + timedelta(minutes=30)}
    await coach(house, house.reps[16].id, late.date(), as_topic=False, **times)
    for on, counted in ((day, 1), (late.date().isoformat(), 0)):
        found = (await read(rest, house, **{"from": on, "to": on})).json()
        assert (found["result"]["n_coached"], found["n_left_out"]) == (counted, 0), on
    before = (await read(rest, house)).json()
    id_, began = next(iter(house.coached.items()))
    headers = bearer(house.org.admin_key) | ANYWAY
    for weeks, left_out in ((8, 0), (2, 1)):
        left = {"left_on": (began + timedelta(weeks=weeks)).isoformat()}
        answer = await rest.patch(f"/v1/people/{id_}", json=left, headers=headers)
        assert answer.status_code == 200, answer.text
        found = (await read(rest, house)).json()
        assert found["n_left_out"] == left_out
        assert found["result"]["n_coached"] == before["result"]["n_coached"] - left_out


async def test_a_constant_number_of_statements(rest: httpx.AsyncClient, house: EffectsOrg) -> None:
    lately = (AT - timedelta(weeks=9)).date().isoformat()
    counts = []
    for people, params in ((0, {"weeks": "4", "from": lately}), (0, {"weeks": "26"}), (6, {})):
        for number in range(people):
            added = await house.org.add_person(f"New{number}", manager_id=house.top.id, hired_on="2020-01-06")
            house.reps.append(added)
            await coach(house, added.id, max(house.coached.values()), as_topic=number % 2 == 0)
        await read(rest, house, **params)
        with counted_statements(house.org.database) as statements:
            assert (await read(rest, house, **params)).status_code == 200
        counts.append(len(statements))
    assert len(set(counts)) == 1, counts
