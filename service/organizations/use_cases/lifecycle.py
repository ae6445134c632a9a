"""An organization's whole data: exported as JSON lines, or deleted, table by table from the metadata."""

from collections.abc import AsyncIterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Table, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.principal import Principal, require
from service.core.tables import metadata
from service.core.tenancy import KEPT_TABLES, tenant_tables
from service.organizations.permissions import Permission
from service.organizations.repository import organizations as repository
from service.organizations.use_cases.changes import announce

SECRET_COLUMNS = {"answer", "secret", "previous_secret", "token_hash", "key_hash", "previous_key_hash"}


async def export_organization(session: AsyncSession, principal: Principal) -> AsyncIterator[bytes]:
    """One JSON line per row of every tenant table, `{"table": …, "row": {…}}`, without secrets.

    Words that are one person's own are not the organization's: they are left out (docs/decisions/0018).
    """
    require(principal, Permission.ORGANIZATION_READ)
    for table in tenant_tables(metadata):
        if table.info.get("private"):
            continue
        rows = await session.stream(select(table).where(table.c.org_id == principal.org_id))
        async for row in rows.mappings():
            yield orjson.dumps({"table": table.name, "row": _jsonable(dict(row))}) + b"\n"


def _jsonable(row: dict[str, Any]) -> dict[str, Any]:
    return {name: _value(value) for name, value in row.items() if name not in SECRET_COLUMNS}


def _value(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, UUID | datetime | date):
        return str(value)
    return value


async def delete_organization(session: AsyncSession, principal: Principal, routes: list[Table]) -> None:
    """Delete every row, children first, then the ways to find the organization.

    `routes` are the non-tenant tables with an `org_id`. Safe to run again: a job runs at least once.
    """
    require(principal, Permission.ORGANIZATION_WRITE)
    # What is kept may go once its organization is gone.
    children_first = tenant_tables(metadata)[::-1]
    for table in sorted(children_first, key=lambda table: table.name in KEPT_TABLES):
        await session.exec(delete(table).where(table.c.org_id == principal.org_id))
    for table in routes:
        await session.exec(delete(table).where(table.c.org_id == principal.org_id))
    await repository.remove_from_directory(session, principal.org_id)
    await announce(session, principal.org_id)
