"""Outputs of success models."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from service.core.dto import OutputDTO
from service.success_models.document import ModelDocument


class SuccessModelDTO(OutputDTO):
    """One version of a model with its document."""

    id: UUID
    key: str
    version: int
    name: str
    job_role: str | None
    status: Literal["draft", "active", "retired"]
    document: ModelDocument
    created_at: datetime
    activated_at: datetime | None
    retired_at: datetime | None
