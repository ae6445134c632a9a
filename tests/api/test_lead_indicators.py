"""`GET /v1/lead-indicators`: shape, who reads it, and what is refused."""

import httpx
import pytest
import pytest_asyncio

from service.core.database import Database
from tests.factories.leads import AT, LeadsOrg, make_leads_org
from tests.factories.sales_org import make_sales_org
from tests.fixtures.rest import bearer

PATH = "/v1/lead-indicators"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def team(database: Database) -> LeadsOrg:
    return await make_leads_org(database, weeks=40)


async def read(rest: httpx.AsyncClient, team: LeadsOrg, key: str | None = None, **params: str) -> httpx.Response:
    asked = {"as_of": AT.isoformat(), **params}
    return await rest.get(PATH, params=asked, headers=bearer(key or team.org.admin_key))


async def test_each_process_kpi_with_what_its_grade_rests_on(rest: httpx.AsyncClient, team: LeadsOrg) -> None:
    answer = await read(rest, team)
    assert answer.status_code == 200, answer.text
    found = {one["kpi"]: one for one in answer.json()["indicators"]}
    assert list(found) == ["calls", "emails", "connected-rate", "opened"]
    calls = found["calls"]
    assert (calls["grade"], calls["cannot_tell"], calls["model_version"]) == ("predictive", None, 1)
    assert (calls["outcome_kpi"], calls["lag_weeks"], calls["lag_source"]) == ("opened", 2, "assumed")
    figures = calls["figures"]
    assert figures["n"] == 6 * 37
    low, value, high = (float(figures[name]) for name in ("within_low", "within_effect", "within_high"))
    assert low <= value <= high
    assert "Mundlak" in calls["method"]
    assert (found["emails"]["grade"], found["emails"]["cannot_tell"]) == ("unproven", "no_effect_seen")
    assert found["opened"]["figures"] is None
    names = [person.name for person in (*team.reps, team.lead)]
    assert not any(f'"{name}"' in answer.text for name in names)


async def test_a_rep_reads_the_same(rest: httpx.AsyncClient, team: LeadsOrg) -> None:
    whole, own = await read(rest, team), await read(rest, team, await team.org.key_for(team.reps[0]))
    assert own.json()["indicators"] == whole.json()["indicators"]


async def test_one_kpi_of_one_model(rest: httpx.AsyncClient, team: LeadsOrg) -> None:
    answer = await read(rest, team, kpi="emails", success_model_id=str(team.model.id))
    assert [one["kpi"] for one in answer.json()["indicators"]] == ["emails"]


@pytest.mark.parametrize(
    ("params", "status"),
    [
        ({"kpi": "nothing"}, 404),
        ({"kpi": "won"}, 404),
        ({"kpi": "NOT A KEY"}, 422),
        ({"as_of": "now"}, 422),
        ({"success_model_id": "mine"}, 422),
        ({"success_model_id": "01890a5d-ac96-774b-bcce-b302099a8057"}, 404),
        ({"colour": "red"}, 422),
    ],
)
async def test_bad_questions(rest: httpx.AsyncClient, team: LeadsOrg, params: dict[str, str], status: int) -> None:
    answer = await read(rest, team, **params)
    assert answer.status_code == status, answer.text


async def test_another_organizations_model_is_not_there(rest: httpx.AsyncClient, team: LeadsOrg) -> None:
    other = await make_sales_org(team.org.database)
    asked = {"success_model_id": str(team.model.id)}
    assert (await rest.get(PATH, params=asked, headers=bearer(other.admin_key))).status_code == 404
    assert (await rest.get(PATH, headers=bearer(other.admin_key))).json()["indicators"] == []
