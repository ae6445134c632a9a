"""Tables of this slice: success models as versioned documents, and what people said about deals."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from service.core.tables import INSTANT, TenantRow, timestamp


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


class JudgementFields(TenantRow):
    """What somebody said about one criterion of a deal; never changed, a later one takes its place.

    It belongs to the deal's record, so that it is there again when a deleted deal is restored, and gone when the
    record is purged.
    """

    deal_id: UUID
    criterion: str = Field(description="Key of the criterion in the model of the deal's owner")
    verdict: str = Field(description="met or unmet")
    note: str | None = None
    person_id: UUID | None = Field(default=None, description="Who said so; NULL: a key of the organization")
    created_at: datetime = Field(sa_type=INSTANT)


class Inspection(JudgementFields, table=True):
    """A manager's verdict."""

    __tablename__ = "inspection"

    __table_args__ = (
        ForeignKeyConstraint(["org_id", "deal_id"], ["record.org_id", "record.id"], ondelete="CASCADE"),
        Index("ix_inspection__deal", "org_id", "deal_id", "created_at", "id"),
        CheckConstraint("verdict IN ('met', 'unmet')", name="verdict"),
    )


class Confirmation(JudgementFields, table=True):
    """The owner's own word."""

    __tablename__ = "confirmation"

    __table_args__ = (
        ForeignKeyConstraint(["org_id", "deal_id"], ["record.org_id", "record.id"], ondelete="CASCADE"),
        Index("ix_confirmation__deal", "org_id", "deal_id", "created_at", "id"),
        CheckConstraint("verdict IN ('met', 'unmet')", name="verdict"),
    )
