"""`/v1/forecasts`: shape, what is refused and how, and that a request made twice is one forecast."""

from typing import Any

import httpx
import pytest
import pytest_asyncio

from service.core.database import Database
from service.core.ids import new_id
from tests.factories.forecasts import Forecasters, make_forecasters
from tests.fixtures.rest import bearer

PATH = "/v1/forecasts"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(database: Database) -> Forecasters:
    return await make_forecasters(database)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def rita(house: Forecasters) -> dict[str, str]:
    return bearer(await house.org.key_for(house.people["Rita"]))


async def test_a_forecast_is_made_once_and_found_again(
    rest: httpx.AsyncClient, house: Forecasters, rita: dict[str, str]
) -> None:
    body = {"deal": {"deal_id": str(await house.open_deal("Rita")), "probability": "0.25"}}
    made = await rest.post(PATH, json=body, headers=rita | {"Idempotency-Key": "mine"})
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    assert (found["probability"], found["forecaster"]) == ("0.25", "rep")
    again = await rest.post(PATH, json=body, headers=rita | {"Idempotency-Key": "mine"})
    assert (again.json(), again.headers["idempotency-replayed"]) == (found, "true")
    read = await rest.get(made.headers["location"], headers=rita)
    assert (read.json(), read.headers["etag"]) == (found, made.headers["etag"])
    listed = await rest.get(PATH, params={"deal_id": body["deal"]["deal_id"]}, headers=rita)
    assert listed.json() == {"data": [found], "next_cursor": None}
    for method in ("PATCH", "PUT", "DELETE"):
        assert (await rest.request(method, made.headers["location"], json={}, headers=rita)).status_code == 405


@pytest.mark.parametrize(
    ("deal", "pointer"),
    [
        ({"probability": "1.01"}, "/deal/probability"),
        ({"probability": "-0.1"}, "/deal/probability"),
        ({"probability": "0.12345"}, "/deal/probability"),
        ({"probability": None}, "/deal/probability"),
        ({"expected_close_on": "soon"}, "/deal/expected_close_on"),
        ({"made_at": "2020-01-01T00:00:00Z"}, "/deal/made_at"),
        ({"deal_id": str(new_id())}, "/deal/deal_id"),
    ],
)
async def test_bad_forecasts_of_deals(
    rest: httpx.AsyncClient, house: Forecasters, rita: dict[str, str], deal: dict[str, Any], pointer: str
) -> None:
    said = {"deal_id": str(new_id()), "probability": "0.5", **deal}
    answer = await rest.post(PATH, json={"deal": said}, headers=rita)
    assert answer.status_code == 422, answer.text
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_bad_forecasts_of_quarters(rest: httpx.AsyncClient, house: Forecasters, rita: dict[str, str]) -> None:
    said: dict[str, Any] = {"person_id": str(house.people["Rita"].id), "period_start": "2099-01-01"}
    said |= {"measure": "wins", "expected": 5, "low": 2, "high": 8}
    for changed, pointer in (
        ({"low": 6}, "/quarter"),
        ({"high": "1e13"}, "/quarter/high"),
        ({"expected": "NaN"}, "/quarter/expected"),
        ({"measure": "calls"}, "/quarter/measure"),
        ({}, "/quarter/period_start"),
    ):
        answer = await rest.post(PATH, json={"quarter": said | changed}, headers=rita)
        assert answer.status_code == 422, answer.text
        assert answer.json()["errors"][0]["pointer"] == pointer
    for body in ({}, {"quarter": said, "deal": {"deal_id": str(new_id()), "probability": 1}}):
        assert (await rest.post(PATH, json=body, headers=rita)).status_code == 422


async def test_what_is_decided_is_a_conflict(rest: httpx.AsyncClient, house: Forecasters, rita: dict[str, str]) -> None:
    org = house.org
    row = await org.add_deal(house.people["Rita"], org.local(2025, 1, 2), org.local(2025, 2, 3), "won")
    answer = await rest.post(PATH, json={"deal": {"deal_id": str(row.id), "probability": 1}}, headers=rita)
    assert (answer.status_code, answer.json()["code"]) == (409, "deal_decided")
    organization = bearer(org.admin_key)
    nobody = await rest.post(PATH, json={"deal": {"deal_id": str(row.id), "probability": 1}}, headers=organization)
    assert (nobody.status_code, nobody.json()["code"]) == (403, "not_your_forecast")
