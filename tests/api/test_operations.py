"""`/v1/operations`: long jobs that are cancelled, and those that fail for reasons of ours."""

import asyncio
import contextlib
from typing import Any

import httpx
import pytest

from service.core.errors import ErrorKind, ServiceError
from service.crm.use_cases.imports import run_imports
from service.organizations.use_cases import running
from tests.factories.events import emitted
from tests.factories.imports import chunks_left, get, post
from tests.factories.sales_org import SalesOrg
from tests.fixtures.rest import bearer


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
