"""Multipart bodies: what is none, what is too much, and the same one twice."""

import asyncio
from typing import Any

import httpx
import pytest

from service.api.limits import RequestBounds
from service.core.database import Database
from service.core.embedded import DatabaseUrls
from service.core.secrets import SecretBox
from service.core.settings import Settings
from service.main import build_api
from tests.factories.imports import FILE, MAPPING, get, post
from tests.factories.sales_org import SalesOrg
from tests.fixtures.rest import bearer, surface_runtime


@pytest.mark.parametrize(
    ("parts", "pointers"),
    [
        ({"mapping": (None, "kind =")}, ["/mapping"]),
        ({"mapping": (None, "[" * 5000)}, ["/mapping"]),
        ({"mapping": (None, '{"kind": "deals"}')}, ["/mapping/system", "/mapping/columns"]),
        ({"mapping": (None, MAPPING + 'colour = "Red"\n')}, ["/mapping"]),
        ({"mapping": (None, "")}, ["/mapping"]),
        ({"file": ("deals.csv", "")}, ["/file"]),
        ({"dry_run": (None, "perhaps")}, ["/dry_run"]),
        ({"more": (None, "1")}, ["/more"]),
        ({"more": ("more.csv", "1")}, None),
    ],
)
async def test_an_upload_that_is_none(
    rest: httpx.AsyncClient, org: SalesOrg, parts: dict[str, Any], pointers: list[str] | None
) -> None:
    sent = {"mapping": (None, MAPPING), "file": ("deals.csv", FILE)} | parts
    refused = await rest.post("/v1/imports", files=sent, headers=bearer(org.admin_key))
    if pointers is None:
        assert (refused.status_code, refused.json()["code"]) == (400, "bad_request")
        return
    assert refused.status_code == 422, refused.text
    assert [error["pointer"] for error in refused.json()["errors"]] == pointers
    assert (await get(rest, org, "/v1/operations"))["data"] == []


# Starlette leaves the file of a part without an end to the garbage collector, which closes it, and says so.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_bodies_that_are_no_forms(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    headers = bearer(org.admin_key)
    json = await rest.post("/v1/imports", json={"mapping": MAPPING}, headers=headers)
    assert (json.status_code, json.json()["code"]) == (415, "unsupported_media_type")
    form = "multipart/form-data; boundary=x"
    for content, type_, status in (
        (b"nonsense", form, 400),
        (b"", form, 422),
        (b"--x--", "multipart/form-data", 400),
        (b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nDeal', form, 422),
    ):
        refused = await rest.post("/v1/imports", content=content, headers=headers | {"Content-Type": type_})
        assert refused.status_code == status, refused.text
    nobody = await rest.post("/v1/imports", content=b"--x", headers={"Content-Type": form})
    assert nobody.status_code == 401


async def test_an_upload_is_repeated_by_its_key(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    key = {"Idempotency-Key": "upload-1"}
    first = await post(rest, org, headers=key)
    second = await post(rest, org, headers=key)  # with another boundary
    assert (second.status_code, second.json()) == (202, first.json())
    assert second.headers["idempotency-replayed"] == "true"
    assert second.headers["location"] == first.headers["location"]
    other = await post(rest, org, FILE + "4,Four,1,\n", headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert len((await get(rest, org, "/v1/operations"))["data"]) == 1


@pytest.mark.parametrize("limit", ["size", "time"])
async def test_a_body_beyond_its_limit(
    settings: Settings, urls: DatabaseUrls, database: Database, secret_box: SecretBox, org: SalesOrg, limit: str
) -> None:
    """Uploads arrive while they are read: the limits hold there, too, also for a body that does not say its size."""
    small = settings.model_copy(update={"upload_body_bytes": 10_000, "upload_body_seconds": 0.3})
    api = build_api(small)
    api.state.runtime = surface_runtime(small, urls, database, secret_box)

    async def body() -> Any:
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
        for _ in range(30):
            yield b"a" * 1000 if limit == "size" else b"a"
            if limit == "time":
                await asyncio.sleep(0.05)

    transport = httpx.ASGITransport(RequestBounds(api, small, api.routes))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        headers = bearer(org.admin_key) | {"Content-Type": "multipart/form-data; boundary=x"}
        refused = await client.post("/v1/imports", content=body(), headers=headers)
        wanted = (413, "body_too_large") if limit == "size" else (408, "body_too_slow")
        assert (refused.status_code, refused.json()["code"]) == wanted
        said = await client.post("/v1/imports", content=b"a" * 20_000, headers=headers)
        assert said.status_code == 413
