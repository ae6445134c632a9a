"""`GET /v1/rate-comparisons`: shape, who sees what, and what is refused."""

import httpx
import pytest
import pytest_asyncio

from service.core.database import Database
from tests.factories.rates import RatesOrg, make_rates_org
from tests.factories.sales_org import make_sales_org
from tests.fixtures.rest import bearer

PATH = "/v1/rate-comparisons"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def rates(database: Database) -> RatesOrg:
    return await make_rates_org(database)


async def read(rest: httpx.AsyncClient, rates: RatesOrg, key: str | None = None, **params: str) -> httpx.Response:
    asked = {"as_of": rates.at.isoformat(), "kpi": "connected-rate", **params}
    return await rest.get(PATH, params=asked, headers=bearer(key or rates.org.admin_key))


async def test_a_team_by_name(rest: httpx.AsyncClient, rates: RatesOrg) -> None:
    answer = await read(rest, rates, manager_id=str(rates.lead.id))
    assert answer.status_code == 200, answer.text
    (compared,) = answer.json()["comparisons"]
    names = [row["name"] for row in compared["rates"]]
    assert names == sorted(names)
    assert (compared["method"], compared["rate"], compared["model_version"]) == ("beta_binomial", "0.543750", 1)
    weak = compared["rates"][-1]
    assert (weak["control"], weak["rate"], weak["n"]) == ("below", "0.150000", 40)
    assert "One person is out of control" in compared["explanation"]


async def test_a_reps_answer_names_nobody_else(rest: httpx.AsyncClient, rates: RatesOrg) -> None:
    rep = rates.reps[2]
    answer = await read(rest, rates, await rates.org.key_for(rep))
    (compared,) = answer.json()["comparisons"]
    assert [row["person_id"] for row in compared["rates"]] == [str(rep.id)]
    assert compared["peers"]["people"] == 7
    others = [person for person in (*rates.reps, rates.newcomer) if person is not rep]
    assert not any(str(other.id) in answer.text or f'"{other.name}"' in answer.text for other in others)


@pytest.mark.parametrize(
    ("params", "status", "pointer"),
    [
        ({"period": "decade"}, 422, "period"),
        ({"period_start": "2025-01-02"}, 422, "period_start"),
        ({"kpi": "calls"}, 422, "kpi"),
        ({"kpi": "NOT A KEY"}, 422, "kpi"),
        ({"as_of": "now"}, 422, "as_of"),
        ({"manager_id": "me"}, 422, "manager_id"),
        ({"colour": "red"}, 422, "colour"),
        ({"kpi": "nothing"}, 404, None),
    ],
)
async def test_bad_questions(
    rest: httpx.AsyncClient, rates: RatesOrg, params: dict[str, str], status: int, pointer: str | None
) -> None:
    answer = await read(rest, rates, **params)
    assert answer.status_code == status, answer.text
    assert pointer is None or answer.json()["errors"][0]["pointer"].startswith(pointer)


async def test_another_organization_meets_404(rest: httpx.AsyncClient, rates: RatesOrg) -> None:
    other = await make_sales_org(rates.org.database)
    for params in ({"manager_id": str(rates.lead.id)}, {"team_id": str(rates.team.id)}):
        hidden = await rest.get(PATH, params=params, headers=bearer(other.admin_key))
        assert hidden.status_code == 404


async def test_as_a_picture(rest: httpx.AsyncClient, rates: RatesOrg) -> None:
    params = {"as_of": rates.at.isoformat(), "kpi": "connected-rate", "manager_id": str(rates.lead.id)}
    asked = bearer(rates.org.admin_key) | {"Accept": "image/svg+xml,*/*;q=0.5"}
    picture = await rest.get(PATH, params=params, headers=asked)
    assert (picture.status_code, picture.headers["vary"]) == (200, "Accept")
    assert picture.headers["content-type"].startswith("image/svg+xml")
    assert "script-src" not in picture.headers["content-security-policy"]
    assert "default-src 'none'" in picture.headers["content-security-policy"]
    assert picture.text.startswith("<svg")
    assert "One person is out of control" in picture.text
    refused = await rest.get(PATH, params=params, headers=asked | {"Accept": "image/png"})
    assert refused.status_code == 406
