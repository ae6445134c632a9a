"""Health, readiness, and pages that work without the internet."""

import re

import httpx
import pytest


async def test_health_and_readiness_need_no_key(rest: httpx.AsyncClient) -> None:
    for path in ("/healthz", "/readyz"):
        answer = await rest.get(path)
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize("page", ["/docs", "/graphql"])
async def test_a_page_loads_nothing_from_elsewhere(rest: httpx.AsyncClient, page: str) -> None:
    """Every asset the page names is served by the service itself."""
    answer = await rest.get(page, headers={"Accept": "text/html"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    named = re.findall(r'(?:src|href)="([^"]+)"', answer.text)
    assets = [asset for asset in named if not asset.startswith("data:")]
    assert assets
    for asset in assets:
        assert asset.startswith("/"), asset
        assert not asset.startswith("//"), asset
        served = await rest.get(asset)
        assert (served.status_code, len(served.content) > 100) == (200, True), asset


async def test_the_document_is_served(rest: httpx.AsyncClient) -> None:
    document = (await rest.get("/openapi.json")).json()
    assert document["openapi"].startswith("3.1")
