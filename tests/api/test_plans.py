"""`POST /v1/success-models/{id}/plan`: a calculation; nothing is stored, and bad questions name their field."""

from typing import Any

import httpx
import pytest
import pytest_asyncio

from service.core.database import Database
from tests.factories.planning import SellingTeam, make_selling_team
from tests.fixtures.rest import bearer


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def team(database: Database) -> SellingTeam:
    return await make_selling_team(database)


async def ask(rest: httpx.AsyncClient, team: SellingTeam, key: str | None = None, **fields: Any) -> httpx.Response:
    body = {"person_id": str(team.ann.id), "as_of": team.at.isoformat(), **fields}
    return await rest.post(
        f"/v1/success-models/{team.model.id}/plan", json=body, headers=bearer(key or team.org.admin_key)
    )


async def test_a_plan(rest: httpx.AsyncClient, team: SellingTeam) -> None:
    answer = await ask(rest, team)
    assert answer.status_code == 200, answer.text
    plan = answer.json()
    assert (plan["quota"], plan["missing"], plan["confidence"]) == ("50000", "50000", "0.8")
    assert [one["key"] for one in plan["requirements"]] == ["opportunities", "calls"]
    assert plan["most_telling"] in {one["key"] for one in plan["levers"]}
    assert (await ask(rest, team)).json() == plan
    rep = await ask(rest, team, await team.org.key_for(team.ann))
    assert rep.json() == plan


async def test_it_leaves_no_trace(rest: httpx.AsyncClient, team: SellingTeam) -> None:
    await ask(rest, team)
    events = await rest.get("/v1/audit-events", headers=bearer(team.org.admin_key))
    assert "planWayBack" not in {row["action"] for row in events.raise_for_status().json()["data"]}


async def test_who_may_not_see_the_person_meets_404(rest: httpx.AsyncClient, team: SellingTeam) -> None:
    other = await ask(rest, team, await team.org.key_for(team.reps[1]))
    assert (other.status_code, other.json()["code"]) == (404, "person_not_found")


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"person_id": "Ann"}, "/person_id"),
        ({"confidence": "0.99"}, "/confidence"),
        ({"confidence": "0.4"}, "/confidence"),
        ({"confidence": "much"}, "/confidence"),
        ({"quota": "0"}, "/quota"),
        ({"quota": "-5"}, "/quota"),
        ({"quota": "1e400"}, "/quota"),
        ({"quota": "NaN"}, "/quota"),
        ({"period": "decade"}, "/period"),
        ({"period_start": "2026-02-30"}, "/period_start"),
        ({"period_start": "2020-01-01"}, "/period_start"),
        ({"period_start": "2026-01-02"}, "/period_start"),
        ({"as_of": "0001-01-01T00:00:00Z"}, "/as_of"),
        ({"kpi": "win-rate"}, "/kpi"),
        ({"as_of": "yesterday"}, "/as_of"),
        ({"mood": "good"}, "/mood"),
    ],
)
async def test_bad_questions_name_the_field(
    rest: httpx.AsyncClient, team: SellingTeam, fields: dict[str, str], pointer: str
) -> None:
    answer = await ask(rest, team, **fields)
    assert answer.status_code == 422, answer.text
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
