"""Pictures by their address alone: the same as by the header, with the same query, rights and errors."""

import httpx
import pytest

from tests.factories.sales_org import SalesOrg
from tests.fixtures.rest import bearer

PATHS = (
    *("/v1/rate-comparisons", "/v1/pipeline-maturity", "/v1/quadrants"),
    *("/v1/forecast-accuracy", "/v1/coaching-capability"),
)
QUERY = {"as_of": "2027-03-01T12:00:00Z"}


@pytest.mark.parametrize("path", PATHS)
async def test_the_suffix_is_the_header(rest: httpx.AsyncClient, org: SalesOrg, path: str) -> None:
    headers = bearer(org.admin_key)
    asked = await rest.get(path, params=QUERY, headers=headers | {"Accept": "image/svg+xml"})
    addressed = await rest.get(f"{path}.svg", params=QUERY, headers=headers | {"Accept": "image/png"})
    assert (addressed.status_code, addressed.headers["content-type"]) == (200, "image/svg+xml")
    assert addressed.text == asked.text
    assert addressed.headers["content-security-policy"] == asked.headers["content-security-policy"]


@pytest.mark.parametrize("path", PATHS)
async def test_its_errors_are_those_of_the_question(rest: httpx.AsyncClient, org: SalesOrg, path: str) -> None:
    assert (await rest.get(f"{path}.svg")).status_code == 401
    headers = bearer(org.admin_key)
    refused = await rest.get(f"{path}.svg", params={"as_of": "yesterday"}, headers=headers)
    assert (refused.status_code, refused.headers["content-type"]) == (422, "application/problem+json")
    assert [error["pointer"] for error in refused.json()["errors"]] == ["as_of"]
    assert (await rest.post(f"{path}.svg", headers=headers)).status_code == 405


@pytest.mark.parametrize(
    "path", ["/v1/people.svg", "/v1/me.svg", "/v1/quadrants.svg.svg", "/v1/.svg", "/v1/quadrants.png"]
)
async def test_what_has_no_picture_has_no_such_address(rest: httpx.AsyncClient, org: SalesOrg, path: str) -> None:
    assert (await rest.get(path, headers=bearer(org.admin_key))).status_code == 404
