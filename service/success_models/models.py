"""Table of success models: versioned documents of stages, KPIs and targets."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Column, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from service.core.tables import TenantRow, timestamp


class SuccessModel(TenantRow, table=True):
    """One version of a model; the document of an active or retired version never changes."""

    __tablename__ = "success_model"

    key: str = Field(description="Name of the model across its versions")
    version: int
    name: str
    job_role: str | None = Field(default=None, description="NULL: everyone whose job role has no model of its own")
    status: str
    document: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    created_at: datetime = Field(sa_column=timestamp())
    activated_at: datetime | None = Field(default=None, sa_column=timestamp(nullable=True))
    retired_at: datetime | None = Field(default=None, sa_column=timestamp(nullable=True))

    __table_args__ = (
        UniqueConstraint("org_id", "key", "version"),
        Index(
            "uq_success_model__active_job_role",
            "org_id",
            "job_role",
            unique=True,
            postgresql_where="status = 'active'",
            postgresql_nulls_not_distinct=True,
        ),
        CheckConstraint("status IN ('draft', 'active', 'retired')", name="status"),
    )
