"""Inputs and outputs of session formats."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from service.coaching_sessions.format_document import FormatDocument
from service.core.dto import InputDTO, Key, OutputDTO, SearchText, Text
from service.core.sorting import Sorting


class SessionFormatTemplate(OutputDTO):
    """A format that comes with Touchline, to use as it is or to copy."""

    key: str
    name: str
    description: str
    """What it is good for."""
    document: FormatDocument
    """Its sections."""


class CreateSessionFormat(InputDTO):
    """A new format, or the next version of the one that has this key."""

    key: Key
    name: Text
    document: FormatDocument


class SessionFormatFilter(InputDTO):
    """Which formats a list holds."""

    key: SearchText | None = None


FORMAT_SORTING = Sorting({"name": str, "version": int, "created_at": datetime}, default="name")


class SessionFormatDTO(OutputDTO):
    """One version of a format, which never changes."""

    id: UUID
    key: str
    """What programmes name it by; they use its newest version."""
    version: int = Field(ge=1)
    """1 for the first."""
    name: str
    document: FormatDocument
    """Its sections."""
    created_at: datetime
