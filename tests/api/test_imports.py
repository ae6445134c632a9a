"""`/v1/imports` and `/v1/operations`: a file, the operation that imports it, and what became of each row."""

import asyncio
import contextlib
from typing import Any
from uuid import UUID

import httpx
import pytest
import sqlalchemy as sa

from service.api.limits import RequestBounds
from service.core.database import Database
from service.core.embedded import DatabaseUrls
from service.core.errors import ErrorKind, ServiceError
from service.core.secrets import SecretBox
from service.core.settings import Settings
from service.crm.use_cases.imports import run_imports
from service.main import build_api
from service.organizations.dto.api_keys import CreateApiKey
from service.organizations.use_cases import running
from service.organizations.use_cases.api_keys import create_api_key
from service.permissions import ROLES
from tests.factories.events import emitted
from tests.factories.sales_org import SalesOrg
from tests.fixtures.jobs import waiting_jobs
from tests.fixtures.rest import bearer, surface_runtime

MAPPING = """
kind = "deals"
system = "pipes"
as_of = 2026-03-01
[columns]
id = "Deal"
name = "Name"
amount = "Worth"
owner = "Owner"
"""
FILE = "Deal,Name,Worth,Owner\n1,One,10,ann@example.com\n2,Two,20,\n3,Three,,ann@example.com\n"
BROKEN = "Deal,Name,Worth,Owner\n1,One,ten,ann@example.com\n2,Two,20,eve@example.com\n3,Three,30,\n3,Again,x,\n"


async def post(
    rest: httpx.AsyncClient, org: SalesOrg, file: str | bytes = FILE, mapping: str = MAPPING, **more: Any
) -> httpx.Response:
    """An upload."""
    headers = bearer(more.pop("key", org.admin_key)) | more.pop("headers", {})
    parts = {"mapping": (None, mapping), "file": ("deals.csv", file, "text/csv")}
    return await rest.post("/v1/imports", files=parts | more, headers=headers)


async def get(rest: httpx.AsyncClient, org: SalesOrg, path: str, **query: str) -> Any:
    """What is read."""
    return (await rest.get(path, params=query, headers=bearer(org.admin_key))).json()


async def carried_out(rest: httpx.AsyncClient, org: SalesOrg, **upload: Any) -> Any:
    """The operation of an upload after the worker had it."""
    accepted = await post(rest, org, **upload)
    assert accepted.status_code == 202, accepted.text
    await run_imports(org.database, org.id, accepted.json()["id"])
    return await get(rest, org, accepted.headers["location"])


async def chunks_left(org: SalesOrg) -> int:
    """How much of uploaded files is kept."""
    async with org.database.tenant(org.id) as session:
        return int((await (await session.connection()).scalar(sa.text("SELECT count(*) FROM import_chunk"))) or 0)


async def test_a_file_becomes_deals(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    await org.add_person("Ann")
    accepted = await post(rest, org)
    assert accepted.status_code == 202
    operation = accepted.json()
    assert accepted.headers["location"] == f"/v1/operations/{operation['id']}"
    assert (operation["kind"], operation["status"], operation["counts"]) == ("import", "queued", {})
    assert "run_imports" in await waiting_jobs(org.database, org.id)
    assert await get(rest, org, accepted.headers["location"]) == operation
    await run_imports(org.database, org.id, operation["id"])
    done = await get(rest, org, accepted.headers["location"])
    assert (done["status"], done["done"], done["total"]) == ("succeeded", 6, 6)
    assert done["counts"] == {"rows": 3, "created": 3, "updated": 0, "unchanged": 0, "faults": 0}
    shown = await get(rest, org, f"/v1/imports/{operation['id']}")
    assert shown == {
        "id": operation["id"],
        "kind": "deals",
        "system": "pipes",
        "file_name": "deals.csv",
        "size_bytes": len(FILE),
        "dry_run": False,
        "created_at": shown["created_at"],
        "operation": done,
    }
    rows = (await get(rest, org, f"/v1/imports/{operation['id']}/rows"))["data"]
    assert [(row["line"], row["external_id"], row["status"], row["faults"]) for row in rows] == [
        (2, "1", "created", []),
        (3, "2", "created", []),
        (4, "3", "created", []),
    ]
    deals = (await get(rest, org, "/v1/deals"))["data"]
    assert {(deal["external_id"], deal["name"], deal["amount"]) for deal in deals} == {
        ("1", "One", "10"), ("2", "Two", "20"), ("3", "Three", None),
    }  # fmt: skip
    told = [event for event in await emitted(org) if event[0].startswith("operation")]
    completed = {"operation_id": operation["id"], "kind": "import", "status": "succeeded"}
    assert told == [("operation.completed", completed)]
    assert await chunks_left(org) == 0
    assert [one["id"] for one in (await get(rest, org, "/v1/imports"))["data"]] == [operation["id"]]
    # The job that comes once more, after a kill between commit and its own end, finds nothing to do.
    await run_imports(org.database, org.id, operation["id"])
    assert await get(rest, org, accepted.headers["location"]) == done


async def test_imports_are_done_in_the_order_they_came(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    """Whichever of their jobs a worker takes up first, and however many at once."""
    people = 'kind = "people"\nsystem = "pipes"\n[columns]\nid = "Id"\nname = "Name"\nemail = "Mail"\n'
    first = (await post(rest, org, "Id,Name,Mail\n1,Ann,ann@example.com\n", people)).json()["id"]
    second, third = [(await post(rest, org)).json()["id"] for _ in range(2)]
    await asyncio.gather(*(run_imports(org.database, org.id, UUID(id_)) for id_ in (second, first)))
    statuses = [(await get(rest, org, f"/v1/operations/{id_}"))["status"] for id_ in (first, second, third)]
    assert statuses == ["succeeded", "succeeded", "queued"]
    assert await chunks_left(org) == 1
    await run_imports(org.database, org.id, UUID(third))
    assert (await get(rest, org, f"/v1/operations/{third}"))["counts"]["unchanged"] == 3
    assert await chunks_left(org) == 0


async def test_a_second_import_changes_what_changed(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    await org.add_person("Ann")
    await carried_out(rest, org)
    later = MAPPING.replace("2026-03-01", "2026-04-01")
    done = await carried_out(rest, org, file=FILE.replace("20", "25") + "4,Four,40,\n", mapping=later)
    assert done["counts"] == {"rows": 4, "created": 1, "updated": 3, "unchanged": 0, "faults": 0}
    again = await carried_out(rest, org, file=FILE.replace("20", "25") + "4,Four,40,\n", mapping=later)
    assert again["counts"] == {"rows": 4, "created": 0, "updated": 0, "unchanged": 4, "faults": 0}
    path = f"/v1/imports/{done['id']}/rows"
    assert [row["line"] for row in (await get(rest, org, path, status="created"))["data"]] == [5]


async def test_with_one_fault_nothing_is_written(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    await org.add_person("Ann")
    done = await carried_out(rest, org, file=BROKEN)
    assert (done["status"], done["error_code"]) == ("failed", "import_has_faults")
    assert done["error_message"] == "3 faults in 4 rows: nothing was imported."
    assert done["counts"] == {"rows": 4, "created": 0, "updated": 0, "unchanged": 0, "faults": 3}
    rows = (await get(rest, org, f"/v1/imports/{done['id']}/rows"))["data"]
    assert [(row["line"], row["status"], [fault["column"] for fault in row["faults"]]) for row in rows] == [
        (2, "failed", ["Worth"]),
        (3, "failed", ["Owner"]),
        (5, "failed", ["Worth"]),
    ]
    assert (await get(rest, org, "/v1/deals"))["data"] == []
    told = [data["status"] for type_, data in await emitted(org) if type_ == "operation.completed"]
    assert told == ["failed"]


async def test_a_dry_run_reports_and_writes_nothing(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    await org.add_person("Ann")
    done = await carried_out(rest, org, dry_run=(None, "true"))
    assert (done["status"], done["counts"]["created"]) == ("succeeded", 3)
    assert len((await get(rest, org, f"/v1/imports/{done['id']}/rows"))["data"]) == 3
    assert (await get(rest, org, "/v1/deals"))["data"] == []


async def test_people_are_imported_by_who_may(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    mapping = 'kind = "people"\nsystem = "pipes"\n[columns]\nid = "Id"\nname = "Name"\nemail = "Mail"\nrole = "Role"\n'
    file = "Id,Name,Mail,Role\n1,Eve,eve@example.com,admin\n"

    async def key(*scopes: str) -> str:
        async with org.database.tenant(org.id) as session:
            return (await create_api_key(session, org.system, CreateApiKey(name="K", scopes=list(scopes)), ROLES)).key

    for scopes, needed in (
        (("imports:write",), "people:write"),
        (("imports:write", "people:write"), "roles:write"),
    ):
        refused = await post(rest, org, file, mapping, key=await key(*scopes))
        assert (refused.status_code, refused.json()["detail"]) == (403, f"This needs the permission {needed}.")
    plain = mapping.replace('role = "Role"\n', "")
    assert (await post(rest, org, file, plain, key=await key("imports:write", "people:write"))).status_code == 202
    done = await carried_out(rest, org, file=file, mapping=mapping)
    assert done["counts"]["updated"] == 1  # the import before it made her
    people = (await get(rest, org, "/v1/people", role="admin"))["data"]
    assert "eve@example.com" in {person["email"] for person in people}


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


async def test_cancelling(rest: httpx.AsyncClient, org: SalesOrg, monkeypatch: pytest.MonkeyPatch) -> None:
    await org.add_person("Ann")
    queued = (await post(rest, org)).json()["id"]
    cancelled = await rest.post(f"/v1/operations/{queued}/cancel", headers=bearer(org.admin_key))
    assert (cancelled.status_code, cancelled.json()["status"]) == (200, "cancelled")
    await run_imports(org.database, org.id, queued)
    assert await chunks_left(org) == 0
    again = await rest.post(f"/v1/operations/{queued}/cancel", headers=bearer(org.admin_key))
    assert (again.status_code, again.json()["code"]) == (409, "operation_finished")
    monkeypatch.setattr(running, "PROGRESS_SECONDS", 0.01)
    file = "Deal,Name,Worth,Owner\n" + "".join(f"{n},Deal {n},1,\n" for n in range(60_000))
    running_id = (await post(rest, org, file)).json()["id"]
    run = asyncio.create_task(run_imports(org.database, org.id, running_id))
    while (now := await get(rest, org, f"/v1/operations/{running_id}"))["done"] == 0:
        assert now["status"] in {"queued", "running"}
        await asyncio.sleep(0.01)
    asked = await rest.post(f"/v1/operations/{running_id}/cancel", headers=bearer(org.admin_key))
    assert (asked.json()["status"], asked.json()["cancel_requested"]) == ("running", True)
    await run
    ended = await get(rest, org, f"/v1/operations/{running_id}")
    assert (ended["status"], ended["counts"]) == ("cancelled", {})
    assert (await get(rest, org, "/v1/deals"))["data"] == []
    assert [data["status"] for type_, data in await emitted(org) if type_ == "operation.completed"] == ["cancelled"] * 2


@pytest.mark.parametrize(
    ("raised", "status", "code", "finally_"),
    [
        (ServiceError(ErrorKind.UNAVAILABLE, "database_unavailable", "Down."), "running", None, "succeeded"),
        (KeyError("secret"), "failed", "internal_error", "failed"),
    ],
)
async def test_faults_of_ours(
    rest: httpx.AsyncClient,
    org: SalesOrg,
    monkeypatch: pytest.MonkeyPatch,
    raised: Exception,
    status: str,
    code: str | None,
    finally_: str,
) -> None:
    """An outage is raised, for the job to come again; a bug ends the operation without telling its insides."""

    async def broken(*_arguments: Any, **_options: Any) -> None:
        raise raised

    await org.add_person("Ann")
    id_ = (await post(rest, org)).json()["id"]
    with monkeypatch.context() as patch:
        patch.setattr("service.crm.use_cases.imports.import_file", broken)
        with pytest.raises(ServiceError) if status == "running" else contextlib.nullcontext():
            await run_imports(org.database, org.id, id_)
    shown = await get(rest, org, f"/v1/operations/{id_}")
    assert (shown["status"], shown["error_code"]) == (status, code)
    assert "secret" not in str(shown)
    await run_imports(org.database, org.id, id_)
    assert (await get(rest, org, f"/v1/operations/{id_}"))["status"] == finally_


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
