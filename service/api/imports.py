"""`/v1/imports`: files of deals, activities and people."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from pydantic import ValidationError

from service.api.deps import PrincipalDep, SessionDep, UploadDep
from service.api.operation import operation
from service.api.paging import ListEnvelope, ListRequest, sorted_by
from service.api.route import resource_router
from service.api.uploads import FILE, Upload
from service.core.errors import invalid_fields
from service.core.validation import faults_of
from service.crm.dto.imports import (
    IMPORT_ROW_SORTING,
    IMPORT_SORTING,
    CreateImport,
    ImportDTO,
    ImportRowDTO,
    ImportRowStatus,
)
from service.crm.permissions import Permission
from service.crm.use_cases import imports
from service.organizations.dto.operations import OperationDTO

router = resource_router("/v1/imports", "imports")

FLAGS = {"true": True, "false": False}


def _form() -> dict[str, Any]:
    """The multipart body: the input's fields, and the file."""
    schema = CreateImport.model_json_schema()
    properties = {name: field for name, field in schema["properties"].items() if name != "file_name"}
    file = {"type": "string", "format": "binary", "description": "CSV with a header row.", "minLength": 1}
    return {
        "type": "object",
        "required": ["mapping", FILE],
        "additionalProperties": False,
        "properties": {**properties, FILE: file},
    }


def _read(upload: Upload) -> CreateImport:
    """The input that an upload stands for; `invalid` names every part that is wrong."""
    flags = {name: FLAGS.get(text, text) for name, text in upload.fields.items() if name == "dry_run"}
    try:
        return CreateImport.model_validate({"file_name": upload.file_name, **upload.fields, **flags})
    except ValidationError as error:
        raise invalid_fields(faults_of(error)) from error


@router.get("", **operation("listImports", "List imports", Permission.IMPORTS_READ))
async def list_imports(
    session: SessionDep, principal: PrincipalDep, page: Annotated[ListRequest, sorted_by(IMPORT_SORTING)]
) -> ListEnvelope[ImportDTO]:
    """The last first, each with its operation."""
    return page.answer(await imports.list_imports(session, principal, page))


@router.post(
    "", status_code=202, **operation("createImport", "Import a file", Permission.IMPORTS_WRITE, upload=_form())
)
async def create_import(upload: UploadDep, session: SessionDep, principal: PrincipalDep) -> OperationDTO:
    """Every row is checked first; with one fault, nothing is written. The operation tells how far it is.

    Who imports people needs `people:write` besides, and `roles:write` where the file gives roles.
    """
    return await imports.create_import(session, principal, _read(upload), upload.pieces())


@router.get("/{import_id}", **operation("getImport", "Read an import", Permission.IMPORTS_READ, 404))
async def get_import(import_id: UUID, session: SessionDep, principal: PrincipalDep) -> ImportDTO:
    """With its operation, whose id it shares."""
    return await imports.get_import(session, principal, import_id)


@router.get("/{import_id}/rows", **operation("listImportRows", "List an import's rows", Permission.IMPORTS_READ, 404))
async def list_import_rows(
    import_id: UUID,
    session: SessionDep,
    principal: PrincipalDep,
    page: Annotated[ListRequest, sorted_by(IMPORT_ROW_SORTING)],
    status: Annotated[ImportRowStatus | None, Query(description="What became of them.")] = None,
) -> ListEnvelope[ImportRowDTO]:
    """What became of each row; of an import with faults, the rows that have them (of the first 10,000 faults)."""
    return page.answer(await imports.list_import_rows(session, principal, import_id, status, page))
