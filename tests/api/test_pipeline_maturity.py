"""`GET /v1/pipeline-maturity`: shape, whose deals, and what is refused."""

from typing import Any
from xml.etree import ElementTree as ET

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


async def test_the_picture(rest: httpx.AsyncClient, house: House) -> None:
    org, _ = house
    headers = bearer(org.admin_key) | {"Accept": "image/svg+xml"}
    query = {"as_of": AS_OF.isoformat(), "segment": "attributes.source"}
    answer = await rest.get(PATH, params=query, headers=headers)
    assert (answer.status_code, answer.headers["content-type"], answer.headers["vary"]) == (
        200,
        "image/svg+xml",
        "Accept",
    )
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    drawing = ET.fromstring(answer.text)
    names = {"s": "http://www.w3.org/2000/svg"}
    assert drawing.findtext("s:title", namespaces=names) == "How deals ripen"
    told = str(drawing.findtext("s:desc", namespaces=names))
    assert "All deals (n = 143): 29% are won by day 59" in told
    assert "without a value (n = 62): Cannot tell: fewer than 30" in told
    # All deals twice, and two segments of which something can be told: each line has its band.
    bands, lines = (drawing.findall(f"s:path[@class='{name}']", names) for name in ("narrow", "stroke accent"))
    assert len(bands) == len(lines) == 4
    assert drawing.find("s:script", names) is None
    refused = await rest.get(PATH, params={"fields": "together"}, headers=headers)
    assert refused.status_code == 422
    unknown = await rest.get(PATH, headers=headers | {"Accept": "image/png"})
    assert unknown.status_code == 406


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
