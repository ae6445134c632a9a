"""Every failure is `application/problem+json`, says what is wrong and gives nothing away."""

import json

import httpx
import pytest
from fastapi import APIRouter

from service.api import problems
from service.core.database import Database
from service.core.embedded import DatabaseUrls
from service.core.secrets import SecretBox
from service.core.settings import Settings
from service.main import build_api
from tests.factories.sales_org import SalesOrg
from tests.fixtures.rest import bearer, surface_runtime

PROBLEM = {"type", "title", "status", "detail", "code", "request_id", "trace_id", "errors"}


def expect(answer: httpx.Response, status: int, code: str) -> list[str]:
    """Check the envelope; the pointers of its errors."""
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text
    body = answer.json()
    assert set(body) == PROBLEM
    assert (body["status"], body["code"], body["type"]) == (status, code, f"urn:touchline:problem:{code}")
    return [error["pointer"] for error in body["errors"]]


async def test_every_bad_field_is_named(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    bad = {
        "email": "nobody",
        "name": " ",
        "role": "king",
        "time_zone": "Mars/Base",
        "hired_on": 0,
        "left_on": "tomorrow",
        "external_identities": [{"system": "hubspot", "external_id": "1"}, {"system": "Hub Spot", "external_id": ""}],
        "shoe_size": 45,
    }
    answer = await rest.post("/v1/people", json=bad, headers=bearer(org.admin_key))
    assert set(expect(answer, 422, "invalid_input")) == {
        *(f"/{name}" for name in ("email", "name", "role", "time_zone", "hired_on", "left_on", "shoe_size")),
        "/external_identities/1/system",
        "/external_identities/1/external_id",
    }


async def test_faults_are_told_in_words_for_people(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    headers = bearer(org.admin_key)
    told = {"": "must be an object"}
    answer = await rest.post("/v1/people", json=[], headers=headers)
    assert {one["pointer"]: one["detail"] for one in answer.json()["errors"]} == told
    answer = await rest.post("/v1/people", json={"shoe_size": 45, "name": "Ann", "hired_on": 0}, headers=headers)
    assert {one["pointer"]: one["detail"] for one in answer.json()["errors"]} == {
        "/email": "must be given",
        "/shoe_size": "is not a field that is known here",
        "/hired_on": "must be an ISO 8601 string",
    }
    answer = await rest.post("/v1/people", headers=headers)
    assert expect(answer, 422, "invalid_input") == [""]
    assert answer.json()["detail"] == "A JSON body must be given: {} where there is nothing to say."


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"hired_on": "2026-02-02", "left_on": "2026-02-01"}, "/left_on"),
        ({"manager_from": "2026-02-02"}, "/manager_from"),
        ({"name": "A\x00B"}, "/name"),
        ({"name": "A\ud800B"}, "/name"),
        ({"hired_on": "0001-01-01"}, "/hired_on"),
        ({"hired_on": "9999-12-31"}, "/hired_on"),
        ({"name": "x" * 501}, "/name"),
    ],
)
async def test_what_cannot_be_stored_or_cannot_be_is_refused(
    rest: httpx.AsyncClient, org: SalesOrg, body: dict[str, str], pointer: str
) -> None:
    text = {"name": "A", "email": "a@example.com", **body}
    answer = await rest.post("/v1/people", content=_ascii_json(text), headers=_json(org))
    assert expect(answer, 422, "invalid_input") == [pointer]


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "cursor=%00", "cursor=e30", "role=king"])
async def test_bad_parameters_are_named(rest: httpx.AsyncClient, org: SalesOrg, query: str) -> None:
    answer = await rest.get(f"/v1/people?{query}", headers=bearer(org.admin_key))
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [query.partition("=")[0]]


async def test_what_is_not_json(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    expect(await rest.post("/v1/people", content=b'{"name": ', headers=_json(org)), 400, "malformed_json")
    expect(await rest.post("/v1/people", content=b"\xff\xfe", headers=_json(org)), 400, "malformed_json")
    nested = b"[" * 100_000 + b"]" * 100_000
    answer = await rest.post("/v1/people", content=nested, headers=_json(org))
    assert answer.status_code in {400, 422}


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer tl_unknown"}, {"Authorization": "Basic dGw6dGw="}])
async def test_without_a_valid_key(rest: httpx.AsyncClient, headers: dict[str, str]) -> None:
    answer = await rest.get("/v1/me", headers=headers)
    expect(answer, 401, "unauthenticated")
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_who_one_is_comes_before_what_one_sends(rest: httpx.AsyncClient) -> None:
    expect(await rest.post("/v1/people", json={}), 401, "unauthenticated")


async def test_paths_and_methods(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    expect(await rest.get("/v1/nothing", headers=bearer(org.admin_key)), 404, "not_found")
    answer = await rest.put("/v1/people", json={}, headers=bearer(org.admin_key))
    expect(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == "GET, POST"
    answer = await rest.post(f"/v1/people/{org.id}", json={}, headers=bearer(org.admin_key))
    expect(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == "DELETE, GET, PATCH"


async def test_an_id_that_is_none(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    answer = await rest.get("/v1/people/me", headers=bearer(org.admin_key))
    assert expect(answer, 422, "invalid_input") == ["person_id"]


async def test_what_nobody_expected_is_masked_and_logged(
    settings: Settings,
    urls: DatabaseUrls,
    database: Database,
    secret_box: SecretBox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    logged: list[dict[str, object]] = []
    monkeypatch.setattr(problems.logger, "error", lambda event, **fields: logged.append({"event": event, **fields}))
    api = build_api(settings)
    api.state.runtime = surface_runtime(settings, urls, database, secret_box)
    broken = APIRouter()

    @broken.get("/broken")
    async def break_down() -> None:
        raise RuntimeError("the password is hunter2")

    api.include_router(broken)
    transport = httpx.ASGITransport(api, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://t") as client:
        answer = await client.get("/broken")
    expect(answer, 500, "internal_error")
    assert "hunter2" not in answer.text
    assert [(entry["event"], entry["path"]) for entry in logged] == [("unexpected_error", "/broken")]


async def test_without_a_database(settings: Settings, urls: DatabaseUrls, secret_box: SecretBox) -> None:
    """The process lives, and says that it cannot work."""
    nowhere = Database("postgresql://touchline_app@127.0.0.1:1/touchline")
    api = build_api(settings)
    api.state.runtime = surface_runtime(settings, urls, nowhere, secret_box)
    transport = httpx.ASGITransport(api, raise_app_exceptions=False)
    try:
        async with httpx.AsyncClient(transport=transport, base_url="http://t") as client:
            assert (await client.get("/healthz")).json() == {"status": "ok"}
            for path in ("/readyz", "/v1/me"):
                answer = await client.get(path, headers=bearer("tl_any"))
                expect(answer, 503, "database_unavailable")
                assert answer.headers["retry-after"] == "1"
    finally:
        await nowhere.close()


def _json(org: SalesOrg) -> dict[str, str]:
    return {**bearer(org.admin_key), "Content-Type": "application/json"}


def _ascii_json(body: dict[str, str]) -> bytes:
    """JSON with escapes, which can say what UTF-8 cannot."""
    return json.dumps(body, ensure_ascii=True).encode()


@pytest.mark.parametrize(
    ("members", "status", "code"), [(1000, 422, "invalid_input"), (1001, 400, "bad_request")], ids=["wide", "too wide"]
)
async def test_an_object_has_a_thousand_members_at_most(
    rest: httpx.AsyncClient, org: SalesOrg, members: int, status: int, code: str
) -> None:
    """Also one within another; where they are fewer, the first hundred unknown ones are named."""
    wide = {f"f{index}": 1 for index in range(members)}
    for body in (wide, {"external_identities": [wide]}):
        refused = await rest.post("/v1/people", json=body, headers=bearer(org.admin_key))
        assert (refused.status_code, refused.json()["code"]) == (status, code)
        assert len(refused.json()["errors"]) <= 100
