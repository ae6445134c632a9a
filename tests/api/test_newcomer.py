"""The newcomer's page: off unless asked for, nothing from elsewhere, no key in any file, and a policy that says so."""

import re
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from service.api.limits import RequestBounds
from service.api.newcomer.page import POLICY, STATIC
from service.core.database import Database
from service.core.embedded import DatabaseUrls
from service.core.secrets import SecretBox
from service.core.settings import Settings
from service.main import build_api
from tests.factories.sales_org import SalesOrg
from tests.fixtures.rest import bearer, rest_client

FILES = sorted(path.name for path in STATIC.iterdir())


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def paged(
    settings: Settings, urls: DatabaseUrls, database: Database, secret_box: SecretBox
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a service with the page."""
    with_page = settings.model_copy(update={"newcomer_page": True})
    async with rest_client(with_page, urls, database, secret_box) as client:
        yield client


async def test_it_is_off_unless_asked_for(rest: httpx.AsyncClient) -> None:
    assert not Settings(_env_file=None).newcomer_page
    for path in ("/", "/newcomer/main.js"):
        answer = await rest.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), path


async def test_it_runs_nothing_but_its_own_files(paged: httpx.AsyncClient) -> None:
    answer = await paged.get("/")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert answer.headers["content-security-policy"] == POLICY
    assert answer.headers["referrer-policy"] == "no-referrer"
    directives = dict(part.strip().split(" ", 1) for part in POLICY.split(";"))
    assert directives.pop("require-trusted-types-for") == "'script'"
    assert directives["default-src"] == directives["base-uri"] == directives["frame-ancestors"] == "'none'"
    assert set(directives.values()) == {"'none'", "'self'"}
    assert "<style" not in answer.text
    assert not re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|\son\w+=", answer.text)


async def test_every_file_that_it_names_is_its_own(paged: httpx.AsyncClient) -> None:
    page = (await paged.get("/")).text
    named = {f"/newcomer/{name}" for name in FILES}
    for asset in re.findall(r'(?:src|href)="([^"#]+)"', page):
        assert asset in named
    for name in FILES:
        served = await paged.get(f"/newcomer/{name}")
        assert served.status_code == 200, name
        for imported in re.findall(r'from "([^"]+)"', served.text):
            assert imported.removeprefix("./") in FILES, (name, imported)
        elsewhere = re.findall(
            r"(?:https?:)?//[a-z][\w.-]+\.[a-z]{2,}[^\s\"']*", re.sub(r"(?m)^\s*//.*$", "", served.text)
        )
        assert set(elsewhere) <= {"http://www.w3.org/2000/svg"}, name
        assert not re.search(r"innerHTML|insertAdjacentHTML|document\.write|\beval\(", served.text), name


async def test_after_an_upgrade_no_browser_mixes_old_files_with_new_ones(settings: Settings) -> None:
    """Each is asked for again, and none is taken for what it is not: as the whole application answers."""
    with_page = settings.model_copy(update={"newcomer_page": True})
    transport = httpx.ASGITransport(RequestBounds(build_api(with_page), with_page))
    async with httpx.AsyncClient(transport=transport, base_url=settings.base_url) as client:
        for path in ("/", "/newcomer/main.js"):
            headers = (await client.get(path)).headers
            assert (headers["cache-control"], headers["x-content-type-options"]) == ("private, no-cache", "nosniff")
        again = {"If-None-Match": headers["etag"]}
        assert (await client.get("/newcomer/main.js", headers=again)).status_code == 304


async def test_it_holds_no_key_and_knows_no_organization(paged: httpx.AsyncClient, org: SalesOrg) -> None:
    """The same bytes for everybody, with a key or without: what is shown comes over GraphQL."""
    without, with_key = await paged.get("/"), await paged.get("/", headers=bearer(org.admin_key))
    assert without.content == with_key.content
    assert "set-cookie" not in without.headers
    for name in FILES:
        assert "tl_" not in (STATIC / name).read_text("utf-8")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
async def test_it_is_only_read(paged: httpx.AsyncClient, method: str) -> None:
    answer = await paged.request(method, "/")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")


async def test_the_document_says_nothing_of_it(paged: httpx.AsyncClient) -> None:
    assert "/" not in (await paged.get("/openapi.json")).json()["paths"]


def test_no_file_is_above_300_lines() -> None:
    assert all(len((STATIC / name).read_text("utf-8").splitlines()) <= 300 for name in FILES)
