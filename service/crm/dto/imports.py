"""Inputs and outputs of imports over the API."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import Field, StrictBool

from service.core.dto import InputDTO, OutputDTO, Text
from service.core.sorting import Sorting
from service.crm.imports.mapping import ImportKind
from service.organizations.dto.operations import OperationDTO

MAX_MAPPING = 100_000

IMPORT_SORTING = Sorting({"created_at": datetime}, default="-created_at")
IMPORT_ROW_SORTING = Sorting({"line": int}, default="line")


class CreateImport(InputDTO):
    """What is said about a file to import."""

    mapping: str = Field(min_length=1, max_length=MAX_MAPPING)
    """Which column is which field, TOML or JSON (`docs/imports.md`)."""
    dry_run: StrictBool = False
    """True checks and reports, and writes nothing."""
    file_name: Text | None = None


class ImportRowStatus(StrEnum):
    """What became of a row."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    FAILED = "failed"


class ImportDTO(OutputDTO):
    """A file that is imported, or was; what it counts is told by its operation, which has the same id."""

    id: UUID
    kind: ImportKind
    """What its rows are."""
    system: str
    """Where its records live."""
    file_name: str | None
    """As the sender named it."""
    size_bytes: int
    """Of the file."""
    dry_run: bool
    """Whether it only checks and reports."""
    created_at: datetime
    operation: OperationDTO
    """How far it is, and what came of it."""


class ImportFaultDTO(OutputDTO):
    """Why a row cannot be imported."""

    column: str
    """Its name in the header."""
    message: str
    """For people."""


class ImportRowDTO(OutputDTO):
    """What became of one row of the file."""

    id: UUID
    line: int
    """In the file, the header being line 1."""
    external_id: str | None
    """The id in the row; null where it could not be read."""
    status: ImportRowStatus
    faults: list[ImportFaultDTO]
    """Why it failed."""
