"""The endpoint itself: what is no GraphQL request, the page, and what is served without introspection."""

from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from schema.limits import MAX_COST
from schema.router import PAGE_POLICY
from service.api.limits import RequestBounds
from service.core.database import Database
from service.core.embedded import DatabaseUrls
from service.core.secrets import SecretBox
from service.core.settings import Settings
from service.main import build_api
from tests.factories.sales_org import SalesOrg
from tests.fixtures.rest import bearer, rest_client, surface_runtime

ME = {"query": "{ me { role } }"}
PAGE = {"accept": "text/html,application/xhtml+xml"}


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff", b"[]", b'"x"', b"{}", b'{"query": 1}', b"[" * 5000, b'{"query": "\\ud800"}']
)
async def test_what_is_no_request_is_a_problem(client: httpx.AsyncClient, org: SalesOrg, body: bytes) -> None:
    headers = {**bearer(org.admin_key), "content-type": "application/json"}
    answer = await client.post("/graphql", content=body, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")


@pytest.mark.parametrize("content_type", ["text/plain", "multipart/form-data; boundary=x", ""])
async def test_what_a_form_could_send_is_refused(client: httpx.AsyncClient, org: SalesOrg, content_type: str) -> None:
    headers = {**bearer(org.admin_key), "content-type": content_type}
    assert (await client.post("/graphql", content=b'{"query": "{ me { role } }"}', headers=headers)).status_code == 415


async def test_queries_come_by_get_too(client: httpx.AsyncClient, org: SalesOrg) -> None:
    answer = await client.get("/graphql", params=ME, headers=bearer(org.admin_key))
    assert answer.json()["data"] == {"me": {"role": "ADMIN"}}


OWN, PLAIN = "application/graphql-response+json", "application/json"


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (None, PLAIN),
        ("*/*", PLAIN),
        (PLAIN, PLAIN),
        (OWN, OWN),
        (f"{OWN}, {PLAIN};q=0.9", OWN),
        (f"{OWN};q=0.5, {PLAIN}", PLAIN),
        (f"{OWN}; charset=utf-8, */*;q=0.1", OWN),
        ("application/*", PLAIN),
        ("text/html;q=0.1, application/json", PLAIN),
    ],
)
async def test_answers_come_as_the_client_likes_them(
    client: httpx.AsyncClient, org: SalesOrg, monkeypatch: pytest.MonkeyPatch, accept: str | None, media_type: str
) -> None:
    monkeypatch.delitem(client.headers, "accept")  # httpx gives every request its own
    headers = bearer(org.admin_key) | ({} if accept is None else {"accept": accept})
    good = await client.post("/graphql", json=ME, headers=headers)
    assert (good.status_code, good.headers["content-type"]) == (200, f"{media_type}; charset=utf-8")
    bad = {"query": "query ($id: ID!) { node(id: $id) { id } }", "variables": {}}
    for refused in ({"query": "{"}, {"query": "{ nope }"}, bad):
        answer = await client.post("/graphql", json=refused, headers=headers)
        assert answer.status_code == (400 if media_type == OWN else 200)
        assert set(answer.json()) <= {"errors", "extensions"}
    failed = await client.post(
        "/graphql", json={"query": "{ people(first: -1) { edges { cursor } } }"}, headers=headers
    )
    assert (failed.status_code, failed.json()["data"]) == (200, None)


@pytest.mark.parametrize("accept", ["text/plain", "application/json;q=0", "image/*;q=x"])
async def test_what_we_cannot_write_is_not_acceptable(client: httpx.AsyncClient, org: SalesOrg, accept: str) -> None:
    answer = await client.post("/graphql", json=ME, headers=bearer(org.admin_key) | {"accept": accept})
    assert (answer.status_code, answer.json()["code"]) == (406, "not_acceptable")


async def test_a_get_only_reads(client: httpx.AsyncClient, org: SalesOrg) -> None:
    query = 'mutation { deleteTeam(input: {id: "x"}) { __typename } }'
    answer = await client.get("/graphql", params={"query": query}, headers=bearer(org.admin_key))
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


async def test_which_of_several_operations_is_said(client: httpx.AsyncClient, org: SalesOrg) -> None:
    several = {"query": "query A { me { role } } query B { organization { name } }"}
    headers = bearer(org.admin_key)
    assert (
        "operationName" in (await client.post("/graphql", json=several, headers=headers)).json()["errors"][0]["message"]
    )
    named = (await client.post("/graphql", json=several | {"operationName": "B"}, headers=headers)).json()
    assert list(named["data"]) == ["organization"]
    unknown = (await client.post("/graphql", json=several | {"operationName": "C"}, headers=headers)).json()
    assert "data" not in unknown


async def test_the_cost_is_told_and_bounded(client: httpx.AsyncClient, org: SalesOrg) -> None:
    headers = bearer(org.admin_key)
    query = (
        "query ($n: Int) { people(first: $n) { edges { node { name kpiSnapshots(first: $n) { edges { cursor } } } } } }"
    )

    async def ask(n: int) -> Any:
        return (await client.post("/graphql", json={"query": query, "variables": {"n": n}}, headers=headers)).json()

    # people + n x (edges, node, name, kpiSnapshots + n x (edges, cursor))
    assert (await ask(10))["extensions"]["cost"] == {"requested": 1 + 10 * (4 + 10 * 2) - 9 - 90, "limit": MAX_COST}
    deep = query.replace("cursor", "node { person { kpiSnapshots(first: $n) { edges { cursor } } } }")
    refused = await client.post("/graphql", json={"query": deep, "variables": {"n": 200}}, headers=headers)
    (error,) = refused.json()["errors"]
    assert error["extensions"]["code"] == "document_too_large"
    assert "first" in error["message"]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("headers", [{}, bearer("tl_unknown"), {"authorization": "Basic YTpi"}])
async def test_without_a_valid_key_there_is_no_answer(
    client: httpx.AsyncClient, method: str, headers: dict[str, str]
) -> None:
    answer = await client.request(method, "/graphql", params=ME, json=ME if method == "POST" else None, headers=headers)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert answer.json()["code"] == "unauthenticated"


async def test_other_methods_name_the_allowed_ones(client: httpx.AsyncClient) -> None:
    answer = await client.put("/graphql", json=ME)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")


async def test_bodies_are_bounded_and_faults_found_by_their_request_id(
    settings: Settings,
    urls: DatabaseUrls,
    database: Database,
    secret_box: SecretBox,
    org: SalesOrg,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def broken(*_args: object) -> None:
        raise RuntimeError("the password is hunter2")

    monkeypatch.setattr("schema.me.identity.get_me", broken)
    api = build_api(settings)
    api.state.runtime = surface_runtime(settings, urls, database, secret_box)
    transport = httpx.ASGITransport(RequestBounds(api, settings.model_copy(update={"api_body_bytes": 10_000})))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        large = await client.post("/graphql", json={"query": "#" * 10_001}, headers=bearer(org.admin_key))
        assert (large.status_code, large.json()["code"]) == (413, "body_too_large")
        with capture_logs() as logs:
            masked = await client.post("/graphql", json=ME, headers=bearer(org.admin_key))
    (error,) = masked.json()["errors"]
    assert "hunter2" not in masked.text
    assert error["path"] == ["me"]
    assert error["extensions"]["request_id"] == masked.headers["x-request-id"]
    (entry,) = [entry for entry in logs if entry["log_level"] == "error"]
    assert str(entry["exc_info"]) == "the password is hunter2"


async def test_expected_failures_are_not_logged_as_errors(
    client: httpx.AsyncClient, org: SalesOrg, caplog: pytest.LogCaptureFixture
) -> None:
    with capture_logs() as logs:
        await client.post(
            "/graphql", json={"query": '{ person(id: "x") { name } nope }'}, headers=bearer(org.admin_key)
        )
        await client.post(
            "/graphql", json={"query": "{ people(first: -1) { edges { cursor } } }"}, headers=bearer(org.admin_key)
        )
    assert not [entry for entry in logs if entry["log_level"] == "error"]
    assert not caplog.records


async def test_the_browser_is_told_to_load_nothing_from_outside(client: httpx.AsyncClient) -> None:
    page = await client.get("/graphql", headers=PAGE)
    assert page.headers["content-security-policy"] == PAGE_POLICY
    assert "http" not in PAGE_POLICY
    styles = (await client.get("/graphql/static/graphiql.min.css")).text
    assert "@import" not in styles
    assert not [part for part in styles.split("url(")[1:] if not part.strip("'\"").startswith(("data:", "#"))]


@pytest.fixture
async def closed(settings: Settings, urls: DatabaseUrls, database: Database, secret_box: SecretBox) -> Any:
    """A client of a service that shows its schema to nobody."""
    hidden = settings.model_copy(update={"graphql_introspection": False})
    async with rest_client(hidden, urls, database, secret_box) as found:
        yield found


async def test_without_introspection_neither_page_nor_schema_is_shown(closed: httpx.AsyncClient, org: SalesOrg) -> None:
    assert (await closed.get("/graphql", headers=PAGE)).status_code == 406
    assert (await closed.get("/graphql/static/start.js")).status_code == 404
    for query in ("{ __schema { queryType { name } } }", '{ __type(name: "Person") { name } }', "{ peopl { id } }"):
        answer = (await closed.post("/graphql", json={"query": query}, headers=bearer(org.admin_key))).json()
        assert "data" not in answer
        assert "Did you mean" not in str(answer)
    named = (await closed.post("/graphql", json={"query": "{ __typename }"}, headers=bearer(org.admin_key))).json()
    assert named["data"] == {"__typename": "Query"}
