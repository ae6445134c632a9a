"""Hostile requests against a real server: each a clear 4xx at once, and the service goes on answering others."""

import asyncio
import json
import resource
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from service.core.embedded import DatabaseUrls
from service.core.pagination import encode_cursor
from service.core.secrets import SecretBox
from service.core.settings import Settings
from tests.factories.sales_org import SalesOrg
from tests.fixtures.rest import bearer
from tests.fixtures.serving import serving

AT_ONCE = 5.0
"""Seconds: milliseconds on a quiet machine, which no machine of the tests is."""
MEMORY_KIB = 200 * 1024
JSON = {"content-type": "application/json"}
GRAPHQL = {**JSON, "accept": "application/graphql-response+json"}
PERSON = '"name": "Ann", "email": "ann@example.com"'


def nested(levels: int) -> str:
    return '{"a":' * levels + "1" + "}" * levels


BODIES: dict[str, bytes] = {
    "nothing": b"",
    "cut": b'{"name": ',
    "not a number": b'{"name": NaN}',
    "infinity": b'{"name": -Infinity}',
    "ten thousand lists": b"[" * 10_000 + b"]" * 10_000,
    "a million lists": b"[" * 1_000_000,
    "forty levels": nested(40).encode(),
    "no UTF-8": b'{"name": "\xff\xfe"}',
    "UTF-16": '{"name": "A"}'.encode("utf-16"),
    "NUL": f'{{{PERSON}, "job_role": "A\\u0000B"}}'.encode(),
    "a lone surrogate": f'{{{PERSON}, "job_role": "\\ud800"}}'.encode(),
    "a field nobody knows": f'{{{PERSON}, "is_admin": true}}'.encode(),
    "a prototype": f'{{{PERSON}, "__proto__": {{"role": "admin"}}}}'.encode(),
    "a field with a NUL": f'{{{PERSON}, "a\\u0000b": 1}}'.encode(),
    "a list": b"[]",
    "a word": b'"people"',
    "null": b"null",
    "a number for a name": b'{"name": 7, "email": "a@example.com"}',
    "true for a day": f'{{{PERSON}, "hired_on": true}}'.encode(),
    "a number for a day": f'{{{PERSON}, "hired_on": 1e400}}'.encode(),
    "a number of 5,000 digits": f'{{{PERSON}, "hired_on": {"9" * 5000}}}'.encode(),
    "a name of a megabyte": f'{{"email": "a@example.com", "name": "{"x" * 1_000_000}"}}'.encode(),
    "100,000 fields": ("{" + ",".join(f'"f{index}": 1' for index in range(100_000)) + "}").encode(),
    "a thousand identities": json.dumps(
        {"name": "A", "email": "a@example.com", "external_identities": [{"system": "a", "external_id": "b"}] * 1000}
    ).encode(),
    "an address that is none": b'{"name": "A", "email": "a@b@c"}',
    "an address with a header": b'{"name": "A", "email": "a@example.com\\r\\nBcc: all"}',
    "three megabytes": b'{"name": "' + b"x" * 3_000_000 + b'"}',
}

QUERIES = [
    "limit=-1",
    "limit=201",
    "limit=1e3",
    "limit=true",
    "limit=%00",
    f"limit={'9' * 400}",
    "cursor=%00",
    "cursor=..%2F..%2Fetc%2Fpasswd",
    f"cursor={encode_cursor('name', 'A')}",
    f"cursor={encode_cursor('name', 'A', 'no id')}",
    f"cursor={encode_cursor('name', 'A' * 600, '01890a5d-ac96-774b-bcce-b302099a8057')}",
    f"cursor={encode_cursor('name; DROP TABLE person', 'A', '01890a5d-ac96-774b-bcce-b302099a8057')}",
    "cursor=" + "A" * 2000,
    "sort=password",
    "sort=name;DROP%20TABLE%20person",
    "sort=" + "name," * 100,
    "fields=__class__",
    "fields=id,,name",
    "role=king",
    "manager_id=7",
    "manager_id=%7B%7D",
    "admin=true",
    "email=%ED%A0%80" * 200,
]

DOCUMENTS: dict[str, str] = {
    "20,000 aliases": "{ " + " ".join(f"a{index}: me {{ role }}" for index in range(20_000)) + " }",
    "3,000 aliases": "{ " + " ".join(f"a{index}: me {{ role }}" for index in range(3000)) + " }",
    "deep": "{ people { edges { node { " + "manager { " * 300 + "name" + " }" * 300 + " } } } }",
    "deeper than the parser": "{ me " * 4000,
    "a bomb of fragments": "\n".join(
        ["{ me { ...F0 } }"]
        + [f"fragment F{index} on Me {{ ...F{index + 1} ...F{index + 1} }}" for index in range(60)]
        + ["fragment F60 on Me { role }"]
    ),
    "a cycle of fragments": "{ me { ...A } } fragment A on Me { ...B } fragment B on Me { ...A }",
    "a fragment of itself": "{ me { ...A } } fragment A on Me { role ...A }",
    "1,000 directives": "{ me " + "@include(if: true) " * 1000 + "{ role } }",
    "1,000 unknown directives": "{ me " + "@x " * 1000 + "{ role } }",
    "a deep value": "{ people(email: " + "[" * 3000 + "]" * 3000 + ") { edges { cursor } } }",
    "introspection of introspection": "{ __schema { types "
    + "{ fields { type " * 10
    + "{ name }"
    + " } }" * 10
    + " } }",
    "a costly list": "{ people(first: 200) { edges { node { kpiSnapshots(first: 200) { edges { node { person {"
    " kpiSnapshots(first: 200) { edges { cursor } } } } } } } } } }",
    "the same field 5,000 times": "{ " + "me { role } " * 2000 + " }",
    "two operations": "query A { me { role } } query B { me { role } }",
    "a name that is not there": "{ __proto__ }",
    "a subscription": "subscription { scorecardChanged { process { edges { cursor } } } }",
    "a NUL": "{ me { role } } \x00",
}

HEADERS: dict[str, list[tuple[str, str]]] = {
    "an idempotency key of 10 kB": [("idempotency-key", "x" * 10_000)],
    "If-Match of nonsense": [("if-match", 'W/"' + "," * 500)],
    "a content type of forms": [("content-type", "multipart/form-data; boundary=x")],
    "a content type of XML": [("content-type", "text/xml")],
}


def part(name: str, content: str = "x") -> bytes:
    return f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{content}\r\n'.encode()


FORMS: dict[str, bytes] = {
    "10,000 fields": b"".join(part(f"f{index}") for index in range(10_000)) + b"--x--",
    "a field of two megabytes": part("mapping", "x" * 2_000_000) + b"--x--",
    "a part without an end": part("file", "x" * 100_000),
    "a part with 100,000 headers": b"--x\r\n" + b"A: b\r\n" * 100_000 + b"\r\nx\r\n--x--",
    "a mapping of 50,000 lists": part("mapping", "a = " + "[" * 50_000) + part("file") + b"--x--",
    "a mapping of 50,000 objects": part("mapping", '{"a":' * 50_000) + part("file") + b"--x--",
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def http(settings: Settings, urls: DatabaseUrls, secret_box: SecretBox) -> AsyncIterator[httpx.AsyncClient]:
    async with serving(settings, urls, secret_box) as host, httpx.AsyncClient(base_url=f"http://{host}") as client:
        yield client


async def refused(http: httpx.AsyncClient, org: SalesOrg, method: str, path: str, **request: Any) -> httpx.Response:
    """Send it; it is refused at once, in few words, without much memory, and the next caller is served."""
    request["headers"] = [*bearer(org.admin_key).items(), *request.pop("headers", {}).items()]
    memory, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    answer = await http.request(method, path, **request)
    elapsed = time.monotonic() - started
    assert 400 <= answer.status_code < 500, (answer.status_code, answer.text[:500])
    assert elapsed < AT_ONCE
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory < MEMORY_KIB
    assert len(answer.content) < 20_000
    assert "Traceback" not in answer.text
    assert (await http.get("/v1/me", headers=bearer(org.admin_key))).status_code == 200
    return answer


@pytest.mark.parametrize("what", BODIES)
async def test_bodies(http: httpx.AsyncClient, org: SalesOrg, what: str) -> None:
    answer = await refused(http, org, "POST", "/v1/people", content=BODIES[what], headers=JSON)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] in {"invalid_input", "malformed_json", "body_too_large", "bad_request"}


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query[:30])
async def test_queries(http: httpx.AsyncClient, org: SalesOrg, query: str) -> None:
    answer = await refused(http, org, "GET", f"/v1/people?{query}")
    assert answer.json()["errors"][0]["pointer"] == query.partition("=")[0]


@pytest.mark.parametrize("what", DOCUMENTS)
async def test_documents(http: httpx.AsyncClient, org: SalesOrg, what: str) -> None:
    await refused(http, org, "POST", "/graphql", json={"query": DOCUMENTS[what]}, headers=GRAPHQL)


@pytest.mark.parametrize("batch", [2, 1000])
async def test_batches(http: httpx.AsyncClient, org: SalesOrg, batch: int) -> None:
    await refused(http, org, "POST", "/graphql", json=[{"query": "{ me { role } }"}] * batch, headers=GRAPHQL)


# Starlette leaves the file of a part without an end to the garbage collector, which closes it, and says so.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("what", FORMS)
async def test_forms(http: httpx.AsyncClient, org: SalesOrg, what: str) -> None:
    headers = {"content-type": "multipart/form-data; boundary=x"}
    await refused(http, org, "POST", "/v1/imports", content=FORMS[what], headers=headers)


@pytest.mark.parametrize("what", HEADERS)
async def test_headers(http: httpx.AsyncClient, org: SalesOrg, what: str) -> None:
    headers = {**JSON, **dict(HEADERS[what])}
    await refused(http, org, "PATCH", "/v1/organization", content=b'{"week_start": 1}', headers=headers)


@pytest.mark.parametrize("value", ["true", '"1"', "1.5", "1e400", "[1]", "{}", "null", "-1", "9" * 30])
async def test_numbers(http: httpx.AsyncClient, org: SalesOrg, value: str) -> None:
    headers = {**JSON, "if-match": "*"}
    body = f'{{"week_start": {value}}}'.encode()
    answer = await refused(http, org, "PATCH", "/v1/organization", content=body, headers=headers)
    assert answer.json()["errors"][0]["pointer"] == "/week_start"


async def raw(http: httpx.AsyncClient, *parts: bytes, pause: float = 0.0) -> bytes:
    """What the server says to bytes that no client library would send."""
    reader, writer = await asyncio.open_connection(http.base_url.host, http.base_url.port)
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(pause)
        async with asyncio.timeout(5):
            return await reader.read(4096)
    finally:
        writer.close()


@pytest.mark.parametrize(
    "head",
    [
        b"GET /v1/me HTTP/1.1\r\nHost: x\r\nX: a\x00b\r\n\r\n",
        b"GET /v1/me HTTP/1.1\r\nHost: x\r\nX: a\rb\r\n\r\n",
        b"GET /v1/me HTTP/1.1\r\nHost : x\r\n\r\n",
        b"GET /v1/me\xff HTTP/9.9\r\n\r\n",
        b"POST /v1/people HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
        b"POST /v1/people HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET /v1/me HTTP/1.1\r\nHost: x\r\n" + b"X: " + b"a" * 200_000 + b"\r\n\r\n",
    ],
)
async def test_what_is_no_http(http: httpx.AsyncClient, org: SalesOrg, head: bytes) -> None:
    answer = await raw(http, head)
    assert answer.startswith(b"HTTP/1.1 4") or answer == b""
    assert (await http.get("/v1/me", headers=bearer(org.admin_key))).status_code == 200


async def test_a_slow_body_is_given_up(settings: Settings, urls: DatabaseUrls, secret_box: SecretBox) -> None:
    hasty = settings.model_copy(update={"api_body_seconds": 0.3})
    head = b"POST /v1/people HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n"
    async with serving(hasty, urls, secret_box) as host, httpx.AsyncClient(base_url=f"http://{host}") as http:
        answer = await raw(http, head, b"{", b'"', pause=0.2)
    assert answer.startswith(b"HTTP/1.1 408")
    assert b"body_too_slow" in answer
