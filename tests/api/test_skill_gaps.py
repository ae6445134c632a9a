"""`GET /v1/skill-gaps`: shape, who sees what, and what is refused."""

import httpx
import pytest
import pytest_asyncio

from service.core.database import Database
from tests.factories.gaps import GapHouse, make_gap_house
from tests.factories.sales_org import make_sales_org
from tests.fixtures.rest import bearer

PATH = "/v1/skill-gaps"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(database: Database) -> GapHouse:
    return await make_gap_house(database)


async def test_the_answer(rest: httpx.AsyncClient, house: GapHouse) -> None:
    answer = await rest.get(PATH, params=house.query, headers=bearer(await house.org.key_for(house.lea)))
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert (found["claim"], found["model_version"], found["verdict_probability"]) == ("associational", "gaps-1", "0.80")
    assert (found["period_start"], found["period_end"]) == ("2025-07-01", "2026-06-30")
    una = found["people"][-1]
    assert (una["name"], una["verdict"]) == ("Una", "focus")
    first = una["skills"][0]
    assert (first["skill"], first["standing"], first["required"], first["level"]) == (
        "questioning",
        "focus",
        "3.00",
        "1.00",
    )
    assert float(first["rank_one"]) > 0.9
    assert first["rates"][0]["peer_median"].startswith("0.5")
    sparse = await rest.get(PATH, params={**house.query, "fields": "team"}, headers=bearer(house.org.admin_key))
    assert set(sparse.json()) == {"team"}


async def test_who_sees_what(rest: httpx.AsyncClient, house: GapHouse) -> None:
    una, ada = house.people["Una"], house.people["Ada"]
    rep = bearer(await house.org.key_for(una))
    own = await rest.get(PATH, params=house.query, headers=rep)
    assert [one["name"] for one in own.json()["people"]] == ["Una"]
    for query in ({"person_id": str(ada.id)}, {"manager_id": str(house.lea.id)}):
        hidden = await rest.get(PATH, params=query, headers=rep)
        assert (hidden.status_code, hidden.json()["code"]) == (404, "person_not_found")
    enablement = await house.org.add_person("Enid", role="enablement")
    everybody = await rest.get(PATH, params=house.query, headers=bearer(await house.org.key_for(enablement)))
    assert len(everybody.json()["people"]) == len(house.people)
    other = await make_sales_org(house.org.database)
    foreign = await rest.get(PATH, params={"person_id": str(una.id)}, headers=bearer(other.admin_key))
    assert (foreign.status_code, foreign.json()["code"]) == (404, "person_not_found")
    nobody = await rest.get(PATH, headers=bearer(other.admin_key))
    assert (nobody.json()["people"], nobody.json()["team"]) == ([], [])


async def test_one_framework(rest: httpx.AsyncClient, house: GapHouse) -> None:
    admin = bearer(house.org.admin_key)
    found = await rest.get(PATH, params={"framework": "seller", **house.query}, headers=admin)
    assert {one["framework"] for one in found.json()["team"]} == {"seller"}
    unknown = await rest.get(PATH, params={"framework": "buyer"}, headers=admin)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "competency_framework_not_found")


@pytest.mark.parametrize("params", [{"as_of": "now"}, {"colour": "red"}, {"framework": "No Key"}, {"person_id": "x"}])
async def test_bad_questions(rest: httpx.AsyncClient, house: GapHouse, params: dict[str, str]) -> None:
    answer = await rest.get(PATH, params=params, headers=bearer(house.org.admin_key))
    assert answer.status_code == 422, answer.text
    assert [error["pointer"] for error in answer.json()["errors"]] == list(params)
