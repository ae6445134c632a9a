"""Bulk operations: each item is answered on its own, in the order of the request."""

from typing import Any, Literal
from uuid import UUID

from pydantic import Field, ValidationError

from service.core.dto import OutputDTO
from service.core.errors import ServiceError
from service.core.validation import faults_of

MAX_ITEMS = 500


class BulkItemResult(OutputDTO):
    """What became of one item of a bulk operation."""

    index: int
    """The item's place in the request, from 0."""
    status: Literal["created", "updated", "unchanged", "failed"]
    id: UUID | None = None
    """Of what the item made or found; null if it failed."""
    code: str | None = None
    """Why it failed, machine-readable."""
    errors: list[dict[str, str]] = Field(default_factory=list)
    """What is wrong, each with a pointer into the item."""


def failed(index: int, error: ServiceError | ValidationError) -> BulkItemResult:
    """The answer for an item that its own rules, or a use case, refuse."""
    code, faults = ("invalid_input", _faults(error)) if isinstance(error, ValidationError) else _refusal(error)
    return BulkItemResult(index=index, status="failed", code=code, errors=faults)


def _faults(error: ValidationError) -> list[dict[str, str]]:
    return [{"pointer": fault.pointer, "detail": fault.message} for fault in faults_of(error)]


def _refusal(error: ServiceError) -> tuple[str, list[dict[str, Any]]]:
    fields = [{"pointer": field.pointer, "detail": field.message} for field in error.fields]
    return error.code, fields or [{"pointer": "", "detail": error.message}]
