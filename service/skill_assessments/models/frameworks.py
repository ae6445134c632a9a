"""Tables of what is assessed: competency frameworks, and templates of the items that raters answer."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from service.core.tables import TenantRow, timestamp


class CompetencyFramework(TenantRow, table=True):
    """One version of a framework; never changed, so that an old answer keeps the words it was given to."""

    __tablename__ = "competency_framework"

    key: str
    version: int
    name: str
    document: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False), description="A `FrameworkDocument`")
    created_at: datetime = Field(sa_column=timestamp())

    __table_args__ = (
        UniqueConstraint("org_id", "key", "version"),
        CheckConstraint("version >= 1", name="version"),
    )


class AssessmentTemplate(TenantRow, table=True):
    """One version of the items that a rater answers about a framework's skills; never changed."""

    __tablename__ = "assessment_template"

    key: str
    version: int
    name: str
    framework_id: UUID
    document: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False), description="A `TemplateDocument`")
    created_at: datetime = Field(sa_column=timestamp())

    __table_args__ = (
        UniqueConstraint("org_id", "key", "version"),
        CheckConstraint("version >= 1", name="version"),
        ForeignKeyConstraint(["org_id", "framework_id"], ["competency_framework.org_id", "competency_framework.id"]),
    )
