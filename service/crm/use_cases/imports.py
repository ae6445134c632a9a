"""Imports over the API: the file is kept with its operation, a worker imports it, each row is reported."""

import tempfile
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.bulk import insert_rows
from service.core.clock import utc_now
from service.core.database import Database, raw_connection
from service.core.errors import ErrorKind, ServiceError, invalid, not_found
from service.core.ids import new_id
from service.core.pagination import Page, PageRequest
from service.core.principal import Principal, require
from service.crm.dto.imports import CreateImport, ImportDTO, ImportRowDTO, ImportRowStatus
from service.crm.imports.mapping import ImportKind, ImportMapping, read_mapping
from service.crm.imports.report import ImportReport
from service.crm.imports.runner import import_file
from service.crm.models import DataImport
from service.crm.permissions import Permission
from service.crm.repository import imports as repository
from service.organizations.dto.operations import OperationDTO
from service.organizations.permissions import Permission as Organizations
from service.organizations.use_cases.operations import operations_of, start_operation
from service.organizations.use_cases.running import Outcome, Progress, run_operation
from service.skill_assessments.permissions import Permission as Skills

IMPORT = "import"
RUN_IMPORTS = "run_imports"


async def create_import(
    session: AsyncSession, principal: Principal, data: CreateImport, content: AsyncIterator[bytes]
) -> OperationDTO:
    """Keep a file (its bytes in pieces) and start the operation that imports it.

    `invalid` for a mapping that cannot be used and for an empty file. Who imports people may also write
    people, and roles where the rows have them; who imports skills may also bring ratings in.
    """
    require(principal, Permission.IMPORTS_WRITE)
    mapping = read_mapping(data.mapping)
    if mapping.kind is ImportKind.PEOPLE:
        require(principal, Organizations.PEOPLE_WRITE)
        if mapping.create_managers or {"role"} & (mapping.columns.keys() | mapping.constants.keys()):
            require(principal, Organizations.ROLES_WRITE)
    if mapping.kind is ImportKind.SKILLS:
        require(principal, Skills.SKILL_RATINGS_WRITE)
    operation = await start_operation(session, principal, IMPORT, RUN_IMPORTS)
    row = DataImport(
        org_id=principal.org_id,
        id=operation.id,
        kind=mapping.kind,
        system=mapping.system,
        file_name=data.file_name,
        size_bytes=0,
        dry_run=data.dry_run,
        mapping=mapping.model_dump(mode="json"),
        created_at=utc_now(),
    )
    session.add(row)
    await session.flush()
    row.size_bytes = await _keep(session, row, content)
    if not row.size_bytes:
        raise invalid("/file", "is empty")
    return operation


async def _keep(session: AsyncSession, row: DataImport, content: AsyncIterator[bytes]) -> int:
    """Store a file piece by piece; returns its size."""
    connection, position, size = await raw_connection(session), 0, 0
    async for piece in content:
        chunk = (row.org_id, row.id, position, piece)
        await insert_rows(connection, "import_chunk", ("org_id", "import_id", "position", "data"), [chunk])
        position, size = position + 1, size + len(piece)
    return size


async def list_imports(session: AsyncSession, principal: Principal, page: PageRequest) -> Page[ImportDTO]:
    """The organization's imports, the last first."""
    require(principal, Permission.IMPORTS_READ)
    found = await repository.list_imports(session, principal.org_id, page)
    return found.with_items(await _present(session, principal, found.items))


async def get_import(session: AsyncSession, principal: Principal, import_id: UUID) -> ImportDTO:
    """One import."""
    require(principal, Permission.IMPORTS_READ)
    row = await repository.get_import(session, principal.org_id, import_id)
    if row is None:
        raise not_found("import")
    return (await _present(session, principal, [row]))[0]


async def list_import_rows(
    session: AsyncSession, principal: Principal, import_id: UUID, status: ImportRowStatus | None, page: PageRequest
) -> Page[ImportRowDTO]:
    """What became of each row by its line; of an import with faults, the rows that have them."""
    require(principal, Permission.IMPORTS_READ)
    if await repository.get_import(session, principal.org_id, import_id) is None:
        raise not_found("import")
    found = await repository.list_rows(session, principal.org_id, import_id, status, page)
    return found.with_items([ImportRowDTO.model_validate(row) for row in found.items])


async def get_import_row(session: AsyncSession, principal: Principal, row_id: UUID) -> ImportRowDTO:
    """One row."""
    require(principal, Permission.IMPORTS_READ)
    row = await repository.get_row(session, principal.org_id, row_id)
    if row is None:
        raise not_found("import_row")
    return ImportRowDTO.model_validate(row)


async def run_imports(database: Database, org_id: UUID, last_id: UUID) -> None:
    """What the worker does: the organization's waiting imports up to `last_id`, one by one in the order they came.

    Deals name owners whom an import of people, accepted a moment earlier, brings.
    """
    while (import_id := await _next_waiting(database, org_id, last_id)) is not None:
        await run_operation(database, org_id, import_id, partial(_import, org_id, import_id))


async def _next_waiting(database: Database, org_id: UUID, last_id: UUID) -> UUID | None:
    """The first import that has not ended; the files of those that have are forgotten."""
    async with database.tenant(org_id) as session:
        await repository.delete_ended_chunks(session, org_id)
        return await repository.get_first_waiting(session, org_id, last_id)


async def _import(org_id: UUID, import_id: UUID, session: AsyncSession, progress: Progress) -> Outcome:
    """The work of the operation: the kept file, as its mapping says, and the report of each row."""
    row = await repository.get_import(session, org_id, import_id)
    assert row is not None  # noqa: S101 - an operation of this kind has its import
    with tempfile.NamedTemporaryFile(prefix="touchline-import-") as file:
        async for piece in repository.read_chunks(session, org_id, import_id):
            file.write(piece)
        file.flush()
        mapping, system = ImportMapping.model_validate(row.mapping), Principal.system(org_id)
        path, report_progress = Path(file.name), progress.report
        report = await import_file(session, system, path, mapping, dry_run=row.dry_run, on_progress=report_progress)
    await _keep_report(session, org_id, import_id, report)
    return Outcome(report.counts(), _error(report))


async def _keep_report(session: AsyncSession, org_id: UUID, import_id: UUID, report: ImportReport) -> None:
    """One row per row of the file that was imported, or that has faults."""
    columns = ("org_id", "id", "import_id", "line", "external_id", "status", "faults")
    rows: list[tuple[Any, ...]] = [
        (org_id, new_id(), import_id, line, id_, status, "[]") for line, id_, status in report.outcomes
    ]
    for line, faults in report.faulty_lines():
        described = [{"column": fault.column, "message": fault.message} for fault in faults]
        rows.append((org_id, new_id(), import_id, line, None, "failed", orjson.dumps(described).decode()))
    await insert_rows(await raw_connection(session), "import_row", columns, rows)


def _error(report: ImportReport) -> ServiceError | None:
    if not report.fault_count:
        return None
    message = f"{report.fault_count} faults in {report.rows} rows: nothing was imported."
    return ServiceError(ErrorKind.INVALID, "import_has_faults", message)


async def _present(session: AsyncSession, principal: Principal, rows: list[DataImport]) -> list[ImportDTO]:
    """Rows as the surfaces show them, each with its operation."""
    operations = await operations_of(session, principal, [row.id for row in rows])
    return [ImportDTO.model_validate({**row.model_dump(), "operation": operations[row.id]}) for row in rows]
