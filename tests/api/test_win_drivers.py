"""`GET /v1/win-drivers`: shape, whose deals, and what is refused."""

from typing import Any

import httpx
import pytest
import pytest_asyncio

from service.core.database import Database
from tests.factories.drivers import AS_OF, DEALS, DriversOrg, make_drivers_org
from tests.factories.sales_org import make_sales_org
from tests.fixtures.rest import bearer

PATH = "/v1/win-drivers"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(database: Database) -> DriversOrg:
    return await make_drivers_org(database)


async def test_the_answer(rest: httpx.AsyncClient, house: DriversOrg) -> None:
    query = {"as_of": AS_OF.isoformat(), "manager_id": str(house.lead.id)}
    rep = bearer(await house.org.key_for(house.reps[0]))
    answer = await rest.get(PATH, params=query, headers=rep)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    assert (found["n"], found["people"], found["cannot_tell"], found["associational"]) == (DEALS, 6, None, True)
    assert (found["start"], found["until"], found["team_on"]) == ("2025-06-02", "2026-06-02", "2026-06-01")
    assert (found["interval_level"], found["false_discoveries"]) == ("0.9", "0.05")
    assert found["model_version"] == "drivers-1"
    assert found["method"].startswith("Penalised logistic regression")
    calls, buyer, *others = found["drivers"]
    assert (calls["kind"], calls["verdict"]) == ("activity", "not_beyond_chance")
    assert (buyer["kind"], buyer["key"], buyer["verdict"]) == ("criterion", "economic_buyer", "goes_with_wins")
    assert float(buyer["interval_low"]) < float(buyer["odds_ratio"]) < float(buyer["interval_high"])
    assert buyer["deals_needed"] < DEALS
    assert {(one["verdict"], one["odds_ratio"], one["cannot_tell"]) for one in others} == {
        ("cannot_tell", None, "nothing_known")
    }
    sparse = await rest.get(PATH, params={**query, "fields": "explanation"}, headers=rep)
    assert set(sparse.json()) == {"explanation"}


async def test_a_span_and_a_case_mix(rest: httpx.AsyncClient, house: DriversOrg) -> None:
    query = {
        "as_of": AS_OF.isoformat(),
        "from": "2025-10-10",
        "until": "2025-11-01",
        "case_mix": ["pipeline", "attributes.source"],
        "success_model_id": str(house.model.id),
    }
    answer = await rest.get(PATH, params=query, headers=bearer(house.org.admin_key))
    found = answer.raise_for_status().json()
    assert (found["start"], found["until"], found["case_mix"]) == (
        "2025-10-10",
        "2025-11-01",
        ["pipeline", "attributes.source"],
    )
    assert found["cannot_tell"] == "too_few_deals"
    assert found["deals_needed"] > 0


async def test_who_sees_what(rest: httpx.AsyncClient, house: DriversOrg) -> None:
    query = {"manager_id": str(house.lead.id)}
    hidden = await rest.get(PATH, params=query, headers=bearer(await house.org.key_for(house.alone)))
    assert (hidden.status_code, hidden.json()["code"]) == (404, "person_not_found")
    other = await make_sales_org(house.org.database)
    for params in (query, {"success_model_id": str(house.model.id)}):
        foreign = await rest.get(PATH, params=params, headers=bearer(other.admin_key))
        assert foreign.status_code == 404


@pytest.mark.parametrize(
    ("params", "pointer"),
    [
        ({"case_mix": "stage"}, "case_mix"),
        ({"case_mix": ["pipeline"] * 6}, "case_mix"),
        ({"from": "2026-02-01", "until": "2026-02-01"}, "until"),
        ({"from": "2020-02-01", "until": "2026-02-01"}, "from"),
        ({"as_of": "now"}, "as_of"),
        ({"colour": "red"}, "colour"),
    ],
)
async def test_bad_questions(rest: httpx.AsyncClient, house: DriversOrg, params: Any, pointer: str) -> None:
    answer = await rest.get(PATH, params=params, headers=bearer(house.org.admin_key))
    assert answer.status_code == 422, answer.text
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
