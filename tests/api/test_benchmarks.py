"""`GET /v1/success-models/{id}/benchmarks`: shape, filters, and what is refused."""

import httpx
import pytest
import pytest_asyncio

from service.core.database import Database
from tests.factories.benchmarks import PeerOrg, make_peer_org
from tests.factories.sales_org import make_sales_org
from tests.fixtures.rest import bearer


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def peers(database: Database) -> PeerOrg:
    return await make_peer_org(database)


async def read(rest: httpx.AsyncClient, peers: PeerOrg, **params: str) -> httpx.Response:
    path = f"/v1/success-models/{peers.model.id}/benchmarks"
    return await rest.get(path, params={"as_of": peers.at.isoformat(), **params}, headers=bearer(peers.org.admin_key))


async def test_benchmarks_of_a_job_role(rest: httpx.AsyncClient, peers: PeerOrg) -> None:
    answer = await read(rest, peers, job_role="AE")
    assert answer.status_code == 200, answer.text
    rows = answer.json()["benchmarks"]
    assert [(row["tenure"], row["n"], row["median"], row["proof"]) for row in rows] == [
        (None, 15, "5.000000", "proven"),
        ("under_6_months", 3, None, "too_few"),
        ("2_years_or_more", 12, "6.500000", "proven"),
    ]


@pytest.mark.parametrize(
    ("params", "status"),
    [
        ({"period": "decade"}, 422),
        ({"period_start": "2025-01-02"}, 422),
        ({"tenure": "long"}, 422),
        ({"as_of": "now"}, 422),
        ({"colour": "red"}, 422),
        ({"job_role": "Nobody"}, 200),
    ],
)
async def test_bad_questions(rest: httpx.AsyncClient, peers: PeerOrg, params: dict[str, str], status: int) -> None:
    answer = await read(rest, peers, **params)
    assert answer.status_code == status, answer.text
    if status == 422:
        assert [error["pointer"] for error in answer.json()["errors"]] == list(params)
    else:
        assert answer.json()["benchmarks"] == []


async def test_another_organization_meets_404(rest: httpx.AsyncClient, peers: PeerOrg) -> None:
    other = await make_sales_org(peers.org.database)
    path = f"/v1/success-models/{peers.model.id}/benchmarks"
    hidden = await rest.get(path, headers=bearer(other.admin_key))
    assert (hidden.status_code, hidden.json()["code"]) == (404, "success_model_not_found")
