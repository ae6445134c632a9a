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
    """The same for all versions of a model."""
    version: int
    """Counted from 1."""
    name: str
    job_role: str | None
    """Null: everyone whose job role has no model of its own."""
    status: Literal["draft", "active", "retired"]
    """Whether it is in force."""
    document: ModelDocument
    """Stages, KPIs and targets as one document."""
    created_at: datetime
    activated_at: datetime | None
    """When it came into force."""
    retired_at: datetime | None
    """When another took its place."""
