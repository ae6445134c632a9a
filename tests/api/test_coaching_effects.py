"""`GET /v1/coaching-effects`: what is answered, who reads it, and what is refused."""

from datetime import timedelta

import httpx
import pytest
import pytest_asyncio

from service.core.database import Database
from tests.factories.coaching_effects import ASKED, AT, FIRST, EffectsOrg, coach, make_effects_org
from tests.factories.sales_org import make_sales_org
from tests.fixtures.rest import bearer

PATH = "/v1/coaching-effects"


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
    body = {
        "name": "In turn",
        "rule": "FREQ=WEEKLY;BYDAY=TU",
        "starts_on": (FIRST + timedelta(weeks=36)).isoformat(),
        "starts_at": "10:00",
        "manager_id": str(house.leads[0].id),
        "staggered_start": {"waves": 2, "every_weeks": 16, "seed": 7},
    }
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
    other = await make_sales_org(house.org.database)
    assert (await read(rest, house, other.admin_key)).status_code == 404
