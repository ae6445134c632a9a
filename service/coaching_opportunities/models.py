"""The table of coaching opportunities."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index, Numeric, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from service.core.tables import TenantRow, timestamp


class CoachingOpportunity(TenantRow, table=True):
    """Something worth coaching; of a person and a subject one at a time is not closed."""

    __tablename__ = "coaching_opportunity"

    person_id: UUID
    kind: str
    subject: str
    kpi: str | None = None
    deal_id: UUID | None = None
    status: str
    size: Decimal = Field(sa_column=Column(Numeric, nullable=False))
    reason: str
    evidence: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    raised_at: datetime = Field(sa_column=timestamp())
    manager_sees_on: date
    told_manager_at: datetime | None = Field(default=None, sa_column=timestamp(nullable=True))
    snoozed_until: date | None = None
    dismissal: str | None = None
    closed_at: datetime | None = Field(default=None, sa_column=timestamp(nullable=True))
    self_corrected: bool = False
    closed_because: str | None = Field(default=None, description="NULL: it is not closed, or was before this was kept")
    lead_grade: str | None = Field(default=None, description="What its KPI was worth as a lead at the last review")
    updated_at: datetime = Field(sa_column=timestamp())

    __table_args__ = (
        ForeignKeyConstraint(["org_id", "person_id"], ["person.org_id", "person.id"], ondelete="CASCADE"),
        CheckConstraint("kind IN ('behind_target', 'deal_breaks_standard', 'below_benchmark')", name="kind"),
        CheckConstraint("status IN ('open', 'accepted', 'dismissed', 'snoozed', 'closed')", name="status"),
        CheckConstraint("(status = 'closed') = (closed_at IS NOT NULL)", name="closed"),
        CheckConstraint(
            "closed_because IN ('gap_closed', 'no_longer_judged', 'kpi_gamed', 'kpi_expired')", name="closed_because"
        ),
        CheckConstraint("lead_grade IN ('predictive', 'unproven', 'gamed', 'expired')", name="lead_grade"),
        CheckConstraint("status <> 'snoozed' OR snoozed_until IS NOT NULL", name="snoozed"),
        Index(
            "uq_coaching_opportunity__open_subject",
            "org_id",
            "person_id",
            "subject",
            unique=True,
            postgresql_where=text("status <> 'closed'"),
        ),
        Index(None, "org_id", "raised_at"),
    )


class OpportunityReview(SQLModel, table=True):
    """When an organization's opportunities were reviewed last."""

    __tablename__ = "opportunity_review"

    org_id: UUID = Field(primary_key=True)
    reviewed_at: datetime = Field(sa_column=timestamp())
