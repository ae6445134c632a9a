"""Health, readiness, and pages that work without the internet."""

import re

import httpx
import pytest

from service.core.settings import Settings
from service.main import build_api


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


def test_every_operation_is_described() -> None:
    """A name in camel case that stays, a summary, a description, and the problems it may answer with."""
    document = build_api(Settings(_env_file=None)).openapi()
    names = []
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            names.append(operation["operationId"])
            assert re.fullmatch(r"[a-z]+([A-Z][a-z]+)+", operation["operationId"]), (method, path)
            assert operation["summary"], (method, path)
            assert operation["description"], (method, path)
            if path.startswith("/v1"):
                assert {"401", "503"} <= set(operation["responses"]), (method, path)
            for status, response in operation["responses"].items():
                if not status.startswith("2"):
                    assert list(response["content"]) == ["application/problem+json"], (method, path, status)
    assert len(names) == len(set(names))
