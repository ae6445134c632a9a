"""Outputs of success models."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from service.core.dto import OutputDTO
from service.core.sorting import Sorting
from service.success_models.document import ModelDocument

SUCCESS_MODEL_SORTING = Sorting({"created_at": datetime, "key": str, "version": int, "name": str}, default="created_at")


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
