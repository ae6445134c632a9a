"""Uploads of small files, and what is read of them."""

from typing import Any

import httpx
import sqlalchemy as sa

from service.crm.use_cases.imports import run_imports
from tests.factories.sales_org import SalesOrg
from tests.fixtures.rest import bearer

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
