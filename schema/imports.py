"""Imports: files of deals, activities and people."""

import datetime as dt
from collections.abc import AsyncIterator
from uuid import UUID

import strawberry
from strawberry.scalars import JSON
from strawberry.types.unset import UNSET

from schema.context import Info
from schema.describing import NEEDS, describe, describe_enum
from schema.inputs import row_id, to_dto
from schema.mutations import mutation
from schema.operations import Operation, OperationPayload, to_operation, to_operation_payload
from schema.paging import Paged, orders
from schema.relay import Connection, Node, NullIfAbsent, to_connection, to_global_id
from service.core.database import TenantSession
from service.core.pagination import PageRequest
from service.crm.dto.imports import (
    IMPORT_ROW_SORTING,
    IMPORT_SORTING,
    CreateImport,
    ImportDTO,
    ImportRowDTO,
    ImportRowStatus,
)
from service.crm.imports.mapping import ImportKind
from service.crm.permissions import Permission
from service.crm.use_cases import imports
from service.organizations.dto.operations import OperationDTO

READ, WRITE = Permission.IMPORTS_READ, Permission.IMPORTS_WRITE

describe_enum(
    ImportKind,
    "What the rows of a file are.",
    deals="Deals.",
    activities="Calls, meetings, e-mails and tasks.",
    people="People with their managers.",
    skills="Levels or scores of people's skills.",
)
describe_enum(
    ImportRowStatus,
    "What became of a row.",
    created="It made something new.",
    updated="It changed something.",
    unchanged="It was all known.",
    failed="It has faults.",
)


@strawberry.type(description="What became of one row of a file.")
class ImportRow(Node):
    """A row of a report."""

    line: int
    external_id: str | None
    status: ImportRowStatus = strawberry.field(description="What became of it.")
    faults: JSON = strawberry.field(description="Why it failed: `column` and `message` of each fault.")


describe(ImportRow, ImportRowDTO)


def to_import_row(dto: ImportRowDTO) -> ImportRow:
    """The GraphQL view of a row."""
    return ImportRow(id=to_global_id("ImportRow", dto.id), **dto.model_dump(exclude={"id"}))


@strawberry.type(description="A file that is imported, or was.")
class Import(Node):
    """An import."""

    row: strawberry.Private[ImportDTO]
    kind: ImportKind
    system: str
    file_name: str | None
    size_bytes: int
    dry_run: bool
    created_at: dt.datetime

    @strawberry.field(description="How far it is, and what came of it.")
    def operation(self) -> Operation:
        """It came with the import."""
        return to_operation(self.row.operation)


describe(Import, ImportDTO)


def to_import(dto: ImportDTO) -> Import:
    """The GraphQL view of an import."""
    return Import(id=to_global_id("Import", dto.id), row=dto, **dto.model_dump(exclude={"id", "operation"}))


async def load_import(info: Info, id_: UUID) -> Import:
    """By row id."""
    async with info.context.session() as session:
        return to_import(await imports.get_import(session, info.context.principal, id_))


async def load_import_row(info: Info, id_: UUID) -> ImportRow:
    """By row id."""
    async with info.context.session() as session:
        return to_import_row(await imports.get_import_row(session, info.context.principal, id_))


@strawberry.type
class ImportsQuery:
    """Queries of imports."""

    @strawberry.field(name="import", description="One import.", metadata={NEEDS: READ}, extensions=[NullIfAbsent()])
    async def import_(self, info: Info, id: strawberry.ID) -> Import | None:  # noqa: A002 - the argument's name in the schema
        """By global id."""
        return await load_import(info, row_id(id, "Import"))

    @strawberry.field(
        description="The last first.",
        metadata={NEEDS: READ},
        extensions=[Paged(orders("ImportSort", IMPORT_SORTING))],
    )
    async def imports(self, info: Info, page: PageRequest) -> Connection[Import]:
        """One page."""
        async with info.context.session() as session:
            found = await imports.list_imports(session, info.context.principal, page)
        return to_connection(found, to_import, page)

    @strawberry.field(
        description="What became of each row; of an import with faults, the rows that have them.",
        metadata={NEEDS: READ},
        extensions=[Paged(orders("ImportRowSort", IMPORT_ROW_SORTING))],
    )
    async def import_rows(
        self, info: Info, page: PageRequest, import_id: strawberry.ID, status: ImportRowStatus | None = None
    ) -> Connection[ImportRow]:
        """One page."""
        id_ = row_id(import_id, "Import")
        async with info.context.session() as session:
            found = await imports.list_import_rows(session, info.context.principal, id_, status, page)
        return to_connection(found, to_import_row, page)


@strawberry.input(description="A file to import; one that is larger than a GraphQL request goes over REST.")
class CreateImportInput:
    """An upload."""

    mapping: str = strawberry.field(description="Which column is which field, TOML or JSON.")
    file: str = strawberry.field(description="CSV with a header row.")
    dry_run: bool = strawberry.field(default=False, description="Only check and report.")
    file_name: str | None = UNSET
    idempotency_key: str | None = None


@mutation(
    "Import a file; the operation tells how far it is.",
    needs=WRITE,
    payload=OperationPayload,
    render=to_operation_payload,
)
async def create_import(session: TenantSession, info: Info, data: CreateImportInput) -> OperationDTO:
    """`POST /v1/imports`."""

    async def content() -> AsyncIterator[bytes]:
        yield data.file.encode()

    about = to_dto(CreateImport, data, apart="file")
    return await imports.create_import(session, info.context.principal, about, content())


@strawberry.type
class ImportsMutation:
    """Mutations of imports."""

    create_import = create_import
