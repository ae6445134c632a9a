"""`GET /v1/quadrants`: shape, who sees what, what is refused, and that evidence dated back changes nothing."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio

from service.core.database import Database
from tests.factories.quadrants import CRITERIA, QuadrantHouse, make_quadrant_house, quadrant_document
from tests.factories.sales_org import make_sales_org
from tests.fixtures.rest import bearer

PATH = "/v1/quadrants"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(database: Database) -> QuadrantHouse:
    return await make_quadrant_house(database)


async def test_the_answer(rest: httpx.AsyncClient, house: QuadrantHouse) -> None:
    manager = bearer(await house.org.key_for(house.lea))
    answer = await rest.get(PATH, params=house.query, headers=manager)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    assert (found["period_start"], found["period_end"], found["team_on"]) == ("2026-04-01", "2026-06-30", "2026-06-30")
    assert (found["verdict_probability"], found["interval_level"]) == ("0.80", "0.9")
    assert found["model_version"] == "quadrants-1"
    assert "beta-binomial" in found["method"]
    told = {one["name"]: one for one in found["people"]}
    una = told["Una"]
    assert (una["verdict"], una["cannot_tell"], una["settles"]) == ("unlucky", None, None)
    assert una["prescription"].startswith("Be patient")
    assert una["explanation"].startswith("Of the process 66 of 66 criteria and targets were met; ")
    assert "3 won and 27 lost, 0 open; " in una["explanation"]
    assert told["Newt"]["verdict"] == "too_early"
    assert told["Newt"]["settles"].startswith("What would settle it: 6 more decided deals")
    sparse = await rest.get(PATH, params={**house.query, "fields": "people"}, headers=manager)
    assert set(sparse.json()) == {"people"}


async def test_the_picture(rest: httpx.AsyncClient, house: QuadrantHouse) -> None:
    headers = bearer(house.org.admin_key) | {"Accept": "image/svg+xml"}
    answer = await rest.get(PATH, params=house.query, headers=headers)
    assert (answer.status_code, answer.headers["content-type"], answer.headers["vary"]) == (
        200,
        "image/svg+xml",
        "Accept",
    )
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "Una: unlucky (3 won of 30 decided, 0 open)" in answer.text
    refused = await rest.get(PATH, params={"fields": "people"}, headers=headers)
    assert refused.status_code == 422
    unknown = await rest.get(PATH, headers=headers | {"Accept": "image/png"})
    assert unknown.status_code == 406


async def test_who_sees_what(rest: httpx.AsyncClient, house: QuadrantHouse) -> None:
    una, saul = house.people["Una"], house.people["Saul"]
    rep = bearer(await house.org.key_for(una))
    own = await rest.get(PATH, params=house.query, headers=rep)
    assert [one["name"] for one in own.json()["people"]] == ["Una"]
    for query in ({"person_id": str(saul.id)}, {"manager_id": str(house.lea.id)}):
        hidden = await rest.get(PATH, params=query, headers=rep)
        assert (hidden.status_code, hidden.json()["code"]) == (404, "person_not_found")
    enablement = await house.org.add_person("Enid", role="enablement")
    everybody = await rest.get(PATH, params=house.query, headers=bearer(await house.org.key_for(enablement)))
    assert len(everybody.json()["people"]) == len(house.people)
    other = await make_sales_org(house.org.database)
    foreign = await rest.get(PATH, params={"person_id": str(una.id)}, headers=bearer(other.admin_key))
    assert (foreign.status_code, foreign.json()["code"]) == (404, "person_not_found")


@pytest.mark.parametrize(
    "params",
    [{"period": "decade"}, {"period_start": "2026-04-02"}, {"as_of": "now"}, {"colour": "red"}],
)
async def test_bad_questions(rest: httpx.AsyncClient, house: QuadrantHouse, params: dict[str, str]) -> None:
    answer = await rest.get(PATH, params=params, headers=bearer(house.org.admin_key))
    assert answer.status_code == 422, answer.text
    assert [error["pointer"] for error in answer.json()["errors"]] == list(params)


async def test_the_setting_of_the_organization(rest: httpx.AsyncClient, house: QuadrantHouse) -> None:
    org = await make_sales_org(house.org.database)
    admin = bearer(org.admin_key)
    before = await rest.get("/v1/organization", headers=admin)
    assert before.json()["verdict_probability"] == "0.80"
    for bad in ("0.49", "1", "0.801", None):
        refused = await rest.patch(
            "/v1/organization",
            json={"verdict_probability": bad},
            headers=admin | {"If-Match": before.headers["etag"]},
        )
        assert refused.status_code == 422, refused.text
        assert [error["pointer"] for error in refused.json()["errors"]] == ["/verdict_probability"]
    changed = await rest.patch(
        "/v1/organization",
        json={"verdict_probability": "0.95"},
        headers=admin | {"If-Match": before.headers["etag"]},
    )
    assert (changed.status_code, changed.json()["verdict_probability"]) == (200, "0.95")
    assert (await rest.get(PATH, headers=admin)).json()["verdict_probability"] == "0.95"


async def test_evidence_dated_back_after_the_outcome_changes_nothing(
    rest: httpx.AsyncClient, database: Database
) -> None:
    """The time of recording decides: two deals of one rep are lost, and one of them had its fields filled in time."""
    org = await make_sales_org(database)
    await org.activate(quadrant_document(), build=False)
    rita = await org.add_person("Rita", job_role="AE")
    admin = bearer(org.admin_key)
    begun = datetime.now(UTC) - timedelta(days=3)

    async def push(**deal: Any) -> None:
        body = {"system": "pipes", "deals": [{"owner": rita.email, "created_at": begun.isoformat(), **deal}]}
        answer = await rest.post("/v1/deals", json=body, headers=admin)
        assert answer.json()["data"][0]["status"] in {"created", "updated"}, answer.text

    async def move(deal: str, stage: str, hours: int, **fields: Any) -> None:
        at = (begun + timedelta(hours=hours)).isoformat()
        await push(external_id=deal, stage=stage, modified_at=at, **fields)

    async def process() -> tuple[int, int]:
        answer = await rest.get(PATH, params={"person_id": str(rita.id), "period": "year"}, headers=admin)
        (found,) = answer.json()["people"]
        return found["process_met"], found["process_n"]

    filled = dict.fromkeys(CRITERIA, "yes")
    await move("first", "discovery", 0, attributes=filled, owner=None)
    for deal, attributes in (("good", filled), ("bad", {})):
        await move(deal, "discovery", 1, attributes=attributes)
        await move(deal, "proposal", 24)
        await move(deal, "closed_lost", 48)
    assert await process() == (2, 4)
    await move("bad", "discovery", 2, attributes=filled)
    assert await process() == (2, 4)
    await move("good", "closed_lost", 60, attributes=dict.fromkeys(CRITERIA))
    assert await process() == (2, 4)
