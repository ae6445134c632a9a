"""Table of long jobs."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from service.core.tables import TenantRow, timestamp


class Operation(TenantRow, table=True):
    """A long job, with its progress and its end."""

    __tablename__ = "operation"

    kind: str
    status: str
    done: int = 0
    total: int | None = None
    counts: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    error_code: str | None = None
    error_message: str | None = None
    cancel_requested: bool = False
    person_id: UUID | None = Field(default=None, description="Who asked for it; NULL for a key of the organization")
    created_at: datetime = Field(sa_column=timestamp())
    started_at: datetime | None = Field(default=None, sa_column=timestamp(nullable=True))
    finished_at: datetime | None = Field(default=None, sa_column=timestamp(nullable=True))

    __table_args__ = (
        Index("ix_operation__org_id_created_at", "org_id", "created_at", "id"),
        CheckConstraint("status IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')", name="status"),
    )
