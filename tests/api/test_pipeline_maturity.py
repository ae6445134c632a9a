"""`GET /v1/pipeline-maturity`: shape, whose deals, and what is refused."""

from typing import Any

import httpx
import pytest
import pytest_asyncio

from service.core.database import Database
from tests.factories.maturity import AS_OF, House, make_ripening_house
from tests.factories.sales_org import make_sales_org
from tests.fixtures.rest import bearer

PATH = "/v1/pipeline-maturity"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(database: Database) -> House:
    return await make_ripening_house(database)


async def test_the_answer(rest: httpx.AsyncClient, house: House) -> None:
    org, people = house
    query = {"as_of": AS_OF.isoformat(), "manager_id": str(people["lea"].id), "segment": "attributes.source"}
    manager = bearer(await org.key_for(people["lea"]))
    answer = await rest.get(PATH, params=query, headers=manager)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    assert (found["records_start"], found["records_start_is"]) == ("2025-01-16", "earliest_close")
    assert (found["method"], found["model_version"]) == (
        "Aalen-Johansen with late entry; 90 % intervals by log(-log)",
        "maturity-1",
    )
    whole = found["together"]
    assert (whole["n"], whole["eventual_days"], whole["cannot_tell"]) == (143, 59, None)
    assert whole["win_rate_low"] < whole["win_rate"] < whole["win_rate_high"]
    assert [(one["segment"], one["cannot_tell"]) for one in found["segments"]] == [
        ("fair", None),
        ("web", None),
        (None, "too_few_decided"),
    ]
    assert found["open_deals"][0]["verdict"] == "cannot_tell"
    assert {one["person_id"] for one in found["open_deals"]} == {str(people[name].id) for name in ("rita", "rob")}
    sparse = await rest.get(PATH, params={**query, "fields": "together"}, headers=manager)
    assert set(sparse.json()) == {"together"}


async def test_who_sees_what(rest: httpx.AsyncClient, house: House) -> None:
    org, people = house
    query = {"manager_id": str(people["lea"].id)}
    hidden = await rest.get(PATH, params=query, headers=bearer(await org.key_for(people["rob"])))
    assert (hidden.status_code, hidden.json()["code"]) == (404, "person_not_found")
    other = await make_sales_org(org.database)
    foreign = await rest.get(PATH, params=query, headers=bearer(other.admin_key))
    assert (foreign.status_code, foreign.json()["code"]) == (404, "person_not_found")


@pytest.mark.parametrize(
    "params",
    [
        {"segment": "stage"},
        {"segment": "attributes."},
        {"segment": "Attributes.x"},
        {"as_of": "now"},
        {"records_start": "0001-01-01"},
        {"colour": "red"},
    ],
)
async def test_bad_questions(rest: httpx.AsyncClient, house: House, params: dict[str, str]) -> None:
    answer = await rest.get(PATH, params=params, headers=bearer(house[0].admin_key))
    assert answer.status_code == 422, answer.text
    assert [error["pointer"] for error in answer.json()["errors"]] == list(params)
