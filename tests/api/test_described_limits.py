"""What the OpenAPI document says of requests holds: what fuzzers found to be promised and not kept."""

import httpx
import pytest

from service.api.sparse import SPARSE_MEDIA_TYPE
from tests.factories.sales_org import SalesOrg
from tests.factories.success_models import model_document, target
from tests.fixtures.rest import bearer


async def test_a_sparse_row_is_answered_as_one(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    """It is not what the schema of a whole row promises."""
    whole = await rest.get("/v1/organization", headers=bearer(org.admin_key))
    sparse = await rest.get("/v1/organization", params={"fields": "id,name"}, headers=bearer(org.admin_key))
    assert (whole.headers["content-type"], sparse.headers["content-type"]) == ("application/json", SPARSE_MEDIA_TYPE)
    assert set(sparse.json()) == {"id", "name"}


@pytest.mark.parametrize("tags", ["", "a", '"a",', '"a" "b"', '"' + "a" * 1000 + '"'])
async def test_a_list_of_tags_is_one(rest: httpx.AsyncClient, org: SalesOrg, tags: str) -> None:
    headers = bearer(org.admin_key)
    read = await rest.get("/v1/organization", headers=headers | {"If-None-Match": tags})
    written = await rest.patch("/v1/organization", json={"name": "B"}, headers=headers | {"If-Match": tags})
    assert [answer.status_code for answer in (read, written)] == [422, 422]
    assert read.json()["errors"][0]["pointer"] == "If-None-Match"


@pytest.mark.parametrize(
    ("path", "name"),
    [("/v1/kpi-snapshots", "as_of"), ("/v1/kpi-snapshots", "period_start"), ("/v1/audit-events", "since")],
)
async def test_a_number_is_no_time(rest: httpx.AsyncClient, org: SalesOrg, path: str, name: str) -> None:
    """Not even as text, which a query is: it would pass as seconds since 1970."""
    answer = await rest.get(path, params={name: "0"}, headers=bearer(org.admin_key))
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, name)


async def test_the_text_of_a_number_is_short(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    document = model_document(targets=[target("calls", "month", "0" * 40 + "1")])
    answer = await rest.post("/v1/success-models", json=document, headers=bearer(org.admin_key))
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/targets/0/value")


async def test_a_pointer_shows_no_nul(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    answer = await rest.post("/v1/people", json={"a\x00b": 1}, headers=bearer(org.admin_key))
    assert answer.status_code == 422
    assert "/a\ufffdb" in [error["pointer"] for error in answer.json()["errors"]]
