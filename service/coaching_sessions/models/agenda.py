"""Tables of what a session is about: topics, commitments, and the brief as it was when the session began."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index, Numeric, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from service.core.tables import INSTANT, TenantRow, timestamp

CONCERNS = "concerns IN ('process', 'outcome', 'other')"


class Linked(TenantRow):
    """What a topic or commitment is linked to, and whether that is process or outcome."""

    rep_id: UUID = Field(description="Whose coaching it belongs to")
    kpi: str | None = None
    deal_id: UUID | None = None
    criterion: str | None = None
    skill: str | None = None
    concerns: str
    created_at: datetime = Field(sa_type=INSTANT)
    updated_at: datetime = Field(sa_type=INSTANT)


class CoachingTopic(Linked, table=True):
    """Something to talk about; carried over until it was discussed. Of a rep and subject one at a time is open."""

    __tablename__ = "coaching_topic"

    source: str
    subject: str = Field(description="What it is about, so that it is raised once")
    opportunity_id: UUID | None = None
    commitment_id: UUID | None = None
    raised_by: UUID | None = Field(default=None, description="NULL: found in the data")
    title: str
    reason: str
    evidence: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    impact: Decimal = Field(sa_column=Column(Numeric, nullable=False), description="Expected, from 0 to 1")
    confidence: Decimal = Field(sa_column=Column(Numeric, nullable=False), description="From 0 to 1")
    status: str
    pinned: bool = False
    visible_on: date = Field(description="The day from which the manager sees it")
    dismissal: str | None = None
    discussed_in: UUID | None = None
    ended_at: datetime | None = Field(default=None, sa_column=timestamp(nullable=True))
    lead_grade: str | None = Field(default=None, description="What its KPI was worth as a lead when it was open last")

    __table_args__ = (
        ForeignKeyConstraint(["org_id", "rep_id"], ["person.org_id", "person.id"], ondelete="CASCADE"),
        CheckConstraint("lead_grade IN ('predictive', 'unproven', 'gamed', 'expired')", name="lead_grade"),
        CheckConstraint(
            "source IN ('opportunity', 'deal', 'commitment', 'assessment', 'rep', 'manager')", name="source"
        ),
        CheckConstraint("status IN ('open', 'discussed', 'dismissed', 'resolved')", name="status"),
        CheckConstraint("(status = 'open') = (ended_at IS NULL)", name="ended"),
        CheckConstraint("impact BETWEEN 0 AND 1 AND confidence BETWEEN 0 AND 1", name="shares"),
        CheckConstraint(CONCERNS, name="concerns"),
        Index(
            "uq_coaching_topic__open_subject",
            "org_id",
            "rep_id",
            "subject",
            unique=True,
            postgresql_where=text("status = 'open'"),
        ),
        Index("ix_coaching_topic__org_id_created_at", "org_id", "created_at", "id"),
        Index("ix_coaching_topic__org_id_discussed_in", "org_id", "discussed_in"),
    )


class CoachingCommitment(Linked, table=True):
    """What somebody took on in a session; one with a goal for a KPI is settled by the data."""

    __tablename__ = "coaching_commitment"

    session_id: UUID | None = None
    owner_id: UUID
    description: str
    due_on: date
    goal_period: str | None = Field(default=None, description="The kind of period that holds `due_on`")
    goal_value: Decimal | None = Field(default=None, sa_column=Column(Numeric, nullable=True))
    status: str
    settled_at: datetime | None = Field(default=None, sa_column=timestamp(nullable=True))
    settled_by: UUID | None = Field(default=None, description="NULL of a settled one: by the data")
    result_value: Decimal | None = Field(default=None, sa_column=Column(Numeric, nullable=True))
    settlement: str | None = Field(default=None, description="Why it was dropped or missed, in words")

    __table_args__ = (
        ForeignKeyConstraint(["org_id", "rep_id"], ["person.org_id", "person.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["org_id", "owner_id"], ["person.org_id", "person.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["org_id", "session_id"], ["coaching_session.org_id", "coaching_session.id"]),
        CheckConstraint("status IN ('open', 'done', 'missed', 'dropped')", name="status"),
        CheckConstraint("(status = 'open') = (settled_at IS NULL)", name="settled"),
        CheckConstraint("(goal_value IS NULL) = (goal_period IS NULL)", name="goal"),
        CheckConstraint("goal_value IS NULL OR kpi IS NOT NULL", name="goal_of_a_kpi"),
        CheckConstraint(CONCERNS, name="concerns"),
        Index("ix_coaching_commitment__org_id_due_on", "org_id", "due_on", "id"),
        Index("ix_coaching_commitment__org_id_rep_id", "org_id", "rep_id", "status"),
        Index("ix_coaching_commitment__org_id_session_id", "org_id", "session_id"),
    )


class SessionBrief(SQLModel, table=True):
    """A brief as it was when its session began: what rep and coaches had before them."""

    __tablename__ = "session_brief"

    org_id: UUID = Field(primary_key=True)
    session_id: UUID = Field(primary_key=True)
    rep_id: UUID = Field(primary_key=True, description="Of each rep of a group session there is one")
    built_at: datetime = Field(sa_column=timestamp())
    document: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False), description="A `BriefDTO`")

    __table_args__ = (
        ForeignKeyConstraint(
            ["org_id", "session_id"], ["coaching_session.org_id", "coaching_session.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(["org_id", "rep_id"], ["person.org_id", "person.id"], ondelete="CASCADE"),
    )
