"""`GET /v1/deal-verdicts`: which deals, what is said of each, page by page, and who may see them."""

from collections import Counter
from typing import Any

import httpx
import pytest
import pytest_asyncio

from service.core.database import Database
from service.core.ids import new_id
from tests.factories.quadrants import QuadrantHouse, make_quadrant_house
from tests.factories.sales_org import make_sales_org
from tests.fixtures.rest import bearer

PATH = "/v1/deal-verdicts"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(database: Database) -> QuadrantHouse:
    return await make_quadrant_house(database)


async def read(rest: httpx.AsyncClient, key: str, **query: Any) -> Any:
    answer = await rest.get(PATH, params=query, headers=bearer(key))
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_what_is_said_of_each_deal(rest: httpx.AsyncClient, house: QuadrantHouse) -> None:
    key = await house.org.key_for(house.lea)
    told = {}
    for name in ("Una", "Lucy", "Saul", "Fred"):
        found = await read(rest, key, person_id=str(house.people[name].id), limit=100)
        told[name] = Counter((one["outcome"], one["verdict"]) for one in found["data"])
    # One of four criteria is met: half of the two that a lost deal of the first stage is asked for.
    assert told == {
        "Una": {("won", "earned_win"): 3, ("lost", "unlucky_loss"): 27},
        "Lucy": {("won", "lucky_win"): 24, ("lost", "earned_loss"): 6},
        "Saul": {("won", "earned_win"): 24, ("lost", "unlucky_loss"): 6},
        "Fred": {("won", "lucky_win"): 3, ("lost", "earned_loss"): 27},
    }
    won = await read(rest, key, person_id=str(house.people["Lucy"].id), outcome="won", limit=1)
    (one,) = won["data"]
    assert (one["asked"], one["known"], one["met"], one["share"], one["process_standard"]) == (
        4,
        4,
        1,
        "0.2500",
        "0.7",
    )
    assert one["lesson"].startswith("Won without the process")
    assert (one["model_version"], one["success_model_version"]) == ("quadrants-1", 1)
    single = await rest.get(f"{PATH}/{one['id']}", params={"as_of": one["as_of"]}, headers=bearer(key))
    assert single.json() == one


async def test_pages_days_and_order(rest: httpx.AsyncClient, house: QuadrantHouse) -> None:
    key = house.org.admin_key
    first = await read(rest, key, limit=100)
    second = await read(rest, key, limit=100, cursor=first["next_cursor"])
    closed = [one["closed_at"] for one in (*first["data"], *second["data"])]
    assert closed == sorted(closed, reverse=True)
    assert len(closed) == 184
    assert second["next_cursor"] is None
    oldest = await read(rest, key, sort="closed_at", limit=1)
    assert oldest["data"][0]["closed_at"] == closed[-1]
    may = await read(rest, key, closed_from="2026-05-01", closed_until="2026-05-02", limit=100)
    assert {one["closed_at"][:7] for one in may["data"]} <= {"2026-05"}
    early = await read(rest, key, as_of="2026-04-20T12:00:00Z", limit=100)
    assert 0 < len(early["data"]) < 40
    assert max(one["closed_at"] for one in early["data"]) < "2026-04-20T12"
    none = await read(rest, key, outcome="open")
    assert none["data"] == []


async def test_who_sees_what(rest: httpx.AsyncClient, house: QuadrantHouse) -> None:
    una, saul = house.people["Una"], house.people["Saul"]
    rep = await house.org.key_for(una)
    own = await read(rest, rep, limit=100)
    assert {one["person_id"] for one in own["data"]} == {str(una.id)}
    for query in ({"person_id": str(saul.id)}, {"manager_id": str(house.lea.id)}):
        hidden = await rest.get(PATH, params=query, headers=bearer(rep))
        assert (hidden.status_code, hidden.json()["code"]) == (404, "person_not_found")
    below = await read(rest, house.org.admin_key, manager_id=str(house.lea.id), person_id=str(saul.id), limit=100)
    assert {one["person_id"] for one in below["data"]} == {str(saul.id)}
    other = await make_sales_org(house.org.database)
    deal = own["data"][0]["id"]
    for key, deal_id in ((other.admin_key, deal), (await house.org.key_for(saul), deal), (rep, new_id())):
        absent = await rest.get(f"{PATH}/{deal_id}", headers=bearer(key))
        assert (absent.status_code, absent.json()["code"]) == (404, "deal_verdict_not_found")


@pytest.mark.parametrize("params", [{"outcome": "maybe"}, {"closed_from": "soon"}, {"sort": "name"}, {"limit": "0"}])
async def test_bad_questions(rest: httpx.AsyncClient, house: QuadrantHouse, params: dict[str, str]) -> None:
    answer = await rest.get(PATH, params=params, headers=bearer(house.org.admin_key))
    assert answer.status_code == 422, answer.text
    assert [error["pointer"] for error in answer.json()["errors"]] == list(params)


async def test_without_a_model_nothing_is_known(rest: httpx.AsyncClient, database: Database) -> None:
    org = await make_sales_org(database)
    rita = await org.add_person("Rita")
    await org.add_deal(rita, org.local(2026, 3, 2), org.local(2026, 3, 9), "won")
    (one,) = (await read(rest, org.admin_key))["data"]
    assert (one["verdict"], one["known"], one["share"], one["process_standard"]) == ("cannot_tell", 0, None, None)
    assert one["success_model_version"] is None
